"""What a clerk takes along where there is no signal: the forms that wait, and her village's ledgers."""

from collections.abc import Iterator
from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.periods import Period
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.web.actors import actor_of
from lingnan.web.away.terms import Ledger, Packet, Page

from .. import queries
from ..content import ledgers as kinds
from ..queries import ledgers as seen
from ..terms.filings import STATE_WORDS, State
from .common import home_of
from .ledgers import KINDS, SHOWN, word

VILLAGE = 5
FORMS, ROUNDS, ROWS = 24, 12, 3000  # what a phone holds and a slow line brings


def offer(request: HttpRequest) -> Packet:
    """For whoever fills for one village; others work where there is signal."""
    to, on = actor_of(request), clock.today()
    home = home_of((scope.place for scope in to.scopes), on)
    if home is None or home.level != VILLAGE or not to.may("reporting.fill"):
        return Packet()
    return Packet(list(_pages(home, to, on))[:FORMS], list(_ledgers(home, to, on)))


def _pages(home: PlaceInfo, to: Actor, on: date) -> Iterator[Page]:
    """The reports still open, those due first first."""
    found = sorted(queries.rounds(to=to, on=on, only_open=True), key=lambda one: one.due_on)
    for one in found[:ROUNDS]:
        wanted = queries.Wanted(period=one.period, under=home.id, limit=500)
        held = {f.form: f for f in queries.filings(wanted, to=to, on=on) if not f.subject}
        period = str(Period.from_code(one.period))
        for number, form in queries.forms_by_id(one.forms).items():
            state = held[number].state if number in held else None
            if form.subject != "place" or state in {State.SUBMITTED, State.APPROVED}:
                continue
            url = reverse("reporting:fill", args=[form.code, home.code, period])
            words = gettext(STATE_WORDS[state]) if state else gettext("未开始")
            yield Page(form.title, url, f"{home.name} · {period} · {words}")


def _ledgers(home: PlaceInfo, to: Actor, on: date) -> Iterator[Ledger]:
    """As the list shows them: numbers and, to whom they are masked, names."""
    for code, title in KINDS.items():
        kind, keys = kinds()[code], SHOWN[code]
        rows = seen.find_entries(code, home.id, to=to, on=on, limit=ROWS)
        if not rows:
            continue
        links = (row.data.get(k, "") for row in rows for k in keys if kind.attributes[k].link)
        linked = seen.names_of(links, to=to, on=on)
        yield Ledger(
            gettext(title),
            [gettext("名称"), *(gettext(kind.attributes[k].title) for k in keys)],
            [
                [seen.name_of(row), *(word(kind, k, row.data.get(k, ""), linked) for k in keys)]
                for row in rows
            ],
        )
