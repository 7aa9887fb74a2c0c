"""A row that came back from above, as people decide it: in the village's queue and on its ledger."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext

from lingnan.base.actors import Actor

from ..content import ledgers as kinds
from ..queries import ledgers as seen
from ..terms.ledgers import PROPOSED_WORDS, REPLY_WORDS, LedgerKind, Proposed, Reply, ReturnedRow
from .common import names

SHOWN = 5


def waiting_items(kind: str, place: int, to: Actor, on: date) -> list[dict[str, Any]]:
    """The first that wait for the word of this village, of one ledger."""
    rows = seen.returned_rows(to=to, on=on, place=place, kind=kind, limit=SHOWN)
    where = places_of(rows)
    return [item_of(one, where, to, on) for one in rows]


def places_of(rows: Iterable[ReturnedRow]) -> dict[int, str]:
    return names(
        int(text)
        for one in rows
        for text in (str(one.place or ""), *one.changes.get("place", ()))
        if text.isdigit() and text != "0"
    )


def item_of(one: ReturnedRow, where: dict[int, str], to: Actor, on: date) -> dict[str, Any]:
    kind = kinds().get(one.kind)
    return {
        "row": one,
        "title": gettext(PROPOSED_WORDS[one.proposed]),
        "place": where.get(one.place or 0, ""),
        "said": [
            (_title(kind, key), *(_told(kind, key, text, where) for text in pair))
            for key, pair in one.changes.items()
        ],
        "state": gettext(REPLY_WORDS[one.reply]),
        "may_answer": one.reply is Reply.WAITING
        and to.may("reporting.keep")
        and to.reaches(one.place or 0, on),
        "asks_household": one.kind == "person"
        and one.proposed in {Proposed.NEW, Proposed.MOVED, Proposed.DOUBT},
    }


def _title(kind: Any, key: str) -> str:
    if kind is not None and key in kind.attributes:
        return gettext(kind.attributes[key].title)
    return {"place": gettext("村"), "died": gettext("去世日期")}.get(key, key)


def _told(kind: Any, key: str, text: str, where: dict[int, str]) -> str:
    if key == "place" and text.isdigit():
        return where.get(int(text), "")
    return (_word(kind, key, text) if kind else text) or "—"


def _word(kind: LedgerKind, key: str, text: str) -> str:
    one = kind.attributes.get(key)
    return gettext(one.options[text]) if one and text in one.options else text
