"""The verdict of an application, made anew: when somebody asks, and whenever somebody approves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Clash, NotFound, Sentence
from lingnan.base.ids import parse_uuid, subject
from lingnan.kernel.evidence import services as evidence

from ..models import Admission
from ..queries.admission import admission as read
from ..queries.admission import assess, beside
from ..queries.forms import form_by_id
from ..queries.gate import need
from ..queries.verdicts import as_kept, as_read
from ..terms.admission import AdmissionInfo, Admitting, Case, Held, VerdictOf
from ..terms.filings import FormInfo
from ..terms.happenings import AdmissionOffered
from ..terms.refusals import AdmissionClosed, VerdictChanged


@dataclass(frozen=True)
class Fresh:
    """`beside`: the admissions in force when it was made."""

    verdict: VerdictOf
    likely: int | None
    beside: tuple[int, ...]


def assess_again(uuid: str, *, by: Actor, at: datetime) -> AdmissionInfo:
    """The verdict anew: forms came and went, repeats were decided. AdmissionClosed once decided."""
    on = legal_day(at)
    read(uuid, to=by, on=on)
    if not (by.may("reporting.admit") or by.may("reporting.register")):
        need(by, "reporting.register", on=on)
    row = found(uuid)
    form = form_by_id(row.form_id)
    fresh = _made(row, form, row.only, by, on)
    with transaction.atomic():
        row = locked(uuid)
        if row.state != Admitting.OFFERED:
            raise AdmissionClosed(state=Sentence("已办结"), action=Sentence("重新评估"))
        _show(row, form, fresh, by=by, at=at)
    return read(uuid, to=by, on=on)


def look_again(
    row: Admission, form: FormInfo, case: Case, *, by: Actor, at: datetime
) -> Fresh | None:
    """What the planner says at this moment of what is about to be approved. Where it says otherwise
    than was shown, that is shown from now on, and VerdictChanged. None: nothing was ever shown, the
    form was in use before."""
    if not row.verdict or case.conditions is None:
        return None
    on = legal_day(at)
    fresh = _made(row, form, case.conditions.only, by, on)
    before = as_read(row.verdict)
    changed = fresh.verdict.differs(before)
    if not changed:
        return fresh
    with transaction.atomic():
        _show(locked(str(row.uuid)), form, fresh, by=by, at=at)
    raise VerdictChanged(changed=len(changed), before=_told(before), now=_told(fresh.verdict))


def stands(row: Admission, form: FormInfo, fresh: Fresh | None, on: date) -> None:
    """The row keeps what is approved. Clash: another form was let in or ended meanwhile."""
    if fresh is None:
        return
    if fresh.beside != beside(form, row.place, on):
        raise Clash
    row.verdict, row.likely_new = as_kept(fresh.verdict), fresh.likely


def found(uuid: str) -> Admission:
    return _one(uuid, lock=False)


def locked(uuid: str) -> Admission:
    return _one(uuid, lock=True)


def offered(
    row: Admission, form: FormInfo, verdict: VerdictOf, *, again: bool = False
) -> AdmissionOffered:
    counted = {kind.value: verdict.count(kind) for kind in Held}
    return AdmissionOffered(
        subject=subject("reporting", "admission", row.uuid),
        form=form.code,
        form_version=form.version,
        figures={"fields": verdict.fields, **counted},
        verdict=verdict.sha256,
        again=again,
    )


def _one(uuid: str, *, lock: bool) -> Admission:
    rows = Admission.objects.select_related("form")
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(uuid=parse_uuid(uuid)).first()
    if row is None:
        raise NotFound
    return row


def _made(row: Admission, form: FormInfo, only: Sequence[str], by: Actor, on: date) -> Fresh:
    """Of the same fields as were shown, unless others are wanted too."""
    shown = [one.field for one in as_read(row.verdict).rows] if row.verdict else []
    scope = shown if only and set(only) <= set(shown) else ()
    held = beside(form, row.place, on)
    return Fresh(*assess(form, row.place, only=scope, to=by, on=on), held)


def _show(row: Admission, form: FormInfo, fresh: Fresh, *, by: Actor, at: datetime) -> None:
    """An earlier yes was given to another verdict: it does not stand for this one."""
    if row.verdict and fresh.verdict.differs(as_read(row.verdict)):
        row.version += 1
    row.verdict, row.likely_new = as_kept(fresh.verdict), fresh.likely
    row.save(update_fields=["verdict", "likely_new", "version"])
    evidence.record(offered(row, form, fresh.verdict, again=True), by=by, at=at)


def _told(verdict: VerdictOf) -> Sentence:
    said = tuple((kind.value, verdict.count(kind)) for kind in Held)
    return Sentence("{held} 项已掌握、{derivable} 项可得出、{new} 项要新填", said)
