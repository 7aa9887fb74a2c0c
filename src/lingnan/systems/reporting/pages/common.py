"""What every page of reporting needs: ladders, names, periods, addresses."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import get_language, gettext

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, NotFound, Problem
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.web.components import Clock, Rung
from lingnan.web.errors import NoSuchPage

from .. import queries
from ..terms.checking import Approved
from ..terms.filings import FormInfo, RoundInfo
from ..terms.works import Step

MOST_TOLD = 5  # reports named in a message
STATE_MARKS = {"draft": "quiet", "submitted": "near", "returned": "late", "approved": "done"}
STEPS = {
    Step.WAITING: ("等待办理", "quiet"),
    Step.RUNNING: ("正在办理", "near"),
    Step.DONE: ("已完成", "done"),
    Step.CANCELLED: ("已取消", "quiet"),
    Step.FAILED: ("未能完成", "late"),
}


def step_of(state: Step) -> tuple[str, str]:
    """How far ordered work is: the words of it, and its mark."""
    words, mark = STEPS[state]
    return gettext(words), mark


def period_code(text: str) -> int:
    """NoSuchPage for an address that names no period."""
    try:
        return Period.parse(text).code
    except ValueError:
        raise NoSuchPage from None


def asked_place(request: HttpRequest, on: date, name: str = "place") -> PlaceInfo:
    """The place a form names by its code; Invalid tells it beside the control."""
    code = request.POST.get(name, "").strip()
    if not code:
        raise Invalid(problems=[Problem(name, "请填写区划代码。")])
    try:
        return place_of(code, on)
    except NotFound:
        said = (("code", code),)
        raise Invalid(problems=[Problem(name, "没有区划代码“{code}”。", said)]) from None


def guessed(villages: int) -> str:
    """Beside a sum: of how many villages it holds an estimate; nothing where of none."""
    return gettext("{n} 个村为估计").format(n=villages) if villages else ""


def need_all(request: HttpRequest, words: Mapping[str, str]) -> None:
    """All that is missing is told at once. `words`: control → what is asked for."""
    missing = [Problem(k, told) for k, told in words.items() if not request.POST.get(k, "").strip()]
    if missing:
        raise Invalid(problems=missing)


def asked_form(request: HttpRequest, to: Actor, on: date, name: str = "form") -> FormInfo:
    code = request.POST.get(name, "").strip()
    if not code:
        raise Invalid(problems=[Problem(name, "请选一张报表。")])
    return queries.form(code, to=to, on=on)


def asked_period(request: HttpRequest, name: str = "period") -> int:
    text = request.POST.get(name, "").strip()
    if not text:
        raise Invalid(problems=[Problem(name, "请填写报告期，例如 2026 或 2026-10。")])
    try:
        return Period.parse(text).code
    except ValueError:
        raise Invalid(problems=[Problem(name, "没有报告期“{text}”。", (("text", text),))]) from None


def asked_date(request: HttpRequest, name: str, *, default: date | None = None) -> date:
    text = request.POST.get(name, "").strip()
    if not text and default is not None:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(problems=[Problem(name, "应为日期，例如 2026-10-31。")]) from None


def yes_or_no(request: HttpRequest, name: str = "accept") -> bool:
    """Nothing is decided by what was not sent."""
    said = request.POST.get(name)
    if said not in {"yes", "no"}:
        raise Invalid(problems=[Problem(name, "请选择采纳或否定。")])
    return said == "yes"


def place_of(code: str, on: date) -> PlaceInfo:
    return places.by_code(code, on=on)


def ladder(place: PlaceInfo, url: Callable[[str], str], *, to: Actor, on: date) -> list[Rung]:
    """`url` answers the address of the same page for a division code. No link leads out of reach."""
    above = places.ancestors(place.id, on=on)
    lang = get_language() or "zh-hans"
    named = {p.id: p.name for p in [*above, place]}
    if not lang.startswith("zh"):
        named |= places.names(named, on=on, lang=lang)
    steps = [Rung(p.level, named[p.id], url(p.code) if to.reaches(p.id, on) else "") for p in above]
    return [*steps, Rung(place.level, named[place.id], current=True)]


def names(ids: Iterable[int]) -> dict[int, str]:
    return places.names(sorted(set(ids)), on=clock.today(), lang=get_language() or "zh-hans")


def codes(ids: Iterable[int]) -> dict[int, str]:
    found = places.infos(sorted(set(ids)), on=clock.today())
    return {place.id: place.code for place in found}


def tell_approved(request: HttpRequest, given: Approved) -> None:
    """How many were approved, and which were left out for what."""
    if given.done:
        messages.success(request, gettext("已通过 {n} 份。").format(n=len(given.done)))
    if not given.left:
        return
    first = given.left[:MOST_TOLD]
    named = names(one.filing.place for one in first)
    said = "；".join(f"{named.get(o.filing.place, '')}：{o.told[0].finding.words}" for o in first)
    words = gettext("有 {n} 份没有通过，请退回填报人改正，或由其写明原因：{said}")
    messages.warning(request, words.format(n=len(given.left), said=said))


def home_of(scopes: Iterable[int], on: date) -> PlaceInfo | None:
    """The place of the hat worn: where lists begin."""
    first = next((place for place in scopes if place), None)
    return places.place(first, on=on) if first else None


def next_month(on: date) -> str:
    year, month = (on.year + 1, 1) if on.month == 12 else (on.year, on.month + 1)
    return f"{year}-{month:02}"


def clock_of(found: RoundInfo, on: date) -> Clock:
    """Calendar days of the round, the first not counted."""
    return Clock((on - found.opened_on).days, max((found.due_on - found.opened_on).days, 1))
