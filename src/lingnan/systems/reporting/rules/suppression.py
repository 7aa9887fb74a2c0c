"""Which figures would alone tell of one or few people: a count of 1 … k−1, or an amount that one or few
giants make up. What goes with them: `keeping_back`."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..terms.filings import FieldInfo
from ..terms.forms import FieldType
from ..terms.suppression import Giants, Kind, Suppression


def build_suppression(editions: Sequence[Mapping[str, Any]]) -> list[Suppression]:
    """Oldest first. KeyError names what an edition lacks."""
    return sorted((_edition(one) for one in editions), key=lambda one: one.valid_from)


def _edition(raw: Mapping[str, Any]) -> Suppression:
    giants = raw["enterprise"]
    return Suppression(
        valid_from=raw["valid_from"],
        source=raw["source"],
        verified=raw["verified"],
        dimensions=frozenset(raw["dimensions"]),
        below=int(raw["below"]),
        levels=frozenset(raw["levels"]),
        besides=tuple(raw["besides"]),
        enterprise=Giants(
            words=tuple(giants["words"]),
            levels=frozenset(giants["levels"]),
            giants=int(giants["giants"]),
            share=Decimal(str(giants["share"])),
            percent=Decimal(str(giants["percent"])),
        ),
    )


def is_small(value: Decimal | None, below: int) -> bool:
    """A count of 1 … below − 1. Zero tells of nobody."""
    return value is not None and 0 < value < below


def is_dominated(
    parts: Iterable[Decimal], *, giants: int, share: Decimal, percent: Decimal
) -> bool:
    """(n, k): the `giants` greatest make up more than `share`; p %: the rest beside the two greatest is
    less than `percent` of the greatest, so that the second could tell the first too closely."""
    ranked = sorted((one for one in parts if one > 0), reverse=True)
    if not ranked:
        return False
    total = sum(ranked)
    return sum(ranked[:giants]) > share * total or sum(ranked[2:]) < percent * ranked[0]


def tells_alone(value: Decimal | None, level: int, kind: Kind) -> bool:
    """Whether what one place said would alone tell of somebody."""
    if kind.giants is not None and level in kind.giants.levels:
        return bool(value)
    return level in kind.levels and is_small(value, kind.below)


def tells_of_few(total: Decimal, parts: Iterable[Decimal], level: int, kind: Kind) -> bool:
    """Whether a sum would. `parts` are looked at for amounts only."""
    giants = kind.giants
    if giants is not None and total and level in giants.levels:
        return is_dominated(parts, giants=giants.giants, share=giants.share, percent=giants.percent)
    return level in kind.levels and is_small(total, kind.below)


def kind_of(
    field: FieldInfo, rule: Suppression, *, is_public: bool = False, adds: bool = True
) -> Kind:
    """What a question's figures may tell. `is_public`: the dictionary calls its element so."""
    if is_public:
        return Kind(adds=adds)
    if is_sensitive(field, rule):
        return Kind(rule.levels, rule.below, adds=adds)
    if is_of_enterprises(field, rule):
        return Kind(giants=rule.enterprise, adds=adds)
    return Kind(adds=adds)


def is_sensitive(field: FieldInfo, rule: Suppression) -> bool:
    words = " ".join((*field.path, field.label))
    return field.dimension in rule.dimensions and not any(one in words for one in rule.besides)


def is_of_enterprises(field: FieldInfo, rule: Suppression) -> bool:
    words = " ".join((*field.path, field.label))
    return field.type is FieldType.MONEY and any(one in words for one in rule.enterprise.words)
