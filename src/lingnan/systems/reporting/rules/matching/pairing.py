"""Two forms, field by field: all promising pairs measured at once, judged, paired one to one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...terms import Candidate, FormDraft, Match, Relation, Vocabulary
from ...terms.matching import UNDECIDED, Decisions, Embed
from .claiming import claimed
from .facts import Facts
from .features import FEATURES, Pairs, compare
from .judging import EVIDENCE, GROUPS, SHOWN, Likeness, judge
from .likeness import Column
from .meaning import meaning_of
from .model import odds, weights_of
from .remembering import BY_A_PERSON, decided_pairs, remembered
from .sides import Side, side, side_of

KEPT = 10
LOOKED_AT = 11
FLOOR, FAINT, DIM, FIRST = 0.002, -6.0, -2.5, 3
"""Least score; log-odds below which a candidate is left out, or is unless it is among the first."""
NAMES = sorted(set(GROUPS.values()) - {"rivals"})
IN_GROUP = np.array([[GROUPS[name] == group for group in NAMES] for name in FEATURES], dtype=float)
"""Features × groups of reasons."""
SAID = (*NAMES, "rivals")
COUNTS = np.array([name in EVIDENCE for name in SAID], dtype=float)
CERTAIN = 4.6
"""Log-odds of what a person confirmed: about 0.99."""
PAIR_FROM = 0.5
ANOTHER = "另一项更像是同一事实"
BONUS = {Relation.SAME: 0.2, Relation.DERIVED: 0.15}
"""A sure relation outweighs mere likeness when partners are chosen."""


def match_fields(
    a: FormDraft,
    b: FormDraft,
    words: Vocabulary,
    decided: Decisions = UNDECIDED,
    embed: Embed | None = None,
) -> list[Match]:
    """For every field of `a` up to ten candidates of `b`, best first, and its partner."""
    return match_sides(side_of(a, words), side_of(b, words), words, decided, embed)


def match_facts(left: Sequence[Facts], right: Sequence[Facts], words: Vocabulary) -> list[Match]:
    return match_sides(side(left, words), side(right, words), words)


def match_sides(
    a: Side,
    b: Side,
    words: Vocabulary,
    decided: Decisions = UNDECIDED,
    embed: Embed | None = None,
) -> list[Match]:
    if not len(a) or not len(b):
        return [Match(fact.ref, ()) for fact in a.facts]
    certain = decided_pairs(a.facts, b.facts, decided)
    pairs = compare(a, b, words, meaning_of(a, b, embed), certain)
    alone, seen = odds(pairs, words.weights, (len(a), len(b)))
    seen = np.where(_among(pairs, certain), np.maximum(seen, CERTAIN), seen)
    found = _judged(a, b, pairs, alone, seen, words, decided)
    partners = _one_to_one(found)
    return [
        _match(fact, b, found[row], partners.get(row), words) for row, fact in enumerate(a.facts)
    ]


def _judged(
    a: Side,
    b: Side,
    pairs: Pairs,
    alone: Column,
    seen: Column,
    words: Vocabulary,
    decided: Decisions,
) -> dict[int, dict[int, Candidate]]:
    """The best of each row by the second look, judged."""
    best = _best_of_rows(pairs, seen, len(a))
    weights = weights_of(words.weights.features, FEATURES)
    parts = np.column_stack([(pairs.x[best] * weights) @ IN_GROUP, seen[best] - alone[best]])
    evidence = parts @ COUNTS
    order = np.argsort(-np.abs(parts), axis=1, kind="stable")
    sums = np.take_along_axis(parts, order, axis=1)
    told = (np.abs(sums) >= SHOWN).sum(axis=1)
    columns = (pairs.rows, pairs.cols, pairs.whole, pairs.context, seen)
    measured = zip(*(column[best].tolist() for column in columns), strict=True)
    named = zip(order.tolist(), sums.tolist(), told.tolist(), evidence.tolist(), strict=True)
    found: dict[int, dict[int, Candidate]] = defaultdict(dict)
    for (row, col, whole, context, total), (at, some, shown, sure) in zip(
        measured, named, strict=True
    ):
        reasons = [(SAID[at[n]], some[n]) for n in range(shown)]
        like = Likeness(whole, context, reasons, sure, total)
        candidate = judge(a.facts[row], b.facts[col], like, words)
        found[row][col] = remembered(a.facts[row], candidate, b.facts[col], decided)
    return found


def _among(pairs: Pairs, certain: Sequence[tuple[int, int]]) -> Column:
    held = set(certain)
    both = zip(pairs.rows.tolist(), pairs.cols.tolist(), strict=True)
    return np.array([pair in held for pair in both]) if held else np.zeros(len(pairs.rows), bool)


def _best_of_rows(pairs: Pairs, seen: Column, rows: int) -> list[int]:
    """Places of pairs worth judging: too faint ones are left out."""
    order = np.lexsort((pairs.cols, -seen, pairs.rows))
    starts = np.searchsorted(pairs.rows[order], np.arange(rows))
    rank = np.arange(len(order)) - starts[pairs.rows[order]]
    least = np.where(rank < FIRST, FAINT, DIM)
    best: list[int] = order[(rank < LOOKED_AT) & (seen[order] > least)].tolist()
    return best


def _one_to_one(found: dict[int, dict[int, Candidate]]) -> dict[int, Candidate]:
    """The assignment with the greatest total worth, over the targets that are in question."""
    from scipy.optimize import linear_sum_assignment  # slow to load

    cols = sorted({col for mine in found.values() for col in mine})
    if not cols:
        return {}
    at = {col: n for n, col in enumerate(cols)}
    rows = sorted(found)
    worth = np.zeros((len(rows), len(cols)))
    for n, row in enumerate(rows):
        for col, one in found[row].items():
            worth[n, at[col]] = one.score + BONUS.get(one.relation, 0.0)
    chosen, partner = linear_sum_assignment(-worth)
    pairs = ((rows[n], cols[m]) for n, m in zip(chosen, partner, strict=True))
    kept = {row: found[row][col] for row, col in pairs if col in found[row]}
    return {row: one for row, one in kept.items() if one.score >= PAIR_FROM}


def _match(
    fact: Facts, b: Side, mine: dict[int, Candidate], partner: Candidate | None, words: Vocabulary
) -> Match:
    """A partner that is nearly the best goes first: the best belongs to another field."""
    some = [(col, one) for col, one in mine.items() if one.score >= FLOOR]
    some.sort(key=lambda pair: -(pair[1].score + (0.03 if pair[1] is partner else 0.0)))
    said, chosen = [], partner
    for col, one in some[:KEPT]:
        said.append(_one_same(fact, one, b.facts[col], partner, words))
        if one is partner:
            chosen = said[-1]
    return Match(fact.ref, tuple(said), chosen)


def _one_same(
    fact: Facts, one: Candidate, other: Facts, partner: Candidate | None, words: Vocabulary
) -> Candidate:
    """A form asks a fact once: what is the same as a field is its partner, or a person said so; and
    nothing may be left that only one of them says."""
    if one.relation is not Relation.SAME or BY_A_PERSON in one.reasons:
        return one
    if one is partner:
        return claimed(fact, one, other, words)
    return replace(one, relation=Relation.ALIKE, reasons=(*one.reasons, ANOTHER))
