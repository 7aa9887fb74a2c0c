"""The dictionary as lists: every element, proposed ones, and who asks what."""

import re
from collections.abc import Mapping, Sequence
from os.path import commonprefix
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from lingnan.base import clock
from lingnan.base.errors import Refused
from lingnan.base.periods import Kind
from lingnan.base.words import say
from lingnan.web import paging
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.errors import summary
from lingnan.web.grids import grid as drawn
from lingnan.web.requests import asked_number

from .. import queries, services
from ..rules.naming import source_said
from ..terms.dictionary import ClusterInfo, EntryInfo, Standing
from .forms import KINDS, TYPES

SIZE, CLUSTERS = 50, 12
YEAR = re.compile(r"^\d{4}\s*年度?")
LEAST, TOPS = (2, 3, 5), (20, 40, 80)
STANDINGS = {
    Standing.PROPOSED: ("未核", "near"),
    Standing.CONFIRMED: ("已核", "done"),
    Standing.RETIRED: ("已并入", "quiet"),
}


@require_safe
@permission("reporting.read")
def dictionary(request: HttpRequest) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    text = request.GET.get("q", "").strip()
    owner = request.GET.get("owner", "").strip()
    asked = asked_number(request, "asked") or 0
    found = queries.entries(to=to, on=on, text=text, owner=owner, asked=asked)
    page = paging.window(found, cursor=request.GET.get("after"), size=SIZE)
    context = {
        "page": page,
        "rows": [_line(one) for one in page.rows],
        "count": len(found),
        "q": text,
        "owner": owner,
        "asked": asked,
        "may_decide": to.may("reporting.administer"),
    }
    return render(request, "reporting/dictionary.html", context)


def _line(one: EntryInfo) -> dict[str, Any]:
    words, mark = STANDINGS[one.standing]
    path, _, title = say(one.titles, get_language() or "zh-hans").rpartition(" · ")
    return {
        "entry": one,
        "title": title,
        "path": path,
        "type": gettext(TYPES.get(one.type, one.type)),
        "period": gettext(KINDS[Kind(one.period_kind)]),
        "standing": gettext(words),
        "mark": mark,
        "sources": [named_source(source) for source in one.precedence[:2]],
    }


def named_source(code: str, titles: Mapping[str, str] | None = None) -> str:
    """`ledger` → 台账; `form:MZ-1` → 报表 and its title, its number where `titles` has none; others as
    they are."""
    said = source_said(code)
    if not said.params:
        return gettext(said.tell) if said.tell else ""
    known = {k: (titles or {}).get(str(v), v) for k, v in said.params}
    return gettext(said.tell).format(**known)


@require_safe
@permission("reporting.read")
def proposed(request: HttpRequest) -> HttpResponse:
    return _proposed(request)


def _proposed(request: HttpRequest, no: Refused | None = None) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    found = queries.proposed(to=to, on=on)
    page = paging.window(found, cursor=request.GET.get("after"), size=CLUSTERS)
    context = {
        "page": page,
        "clusters": [_card(one) for one in page.rows],
        "count": len(found),
        "saved": sum(one.saved for one in found),
        "may_decide": to.may("reporting.administer"),
        "act": request.GET.get("act", ""),
        "error": summary(no) if no else None,
    }
    return render(request, "reporting/proposed.html", context, status=no.status if no else 200)


def _card(one: ClusterInfo) -> dict[str, Any]:
    return {
        "one": one,
        "fields": [(field, one.forms[field.form]) for field in one.fields],
        "codes": sorted({field.element_code for field in one.fields}),
        "names": [(k, v, one.titles.get(k, ""), k in one.converted) for k, v in LANGUAGES.items()],
        "truth": named_source(one.truth),
        "period": gettext(KINDS[Kind(one.period_kind)]),
    }


LANGUAGES = {"zh-hans": "简体中文", "zh-hant": "繁體中文", "en": "English", "pt": "Português"}


@require_POST
@permission("reporting.administer")
def join(request: HttpRequest) -> HttpResponse:
    """Elements `code` become one; what is typed names it."""
    said = request.POST
    try:
        act = services.join_elements(
            said.getlist("code"),
            titles=titles_of(said),
            truth=said.getlist("truth"),
            by=actor_of(request),
            at=clock.now(),
        )
    except Refused as no:
        return _proposed(request, no)
    messages.success(request, gettext("已合并为一个数据元，以后只问一次。"))
    there = said.get("back", "")
    if there:
        return redirect("reporting:entry", there)
    return redirect(f"{reverse('reporting:proposed')}?act={act}")


def titles_of(said: QueryDict) -> dict[str, str]:
    """Names as typed, by language; languages that were left empty are left out."""
    found = {lang: said.get(f"title_{lang}", "").strip()[:200] for lang in LANGUAGES}
    return {lang: words for lang, words in found.items() if words}


@require_safe
@permission("reporting.read")
def grid(request: HttpRequest) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    least, top = asked_number(request, "least") or 2, asked_number(request, "top") or 40
    least, top = max(1, min(least, 50)), max(1, min(top, 200))
    found = queries.grid(to=to, on=on, least=least, top=top)
    lang = get_language() or "zh-hans"
    titles = [say(one.titles, lang).split(" · ")[-1] for one in found.elements]
    columns = _columns(found.forms)
    figure = drawn(titles, columns, found.marks, gettext("哪些表在问"))
    context = {
        "figure": figure if found.elements else None,
        "grid": found,
        "rows": [
            (one, title, [found.forms[c] for r, c in sorted(found.marks) if r == i])
            for i, (one, title) in enumerate(zip(found.elements, titles, strict=True))
        ],
        "least": least,
        "top": top,
        "leasts": LEAST,
        "tops": TOPS,
    }
    return render(request, "reporting/grid.html", context)


def _columns(forms: Sequence[tuple[str, str, str]]) -> list[str]:
    """Who asks, without what all of them begin with (黄埔区), and the form without its year."""
    departments = {department for _, _, department in forms if department}
    shared = len(commonprefix(list(departments))) if len(departments) > 1 else 0
    named = [(department[shared:], YEAR.sub("", title)) for _, title, department in forms]
    return [title if office in title else f"{office} {title}" for office, title in named]


urlpatterns = [
    path("dictionary/", dictionary, name="dictionary"),
    path("dictionary/proposed/", proposed, name="proposed"),
    path("dictionary/join/", join, name="join"),
    path("dictionary/grid/", grid, name="dictionary_grid"),
]
