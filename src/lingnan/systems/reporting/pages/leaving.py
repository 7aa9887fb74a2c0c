"""Who was sent to another village lately, as the ledger of the village they left shows them."""

from datetime import date
from typing import Any

from lingnan.base.actors import Actor

from ..queries import ledgers as seen
from .common import names


def left_items(kind: str, place: int, to: Actor, on: date) -> list[dict[str, Any]]:
    found = seen.left_lately(kind, place, to=to, on=on)
    where = names(one.place for one in found)
    return [
        {
            "act": one.act,
            "name": seen.name_of(one.entry),
            "day": one.day,
            "reason": one.reason,
            "to": where.get(one.place, ""),
        }
        for one in found
    ]
