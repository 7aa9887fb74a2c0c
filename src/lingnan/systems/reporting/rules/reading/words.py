"""The declared words of reading, made ready for looking up."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ...terms import FieldType
from ...terms.reading import ReadingWords
from ..frequency import build_frequencies
from ..labels import plain
from ..vocabulary import counted

_ENDS = "(?:末|初|数|实际|完成)*$"


def build_reading_words(found: Mapping[str, Any]) -> ReadingWords:
    """From `reading.yaml`. KeyError when a list is missing."""
    patterns = (
        "persons",
        "places",
        "units",
        "whats",
        "place_columns",
        "unit_columns",
    )
    return ReadingWords(
        roles={role: frozenset(map(plain, heads)) for role, heads in found["roles"].items()},
        counters=frozenset(found["counters"]),
        totals=frozenset(found["totals"]),
        counts=tuple(found["counts"]),
        measured=counted(found["measured"]),
        unmeasured=any_of(found["unmeasured"]),
        implied=tuple(
            (any_of(some), unit) for line in found["implied"] for unit, some in line.items()
        ),
        quantities=any_of(found["quantities"]),
        sections=any_of(found["sections"]),
        closed=tuple((one, two) for one, two in found["closed"]),
        signed=any_of(found["signed"]),
        stocks=any_of(found["stocks"]),
        periods=re.compile(f"^(?:{'|'.join(found['periods'])}){_ENDS}"),
        types=tuple((any_of(some), FieldType(name)) for name, some in found["types"].items()),
        frequencies=build_frequencies(found["frequencies"]),
        **{name: any_of(found[name]) for name in patterns},
    )


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns))
