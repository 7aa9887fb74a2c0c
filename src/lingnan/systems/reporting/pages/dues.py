"""What falls due by the ledgers: children who go to school, cards that end, who is eighty."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from lingnan.base import clock
from lingnan.base.errors import Invalid
from lingnan.base.words import say
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Table
from lingnan.web.errors import summary

from ..queries import ledgers as seen
from ..services import ledgers as acts
from ..terms.ledgers import Due
from .common import ladder, names, place_of
from .ledgers import next_month


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


urlpatterns = [path("ledgers/due/<str:code>/", due, name="due")]
