"""Entries as readers see them: persons masked, except for who keeps the ledger of that very village."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from lingnan.base.actors import Actor

from ...content import ledgers
from ...rules.masking import personal_attributes, sensitive_attributes, veiled_data
from ...terms.ledgers import EntryOf
from ...terms.masking import Personal, Seen
from ..masking import is_its_own, masking_on

KEEP = "reporting.keep"


def veiled(
    found: Sequence[EntryOf], *, to: Actor, on: date, in_full: Seen | None = None
) -> list[EntryOf]:
    """In full, and counted, with `in_full`."""
    if in_full is not None:
        kinds = _kinds(found, on)
        in_full.persons += sum(
            any(e.data.get(key) for key in (*kinds[e.kind], *sensitive_of(e.kind))) for e in found
        )
        return list(found)
    mine = {place: is_its_own(to, place, KEEP) for place in {one.place for one in found}}
    others = iter(veiled_for_all([one for one in found if not mine[one.place]], on=on))
    return [one if mine[one.place] else next(others) for one in found]


def veiled_for_all(found: Sequence[EntryOf], *, on: date) -> list[EntryOf]:
    """As they leave the house, whoever takes them."""
    kinds = _kinds(found, on)
    return [
        replace(one, data=veiled_data(one.data, kinds[one.kind], sensitive_of(one.kind)))
        for one in found
    ]


def _kinds(found: Sequence[EntryOf], on: date) -> dict[str, dict[str, Personal]]:
    return {kind: personal_of(kind, on) for kind in {one.kind for one in found}}


def personal_of(kind: str, on: date) -> dict[str, Personal]:
    return personal_attributes(ledgers()[kind], masking_on(on))


def closed_to(one: EntryOf, *, to: Actor, on: date, in_full: Seen | None = None) -> set[str]:
    """Attributes of which the reader is not told what they say, so that none can be said anew unseen."""
    if in_full is not None or is_its_own(to, one.place, KEEP):
        return set()
    dates = {key for key, kind in personal_of(one.kind, on).items() if kind is Personal.BIRTH}
    return dates | sensitive_of(one.kind)


def day_beside(
    day: date, one: EntryOf, key: str, *, to: Actor, on: date, in_full: Seen | None
) -> str:
    """A day that follows from an attribute tells it: where that is closed, the month."""
    is_closed = key in closed_to(one, to=to, on=on, in_full=in_full)
    return f"{day:%Y-%m}" if is_closed else day.isoformat()


def sensitive_of(kind: str) -> frozenset[str]:
    return sensitive_attributes(ledgers()[kind])


def hidden(
    data: Mapping[str, str], kinds: Mapping[str, Personal], sensitive: Collection[str] = ()
) -> dict[str, str]:
    """Of `sensitive`, those that are there: that something was said of them is known already."""
    return veiled_data(data, kinds, [key for key in sensitive if data.get(key)])
