"""What a system declares about itself: one frozen value, nothing runs on import.

    SYSTEM = System(
        name="reporting",
        title={"zh-hans": "报表一次填报", "en": "One-time reporting"},
        api=api.router,
        pages=pages.urlpatterns,
        menu=[MenuEntry(title={"zh-hans": "我的报表", "en": "My reports"},
                        url_name="reporting:mine", permission="reporting.read")],
        roles=[Role(code="village_clerk", title={"zh-hans": "村报表员", "en": "Village clerk"},
                    permissions=frozenset({"reporting.read"}))],
    )

Pages are at `/{lang}/{slug}/…` under the URL namespace `name`; the API at `/api/v1/{slug}/…`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.http import HttpRequest
from django.urls import URLPattern
from ninja import Router

from lingnan.base.actors import Actor
from lingnan.kernel.cases.terms import Kind

from .components import Waiting
from .packets import Packet
from .progress import Watch
from .search.terms import Source

Desk = Callable[[Actor, date], Sequence[Waiting]]
Away = Callable[[HttpRequest], Packet]


@dataclass(frozen=True, kw_only=True)
class MenuEntry:
    title: Mapping[str, str]
    url_name: str  # namespaced: "reporting:mine"
    permission: str = ""  # shown only to actors who may
    about: Mapping[str, str] = field(default_factory=dict)  # one sentence, for the home page


@dataclass(frozen=True, kw_only=True)
class Role:
    """A hat: what its wearer may do. `code`: what a duty names; `labels`: more secrecy it sees."""

    code: str
    title: Mapping[str, str]
    permissions: frozenset[str]
    labels: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class System:
    name: str
    title: Mapping[str, str]
    api: Router | None = None
    pages: Sequence[URLPattern] = ()
    menu: Sequence[MenuEntry] = ()
    roles: Sequence[Role] = ()
    desk: Desk | None = (
        None  # what waits without being a task, most urgent first; counted, so cheap
    )
    watched: Desk | None = None  # what others are at, to keep an eye on
    away: Away | None = None  # what is worth keeping on a device away from signal
    watches: Mapping[str, Watch] = field(default_factory=dict)  # long work, by noun of its subject
    tasks: Sequence[Kind] = ()  # kinds of work it puts on desks
    searches: Sequence[Source] = ()  # what of it can be found by the box in the shell
    tools: Sequence[str] = field(default=())
    indicators: Sequence[str] = field(default=())

    @property
    def slug(self) -> str:
        return self.name.replace("_", "-")


_installed: list[System] = []


def install(systems: Sequence[System]) -> None:
    """Called once by the wiring, so that the shell can draw a menu without knowing the list."""
    _installed[:] = systems


def installed() -> tuple[System, ...]:
    return tuple(_installed)
