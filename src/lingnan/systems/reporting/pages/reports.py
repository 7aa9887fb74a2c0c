"""One report as its reviewer sees it; the list of what waits; approve, return, or estimate beside it."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from lingnan.base import clock
from lingnan.base.errors import Invalid, Problem
from lingnan.base.ids import parse_uuid
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Column, Stage, Table

from .. import queries, services
from ..queries.gate import sees_exact
from ..rules.filing import retyped
from ..terms.filings import STATE_WORDS, Answer, FilingInfo, FormInfo, State
from ..terms.masking import Seen
from .again import again, shown
from .common import STATE_MARKS, names, need_all, tell_approved
from .dictionary import named_source
from .explaining import grids_of
from .filling import OPEN, SHOWN, form_ladder

ESTIMATE = {"field": "请选择项目。", "text": "请填写估计值。", "reason": "请写明估计依据。"}
CORRECTION = {"field": "请选择项目。", "reason": "请写明更正原因。"}


@require_safe
@permission("reporting.read")
def filing(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One report as its reviewer sees it."""
    to, on, seen = actor_of(request), clock.today(), Seen()
    found = queries.filing(str(uuid), to=to, on=on)
    shown = queries.shown_filings([found], to=to, on=on, seen=seen)[0]
    services.tell_seen("filing", found.place, seen, by=to, at=clock.now())
    return _filing(request, shown)


