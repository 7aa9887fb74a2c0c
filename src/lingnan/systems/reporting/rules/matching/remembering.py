"""What a person decided once is decided the next time, in whichever form it is asked again."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ...terms import Candidate, Relation
from ...terms.matching import Decisions
from .facts import Facts

CONFIRMED, REFUSED = 0.99, 0.05
BY_A_PERSON = "此前已由人确认为同一事实"


def decisions(decided: Iterable[tuple[Facts, Facts, bool]]) -> Decisions:
    """From pairs and their verdicts in order of time: the last word on a pair counts."""
    last = {frozenset((a.key, b.key)): same for a, b, same in decided}
    return Decisions(
        frozenset(pair for pair, same in last.items() if same),
        frozenset(pair for pair, same in last.items() if not same),
    )


def decided_pairs(
    a: Sequence[Facts], b: Sequence[Facts], decided: Decisions
) -> list[tuple[int, int]]:
    """Places of the pairs a person confirmed, however little their names have in common."""
    partners: defaultdict[str, set[str]] = defaultdict(set)
    for pair in decided.same:
        one, other = (*pair, *pair)[:2]
        partners[one].add(other)
        partners[other].add(one)
    if not partners:
        return []
    at: defaultdict[str, list[int]] = defaultdict(list)
    for col, fact in enumerate(b):
        at[fact.key].append(col)
    return [
        (row, col)
        for row, fact in enumerate(a)
        for key in sorted(partners.get(fact.key, ()))
        for col in at[key]
    ]


def remembered(a: Facts, found: Candidate, b: Facts, decided: Decisions) -> Candidate:
    if not (decided.same or decided.different):
        return found
    pair = frozenset((a.key, b.key))
    if pair in decided.same:
        return replace(
            found,
            score=CONFIRMED,
            relation=Relation.SAME if a.level == b.level else Relation.DERIVED,
            reasons=(BY_A_PERSON, *found.reasons),
        )
    if pair in decided.different:
        return replace(
            found,
            score=min(found.score, REFUSED),
            relation=Relation.ALIKE if found.relation is Relation.SAME else found.relation,
            reasons=("此前已由人判定不是同一事实", *found.reasons),
        )
    return found
