"""Which figures are kept back so that nobody outside can tell what one or few people told.

Primary: a count of 1 … k−1, or an amount that one or few giants make up. Complementary: what else must
be kept back so that sums do not give the first away. A reader knows every published figure, every sum,
and that what is kept back is not zero; he may then not be able to work any of it out.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Any

from ..terms.suppression import Giants, Suppression

Cell = Any
"""Anything hashable and ordered, such as (place, element)."""
Sum = tuple[Cell, tuple[Cell, ...]]
Values = Mapping[Cell, Decimal]
Cost = Mapping[Cell, tuple[Any, ...]]
PRIME = 2**61 - 1
EPSILON = 1e-6
LEAST = Decimal(1)
KNOT, TRIALS, SMALL = 60, 40, 14


def build_suppression(editions: Sequence[Mapping[str, Any]]) -> list[Suppression]:
    """Oldest first. KeyError names what an edition lacks."""
    return sorted((_edition(one) for one in editions), key=lambda one: one.valid_from)


def _edition(raw: Mapping[str, Any]) -> Suppression:
    giants = raw["enterprise"]
    return Suppression(
        valid_from=raw["valid_from"],
        source=raw["source"],
        verified=raw["verified"],
        dimensions=frozenset(raw["dimensions"]),
        below=int(raw["below"]),
        levels=frozenset(raw["levels"]),
        besides=tuple(raw["besides"]),
        enterprise=Giants(
            words=tuple(giants["words"]),
            levels=frozenset(giants["levels"]),
            giants=int(giants["giants"]),
            share=Decimal(str(giants["share"])),
            percent=Decimal(str(giants["percent"])),
        ),
    )


def is_small(value: Decimal | None, below: int) -> bool:
    """A count of 1 … below − 1. Zero tells of nobody."""
    return value is not None and 0 < value < below


def is_dominated(
    parts: Iterable[Decimal], *, giants: int, share: Decimal, percent: Decimal
) -> bool:
    """(n, k): the `giants` greatest make up more than `share`; p %: the rest beside the two greatest is
    less than `percent` of the greatest, so that the second could tell the first too closely."""
    ranked = sorted((one for one in parts if one > 0), reverse=True)
    if not ranked:
        return False
    total = sum(ranked)
    return sum(ranked[:giants]) > share * total or sum(ranked[2:]) < percent * ranked[0]


def hidden(
    values: Values,
    sums: Sequence[Sum],
    primary: Collection[Cell],
    *,
    kept: Collection[Cell] = (),
    earlier: Collection[Cell] = (),
) -> frozenset[Cell]:
    """The cells kept back; equal input, equal answer. `kept` are given up last; `earlier` were kept
    back in a release before and stay so, or the two together would tell them.

    Sums that do not add up exactly, or have a member without a value, bind nobody and are left out.
    """
    bound = _binding(values, sums)
    found = {cell for cell in (*primary, *earlier) if values.get(cell)}
    firm = frozenset(found)
    cost = {cell: (cell in kept, value, cell) for cell, value in values.items() if value}
    by_cell: dict[Cell, list[Sum]] = {}
    for one in bound:
        for cell in {one[0], *one[1]}:
            by_cell.setdefault(cell, []).append(one)
    while told := _exposed(values, by_cell, found):
        more = _choice(values, by_cell, found, told, cost)
        if not more:
            break  # every figure of its sums is kept back already: nothing is left to be told
        found |= more
    return _relieved(values, by_cell, found, firm, cost)


def whole_columns(
    values: Values, sums: Sequence[Sum], primary: Collection[Cell], *, kept: Collection[Cell]
) -> frozenset[Cell]:
    """Every figure but the `kept` of each column (the second part of a cell) in which one is primary,
    and of the columns its sums tie it to: more than need be, in one pass over any number."""
    tied: dict[Any, set[Any]] = {}
    for total, parts in sums:
        for part in parts:
            if part[1] != total[1]:
                tied.setdefault(total[1], set()).add(part[1])
                tied.setdefault(part[1], set()).add(total[1])
    waiting, columns = {cell[1] for cell in primary}, set()
    while waiting:
        one = waiting.pop()
        columns.add(one)
        waiting |= tied.get(one, set()) - columns
    return frozenset(cell for cell in values if cell[1] in columns and cell not in kept)


def _binding(values: Values, sums: Sequence[Sum]) -> list[Sum]:
    bound = []
    for total, parts in sums:
        known = all(values.get(cell) is not None for cell in (total, *parts))
        if known and values[total] == sum(values[cell] for cell in parts):
            bound.append((total, parts))
    return bound


def exposed(values: Values, sums: Sequence[Sum], found: Collection[Cell]) -> set[Cell]:
    """Hidden cells that follow exactly from what is published."""
    by_cell: dict[Cell, list[Sum]] = {}
    for one in _binding(values, sums):
        for cell in {one[0], *one[1]}:
            by_cell.setdefault(cell, []).append(one)
    return _exposed(values, by_cell, set(found))


def _exposed(values: Values, by_cell: Mapping[Cell, Sequence[Sum]], found: set[Cell]) -> set[Cell]:
    told: set[Cell] = set()
    for group in _groups(by_cell, found):
        told |= _told_in(values, by_cell, group)
    return told


def _groups(by_cell: Mapping[Cell, Sequence[Sum]], found: Collection[Cell]) -> list[list[Cell]]:
    """Hidden cells that hang together by sums; the others cannot tell of each other."""
    left, groups = set(found), []
    for first in sorted(found):
        if first not in left:
            continue
        left.discard(first)
        group, queue = [], [first]
        while queue:
            cell = queue.pop()
            group.append(cell)
            for total, parts in by_cell.get(cell, ()):
                for other in (total, *parts):
                    if other in left:
                        left.discard(other)
                        queue.append(other)
        groups.append(sorted(group))
    return groups


def _told_in(
    values: Values, by_cell: Mapping[Cell, Sequence[Sum]], group: Sequence[Cell]
) -> set[Cell]:
    """By linear algebra; where a member is as small as it may be, by limits too."""
    rows = _rows(by_cell, group)
    told = _determined(rows)
    if told or len(group) < 2 or all(values[cell] > LEAST for cell in group):
        return told
    return _pinned(values, rows, group)


Row = dict[Cell, int]


def _rows(by_cell: Mapping[Cell, Sequence[Sum]], group: Sequence[Cell]) -> list[Row]:
    """Of each sum, the members that are hidden: total − parts = what is published."""
    inside, seen = set(group), set()
    rows: list[Row] = []
    for cell in group:
        for one in by_cell.get(cell, ()):
            if one in seen:
                continue
            seen.add(one)
            row: Row = {}
            for member, sign in ((one[0], 1), *((part, -1) for part in one[1])):
                if member in inside:
                    row[member] = row.get(member, 0) + sign
            rows.append({member: sign for member, sign in row.items() if sign})
    return rows


def _determined(rows: Sequence[Row]) -> set[Cell]:
    """Cells alone in a row of the reduced system. Modulo a great prime: no fraction grows."""
    pivots: dict[Cell, Row] = {}
    for row in rows:
        now = _reduced(row, pivots)
        if not now:
            continue
        lead = min(now)
        inverse = pow(now[lead], -1, PRIME)
        now = {cell: factor * inverse % PRIME for cell, factor in now.items()}
        for cell, held in pivots.items():
            if lead in held:
                pivots[cell] = _less(held, now, held[lead])
        pivots[lead] = now
    return {cell for cell, row in pivots.items() if len(row) == 1}


def _reduced(row: Row, pivots: Mapping[Cell, Row]) -> Row:
    for cell in [one for one in row if one in pivots]:
        row = _less(row, pivots[cell], row.get(cell, 0))
    return row


def _less(row: Row, other: Row, factor: int) -> Row:
    found = dict(row)
    for cell, number in other.items():
        rest = (found.get(cell, 0) - factor * number) % PRIME
        if rest:
            found[cell] = rest
        else:
            found.pop(cell, None)
    return found


def _pinned(values: Values, rows: Sequence[Row], group: Sequence[Cell]) -> set[Cell]:
    """What is hidden is at least one. A member that is one in every solution is as good as published:
    one programme finds all of them, the linear algebra what follows from them."""
    from ortools.linear_solver import pywraplp  # heavy; most processes never need it

    solver = pywraplp.Solver.CreateSolver("GLOP")
    over = {cell: solver.NumVar(0.0, solver.infinity(), "") for cell in group}
    room = {cell: solver.NumVar(0.0, 1.0, "") for cell in group}
    for row in rows:
        level = sum(s * (values[cell] - _floor(values[cell])) for cell, s in row.items())
        solver.Add(sum(sign * over[cell] for cell, sign in row.items()) == float(level))
    for cell in group:
        solver.Add(room[cell] <= over[cell])
    solver.Maximize(sum(room.values()))
    if solver.Solve() != solver.OPTIMAL:
        return set(group)  # cannot be judged: then it counts as told
    tight = [cell for cell in group if room[cell].solution_value() < EPSILON]
    return _determined([*rows, *({cell: 1} for cell in tight)]) if tight else set()


def _floor(value: Decimal) -> Decimal:
    return min(LEAST, value)


def _choice(
    values: Values,
    by_cell: Mapping[Cell, Sequence[Sum]],
    found: set[Cell],
    told: set[Cell],
    cost: Cost,
) -> set[Cell]:
    """What to keep back next, of the figures near told cells. In a small knot one or two that settle it
    if there are any; else the one that leaves fewest told; in a great knot, where every trial is dear,
    the one least missed."""
    near = [_near(cell, by_cell, found, cost) for cell in sorted(told)[:TRIALS]]
    ranked = sorted({cell for one in near for cell in one}, key=cost.__getitem__)
    if not ranked:
        return set()
    group = next(g for g in _groups(by_cell, {*found, ranked[0]}) if ranked[0] in g)
    if len(group) > KNOT:
        return {ranked[0]}

    def left(cells: Iterable[Cell]) -> set[Cell]:
        more = set(cells)
        return _exposed_near(values, by_cell, found | more, more)

    if len(group) <= SMALL:
        wider = {m for c in ranked for s in by_cell[c] for m in (s[0], *s[1])} & cost.keys()
        free = sorted(wider - found, key=cost.__getitem__)[:SMALL]
        pairs = sorted(combinations(free, 2), key=lambda two: _price(two, cost))
        for cells in (*((one,) for one in free), *pairs):
            if told & set(group) and not left(cells) and _touches(by_cell, found, told, cells):
                return set(cells)
    return {min(ranked[:TRIALS], key=lambda one: (cost[one][0], len(left({one})), cost[one]))}


def _price(cells: Iterable[Cell], cost: Cost) -> tuple[Any, ...]:
    held = sorted((cost[one] for one in cells), reverse=True)
    return any(one[0] for one in held), sum(one[1] for one in held), held


def _touches(
    by_cell: Mapping[Cell, Sequence[Sum]], found: set[Cell], told: set[Cell], cells: Sequence[Cell]
) -> bool:
    """Whether each of the cells hangs together with one that was told."""
    groups = _groups(by_cell, found | set(cells))
    return all(any(one in g and not told.isdisjoint(g) for g in groups) for one in cells)


def _near(
    cell: Cell,
    by_cell: Mapping[Cell, Sequence[Sum]],
    found: Collection[Cell],
    cost: Cost,
) -> list[Cell]:
    """Published figures of the sums that tell of a cell; farther ones where those are used up."""
    seen: set[Hashable] = {cell}
    ring = [cell]
    while ring:
        near = sorted(
            {m for one in ring for total, parts in by_cell.get(one, ()) for m in (total, *parts)}
            - seen
        )
        seen |= set(near)
        free = [one for one in near if one in cost and one not in found]
        if free:
            return free
        ring = [one for one in near if one in found]
    return []


def _relieved(
    values: Values,
    by_cell: Mapping[Cell, Sequence[Sum]],
    found: set[Cell],
    firm: Collection[Cell],
    cost: Cost,
) -> frozenset[Cell]:
    """What turned out not to be needed is published after all, the greatest first."""
    before = _exposed(values, by_cell, found)
    for cell in sorted(found - set(firm), key=cost.__getitem__, reverse=True):
        fewer = found - {cell}
        near = {m for total, parts in by_cell.get(cell, ()) for m in (total, *parts)} & fewer
        if _exposed_near(values, by_cell, fewer, near) <= before:
            found = fewer
    return frozenset(found)


def _exposed_near(
    values: Values,
    by_cell: Mapping[Cell, Sequence[Sum]],
    found: Collection[Cell],
    near: set[Cell],
) -> set[Cell]:
    told: set[Cell] = set()
    for group in _groups(by_cell, found):
        if not near.isdisjoint(group):
            told |= _told_in(values, by_cell, group)
    return told
