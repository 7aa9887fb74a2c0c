"""Submit, approve, return. A reviewer never changes what another reported."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from lingnan.base.actors import Actor
from lingnan.base.canonical import sha256
from lingnan.base.clock import legal_day
from lingnan.base.errors import Clash, NotFound, Problem, Refused, StorageFull
from lingnan.base.ids import parse_uuid, stable_int, subject
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import CHUNK, NewValue, Quality

from ..models import Filing
from ..queries.asks import settled
from ..queries.checks import standing
from ..queries.filings import filing_info
from ..queries.forms import form_by_id, forms_by_id
from ..queries.gate import need
from ..queries.once import Once
from ..rules.filing import answers_of, answers_to_json, source_of, stored
from ..terms.checking import Approved, LeftOut, Told
from ..terms.filings import (
    STATE_WORDS,
    FieldInfo,
    FilingInfo,
    FormInfo,
    Mark,
    State,
)
from ..terms.happenings import (
    ReportReturned,
    ReportsApproved,
    ReportSubmitted,
)
from ..terms.refusals import (
    NO_TOUCH,
    AlreadyApproved,
    NeedReason,
    OwnReport,
    StillBlocked,
    WrongState,
)
from .deriving import derive_after
from .drafts import check_open
from .explaining import problems_told, refuse_faulty
from .levels import pass_on, tell_rule

MARKS = {
    Mark.REPORTED: Quality.REPORTED,
    Mark.MISSING: Quality.MISSING,
    Mark.NOT_APPLICABLE: Quality.NOT_APPLICABLE,
    Mark.ESTIMATED: Quality.ESTIMATED,
    Mark.DERIVED: Quality.DERIVED,
    Mark.CORRECTED: Quality.CORRECTED,
}
TOGETHER = 10  # reports submitted in one transaction: others want to write too
AT_ONCE = 500  # names in one IN list


def submit_report(uuid: str, *, version: int | None = None, by: Actor, at: datetime) -> FilingInfo:
    """Checked as a whole: WrongAnswers names every cell. What is already held is not asked."""
    done, refused = _submit([uuid], version, Once(), by=by, at=at)
    if refused:
        raise refused
    return done[0]


def submit_many(uuids: Sequence[str], *, by: Actor, at: datetime) -> list[FilingInfo]:
    """Each on its own: the first with a fault stops, those before it stay submitted."""
    once = Once()
    found: list[FilingInfo] = []
    for start in range(0, len(uuids), TOGETHER):
        done, refused = _submit(uuids[start : start + TOGETHER], None, once, by=by, at=at)
        found += done
        if refused:
            raise refused
    return found


@transaction.atomic
def _submit(
    uuids: Sequence[str], version: int | None, once: Once, *, by: Actor, at: datetime
) -> tuple[list[FilingInfo], Refused | None]:
    """Those before the first with a fault, and what was said of that one."""
    keys = [parse_uuid(uuid) for uuid in uuids]
    rows = {row.uuid: row for row in locked(uuids, some=True)}
    done: list[Filing] = []
    events: list[ReportSubmitted] = []
    refused: Refused | None = None
    for key in keys:
        try:
            if key not in rows:
                raise NotFound
            events.append(_submitted(rows[key], version, once, by, at))
            done.append(rows[key])
        except StorageFull:
            raise
        except Refused as no:
            refused = no
            break
    evidence.record_many(events, by=by, at=at)
    return [filing_info(row) for row in done], refused


def _submitted(
    row: Filing, version: int | None, once: Once, by: Actor, at: datetime
) -> ReportSubmitted:
    """Refused before anything is written; written at once, for the next report may look at it."""
    need(by, "reporting.submit", [row.place], on=legal_day(at))
    form = once.form(row.form_id)
    check_open(form, row.period, {row.place}, at, once)
    expect(row, {State.DRAFT, State.RETURNED}, "提交", version)
    info = filing_info(row)
    answers, problems = settled(form, info, once=once, to=by, on=legal_day(at))
    refuse_faulty(form, info, answers, problems, once, by=by, at=at)
    row.answers, row.remarks, row.passed_level = answers_to_json(answers), {}, 0
    row.state, row.version = State.SUBMITTED, row.version + 1
    row.reporter, row.submitted_by_id, row.submitted_at = by.party, by.duty, at
    row.changed_at = at
    row.save()
    return ReportSubmitted(
        subject=subject("reporting", "filing", row.uuid),
        place=row.place,
        form=form.code,
        period=row.period,
        revision=row.revision,
        answers=sha256(row.answers),
    )


def approve_report(uuid: str, *, version: int | None = None, by: Actor, at: datetime) -> FilingInfo:
    """Its values are known from now on. AlreadyApproved when somebody was faster; OwnReport;
    StillBlocked names what has come to contradict it since it was submitted."""
    given = approve_many({uuid: version}, by=by, at=at)
    for one in given.left:
        problems = problems_told(one.told)
        raise StillBlocked(count=len(problems), problems=problems)
    return given.done[0]


def approve_many(
    versions: Mapping[str, int | None] | Sequence[str],
    *,
    rule: str = "",
    by: Actor,
    at: datetime,
) -> Approved:
    """One act over many filings, in short transactions; each filing is all or nothing. What is
    blocked by now is left out and told.

    Where a form is reviewed level by level, those not yet at their last level are passed on.
    `rule`: the declared rule that passes them without anybody looking.
    """
    wanted = versions if isinstance(versions, Mapping) else dict.fromkeys(versions)
    uuids = list(wanted)
    if not uuids:
        return Approved((), ())
    rows = Filing.objects.filter(uuid__in=[parse_uuid(uuid) for uuid in uuids])
    held = {str(row.uuid): row.form_id for row in rows.only("uuid", "form_id")}
    if len(held) < len(uuids):
        raise NotFound
    forms = forms_by_id(held.values())
    done: list[FilingInfo] = []
    left: list[LeftOut] = []
    for part in _parts(uuids, {u: len(forms[held[u]].asked) for u in uuids}):
        given = _approve(part, wanted, forms, rule, by=by, at=at)
        done += given.done
        left += given.left
    return Approved(tuple(done), tuple(left))


@transaction.atomic
def return_report(
    uuid: str,
    reason: str,
    *,
    cells: Mapping[str, str] | None = None,
    version: int | None = None,
    by: Actor,
    at: datetime,
) -> FilingInfo:
    """Back to its reporter with a reason, and remarks on single questions (field code → words)."""
    row = locked([uuid])[0]
    need(by, "reporting.approve", [row.place], on=legal_day(at))
    if not reason.strip():
        raise NeedReason(problems=[Problem("reason", "请写明退回原因。")])
    expect(row, {State.SUBMITTED}, "退回", version)
    row.state, row.reason, row.remarks = State.RETURNED, reason.strip(), dict(cells or {})
    row.passed_level = 0
    row.version, row.changed_at = row.version + 1, at
    row.save()
    form = form_by_id(row.form_id)
    evidence.record(
        ReportReturned(
            subject=subject("reporting", "filing", row.uuid),
            place=row.place,
            form=form.code,
            period=row.period,
            cells=sorted(row.remarks),
        ),
        by=by,
        at=at,
        private={"reason": row.reason, "remarks": row.remarks},
    )
    return filing_info(row)


@transaction.atomic
def _approve(
    uuids: Sequence[str],
    versions: Mapping[str, int | None],
    forms: Mapping[int, FormInfo],
    rule: str,
    *,
    by: Actor,
    at: datetime,
) -> Approved:
    wanted = locked(uuids)
    need(by, "reporting.approve", {row.place for row in wanted}, on=legal_day(at))
    for row in wanted:
        _may_approve(row, versions[str(row.uuid)], by)
    blocked = _blocked(wanted, forms, at)
    every = [row for row in wanted if str(row.uuid) not in blocked]
    left = tuple(
        LeftOut(filing_info(row), tuple(blocked[str(row.uuid)]))
        for row in wanted
        if str(row.uuid) in blocked
    )
    rows = pass_on(every, forms, by=by, at=at)
    if rule and every:
        tell_rule(every, forms, rule, by=by, at=at)
    for row in rows:
        row.state, row.version = State.APPROVED, row.version + 1
        row.approved_by_id, row.approved_at, row.changed_at = by.duty, at, at
    _write(rows)
    for (form_id, period), batch in _by_form(rows).items():
        _record(forms[form_id], period, batch, by=by, at=at)
    derive_after(rows, forms, by=by, at=at)
    return Approved(tuple(filing_info(row) for row in every), left)


def _blocked(
    rows: Sequence[Filing], forms: Mapping[int, FormInfo], at: datetime
) -> dict[str, list[Told]]:
    """Judged again: since submission another report may have said otherwise."""
    found: dict[str, list[Told]] = {}
    for (form_id, period), batch in _by_form(rows).items():
        found |= standing(forms[form_id], period, batch, on=legal_day(at))
    return found


def _write(rows: Sequence[Filing]) -> None:
    """They are locked and approved alike: one statement for those that passed one level last."""
    names = ("state", "approved_by_id", "approved_at", "changed_at", "passed_level")
    alike: dict[int, list[Filing]] = {}
    for row in rows:
        alike.setdefault(row.passed_level, []).append(row)
    for some in alike.values():
        values = {name: getattr(some[0], name) for name in names}
        for start in range(0, len(some), AT_ONCE):
            part = Filing.objects.filter(pk__in=[row.pk for row in some[start : start + AT_ONCE]])
            part.update(version=F("version") + 1, **values)


def _record(
    form: FormInfo, period: int, rows: Sequence[Filing], *, by: Actor, at: datetime
) -> None:
    """One batch for these filings, as they are after approval; its event tells their states."""
    fields = {field.code: field for field in form.at(period).asked}
    new = [value for row in rows for value in _values(fields, row)]
    marks = sorted(f"{row.uuid}:{row.version}" for row in rows)
    key = marks[0] if len(marks) == 1 else f"many:{stable_int(' '.join(marks)):016x}"
    done = ReportsApproved(
        subject=subject("reporting", "filing", rows[0].uuid)
        if len(rows) == 1
        else subject("reporting", "form", form.uuid),
        place=rows[0].place if len(rows) == 1 else None,
        label="internal" if form.subject == "place" else "personal",
        period=period,
        filings=[str(row.uuid) for row in rows],
        answers=sha256([row.answers for row in rows]),
    )
    also = [subject("reporting", "filing", row.uuid) for row in rows]
    if new:
        source = source_of(form.code)
        values.record_values(
            f"reporting:{key}", new, source=source, by=by, at=at, event=done, also=also
        )
    else:
        evidence.record(done, by=by, at=at, also=also)


def _values(fields: Mapping[str, FieldInfo], row: Filing) -> list[NewValue]:
    """What this report itself says; what it only shows from elsewhere is known already."""
    found = []
    for code, answer in answers_of(row.answers).items():
        field = fields.get(code)
        if field is None or field.element is None or answer.source:
            continue
        value, words = stored(field, answer)
        found.append(
            NewValue(
                place=row.place,
                subject=row.subject,
                element=field.element,
                period=row.period,
                value=value,
                text=words,
                quality=MARKS[answer.mark],
            )
        )
    return found


def _may_approve(row: Filing, version: int | None, by: Actor) -> None:
    if row.state == State.APPROVED:
        raise AlreadyApproved
    expect(row, {State.SUBMITTED}, "审核", version)
    if row.reporter and row.reporter in {by.party, by.on_behalf_of}:
        raise OwnReport(basis=NO_TOUCH)


def expect(row: Filing, states: set[State], action: str, version: int | None) -> None:
    if State(row.state) not in states:
        raise WrongState(state=STATE_WORDS[State(row.state)], action=action)
    if version is not None and version != row.version:
        raise Clash


def locked(uuids: Sequence[str], *, some: bool = False) -> list[Filing]:
    """In the order of their ids, so that two approvers never wait for each other in a ring. NotFound
    unless all are there, or `some` will do."""
    wanted = Filing.objects.select_for_update().filter(
        uuid__in=[parse_uuid(uuid) for uuid in uuids]
    )
    rows = list(wanted.order_by("pk"))
    if not some and len(rows) < len(set(uuids)):
        raise NotFound
    return rows


def _by_form(rows: Sequence[Filing]) -> dict[tuple[int, int], list[Filing]]:
    found: dict[tuple[int, int], list[Filing]] = {}
    for row in rows:
        found.setdefault((row.form_id, row.period), []).append(row)
    return found


def _parts(uuids: Sequence[str], sizes: Mapping[str, int]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    size = 0
    for uuid in uuids:
        if parts[-1] and size + sizes[uuid] > CHUNK:
            parts.append([])
            size = 0
        parts[-1].append(uuid)
        size += sizes[uuid]
    return parts
