"""A plan in numbers: one byte a fact says which of its ways is gone; totals are counts of bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...terms.filings import FormInfo
from ...terms.planning import Costs, Fact, Identity, Means, Way
from ...terms.plans import FormLoad, Load, Sheet
from .shapes import Shapes

Choices = npt.NDArray[np.uint8]
"""Units × facts."""
LOOKS = {Means.CONFIRM, Means.RETURNED}


@dataclass(frozen=True, slots=True)
class Distinct:
    """Every different row once; `which` is each unit's row."""

    choices: Choices
    which: npt.NDArray[np.int64]


def numbered(
    facts: Sequence[Fact], shapes: Shapes, identities: Sequence[Identity]
) -> tuple[Sheet, Choices]:
    """Every way that some unit goes gets a number within its fact. ValueError above 255."""
    column = {fact: n for n, fact in enumerate(facts)}
    ways: list[list[Way]] = [[] for _ in facts]
    matrix = np.zeros((shapes.places, len(facts)), dtype=np.uint8)
    for group in shapes.groups:
        columns = [column[fact] for fact in group.facts]
        numbers = np.zeros((len(group.choices), len(columns)), dtype=np.uint8)
        for row, choice in enumerate(group.choices):
            chosen = choice.by_fact()
            for at, (fact, n) in enumerate(zip(group.facts, columns, strict=True)):
                numbers[row, at] = _number(ways[n], chosen[fact])
        matrix[:, columns] = numbers[group.pattern]
    return Sheet(tuple(facts), tuple(map(tuple, ways)), tuple(identities)), matrix


def distinct_rows(choices: Choices) -> Distinct:
    if not choices.size:
        return Distinct(choices[:1], np.zeros(choices.shape[0], dtype=np.int64))
    whole = np.ascontiguousarray(choices).view(np.dtype((np.void, choices.shape[1]))).ravel()
    _, firsts, which = np.unique(whole, return_index=True, return_inverse=True)
    return Distinct(choices[firsts], which.reshape(-1).astype(np.int64))


def costs_of(sheet: Sheet, choices: Choices) -> dict[str, npt.NDArray[np.int64]]:
    """For each row: how many are asked, how many confirmed, the seconds of both."""
    width = max((len(ways) for ways in sheet.ways), default=1)
    tables = {name: np.zeros((len(sheet.facts), width), np.int64) for name in ("ask", "look", "s")}
    for n, ways in enumerate(sheet.ways):
        for number, way in enumerate(ways):
            tables["ask"][n, number] = way.means is Means.ASK
            tables["look"][n, number] = way.means in LOOKS
            tables["s"][n, number] = way.cost
    columns = np.arange(len(sheet.facts))
    return {name: table[columns, choices].sum(axis=1) for name, table in tables.items()}


def tally(sheet: Sheet, choices: Choices, weights: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Facts × ways: how many units go each way."""
    width = max((len(ways) for ways in sheet.ways), default=1)
    counts = np.zeros((len(sheet.facts), width), np.int64)
    for n in range(len(sheet.facts)):
        counts[n] = np.bincount(choices[:, n], weights=weights, minlength=width)[:width]
    return counts


def loads(
    forms: Sequence[FormInfo], sheet: Sheet, counts: npt.NDArray[np.int64], costs: Costs
) -> list[FormLoad]:
    """By form, in their order: a fact counts with the first form that asks it."""
    by_fact = _by_fact(sheet, counts)
    units = int(counts[0].sum()) if len(counts) else 0
    taken: set[Fact] = set()
    found = []
    for form in forms:
        fields = [field.element_code for field in form.asked]
        may_ask = dict.fromkeys(field.element_code for field in form.admitted().asked)
        own = [fact for fact in may_ask if fact not in taken and fact in by_fact]
        taken |= set(own)
        load = Load(
            units=units,
            fields=len(fields) * units,
            facts=len(own) * units,
            asks=sum(by_fact[fact][0] for fact in own),
            confirms=sum(by_fact[fact][1] for fact in own),
            seconds_before=len(fields) * units * costs.seconds[Means.ASK],
            seconds_after=sum(by_fact[fact][2] for fact in own),
        )
        found.append(FormLoad(form.code, form.title, form.department, load))
    return found


def _by_fact(sheet: Sheet, counts: npt.NDArray[np.int64]) -> Mapping[Fact, tuple[int, int, int]]:
    """Asked, confirmed, seconds."""
    found = {}
    for fact, ways, row in zip(sheet.facts, sheet.ways, counts, strict=True):
        told = list(zip(ways, map(int, row), strict=False))
        found[fact] = (
            sum(n for way, n in told if way.means is Means.ASK),
            sum(n for way, n in told if way.means in LOOKS),
            sum(n * way.cost for way, n in told),
        )
    return found


def _number(ways: list[Way], way: Way) -> int:
    if way not in ways:
        ways.append(way)
    found = ways.index(way)
    if found > 255:
        raise ValueError(f"too many ways to {way.fact}")
    return found
