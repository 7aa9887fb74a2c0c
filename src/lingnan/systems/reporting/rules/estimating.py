"""Estimates of one place that agree with each other: what its form says adds up does, 其中 stays within.

Each figure is estimated by itself; then they are fitted from the wholes down to their parts, because a
whole is surer than any part and may be broken down in several ways. Cells of a grid, which are parts
both of a row and of a column, keep their estimates, and the wholes follow from them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Tie:
    """`parts` add up to the `whole`; not `exact`: they are among it, at most as many."""

    whole: int
    parts: tuple[int, ...]
    exact: bool

    def holds(self, values: Mapping[int, Decimal], tolerance: Decimal) -> bool | None:
        """None where something of it is not known."""
        if not {self.whole, *self.parts} <= values.keys():
            return None
        gap = sum((values[one] for one in self.parts), NONE) - values[self.whole]
        return abs(gap) <= tolerance if self.exact else gap <= tolerance


def agreeing(
    guesses: Mapping[int, Decimal],
    fixed: Mapping[int, Decimal],
    ties: Iterable[Tie],
    steps: Mapping[int, Decimal],
) -> dict[int, Decimal]:
    """The guesses made to agree, and those that follow from them. `fixed`: what was said otherwise and
    stays. `steps`: the smallest unit of each."""
    ordered = _downwards(list(ties))
    found = {one: value for one, value in guesses.items() if one not in fixed}
    settled = dict(fixed) | _in_two(ordered, found)
    for tie in reversed(ordered):
        _follow(tie, found, settled)
    for tie in ordered:
        _fit(tie, found, settled, steps)
    return {one: settled.get(one, value) for one, value in found.items()}


def _follow(tie: Tie, found: dict[int, Decimal], settled: dict[int, Decimal]) -> None:
    """A whole all of whose parts are settled is their sum; none is less than what is settled of it."""
    if tie.whole in settled:
        return
    at_least = sum((settled[one] for one in tie.parts if one in settled), NONE)
    if tie.exact and all(one in settled for one in tie.parts):
        found[tie.whole] = settled[tie.whole] = at_least
    elif tie.whole in found:
        found[tie.whole] = max(found[tie.whole], at_least)
    elif tie.exact and all(one in settled or one in found for one in tie.parts):
        free = sum((found[one] for one in tie.parts if one not in settled), NONE)
        found[tie.whole] = at_least + free


def _fit(
    tie: Tie,
    found: dict[int, Decimal],
    settled: Mapping[int, Decimal],
    steps: Mapping[int, Decimal],
) -> None:
    """The free parts share what the settled ones leave of the whole, as their guesses are to each other."""
    whole = settled.get(tie.whole, found.get(tie.whole))
    free = {one: found[one] for one in tie.parts if one in found and one not in settled}
    if whole is None or not free:
        return
    left = max(whole - sum((settled[one] for one in tie.parts if one in settled), NONE), NONE)
    is_whole = tie.exact and all(one in settled or one in found for one in tie.parts)
    if is_whole or sum(free.values(), NONE) > left:
        found.update(shared(left, free, max(steps[one] for one in free)))


def shared(total: Decimal, weights: Mapping[int, Decimal], step: Decimal) -> dict[int, Decimal]:
    """In whole steps, by the largest remainders; alike where nothing tells them apart."""
    amount = sum(weights.values(), NONE)
    parts = {
        one: total * weight / amount if amount else total / len(weights)
        for one, weight in weights.items()
    }
    found = {
        one: (part / step).to_integral_value(ROUND_FLOOR) * step for one, part in parts.items()
    }
    left = int((total - sum(found.values(), NONE)) / step)
    for one in sorted(parts, key=lambda one: found[one] - parts[one])[:left]:
        found[one] += step
    return found


def _in_two(ties: Sequence[Tie], found: Mapping[int, Decimal]) -> dict[int, Decimal]:
    counted = Counter(one for tie in ties if tie.exact for one in tie.parts)
    return {one: found[one] for one, times in counted.items() if times > 1 and one in found}


def _downwards(ties: list[Tie]) -> list[Tie]:
    """Each after those of which its whole is a part. What goes round in a circle keeps its order."""
    depth = dict.fromkeys((one for tie in ties for one in (tie.whole, *tie.parts)), 0)
    for _ in range(len(ties)):
        before = dict(depth)
        for tie in ties:
            for one in tie.parts:
                depth[one] = max(depth[one], min(depth[tie.whole] + 1, len(ties)))
        if depth == before:
            break
    return sorted(ties, key=lambda tie: (depth[tie.whole], not tie.exact))
