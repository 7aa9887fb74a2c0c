"""Sums that form no ring, solved exactly and at once.

Of each sum one member may be left out: it follows from the others. Which members can be left out
together is a transversal matroid (each needs a sum of its own), so the dearest that still fits is
always right to leave out first (Edmonds 1971). Without a ring, what is left out can be worked out one
after the other: among k sums with k unknown members some sum has only one of them.
"""

from collections.abc import Sequence

from ...terms.planning import Fact, Means, Way
from .problem import closed

Members = frozenset[Fact]


def form_no_ring(tied: Sequence[Way]) -> bool:
    """True when all are free ways of whole sums, and no two sums meet in more than one way round."""
    sums = _sums(tied)
    if any(way.means is not Means.IDENTITY or way.cost for way in tied):
        return False
    if sum(map(len, sums)) != len(tied):  # a sum that cannot be turned round is a one-way formula
        return False
    root: dict[object, object] = {}

    def find(node: object) -> object:
        while root.setdefault(node, node) != node:
            node = root[node]
        return node

    for members in sums:
        for fact in members:
            one, other = find(members), find(fact)
            if one == other:
                return False
            root[one] = other
    return True


def cheapest_of_sums(ways: Sequence[Way]) -> list[Way]:
    """All facts of `ways`: each by its own cheapest way, or left to a sum when that spares more."""
    own: dict[Fact, Way] = {}
    for way in ways:
        if not way.needs and (way.fact not in own or way.cost < own[way.fact].cost):
            own[way.fact] = way
    tied = [way for way in ways if way.needs]
    sums = _sums(tied)
    within: dict[Fact, list[Members]] = {}
    for members in sums:
        for fact in members:
            within.setdefault(fact, []).append(members)
    owner: dict[Members, Fact] = {}
    facts = sorted(
        within, key=lambda fact: (fact in own, -own[fact].cost if fact in own else 0, fact)
    )
    for fact in facts:
        _place(fact, within, owner, set())
    by_sum = {(way.fact, way.needs): way for way in tied}
    left = {fact: by_sum[fact, members - {fact}] for members, fact in owner.items()}
    return closed([*left.values(), *(way for fact, way in own.items() if fact not in left)])


def _place(
    fact: Fact,
    within: dict[Fact, list[Members]],
    owner: dict[Members, Fact],
    seen: set[Members],
) -> bool:
    """Gives the fact a sum of its own, moving others to another of theirs where that helps."""
    for members in within[fact]:
        if members in seen:
            continue
        seen.add(members)
        if members not in owner or _place(owner[members], within, owner, seen):
            owner[members] = fact
            return True
    return False


def _sums(tied: Sequence[Way]) -> list[Members]:
    return list(dict.fromkeys(way.needs | {way.fact} for way in tied))
