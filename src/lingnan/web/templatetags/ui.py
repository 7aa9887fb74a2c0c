"""`{% load ui %}`: the components of `templates/ui/`, and a few filters."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lingnan.base.words import say
from lingnan.kernel.evidence import queries as evidence
from lingnan.web import happenings
from lingnan.web.actors import actor_of
from lingnan.web.components import (
    QUALITIES,
    Answer,
    Clock,
    Filter,
    ReviewGrid,
    Rung,
    Stage,
    Step,
    Table,
    shown,
)
from lingnan.web.errors import in_words
from lingnan.web.labels import label_said
from lingnan.web.maps import Map
from lingnan.web.paging import Page

register = template.Library()
register.filter("shown", shown)
register.filter("secrecy", label_said)


@register.filter
def said(titles: Mapping[str, str] | str) -> str:
    """A title or a sentence in the reader's language: `{{ element.titles|said }}`."""
    if isinstance(titles, str):
        return in_words(titles)
    return say(titles, get_language() or "zh-hans")


@register.filter
def happening(kind: str) -> str:
    return happenings.happening(kind, get_language() or "zh-hans")


@register.filter
def doer(tag: str) -> str:
    return happenings.doer(tag, get_language() or "zh-hans")


@register.inclusion_tag("ui/ladder.html")
def ladder(rungs: Sequence[Rung], below: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    return {"rungs": rungs, "below": below}


@register.inclusion_tag("ui/source_chip.html")
def source_chip(
    source: str, as_of: date | str = "", quality: str = "reported", href: str = ""
) -> dict[str, Any]:
    known = QUALITIES.get(str(quality).lower(), quality)
    return {"source": source, "as_of": as_of, "quality": known, "kind": quality, "href": href}


@register.inclusion_tag("ui/clock_chip.html")
def clock_chip(clock: Clock) -> dict[str, Any]:
    return {"clock": clock}


@register.inclusion_tag("ui/evidence_drawer.html", takes_context=True)
def evidence_drawer(context: template.Context, subject: str, limit: int = 20) -> dict[str, Any]:
    """What happened to the subject, as far as this reader may know."""
    actor = actor_of(context["request"])
    events = evidence.history_of(subject, to=actor, limit=limit)
    return {"events": list(events), "subject": subject, "title": _("这里发生过什么")}


@register.inclusion_tag("ui/table.html")
def table(table: Table) -> dict[str, Any]:
    return {"table": table, "rows": table.cells()}


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context: template.Context, page: Page[Any]) -> dict[str, Any]:
    """Keeps every other parameter of the address."""
    request = context["request"]
    query = request.GET.copy()
    query.pop("after", None)
    first = query.urlencode()
    query["after"] = page.next_cursor
    started = "after" in request.GET
    return {
        "next": query.urlencode() if page.next_cursor else "",
        "first": first,
        "started": started,
    }


@register.inclusion_tag("ui/figure.html")
def figure(figure: Any) -> dict[str, Any]:
    return {"figure": figure, "rows": figure.table.cells()}


@register.inclusion_tag("ui/map.html")
def map_figure(drawn: Map) -> dict[str, Any]:
    return {"map": drawn, "rows": drawn.table.cells()}


@register.inclusion_tag("ui/task_list.html")
def task_list(steps: Sequence[Step]) -> dict[str, Any]:
    return {"steps": steps}


@register.inclusion_tag("ui/check_answers.html")
def check_answers(answers: Sequence[Answer]) -> dict[str, Any]:
    return {"answers": answers}


@register.inclusion_tag("ui/timeline.html")
def timeline(stages: Sequence[Stage], clock: Clock | None = None) -> dict[str, Any]:
    return {"stages": stages, "clock": clock}


@register.inclusion_tag("ui/upload.html")
def upload(
    name: str, title: str, accept: str, *, limit: int = 64, hint: str = "", wrong: str = ""
) -> dict[str, Any]:
    """One file to be sent; `accept` as HTML writes it, `limit` in MiB."""
    return {
        "name": name, "title": title, "accept": accept, "limit": limit, "hint": hint, "wrong": wrong,
    }  # fmt: skip


@register.inclusion_tag("ui/review_grid.html")
def review_grid(grid: ReviewGrid) -> dict[str, Any]:
    return {"grid": grid}


@register.inclusion_tag("ui/filter_bar.html")
def filter_bar(filters: Sequence[Filter]) -> dict[str, Any]:
    """What is set is repeated below the bar, each with the address that goes on without it."""
    set_ones = [one for one in filters if one.value]
    chosen = [
        (one, urlencode({other.name: other.value for other in set_ones if other is not one}))
        for one in set_ones
    ]
    return {"filters": filters, "chosen": chosen}
