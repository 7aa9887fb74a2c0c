"""Applications, what is in force on a day, the catalogue of a year."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, Prefetch, Q, QuerySet

from lingnan.base.actors import Actor
from lingnan.base.clock import LEGAL_ZONE
from lingnan.base.errors import Invalid, NotFound, Problem, Sentence
from lingnan.base.ids import parse_uuid
from lingnan.base.periods import Kind, Period
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.places import queries as places
from lingnan.kernel.statutes import queries as statutes

from ..content import costs
from ..models import Admission, AdmissionVote, Form
from ..rules.admission import YEARLY, standing_on, why_not
from ..rules.filing import source_of
from ..rules.planning import finer_than
from ..terms.admission import (
    AdmissionInfo,
    Admitting,
    Basis,
    Conditions,
    Limits,
    Standing,
    VerdictOf,
    Vote,
    tenths,
)
from ..terms.filings import FormInfo, FormState, RoundInfo
from ..terms.planning import Means
from ..terms.refusals import NotAdmitted, ShortNotice
from .forms import form as newest_form
from .forms import forms_by_id
from .gate import need
from .verdicts import Recurring, as_read, verdict_of

RULES = "reporting.admission."
WORDS = {
    Kind.YEAR: Sentence("年报"),
    Kind.HALF: Sentence("半年报"),
    Kind.QUARTER: Sentence("季报"),
    Kind.MONTH: Sentence("月报"),
    Kind.WEEK: Sentence("周报"),
    Kind.SCHOOL_YEAR: Sentence("学年报"),
}


@dataclass(frozen=True)
class Listed:
    """A line of the catalogue. `minutes`: a year, of one place or household, the form by itself and
    beside the others (None: nobody has planned it)."""

    admission: AdmissionInfo
    standing: Standing
    times: int
    minutes_alone: Decimal
    minutes: Decimal | None


def limits(on: date) -> Limits:
    """The rules in force that day. NoRuleInForce when they were never loaded."""
    found = {row.key.removeprefix(RULES): row for row in statutes.parameters(RULES, on=on)}
    for name in Limits.__dataclass_fields__:
        if name not in found:
            statutes.parameter(f"{RULES}{name}", on=on)  # says which, and refuses
    return Limits(
        default_months=found["default_months"].integer,
        longest_months=found["longest_months"].integer,
        notice_days=found["notice_days"].integer,
        decide_days=found["decide_days"].integer,
        answer_days=found["answer_days"].integer,
        number=str(found["number"].value),
    )


def admissions(
    *, to: Actor, on: date, state: Admitting | None = None, form: int | None = None
) -> list[AdmissionInfo]:
    """The newest first. A handful of queries. What departments ask is no secret inside government."""
    need(to, "reporting.read", on=on)
    rows = _rows().order_by("-offered_at", "-pk")
    if state is not None:
        rows = rows.filter(state=state)
    if form is not None:
        rows = rows.filter(form=form)
    return [admission_info(row) for row in rows]


def admission(uuid: str, *, to: Actor, on: date) -> AdmissionInfo:
    need(to, "reporting.read", on=on)
    row = _rows().filter(uuid=parse_uuid(uuid)).first()
    if row is None:
        raise NotFound
    return admission_info(row)


def standing(one: AdmissionInfo, on: date) -> Standing:
    return standing_on(one.state, one.conditions, one.withdrawn_on, on)


def of_forms(forms: Iterable[int], on: date, place: int | None = None) -> dict[int, AdmissionInfo]:
    """By form, the admission that speaks for it that day: one in force before any other. Only those
    that hold in `place`, when it is given. A handful of queries."""
    rows = _rows().filter(form__in=list(forms)).exclude(
        state__in=(Admitting.OFFERED, Admitting.REFUSED)
    )  # fmt: skip
    if place is not None:
        rows = rows.filter(place__in=[place, *(p.id for p in places.ancestors(place, on=on))])
    found: dict[int, AdmissionInfo] = {}
    for row in rows.order_by("pk"):
        one = admission_info(row)
        before = found.get(one.form)
        if before is None or standing(before, on) is not Standing.IN_FORCE:
            found[one.form] = one
    return found


def form_to_ask(code: str, place: int, *, to: Actor, on: date) -> FormInfo:
    """By code, the version that a new round below the place asks: the newest that is in force there.
    Until a later one was let in, the one before is asked on; where none is, the newest answers why not."""
    newest = newest_form(code, to=to, on=on)
    if newest.version == 1 or newest.code != code:
        return newest
    ids = dict(Form.objects.filter(code=code).values_list("pk", "version"))
    held = of_forms(ids, on, place)
    let_in = [pk for pk, one in held.items() if standing(one, on) is Standing.IN_FORCE]
    found = max(let_in, key=lambda pk: ids[pk], default=newest.id)
    return newest if found == newest.id else forms_by_id([found])[found]


def admitted_by(form: int, moment: datetime) -> list[tuple[int, str, date, date]]:
    """(place, 批准文号, first and last day in force) of what two persons had let in by then, newest
    first; what came later does not change them."""
    decided = Admission.objects.filter(form=form, serial__isnull=False, decided_at__lte=moment)
    rows = decided.order_by("-decided_at", "-pk")
    return [
        (row.place, row.number, row.begins_on, row.expires_on)
        for row in rows
        if row.begins_on and row.expires_on
    ]


def in_force(
    on: date, place: int, *, period_kind: int, but: FormInfo | None = None
) -> list[FormInfo]:
    """Current forms that villages of `place` may be asked that day, other than `but` and its
    versions, by id."""
    rows = _in_force(on, place, but).filter(form__period_kind=period_kind)
    found = forms_by_id(rows.values_list("form", flat=True))
    return [found[one] for one in sorted(found)]


def more_often(
    on: date, place: int, *, period_kind: int, but: FormInfo | None = None
) -> list[Recurring]:
    """As `in_force`, of forms asked again and again within one period of `period_kind`."""
    kinds = finer_than(period_kind)
    rows = _in_force(on, place, but).filter(form__period_kind__in=kinds, period=0)
    told = rows.order_by("form", "begins_on").values_list("form", "begins_on", "expires_on")
    dated = {form: (one, other) for form, one, other in told if one and other}
    found = forms_by_id(dated)
    return [Recurring(found[one], *dated[one]) for one in sorted(found)]


def _in_force(on: date, place: int, but: FormInfo | None) -> QuerySet[Admission]:
    above = [place, *(p.id for p in places.ancestors(place, on=on))]
    rows = Admission.objects.filter(
        Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=on),
        place__in=above,
        state__in=(Admitting.ADMITTED, Admitting.WITHDRAWN),
        serial__isnull=False,
        begins_on__lte=on,
        expires_on__gte=on,
        form__state=FormState.CURRENT,
    )
    return rows if but is None else rows.exclude(form__code=but.code)


def beside(form: FormInfo, place: int, on: date) -> tuple[int, ...]:
    """Ids of the admissions that a verdict on the form depends on. Two queries."""
    kinds = {form.period_kind, *finer_than(form.period_kind)}
    rows = _in_force(on, place, form).filter(form__period_kind__in=kinds)
    return tuple(rows.order_by("pk").values_list("pk", flat=True))


def assess(
    form: FormInfo, place: int, *, only: Sequence[str] = (), to: Actor, on: date
) -> tuple[VerdictOf, int | None]:
    """The verdict on the form (or on `only` these of its fields) beside all that are in force."""
    cut = form
    if only:
        cut = replace(form, fields=tuple(f for f in form.fields if f.code in set(only)))
    others = in_force(on, place, period_kind=form.period_kind, but=form)
    often = more_often(on, place, period_kind=form.period_kind, but=form)
    return verdict_of(cut, others, place, often=often, to=to, on=on)


def check_round(
    forms: Mapping[int, FormInfo], place: int, period: int, days: tuple[date, date], today: date
) -> None:
    """NotAdmitted, ShortNotice: why these forms may not be asked. Notice counts from today at the
    earliest: a first day in the past gives nobody more time."""
    opened_on, due_on = days
    on = max(opened_on, today)
    for form, one in _asked(forms, place, period, on):
        needed, given = one.conditions.notice_days if one.conditions else 0, (due_on - on).days
        if given < needed:
            raise ShortNotice(form=form.title.strip(), needed=needed, given=given)


def check_given(forms: Iterable[FormInfo], period: int) -> None:
    """Invalid: a form has no such period, or was never let in and nobody ever said anything by it."""
    every = list(forms)
    kind = Period.from_code(period).kind
    problems = [
        Problem(
            "period",
            "报表“{form}”是{kind}，没有这样的报告期。",
            (("form", form.title.strip()), ("kind", WORDS[Kind(form.period_kind)])),
        )
        for form in every
        if form.period_kind != kind
    ]
    codes = [form.code for form in every]
    let_in = Admission.objects.filter(form__code__in=codes, serial__isnull=False)
    known = set(let_in.values_list("form__code", flat=True))
    if strange := [form for form in every if form.code not in known]:
        names = {form.code: {source_of(form.code), f"history:{form.code}"} for form in strange}
        heard = observations.sources_heard(set().union(*names.values()))
        problems += [
            Problem(
                "form",
                "报表“{form}”没有经过准入，也没有人按它报过数，没有可以生成的。",
                (("form", form.title.strip()),),
            )
            for form in strange
            if not names[form.code] & heard
        ]
    if problems:
        raise Invalid(problems=problems)


def check_plan(found: RoundInfo, on: date) -> None:
    """NotAdmitted: a form of the round expired or was withdrawn, nothing new is planned for it."""
    _asked(forms_by_id(found.forms), found.place, found.period, on)


def _asked(
    forms: Mapping[int, FormInfo], place: int, period: int, on: date
) -> list[tuple[FormInfo, AdmissionInfo]]:
    """Each form and the admission under which it is asked that day. NotAdmitted."""
    held = of_forms(forms, on, place)
    found = []
    for form in forms.values():
        one = held.get(form.id)
        now, terms = (standing(one, on), one.conditions) if one else (None, None)
        why = why_not(form.title.strip(), now, terms, period)
        if one is None or why:
            raise NotAdmitted(why=why, basis=MARKS)
        found.append((form, one))
    return found


def catalogue(year: int, *, to: Actor, on: date) -> list[Listed]:
    """Every form in force on some day of the year as it was known at the end of the day `on`, by
    department and code. A handful of queries."""
    need(to, "reporting.read", on=on)
    first, last = date(year, 1, 1), date(year, 12, 31)
    known = datetime.combine(on + timedelta(days=1), time.min, LEGAL_ZONE)
    rows = _rows().filter(
        Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=first),
        decided_at__lt=known,
        state__in=(Admitting.ADMITTED, Admitting.WITHDRAWN),
        serial__isnull=False,
        begins_on__lte=last,
        expires_on__gte=first,
    )
    infos = [admission_info(row) for row in rows]
    ask = costs(on).seconds[Means.ASK]
    found = [_listed(one, on, ask) for one in infos]
    return sorted(found, key=lambda one: (one.admission.department_name, one.admission.form_code))


def _listed(one: AdmissionInfo, on: date, ask: int) -> Listed:
    conditions = one.conditions
    times = 1 if conditions and conditions.period else YEARLY[one.period_kind]
    minutes = None
    if one.verdict is not None:
        minutes = one.verdict.each(one.verdict.seconds_more * times)
    fields = len(conditions.only) if conditions and conditions.only else one.fields
    alone = tenths(fields * ask * times, 60)
    return Listed(one, standing(one, on), times, alone, minutes)


def admission_info(row: Admission) -> AdmissionInfo:
    """`row.form`, `row.department`, `row.votes` and `row.fields` (a count) must be there already."""
    return AdmissionInfo(
        id=row.pk,
        uuid=str(row.uuid),
        form=row.form_id,
        form_code=row.form.code,
        form_version=row.form.version,
        title=row.form.title.strip(),
        department=row.department_id,
        department_name=row.department.name if row.department else "",
        place=row.place,
        period_kind=row.form.period_kind,
        subject=row.form.subject,
        fields=getattr(row, "asked", 0),
        basis=Basis(row.basis),
        purpose=row.purpose,
        legal_basis=row.legal_basis,
        state=Admitting(row.state),
        version=row.version,
        conditions=conditions_of(row),
        number=row.number,
        offered_at=row.offered_at,
        decided_at=row.decided_at,
        decide_by=row.decide_by,
        withdrawn_on=row.withdrawn_on,
        reason=row.reason,
        votes=tuple(Vote(v.party, v.version, v.approves, v.reason, v.at) for v in row.votes.all()),
        verdict=as_read(row.verdict) if row.verdict else None,
        likely_new=row.likely_new,
        only=tuple(row.only),
        period=row.period,
        asker=row.offered_by,
    )


def conditions_of(row: Admission) -> Conditions | None:
    """None before anybody set any."""
    if row.begins_on is None or row.expires_on is None:
        return None
    return Conditions(row.begins_on, row.expires_on, row.notice_days, tuple(row.only), row.period)


def _rows() -> QuerySet[Admission]:
    votes = AdmissionVote.objects.order_by("pk")
    return (
        Admission.objects.select_related("form", "department")
        .defer("form__profile")
        .prefetch_related(Prefetch("votes", votes))
        .annotate(
            asked=Count(
                "form__fields",
                filter=Q(form__fields__element__isnull=False) & ~Q(form__fields__role="place"),
            )
        )
    )


MARKS = "《中华人民共和国统计法》第十七条"
