"""When something falls due by a date that a ledger keeps."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ...terms.dues import DueRule, Dues
from .ages import turns_on


def build_dues(editions: Sequence[Mapping[str, Any]]) -> list[Dues]:
    """Oldest first. KeyError names what an edition lacks, ValueError what is no day."""
    found = [
        Dues(one["valid_from"], one["verified"], tuple(_rule(rule) for rule in one["dues"]))
        for one in editions
    ]
    return sorted(found, key=lambda one: one.valid_from)


def _rule(raw: Mapping[str, Any]) -> DueRule:
    month, _, day = str(raw.get("day", "")).partition("-")
    return DueRule(
        code=raw["code"],
        kind=raw["kind"],
        titles=raw["titles"],
        source=raw["source"],
        attribute=raw["attribute"],
        years=int(raw.get("years", 0)),
        day=(int(month), int(day)) if month else None,
        where=tuple((key, tuple(codes)) for key, codes in raw.get("where", {}).items()),
    )


def due_on(rule: DueRule, said: Mapping[str, str]) -> date | None:
    """`said`: attribute → what the ledger keeps of an entry. None when it is not kept, is no date, or
    the rule is not about such an entry."""
    if any(said.get(key) not in codes for key, codes in rule.where):
        return None
    try:
        kept = date.fromisoformat(said.get(rule.attribute) or "")
    except ValueError:
        return None
    full = turns_on(kept, rule.years) if rule.years else kept
    if rule.day is None:
        return full
    this = date(full.year, *rule.day)
    return this if this >= full else date(full.year + 1, *rule.day)
