"""Ask forms of every village below a place, for one period, until a day."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid, NotFound, Problem
from lingnan.base.ids import parse_uuid, subject, uuid7
from lingnan.base.periods import Period
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.places import queries as places

from ..models import Form, Round
from ..queries.admission import check_round, of_forms
from ..queries.filings import round_info
from ..queries.forms import forms_by_id, meet
from ..queries.gate import need
from ..terms.filings import FormInfo, RoundInfo, RoundState
from ..terms.happenings import (
    RoundClosed,
    RoundOpened,
)
from ..terms.refusals import AlreadyAsked, AskedOnce, RoundIsClosed
from .ledgers import derive_ledgers


@transaction.atomic
def open_round(
    title: str,
    form_ids: Sequence[int],
    *,
    place: int,
    period: int,
    days: tuple[date, date],
    by: Actor,
    at: datetime,
) -> RoundInfo:
    """`days`: the first and the last. Invalid when they are the wrong way round, or a form is asked
    for another kind of period. NotAdmitted, ShortNotice: only forms in force are asked, in time.
    AlreadyAsked: an open round asks one of the same villages for the same period, or any round ever
    did and the form may be asked but once."""
    opened_on, due_on = days
    need(by, "reporting.administer", [place], on=legal_day(at))
    forms = forms_by_id(form_ids)
    _check(forms, period, opened_on, due_on)
    check_round(forms, place, period, days, legal_day(at))
    _check_once(forms, place, period, legal_day(at))
    row = Round.objects.create(
        uuid=uuid7(int(at.timestamp() * 1000)),
        title=title,
        place=place,
        period=period,
        opened_on=opened_on,
        due_on=due_on,
    )
    row.forms.set(form_ids)
    evidence.record(
        RoundOpened(
            subject=subject("reporting", "round", row.uuid),
            place=place,
            forms=sorted(form.code for form in forms.values()),
            period=period,
            due_on=due_on,
        ),
        by=by,
        at=at,
    )
    derive_ledgers(by=by, at=at, below=place)
    return round_info(row)


@transaction.atomic
def close_round(uuid: str, *, by: Actor, at: datetime) -> RoundInfo:
    """Nothing more is filled or corrected in it. RoundIsClosed when somebody closed it already."""
    row = Round.objects.select_for_update().filter(uuid=parse_uuid(uuid)).first()
    if row is None:
        raise NotFound
    need(by, "reporting.administer", [row.place], on=legal_day(at))
    if row.state == RoundState.CLOSED:
        raise RoundIsClosed
    row.state, row.closed_at = RoundState.CLOSED, at
    row.save(update_fields=["state", "closed_at"])
    evidence.record(
        RoundClosed(
            subject=subject("reporting", "round", row.uuid), place=row.place, period=row.period
        ),
        by=by,
        at=at,
    )
    return round_info(row)


def _check_once(forms: Mapping[int, FormInfo], place: int, period: int, on: date) -> None:
    """Of two who open the same at once the second waits for the first, and sees its round."""
    codes = sorted({form.code for form in forms.values()})
    list(Form.objects.select_for_update().filter(code__in=codes).order_by("pk").values_list("pk"))
    held = places.ranges(place, on=on, tree="code")
    once = {
        forms[one.form].code
        for one in of_forms(forms, on, place).values()
        if one.conditions and one.conditions.period
    }
    rows = Round.objects.filter(forms__code__in=codes, period=period).order_by("-pk")
    told = rows.values_list("forms__code", "forms__title", "title", "place", "state")
    for code, form, title, where, state in told:
        if state != RoundState.OPEN and code not in once:
            continue
        if meet(places.ranges(where, on=on, tree="code"), held):
            raise (AskedOnce if code in once else AlreadyAsked)(
                form=form.strip(), period=str(Period.from_code(period)), round=title
            )


def _check(forms: dict[int, FormInfo], period: int, opened_on: date, due_on: date) -> None:
    problems = []
    if not forms:
        problems.append(Problem("forms", "请至少选一张报表。"))
    if due_on < opened_on:
        problems.append(Problem("due_on", "截止日期不能早于开始日期。"))
    try:
        kind = int(Period.from_code(period).kind)
        wrong = [form.code for form in forms.values() if form.period_kind != kind]
    except ValueError:
        problems.append(Problem("period", "没有这个报告期。"))
        wrong = []
    problems += [
        Problem("forms", "报表“{form}”的报告期类型与本轮不同。", (("form", code),))
        for code in wrong
    ]
    if problems:
        raise Invalid(problems=problems)
