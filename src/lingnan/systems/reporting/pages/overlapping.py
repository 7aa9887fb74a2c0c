"""Which forms ask the same, why, and which department makes how many villages answer it again."""

from collections import Counter
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.words import say
from lingnan.kernel.observations import queries as observations
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Table
from lingnan.web.errors import NoSuchPage
from lingnan.web.matrices import Link, flows, matrix
from lingnan.web.search.elements import own_title

from .. import queries
from ..terms.dictionary import FormMark, Overlap

MOST, FLOWS = 40, 14


@require_safe
@permission("reporting.read")
def overlap(request: HttpRequest) -> HttpResponse:
    """`?department=` narrows; `?first=&second=` shows what two forms share."""
    to, on = actor_of(request), clock.today()
    found = queries.overlap(to=to, on=on)
    department = request.GET.get("department", "")
    kept = _kept(found, department)
    context: dict[str, Any] = {
        "found": found,
        "departments": sorted({one.department for one in found.forms if one.department}),
        "department": department,
        "shown": len(kept),
        "shared": sum(found.shared.values()),
        "seeming": sum(found.seeming.values()),
        "may_decide": to.may("reporting.administer"),
    }
    if kept:
        context |= {
            "matrix": _matrix(found, kept),
            "table": _table(found, kept),
            "flow": _flow(found),
        }
    if first := request.GET.get("first", ""):
        context["pair"] = _pair(found, first, request.GET.get("second", ""), to, on)
    return render(request, "reporting/overlap.html", context)


def _kept(found: Overlap, department: str) -> list[int]:
    """Forms that share something, of the department or with it; those that share most, in order."""
    weight: Counter[int] = Counter()
    for pairs in (found.shared, found.seeming):
        for pair, count in pairs.items():
            if not department or any(found.forms[n].department == department for n in pair):
                for n in pair:
                    weight[n] += count
    return sorted(n for n, _ in weight.most_common(MOST))


def _matrix(found: Overlap, kept: list[int]) -> Any:
    at = {n: k for k, n in enumerate(kept)}
    pairs = tuple(
        {(at[a], at[b]): n for (a, b), n in one.items() if a in at and b in at}
        for one in (found.shared, found.seeming)
    )
    links = {
        (at[a], at[b]): Link(
            f"{found.forms[a].title} × {found.forms[b].title}", _url(found.forms[a], found.forms[b])
        )
        for a, b in {*found.shared, *found.seeming}
        if a in at and b in at
    }
    forms = [found.forms[n] for n in kept]
    return matrix(
        [one.title for one in forms],
        [one.questions for one in forms],
        (pairs[0], pairs[1]),
        links,
        gettext("哪些表问得一样"),
    )


def _url(a: FormMark, b: FormMark) -> str:
    there = urlencode({"first": a.code, "second": b.code})
    return f"{reverse('reporting:overlap')}?{there}#pair"


def _table(found: Overlap, kept: list[int]) -> Table:
    columns = [
        Column(gettext("一张表")),
        Column(gettext("另一张表")),
        Column(gettext("同问"), number=True),
        Column(gettext("疑似重复"), number=True),
        Column(gettext("每村每年多填"), number=True),
    ]
    pairs = [p for p in {*found.shared, *found.seeming} if p[0] in kept and p[1] in kept]
    pairs.sort(key=lambda p: (-found.shared.get(p, 0), -found.seeming.get(p, 0), p))
    rows = [
        [
            Cell(a.title, _url(a, b), note=a.department),
            Cell(b.title, note=b.department),
            found.shared.get(pair, 0),
            found.seeming.get(pair, 0),
            found.shared.get(pair, 0) * min(a.per_year, b.per_year),
        ]
        for pair in pairs
        for a, b in ((found.forms[pair[0]], found.forms[pair[1]]),)
    ]
    return Table(columns, rows, gettext("两两比较，同问多的在前"))


def _flow(found: Overlap) -> Any:
    """What several departments ask, to the departments that ask it: questions a year."""
    offices = sorted({one.department for one in found.forms if one.department})
    wide: dict[int, Counter[int]] = {}
    for element, forms in found.who.items():
        asked: Counter[int] = Counter()
        for n in forms:
            if found.forms[n].department:
                asked[offices.index(found.forms[n].department)] += found.forms[n].per_year
        if len(forms) > 1 and asked:
            wide[element] = asked
    best = sorted(wide, key=lambda e: (-len(wide[e]), -sum(wide[e].values()), e))[:FLOWS]
    if not best:
        return None
    held = {one.id: one for one in observations.element_map(None).values() if one.id in set(best)}
    lang = get_language() or "zh-hans"
    left = [
        Link(own_title(say(held[e].titles, lang)), reverse("reporting:entry", args=[held[e].code]))
        for e in best
    ]
    used = sorted({office for e in best for office in wide[e]})
    width = {(n, used.index(o)): v for n, e in enumerate(best) for o, v in wide[e].items()}
    rows = [
        [Cell(left[n].words, left[n].url), offices[used[o]], value]
        for (n, o), value in sorted(width.items())
    ]
    title = gettext("同一件事，哪些部门每年问几次")
    columns = [
        Column(gettext("数据元")),
        Column(gettext("部门")),
        Column(gettext("每年"), number=True),
    ]
    return {
        "title": title,
        "svg": flows(left, [offices[o] for o in used], width, title),
        "table": Table(columns, rows, title),
    }


def _pair(found: Overlap, first: str, second: str, to: Actor, on: date) -> dict[str, Any]:
    known = {one.code: one for one in found.forms}
    if first not in known or second not in known or first == second:
        raise NoSuchPage
    return {
        "first": known[first],
        "second": known[second],
        "rows": queries.shared_by(first, second, to=to, on=on),
    }


urlpatterns = [path("overlap/", overlap, name="overlap")]
