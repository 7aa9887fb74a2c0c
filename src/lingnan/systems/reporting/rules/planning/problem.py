"""What follows from what: facts that are free, parts of the problem that do not touch, an order."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from ...terms.planning import Fact, Identity, Means, Way


def ways_of_identity(identity: Identity, cost: int = 0) -> list[Way]:
    """Each member of a sum from all the others; a sum of one part says that both are equal."""
    members = identity.members
    if len(set(members)) != len(members):
        return []
    return [
        Way(one, Means.IDENTITY, cost, frozenset(members) - {one}, identity.why) for one in members
    ]


def closed(ways: Iterable[Way], held: Iterable[Fact] = ()) -> list[Way]:
    """The ways that can be gone from `held` on, one a fact, in an order in which they can be."""
    waiting: dict[Fact, list[int]] = defaultdict(list)
    listed = list(ways)
    missing = []
    had = set(held)
    ready: deque[int] = deque()
    for index, way in enumerate(listed):
        needs = way.needs - had
        missing.append(len(needs))
        for fact in needs:
            waiting[fact].append(index)
        if not needs:
            ready.append(index)
    gone: list[Way] = []
    while ready:
        way = listed[ready.popleft()]
        if way.fact in had:
            continue
        had.add(way.fact)
        gone.append(way)
        for index in waiting[way.fact]:
            missing[index] -= 1
            if not missing[index]:
                ready.append(index)
    return gone


def ordered(chosen: Mapping[Fact, Way]) -> list[Way] | None:
    """The chosen ways in an order in which each finds what it needs; None when one rests on itself."""
    gone = closed(chosen.values())
    return gone if len(gone) == len(chosen) else None


def free(ways: Sequence[Way]) -> list[Way]:
    """What costs nothing from the start: to use it is always best."""
    return closed([way for way in ways if not way.cost])


def parts(ways: Sequence[Way]) -> list[list[Way]]:
    """Ways that share no fact can be chosen apart. In the order of their first way."""
    root: dict[Fact, Fact] = {}

    def find(fact: Fact) -> Fact:
        root.setdefault(fact, fact)
        while root[fact] != fact:
            root[fact] = root[root[fact]]
            fact = root[fact]
        return fact

    for way in ways:
        for need in way.needs:
            root[find(need)] = find(way.fact)
    grouped: dict[Fact, list[Way]] = {}
    for way in ways:
        grouped.setdefault(find(way.fact), []).append(way)
    return list(grouped.values())


def without_useless(ways: Sequence[Way], wanted: frozenset[Fact]) -> list[Way]:
    """Only ways to facts that are wanted or that a way to such a fact needs."""
    into: dict[Fact, list[Way]] = defaultdict(list)
    for way in ways:
        into[way.fact].append(way)
    reached, stack = set(wanted), list(wanted)
    while stack:
        for way in into[stack.pop()]:
            fresh = way.needs - reached
            reached |= fresh
            stack.extend(fresh)
    return [way for way in ways if way.fact in reached]
