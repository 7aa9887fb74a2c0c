"""The reviewer's summary of a household form: villages down, or the households of one."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from lingnan.base import clock
from lingnan.base.periods import Period
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Table

from .. import queries
from ..queries.household_grid import HouseholdGrid, HouseholdRow
from ..terms.filings import FormInfo, State
from .again import shown
from .common import codes, ladder, names


def household_page(
    request: HttpRequest, form: FormInfo, place: PlaceInfo, period: int, page: int
) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    found = queries.household_grid(form, place.id, period, page=page, to=to, on=on)
    when = str(Period.from_code(period))
    context = {
        "form": form,
        "place": place,
        "period": when,
        "grid": found,
        "submitted": found.counts[State.SUBMITTED],
        "approved": found.counts[State.APPROVED],
        "returned": found.counts[State.RETURNED],
        "table": _table(found, form, when),
        "waiting": [row for row in found.rows if row.filing and row.counts[State.SUBMITTED]]
        if to.may("reporting.approve") and to.reaches(place.id, on)
        else [],
        "rungs": ladder(
            place, lambda c: reverse("reporting:grid", args=[form.code, c, when]), to=to, on=on
        ),
    }
    return shown(request, "reporting/household_grid.html", context)


def _table(found: HouseholdGrid, form: FormInfo, when: str) -> Table:
    named = names(row.place for row in found.rows)
    coded = codes(row.place for row in found.rows)
    columns = [
        Column(gettext("户") if any(row.number for row in found.rows) else gettext("地区")),
        *(
            Column(title, number=True)
            for title in (
                gettext("户数"), gettext("待审核"), gettext("已通过"), gettext("已退回"),
                gettext("填报率"), gettext("须改正或说明"), gettext("检查发现"),
            )
        ),
    ]  # fmt: skip
    rows = [
        [
            _head(row, named.get(row.place, ""), coded.get(row.place, ""), form, when),
            row.households,
            row.counts[State.SUBMITTED],
            row.counts[State.APPROVED],
            row.counts[State.RETURNED],
            f"{row.filled:.0%}",
            row.blocking,
            row.findings,
        ]
        for row in found.rows
    ]
    return Table(columns, rows, gettext("待审核多的在前"), gettext("没有登记"))


def _head(row: HouseholdRow, name: str, code: str, form: FormInfo, when: str) -> Cell:
    if row.number:
        return Cell(
            row.number, reverse("reporting:filing", args=[row.filing]) if row.filing else ""
        )
    return Cell(name, reverse("reporting:grid", args=[form.code, code, when]))
