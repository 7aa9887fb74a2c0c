"""Roll-up to look at: from the province down to the village, on a map, over time, as of any day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.periods import Kind, Period, period_of
from lingnan.base.words import say
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import ElementInfo
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Series, Table
from lingnan.web.errors import NoSuchPage
from lingnan.web.figures import Figure, line
from lingnan.web.maps import Area, Map, coloured
from lingnan.web.requests import asked_day
from lingnan.web.search.elements import own_title

from .. import queries, services
from ..queries.exploring import At, Explored
from ..rules.naming import told_apart
from ..terms.filings import FormInfo
from ..terms.masking import Seen
from ..terms.suppression import HIDDEN_SHOWN
from .common import guessed, home_of, ladder, place_of
from .products import end_of_day
from .shapes import FIFTHS, shapes_below

VILLAGE = 5
PERIODS, STEPS = 12, 24
COLOURS = ("value", "share")
SORTS = {"value", "reported", "share"}


@dataclass(frozen=True)
class Chosen:
    """What is looked at; every choice has something usual to begin with."""

    form: FormInfo
    element: ElementInfo
    offered: list[tuple[str, str]]  # elements of the form: code, name
    place: PlaceInfo
    period: Period
    colour: str


@require_safe
@permission("reporting.read")
def explore(request: HttpRequest) -> HttpResponse:
    """`?form=&element=&place=&period=`; `?on=` as of the end of that day; `?colour=share` coverage."""
    to, on = actor_of(request), clock.today()
    held = {f.code: f for f in queries.forms(to=to, on=on) if f.subject == "place"}
    chosen = _chosen(request, held, to, on)
    forms = [(code, " ".join(f.title.split())) for code, f in held.items()]
    context: dict[str, Any] = {"forms": forms, "chosen": chosen}
    if chosen is None:
        return render(request, "reporting/explore.html", context)
    as_of = end_of_day(asked_day(request)) if request.GET.get("on") else None
    seen = Seen()
    found = queries.explore(
        chosen.place, chosen.element, chosen.period.code, as_of=as_of, to=to, on=on, seen=seen
    )
    services.tell_seen("explore", chosen.place.id, seen, by=to, at=clock.now())
    lang = get_language() or "zh-hans"
    named = {row.place.id: row.place.name for row in (found.whole, *found.below)}
    if lang != "zh-hans":
        named |= places.names(named, on=on, lang=lang)
    title = say(chosen.element.titles, lang)
    drawn = _Drawn(request, chosen, named, own_title(title))
    context |= {
        "title": own_title(title),
        "within": title.rpartition(" · ")[0],
        "name": named.get(chosen.place.id, chosen.place.name),
        "whole": found.whole,
        "guessed": guessed(found.whole.estimated),
        "kept_back": HIDDEN_SHOWN,
        "map": drawn.map(found, on),
        "table": drawn.table(found),
        "trend": drawn.trend(found.trend),
        "rungs": ladder(chosen.place, lambda c: drawn.url(place=c), to=to, on=on),
        "below": [(named.get(r.place.id, r.place.name), drawn.there(r)) for r in found.below],
        "periods": _periods(chosen.period, on),
        "days": _days(chosen.period, on),
        "day": request.GET.get("on", ""),
        "sort": request.GET.get("sort", ""),
        "as_of": asked_day(request) if as_of else None,
    }
    return render(request, "reporting/explore.html", context)


def _chosen(
    request: HttpRequest, forms: Mapping[str, FormInfo], to: Actor, on: date
) -> Chosen | None:
    """None when there is nothing yet that could be looked at. Who has not said which form, period or
    element begins with what is best known."""
    asked, first = request.GET, None
    place = _place(asked.get("place", ""), to, on)
    code = asked.get("form", "")
    if not (code and asked.get("period")):
        asking = {f.id for f in forms.values() if not code or f.code == code}
        first = queries.opening(place, asking, to=to, on=on)
    if first:
        form = first.form
    elif code or forms:
        form = queries.form(code or next(iter(forms)), to=to, on=on)
    else:
        return None
    held = (first and first.known) or observations.element_map(
        {f.element_code for f in form.asked if f.element}
    )
    known = _offered(form, held, to)
    if not known:
        return None
    text = asked.get("period") or (str(first.period) if first else "")
    period = _period(text, form.period_kind, on)
    wanted = asked.get("element", "")
    if wanted not in known and first and not asked.get("period"):
        wanted = first.element
    if wanted not in known:
        numbers = [held[one] for one in known]
        wanted = queries.most(queries.covered(place, numbers, period.code, to=to, on=on))
    return Chosen(
        form, held[wanted or next(iter(known))], list(known.items()), place, period,
        asked.get("colour", "") if asked.get("colour") in COLOURS else "value",
    )  # fmt: skip


def _offered(form: FormInfo, held: Mapping[str, ElementInfo], to: Actor) -> dict[str, str]:
    """The numbers the form asks and the reader may read: code → name, in the order of the form."""
    lang = get_language() or "zh-hans"
    return {
        f.element_code: (
            name if lang == "zh-hans" else own_title(say(held[f.element_code].titles, lang))
        )
        for f, name in zip(form.asked, told_apart(form.asked), strict=True)
        if f.element_code in held
        and held[f.element_code].type.is_numeric
        and held[f.element_code].label in to.labels
    }


def _place(code: str, to: Actor, on: date) -> PlaceInfo:
    if code:
        return place_of(code, on)
    return home_of((scope.place for scope in to.scopes), on) or places.roots(on=on)[0]


def _period(text: str, of: int, on: date) -> Period:
    """As asked if it is of that kind, else the one that includes or precedes it. Figures stand under the
    period of the form that asked, whatever other forms ask the element."""
    kind = Kind(of)
    try:
        asked = Period.parse(text)
    except ValueError:
        if text:
            raise NoSuchPage from None
        return period_of(on, kind)
    return asked if asked.kind is kind else period_of(min(asked.end, on), kind)


def _shown(row: At) -> Cell:
    if row.kept_back:
        return Cell(HIDDEN_SHOWN, note=gettext("不公开"))
    return Cell("" if row.value is None else row.value, note=guessed(row.estimated))


@dataclass(frozen=True)
class _Drawn:
    request: HttpRequest
    chosen: Chosen
    named: dict[int, str]
    title: str

    def url(self, **changed: str) -> str:
        said = {k: v for k, v in self.request.GET.items() if v and k != "csrfmiddlewaretoken"}
        chosen = self.chosen
        said |= {
            "form": chosen.form.code, "element": chosen.element.code,
            "place": chosen.place.code, "period": str(chosen.period),
        } | changed  # fmt: skip
        return f"{reverse('reporting:explore')}?{urlencode({k: v for k, v in said.items() if v})}"

    def there(self, row: At) -> str:
        """One rung down; a village's own page, where there is no further down."""
        if row.place.level == VILLAGE:
            return reverse("reporting:block", args=[row.place.code])
        return self.url(place=row.place.code)

    def map(self, found: Explored, on: date) -> Map | None:
        held = shapes_below(self.chosen.place, [row.place.id for row in found.below], on)
        share = self.chosen.colour == "share"
        areas = [
            Area(
                self.named.get(row.place.id, row.place.name),
                held[row.place.id].geojson,
                row.share if share else row.value,
                self.there(row),
                held[row.place.id].approximate,
                held[row.place.id].sketched,
                row.kept_back and not share,
            )
            for row in found.below
            if row.place.id in held
        ]
        if not areas:
            return None
        title = f"{self.title} {self.chosen.period}"
        if share:
            return coloured(areas, title=gettext("已报的村"), unit="%", limits=FIFTHS)
        return coloured(areas, title=title, unit=self.chosen.element.unit)

    def table(self, found: Explored) -> Table:
        by = self.request.GET.get("sort", "")
        columns = [
            self.column("", gettext("地区"), by),
            self.column("value", self.chosen.element.unit or gettext("值"), by),
            self.column("reported", gettext("已报的村"), by),
            self.column("share", "%", by),
        ]
        rows = [
            [
                Cell(self.named.get(row.place.id, row.place.name), self.there(row)),
                _shown(row),
                f"{row.reported:,} / {row.expected:,}",
                row.share,
            ]
            for row in ordered(found.below, by)
        ]
        caption = gettext("下级各地 {period}").format(period=self.chosen.period)
        return Table(columns, rows, caption, gettext("下面没有更小的地方"))

    def column(self, key: str, title: str, by: str) -> Column:
        """Places in their own order, numbers first the largest, pressed again the smallest."""
        url = self.url(sort=f"-{key}" if key and by != f"-{key}" else key) + "#below"
        order = {key: "ascending", f"-{key}": "descending"}.get(by, "") if key else ""
        width = "narrow" if key == "share" else ""
        return Column(title, number=bool(key), width=width, url=url, order=order)

    def trend(self, told: Mapping[int, Any]) -> Figure | None:
        if sum(one.value is not None for one in told.values()) < 2:
            return None
        labels = [str(Period.from_code(code)) for code in told]
        values = [one.value for one in told.values()]
        title = gettext("{title} 近 {n} 期").format(title=self.title, n=len(told))
        return line(Series(labels, values, title, self.chosen.element.unit))


def ordered(rows: Sequence[At], by: str) -> list[At]:
    """What nobody knows, or may know, comes last either way."""
    if by.lstrip("-") not in SORTS:
        return list(rows)
    key = by.lstrip("-")
    known = [row for row in rows if getattr(row, key) is not None]
    rest = [row for row in rows if getattr(row, key) is None]
    return sorted(known, key=lambda r: getattr(r, key), reverse=by.startswith("-")) + rest


def _periods(chosen: Period, on: date) -> list[str]:
    """The newest first; the chosen one among them."""
    newest = max(period_of(on, chosen.kind), chosen)
    found = [newest.shift(-n) for n in range(PERIODS)]
    return [str(one) for one in (found if chosen in found else [*found, chosen])]


def _days(period: Period, on: date) -> list[date]:
    """Days one can look back to, oldest first: from the period's beginning to yesterday."""
    first, last = min(period.start, on), on - timedelta(days=1)
    span = (last - first).days
    if span <= 0:
        return []
    steps = min(STEPS, span)
    return [first + timedelta(days=round(span * n / steps)) for n in range(steps + 1)]


urlpatterns = [path("explore/", explore, name="explore")]