@require_POST
@permission("reporting.read")
@again(filing)
def filing_in_full(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The same with its persons in full, once, for a reason; not in the address."""
    by, why = actor_of(request), request.POST.get("reason", "")
    found = services.show_filing(str(uuid), reason=why, by=by, at=clock.now())
    return _filing(request, found, is_clear=True)


def _filing(request: HttpRequest, found: FilingInfo, *, is_clear: bool = False) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    form = queries.form_by_id(found.form)
    place = places.place(found.place, on=on)
    beside = (
        {}
        if found.subject or not sees_exact(to, place.id, on)
        else queries.estimated_beside(form, place.id, found.period, to=to, on=on)
    )
    context = {
        "filing": found,
        "form": form,
        "place": place,
        "period": str(Period.from_code(found.period)),
        "state": gettext(STATE_WORDS[found.state]),
        "mark": STATE_MARKS[found.state],
        "stages": _stages(found),
        "table": _answers(form, found, beside),
        "fields": form.asked,
        "may_review": to.may("reporting.approve") and found.state is State.SUBMITTED,
        "may_correct": to.may("reporting.fill") and found.state is State.APPROVED,
        "may_estimate": to.may("reporting.approve") and not found.subject,
        "may_fill": to.may("reporting.fill") and found.state in OPEN and not found.subject,
        "subject": f"reporting.filing:{found.uuid}",
        "is_clear": is_clear,
        "may_see_persons": not is_clear and to.may("reporting.unmask"),
        "rungs": form_ladder(request, form, place, found.period),
    }
    return shown(request, "reporting/filing.html", context)


def _stages(found: FilingInfo) -> list[Stage]:
    """Who has it, and since when."""
    sent = clock.legal_day(found.submitted_at) if found.submitted_at else None
    counted = clock.legal_day(found.approved_at) if found.approved_at else None
    waits = found.state is State.SUBMITTED
    return [
        Stage(gettext("填报"), gettext("填报人"), sent, now=found.state in OPEN),
        Stage(gettext("审核"), gettext("审核人"), sent if waits else counted, now=waits),
        Stage(gettext("计入汇总"), gettext("系统"), counted),
    ]


@require_safe
@permission("reporting.approve")
def review(request: HttpRequest) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    found = queries.filings(queries.Wanted(state=State.SUBMITTED, limit=500), to=to, on=on)
    forms = queries.forms_by_id({one.form for one in found})
    named = names(one.place for one in found)
    items = [
        {
            "filing": one,
            "form": forms[one.form],
            "place": named.get(one.place, ""),
            "period": str(Period.from_code(one.period)),
        }
        for one in found
    ]
    context = {"items": items, "grids": grids_of(found, forms, to, on)}
    return shown(request, "reporting/review.html", context)


def _one_or_all(request: HttpRequest) -> HttpResponse:
    """The page that was acted on: a report's own, or the list of what waits."""
    uuids = request.POST.getlist("filing")
    if uuids and request.POST.get("act") == "return":
        return filing(request, parse_uuid(uuids[0]))
    return review(request)


@require_POST
@permission("reporting.approve")
@again(_one_or_all)
def decide(request: HttpRequest) -> HttpResponse:
    """Approve the marked ones, or return one with a reason."""
    by, at = actor_of(request), clock.now()
    uuids = request.POST.getlist("filing")
    if not uuids:
        raise Invalid(problems=[Problem("filing", "请先选中要审核的报表。")])
    if request.POST.get("act") == "return":
        services.return_report(uuids[0], request.POST.get("reason", ""), by=by, at=at)
        messages.success(request, gettext("已退回。"))
    else:
        tell_approved(request, services.approve_many(uuids, by=by, at=at))
    return redirect("reporting:review")


@require_POST
@permission("reporting.approve")
@again(filing)
def estimate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The reviewer's own figure, marked as one; what the village reported stays as it is."""
    by, on = actor_of(request), clock.today()
    found = queries.filing(str(uuid), to=by, on=on)
    said = request.POST
    need_all(request, ESTIMATE)
    services.add_estimate(
        found.form,
        (found.place, found.period),
        (said.get("field", ""), said.get("text", "")),
        said.get("reason", ""),
        by=by,
        at=clock.now(),
    )
    messages.success(request, gettext("估计值已登记，原报数未动。"))
    return redirect("reporting:filing", uuid)


@require_POST
@permission("reporting.fill")
@again(filing)
def correct(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The village itself puts an approved figure right; it is looked at again before it counts."""
    by, said = actor_of(request), request.POST
    need_all(request, CORRECTION)
    done = services.correct_report(
        str(uuid),
        {said.get("field", ""): said.get("text", "")},
        said.get("reason", ""),
        by=by,
        at=clock.now(),
    )
    form, on = queries.form_by_id(done.form), clock.today()
    messages.success(request, gettext("已改，请核对后提交；通过之前仍按原数。"))
    if done.subject:
        return redirect("reporting:filing", uuid)
    where = places.place(done.place, on=on)
    return redirect("reporting:fill", form.code, where.code, str(Period.from_code(done.period)))


def _answers(form: FormInfo, found: FilingInfo, beside: Mapping[str, Decimal | None]) -> Table:
    columns = [
        Column(gettext("编号"), width="narrow"),
        Column(gettext("项目")),
        Column(gettext("填报"), number=True),
        Column(gettext("单位")),
        Column(gettext("来源")),
        Column(gettext("审核人估计"), number=True),
        Column(gettext("审核意见")),
    ]
    rows = []
    for field in form.asked:
        answer = found.answers.get(field.code, Answer())
        labels = {option.code: option.label for option in field.options}
        text = SHOWN.get(answer.mark, answer.text)
        rows.append(
            [
                field.code,
                field.label.strip(),
                f"{text} {labels[text]}" if text in labels else text,
                "" if field.options else field.unit,
                named_source(answer.source) if answer.source else "",
                retyped(field, beside.get(field.code), None),
                found.remarks.get(field.code, ""),
            ]
        )
    return _without_blanks(Table(columns, rows))


def _without_blanks(table: Table) -> Table:
    """Less to read: a column nobody wrote anything in is left out."""
    used = [i for i in range(len(table.columns)) if any(row[i] for row in table.rows)]
    rows = [[row[i] for i in used] for row in table.rows]
    return Table([table.columns[i] for i in used], rows)


urlpatterns = [
    path("filings/<uuid:uuid>/", filing, name="filing"),
    path("filings/<uuid:uuid>/unmask/", filing_in_full, name="filing_in_full"),
    path("filings/<uuid:uuid>/estimate/", estimate, name="estimate"),
    path("filings/<uuid:uuid>/correct/", correct, name="correct"),
    path("review/", review, name="review"),
    path("review/decide/", decide, name="decide"),
]
