"""Declared thresholds made ready; which edition counts on a day."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from ...terms.checking import (
    Change,
    Check,
    Passing,
    Quorum,
    Range,
    Severity,
    Thresholds,
    Unusual,
)
from ...terms.messaging import Reminding


def build_thresholds(editions: Sequence[Mapping[str, Any]]) -> list[Thresholds]:
    """Oldest first. ValueError or KeyError names what an edition lacks."""
    return sorted((_edition(one) for one in editions), key=lambda one: one.valid_from)


class Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


Edition = TypeVar("Edition", bound=Dated)


def in_force(editions: Sequence[Edition], on: date) -> Edition:
    """The newest on that day; before the first, the first: checks have to have some limit."""
    begun = [one for one in editions if one.valid_from <= on]
    return begun[-1] if begun else editions[0]


def _edition(raw: Mapping[str, Any]) -> Thresholds:
    severities = {Check(name): Severity(word) for name, word in raw["severities"].items()}
    lacking = set(Check) - set(severities)
    if lacking:
        raise ValueError(f"no severity of {', '.join(sorted(lacking))}")
    return Thresholds(
        valid_from=raw["valid_from"],
        source=raw["source"],
        verified=bool(raw["verified"]),
        severities=severities,
        changes={
            name: Change(_number(one["share"]), _number(one["least"]))
            for name, one in raw["changes"].items()
        },
        ranges={
            name: Range(
                _maybe(one.get("low")),
                _maybe(one.get("high")),
                Severity(one["severity"]),
                tuple(one.get("besides", ())),
            )
            for name, one in raw["ranges"].items()
        },
        tolerance=_number(raw["tolerance"]),
        unusual=Unusual(**raw["unusual"]),
        counts={kind: tuple(words) for kind, words in raw["counts"].items()},
        quorum=Quorum(
            _number(raw["quorum"]["share"]),
            int(raw["quorum"].get("spare_from", 0)),
            raw["quorum"]["method"],
        ),
        passing=Passing(raw["passing"]["rule"], _number(raw["passing"]["change"])),
        reminding=Reminding(
            tuple(raw["reminding"]["before"]),
            raw["reminding"]["after"],
            tuple(raw["reminding"]["retries"]),
        ),
        taking_back=int(raw["taking_back"]),
    )


def _number(raw: object) -> Decimal:
    return Decimal(str(raw))


def _maybe(raw: object) -> Decimal | None:
    return None if raw is None else _number(raw)
