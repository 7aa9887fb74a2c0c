"""Entries as readers see them: persons masked, except for who keeps the ledger of that very village."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from lingnan.base.actors import Actor

from ...content import ledgers
from ...rules.masking import masked, personal_attributes
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
        in_full.persons += sum(any(e.data.get(key) for key in kinds[e.kind]) for e in found)
        return list(found)
    mine = {place: is_its_own(to, place, KEEP) for place in {one.place for one in found}}
    others = iter(veiled_for_all([one for one in found if not mine[one.place]], on=on))
    return [one if mine[one.place] else next(others) for one in found]


def veiled_for_all(found: Sequence[EntryOf], *, on: date) -> list[EntryOf]:
    """As they leave the house, whoever takes them."""
    kinds = _kinds(found, on)
    return [replace(one, data=hidden(one.data, kinds[one.kind])) for one in found]


def _kinds(found: Sequence[EntryOf], on: date) -> dict[str, dict[str, Personal]]:
    return {kind: personal_of(kind, on) for kind in {one.kind for one in found}}


def personal_of(kind: str, on: date) -> dict[str, Personal]:
    return personal_attributes(ledgers()[kind], masking_on(on))


def hidden(data: Mapping[str, str], kinds: Mapping[str, Personal]) -> dict[str, str]:
    return {key: masked(kinds[key], text) if key in kinds else text for key, text in data.items()}
