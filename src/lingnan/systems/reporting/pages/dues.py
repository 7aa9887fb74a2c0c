"""What falls due by the ledgers: children who go to school, cards that end, who is eighty."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from lingnan.base import clock
from lingnan.base.errors import Invalid, Refused
from lingnan.base.words import say
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Table
from lingnan.web.errors import summary
from lingnan.web.requests import asked_number

from ..queries import ledgers as seen
from ..rules.tabulating import table_csv
from ..services import ledgers as acts
from ..terms.dues import Due
from .common import ladder, names, next_month, place_of
from .exports import attached


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.read")
def due(request: HttpRequest, code: str) -> HttpResponse:
    """Of one month, the next when none is asked. Posted with a reason: names in full."""
    to, on = actor_of(request), clock.today()
    place, error = place_of(code, on), None
    month = request.GET.get("month", "").strip() or next_month(on)
    found: list[Due] = []
    try:
        first, last = seen.month_days(month)
        if request.method == "POST":
            why = request.POST.get("reason", "")
            found = acts.show_dues(place.id, first, last, reason=why, by=to, at=clock.now())
        else:
            found = seen.dues(place.id, first, last, to=to, on=on)
    except Invalid as no:
        error = summary(no)
    context = {
        "place": place,
        "month": month,
        "error": error,
        "count": len(found),
        "groups": _groups(found, to.lang),
        "is_clear": request.method == "POST" and error is None,
        "may_see_persons": request.method != "POST"
        and to.may("reporting.unmask")
        and to.reaches(place.id, on),
        "rungs": ladder(place, lambda c: reverse("reporting:due", args=[c]), to=to, on=on),
    }
    return render(request, "reporting/due.html", context, status=422 if error else 200)


def _groups(found: list[Due], lang: str) -> list[tuple[str, str, Table]]:
    """Title, source and table of each rule that has something due."""
    where = names(one.place for one in found)
    columns = [Column(gettext(c)) for c in ("名称", "号码", "日期", "村")]
    groups = []
    for rule in dict.fromkeys(one.rule for one in found):
        rows = [
            [
                Cell(one.name, reverse("reporting:ledger_entry", args=[one.uuid])),
                one.masked,
                one.day,
                where.get(one.place, ""),
            ]
            for one in found
            if one.rule is rule
        ]
        groups.append((say(rule.titles, lang), rule.source, Table(columns, rows)))
    return groups


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.read")
def turning(request: HttpRequest, code: str) -> HttpResponse:
    """Who reaches an age in a month; the next one when none is asked. Posted with a reason: names in
    full, as a page or a file."""
    to, on = actor_of(request), clock.today()
    place = place_of(code, on)
    age = asked_number(request, "age")
    month = request.GET.get("month", "").strip() or next_month(on)
    age = 80 if age is None else age
    found, error = [], None
    try:
        first, last = seen.month_days(month)
        if request.method == "POST":
            why = request.POST.get("reason", "")
            found = acts.show_turning(place.id, age, first, last, reason=why, by=to, at=clock.now())
        else:
            found = seen.turning(place.id, age, first, last, to=to, on=on)
    except Refused as no:
        error = summary(no)
    where = names(one.place for one in found)
    if request.GET.get("as") == "csv" and error is None:
        lines = [["姓名", "号码", "出生日期", "满岁日", "村"]]
        lines += [[t.name, t.masked, str(t.birth), str(t.day), where[t.place]] for t in found]
        return attached(
            table_csv(lines[0], lines[1:]), f"turning-{age}-{month}.csv", "text/csv; charset=utf-8"
        )
    rows = [
        [
            Cell(t.name, reverse("reporting:ledger_entry", args=[t.uuid])),
            t.masked,
            t.birth,
            t.day,
            where[t.place],
        ]
        for t in found
    ]
    columns = [Column(gettext(c)) for c in ("姓名", "号码", "出生日期", "满岁日", "村")]
    context = {
        "place": place,
        "age": age,
        "month": month,
        "error": error,
        "count": len(found),
        "may_see_persons": to.may("reporting.unmask") and to.reaches(place.id, on),
        "table": Table(columns, rows, empty=gettext("这个月没有人满这个岁数")),
        "rungs": ladder(place, lambda c: reverse("reporting:turning", args=[c]), to=to, on=on),
    }
    return render(request, "reporting/turning.html", context, status=422 if error else 200)


urlpatterns = [
    path("ledgers/due/<str:code>/", due, name="due"),
    path("ledgers/turning/<str:code>/", turning, name="turning"),
]
