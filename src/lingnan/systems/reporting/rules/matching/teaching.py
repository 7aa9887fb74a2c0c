"""What people confirmed and refused teaches the weights: the same decisions, the same weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...terms import FormDraft, Vocabulary
from ...terms.matching import Weights
from .facts import Facts
from .features import compare
from .model import Lesson, fit
from .sides import Side, side_of

PULL = 8.0
"""How strongly the weights in force hold: some dozens of decisions begin to move them."""


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """A person's word on two fields (codes) of two forms."""

    a: FormDraft
    source: str
    b: FormDraft
    target: str
    same: bool


def facts_decided(decided: Sequence[Decided], words: Vocabulary) -> list[tuple[Facts, Facts, bool]]:
    """In the same order; decisions on fields that a form no longer has are left out."""
    found = []
    for one in decided:
        a, b = side_of(one.a, words), side_of(one.b, words)
        rows, cols = _places(a), _places(b)
        if one.source in rows and one.target in cols:
            found.append((a.facts[rows[one.source]], b.facts[cols[one.target]], one.same))
    return found


def refit(decided: Sequence[Decided], words: Vocabulary, *, day: str) -> Weights:
    """Weights drawn from those in force towards what was decided. `day` is written beside them."""
    lessons = [_lesson(some, words) for some in _by_forms(decided)]
    yes = sum(one.same for one in decided)
    on = f"{words.weights.on}；另有 {yes} 项确认、{len(decided) - yes} 项否定"
    return fit(lessons, words.weights, pull=PULL, on=on, day=day)


def _by_forms(decided: Sequence[Decided]) -> list[list[Decided]]:
    groups: dict[tuple[int, int], list[Decided]] = {}
    for one in decided:
        groups.setdefault((id(one.a), id(one.b)), []).append(one)
    return list(groups.values())


def _places(side: Side) -> dict[str, int]:
    return {fact.ref.field.code: n for n, fact in enumerate(side.facts)}


def _lesson(decided: Sequence[Decided], words: Vocabulary) -> Lesson:
    """A confirmed pair also says that neither field is the same as any other of the other form."""
    a, b = side_of(decided[0].a, words), side_of(decided[0].b, words)
    rows, cols = _places(a), _places(b)
    said = {(rows[d.source], cols[d.target]): d.same for d in decided if d.source in rows}
    pairs = compare(a, b, words, decided=sorted(said))
    taken_rows = {row for (row, _), same in said.items() if same}
    taken_cols = {col for (_, col), same in said.items() if same}
    told = np.full(len(pairs.rows), -1, dtype=np.int64)
    for n, (row, col) in enumerate(zip(pairs.rows.tolist(), pairs.cols.tolist(), strict=True)):
        if (row, col) in said:
            told[n] = int(said[row, col])
        elif row in taken_rows or col in taken_cols:
            told[n] = 0
    return Lesson(pairs, told, (len(a), len(b)), share=float(len(decided)) ** 0.5)
