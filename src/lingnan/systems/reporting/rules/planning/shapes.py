"""Planned once per shape: villages of which the same is known get the same plan.

Facts that no sum or formula ties together can be planned apart, and of a group of tied facts only
what is known of its own members matters. So a province needs as many small plans as there are
different patterns of knowledge within a group: a few hundred, not 26,775.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...terms.planning import Choice, Fact, Identity, Way
from .problem import parts, ways_of_identity
from .solving import SECONDS, choose

Knowledge = npt.NDArray[np.uint8]
"""Places × facts; each number is what the caller means by it (0: nothing is known)."""
WaysOf = Callable[[Fact, int], Sequence[Way]]
"""The ways to a fact that go with a number of knowledge: ask, confirm, known …"""


@dataclass(frozen=True, slots=True)
class Group:
    """Facts tied together, the choice of each pattern of knowledge, and every place's pattern."""

    facts: tuple[Fact, ...]
    choices: tuple[Choice, ...]
    pattern: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Shapes:
    groups: tuple[Group, ...]
    places: int

    def of_place(self, row: int) -> dict[Fact, Way]:
        """The way of every fact for the place in this row of the knowledge."""
        found: dict[Fact, Way] = {}
        for group in self.groups:
            found |= group.choices[int(group.pattern[row])].by_fact()
        return found

    def cost(self) -> npt.NDArray[np.int64]:
        """Seconds for each place."""
        return self._sum([[choice.cost for choice in group.choices] for group in self.groups])

    def bound(self) -> npt.NDArray[np.int64]:
        return self._sum([[choice.bound for choice in group.choices] for group in self.groups])

    def plans(self) -> int:
        """How many choices were really worked out."""
        return sum(len(group.choices) for group in self.groups)

    def _sum(self, numbers: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
        total = np.zeros(self.places, dtype=np.int64)
        for group, of_pattern in zip(self.groups, numbers, strict=True):
            total += np.asarray(of_pattern, dtype=np.int64)[group.pattern]
        return total


def plan_shapes(  # noqa: PLR0913 - the problem, and who hears of it
    facts: Sequence[Fact],
    known: Knowledge,
    own: WaysOf,
    ties: Sequence[Way],
    *,
    wanted: Sequence[Fact],
    sums: Sequence[Identity] = (),
    seconds: float = SECONDS,
    told: Callable[[int], None] = lambda facts: None,
) -> Shapes:
    """`facts` name the columns of `known`; `ties` are the ways that need other facts, as do `sums`.
    `told` hears how many facts more are settled, for all places."""
    column = {fact: n for n, fact in enumerate(facts)}
    goal = frozenset(wanted)
    ties = [*ties, *(way for one in sums for way in ways_of_identity(one))]
    groups = []
    for members, tied in _groups(facts, ties):
        cut = known[:, [column[fact] for fact in members]]
        firsts, which = _patterns(cut)
        choices = tuple(
            choose(_ways(members, cut[row], own, tied), goal & set(members), seconds=seconds)
            for row in firsts
        )
        groups.append(Group(tuple(members), choices, which))
        told(len(members))
    return Shapes(tuple(groups), known.shape[0])


def _patterns(cut: Knowledge) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int32]]:
    """A row of each different pattern, and every row's pattern. Column by column: sorting numbers
    is many times faster than sorting rows."""
    which = np.zeros(cut.shape[0], dtype=np.int64)
    for values in cut.T:
        which = which * 256 + values
        if which.size and which.max() >= 1 << 48:
            which = np.unique(which, return_inverse=True)[1].reshape(-1)
    _, firsts, which = np.unique(which, return_index=True, return_inverse=True)
    return firsts, which.reshape(-1).astype(np.int32)


def _groups(facts: Sequence[Fact], ties: Sequence[Way]) -> list[tuple[list[Fact], list[Way]]]:
    """Facts that ties join, each group with its ties; facts without any stand alone."""
    column = {fact: n for n, fact in enumerate(facts)}
    sound = [way for way in ties if way.fact in column and way.needs <= column.keys()]
    joined = []
    alone = set(facts)
    for tied in parts(sound):
        members = sorted(
            {f for way in tied for f in (way.fact, *way.needs)}, key=column.__getitem__
        )
        alone -= set(members)
        joined.append((members, tied))
    return joined + [([fact], []) for fact in facts if fact in alone]


def _ways(
    members: Sequence[Fact], row: npt.NDArray[np.uint8], own: WaysOf, tied: Sequence[Way]
) -> list[Way]:
    singles = [way for fact, held in zip(members, row, strict=True) for way in own(fact, int(held))]
    return [*singles, *tied]
