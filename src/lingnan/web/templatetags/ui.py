"""`{% load ui %}`: the components of `templates/ui/`, and a few filters."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lingnan.base.words import say
from lingnan.kernel.evidence import queries as evidence
from lingnan.web import happenings
from lingnan.web.actors import actor_of
from lingnan.web.components import QUALITIES, Clock, Rung, Table, shown
from lingnan.web.paging import Page

register = template.Library()
register.filter("shown", shown)


@register.filter
def said(titles: Mapping[str, str] | str) -> str:
    """A title in the reader's language: `{{ element.titles|said }}`."""
    return say(titles, get_language() or "zh-hans")


@register.filter
def happening(kind: str) -> str:
    return happenings.happening(kind, get_language() or "zh-hans")


@register.filter
def doer(tag: str) -> str:
    return happenings.doer(tag, get_language() or "zh-hans")


@register.inclusion_tag("ui/ladder.html")
def ladder(rungs: Sequence[Rung]) -> dict[str, Any]:
    return {"rungs": rungs}


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
