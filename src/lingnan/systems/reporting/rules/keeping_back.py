"""What of a county is kept back, moment by moment, so that nobody outside can tell what one or few said.

A reader outside may look at any moment, so he knows every figure told at any of them, every sum, and
what changed between two. Rows move together: of a place, all elements that sums tie to each other are
kept back or told at once. Then a row can be thought smaller by any share and another one of the same
sum greater by as much, and all that is told still fits: no figure follows. For that a sum is told only
when it adds at least two unknown rows to what was told before (`_is_safe`); until then it is kept back
itself. What was kept back once stays so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from ..terms.suppression import Kind, Tie, Tree
from .suppression import tells_alone, tells_of_few

Cell = tuple[int, int]
"""(place, element)"""
Said = Mapping[Cell, Decimal | None]
Group = tuple[int, ...]
ZERO = Decimal(0)
TRIALS = 40


@dataclass(eq=False)
class Unknown:
    """A figure that was never told. `was`: it stands for one that was not zero, and is."""

    cell: Cell
    value: Decimal
    is_primary: bool
    was: bool = False

    @property
    def is_live(self) -> bool:
        return self.value > 0 or self.was


Parts = dict[int, set[Unknown]]
"""By what stands straight below a sum."""


@dataclass
class Verdict:
    """Of one sum and group: is it told, which rows go with it, and does it tell of few by itself."""

    is_told: bool
    more: tuple[int, ...] = ()
    is_few: bool = False


@dataclass
class Keeper:
    """`step` once a moment, oldest first; then `back` says what is kept back as of the last."""

    tree: Tree
    kinds: Mapping[int, Kind]
    ties: Sequence[Tie] = ()
    _values: dict[Cell, Decimal | None] = field(default_factory=dict)
    _rows: dict[int, set[int]] = field(default_factory=dict)
    _heard: dict[int, int] = field(default_factory=dict)
    _totals: dict[Cell, Decimal] = field(default_factory=dict)
    _kept: set[Cell] = field(default_factory=set)
    _unknown: dict[Cell, Unknown] = field(default_factory=dict)
    _waiting: dict[Cell, set[Unknown]] = field(default_factory=dict)
    _untold: set[Cell] = field(default_factory=set)
    _few: dict[Cell, set[frozenset[Unknown]]] = field(default_factory=dict)
    _used: set[Unknown] = field(default_factory=set)
    _above: dict[int, list[tuple[set[Unknown], Parts]]] = field(default_factory=dict)
    _holding: set[Tie] = field(default_factory=set)
    _groups: dict[int, Group] = field(default_factory=dict)

    def step(self, at: int, said: Said) -> None:
        before = {cell: self._values.get(cell) for cell in said}
        changed = {
            cell: value
            for cell, value in said.items()
            if cell[1] in self.kinds and (cell not in self._values or value != before[cell])
        }
        for cell, value in changed.items():
            self._take(cell, before[cell], value)
        groups = self._tied(at, {row for row, _ in changed})
        fresh: dict[tuple[int, Group], list[int]] = {}
        touched: dict[int, set[Group]] = {}
        for row, group in sorted({(row, groups[element]) for row, element in changed}):
            home = self.tree.homes[row]
            if self._is_kept(row, group):
                self._keep(row, group, before, changed)
            else:
                fresh.setdefault((home, group), []).append(row)
            for one in {home, self.tree.root}:
                touched.setdefault(one, set()).add(group)
        self._tell(touched, fresh, changed)

    @property
    def back(self) -> frozenset[Cell]:
        """With the sums; rows of an upper place's own are shown as its sum."""
        rows = {cell for cell in self._kept if cell[0] > 0 and self._values[cell] is not None}
        return frozenset(rows | self._untold)

    def _tied(self, at: int, rows: Iterable[int]) -> Mapping[int, Group]:
        """Element → all that is tied to it by sums that ever held somewhere, itself too. What does not
        add up stands alone."""
        new = [
            tie
            for tie in self.ties
            if tie.since <= at and tie not in self._holding
            if any(self._holds(tie, row) for row in rows)
        ]
        if not new and self._groups:
            return self._groups
        self._holding.update(new)
        held: dict[int, set[int]] = {element: {element} for element in self.kinds}
        for tie in self._holding:
            whole = set().union(*(held[one] for one in tie.elements))
            held |= dict.fromkeys(whole, whole)
        self._groups = {element: tuple(sorted(whole)) for element, whole in held.items()}
        return self._groups

    def _holds(self, tie: Tie, row: int) -> bool:
        if any(one not in self.kinds or not self.kinds[one].adds for one in tie.elements):
            return False
        total = self._values.get((row, tie.total))
        parts = [self._values.get((row, one)) for one in tie.parts]
        return bool(total) and total == sum((one or ZERO for one in parts), ZERO)

    def _take(self, cell: Cell, old: Decimal | None, new: Decimal | None) -> None:
        row, element = cell
        if cell not in self._values and self.tree.levels[row] == self.tree.lowest:
            self._heard[element] = self._heard.get(element, 0) + 1
        self._values[cell] = new
        home = self.tree.homes[row]
        self._rows.setdefault(home, set()).add(row)
        for one in {home, self.tree.root}:
            total = self._totals.get((one, element), ZERO)
            self._totals[one, element] = total + (new or ZERO) - (old or ZERO)

    def _is_kept(self, row: int, group: Group) -> bool:
        cells = [(row, element) for element in group]
        return any(cell in self._kept or self._is_primary(cell) for cell in cells)

    def _is_primary(self, cell: Cell) -> bool:
        kind, level = self.kinds[cell[1]], self.tree.levels[cell[0]]
        return tells_alone(self._values.get(cell), level, kind)

    def _keep(self, row: int, group: Group, before: Said, changed: Said) -> None:
        for element in group:
            cell = (row, element)
            if cell not in self._values:
                continue
            was_kept = cell in self._kept
            self._kept.add(cell)
            if cell in changed:
                self._renew(cell, before[cell] if was_kept else None, is_new=not was_kept)

    def _renew(self, cell: Cell, old: Decimal | None, *, is_new: bool) -> None:
        """One put right moves with the one before: what is known of the two is their difference."""
        home, value = self.tree.homes[cell[0]], self._values[cell] or ZERO
        waiting = self._waiting.setdefault((home, cell[1]), set())
        one = self._unknown.get(cell)
        if one is not None and not is_new and old and value:
            one.value, one.is_primary = value, self._is_primary(cell)
            return
        was = one is not None and one not in waiting and bool(old) and not value
        if one is not None:
            waiting.discard(one)
        self._unknown[cell] = found = Unknown(cell, value, self._is_primary(cell), was)
        waiting.add(found)

    def _tell(
        self,
        touched: Mapping[int, set[Group]],
        fresh: Mapping[tuple[int, Group], list[int]],
        changed: Said,
    ) -> None:
        root = self.tree.root
        for group in sorted(touched.get(root, ())):
            homes = sorted(one for one in touched if group in touched[one] and one != root)
            if not self.kinds[group[0]].adds:
                self._tell_other([*homes, root], group[0])
                continue
            rows = {one: fresh.get((one, group), []) for one in (*homes, root)}
            plan = {one: self._of_town(one, group, rows[one], changed) for one in homes}
            plan = self._with_company(plan, group, rows, changed)
            for home, verdict in plan.items():
                self._settle(home, group, verdict, changed)
            self._tell_root(group)

    def _tell_other(self, sums: Iterable[int], element: int) -> None:
        """What does not add up (an average, the greatest) is told when all below it are."""
        for one in sums:
            every = self._rows.values() if one == self.tree.root else [self._rows.get(one, set())]
            is_kept = any((row, element) in self._kept for rows in every for row in rows)
            (self._untold.add if is_kept else self._untold.discard)((one, element))

    def _of_town(self, home: int, group: Group, rows: Sequence[int], changed: Said) -> Verdict:
        if any(self._is_of_few(home, element) for element in group):
            return Verdict(is_told=False, is_few=True)
        chosen: list[int] = []
        left = sorted(rows, key=lambda row: self._missed(row, group, changed))
        while not self._may_tell(home, group, chosen, changed):
            if not left:
                return Verdict(is_told=False)
            chosen.append(left.pop(0))
        for row in chosen[:-1]:  # what the later ones made needless
            fewer = [one for one in chosen if one != row]
            if self._may_tell(home, group, fewer, changed):
                chosen = fewer
        return Verdict(is_told=True, more=tuple(chosen))

    def _missed(self, row: int, group: Group, changed: Said) -> tuple[bool, Decimal, int]:
        value = sum((changed.get((row, one)) or ZERO for one in group), ZERO)
        return not value, value, row

    def _is_of_few(self, home: int, element: int) -> bool:
        kind, level = self.kinds[element], self.tree.levels[home]
        parts = (
            (self._values.get((row, element)) or ZERO for row in self._rows.get(home, ()))
            if kind.giants else ()
        )  # fmt: skip
        return tells_of_few(self._totals.get((home, element), ZERO), parts, level, kind)

    def _may_tell(self, home: int, group: Group, chosen: Sequence[int], changed: Said) -> bool:
        for element in group:
            held = self._waiting.get((home, element), set())
            parts: Parts = {}
            for one in {*held, *self._would_be(chosen, element, changed)}:
                parts.setdefault(one.cell[0], set()).add(one)
            if not self._is_safe(parts) or not self._leaves_enough(element, held):
                return False
            live = frozenset(one for one in held if one.is_live)
            if not chosen and live in self._few.get((home, element), ()):
                return False
        return True

    def _would_be(self, rows: Sequence[int], element: int, changed: Said) -> list[Unknown]:
        found = [((row, element), changed.get((row, element))) for row in rows]
        return [Unknown(cell, value, False) for cell, value in found if value is not None]

    def _is_safe(self, parts: Parts) -> bool:
        """Two at least that no other sum holds, of different places below; not each as small as may be."""
        if not any(one.is_live for held in parts.values() for one in held):
            return True
        mine = [{one for one in held if one not in self._used} for held in parts.values()]
        every = [one for held in mine for one in held]
        if sum(map(bool, mine)) < 2 or not any(one.value for one in every):
            return False
        positive = [one.value for one in every if one.value > 0]
        return not any(one.is_primary for one in every) or sum(positive, ZERO) > len(positive)

    def _leaves_enough(self, element: int, going: set[Unknown]) -> bool:
        """A county's sum that was told over them is still one of two unknown at least."""
        for whole, parts in self._above.get(element, ()):
            if whole & going:
                rest = {below: held - going for below, held in parts.items()}
                if not self._is_safe_still(rest):
                    return False
        return True

    def _is_safe_still(self, parts: Parts) -> bool:
        mine = [one for held in parts.values() for one in held]
        return sum(map(bool, parts.values())) > 1 and any(one.value for one in mine)

    def _settle(self, home: int, group: Group, verdict: Verdict, changed: Said) -> None:
        for cell in ((row, element) for row in verdict.more for element in group):
            if cell in self._values:
                self._kept.add(cell)
            if cell in changed:
                self._renew(cell, None, is_new=True)
        if home == self.tree.root:
            return
        cells = [(home, element) for element in group if (home, element) in self._totals]
        held = [self._waiting.setdefault(cell, set()) for cell in cells]
        left = (self._leaves_enough(at[1], one) for at, one in zip(cells, held, strict=True))
        if verdict.is_told and all(left):
            self._untold.difference_update(cells)
            for (_, element), waiting in zip(cells, held, strict=True):
                self._use(element, waiting)
                waiting.clear()
            return
        self._untold.update(cells)
        for cell, waiting in zip(cells, held, strict=True):
            self._note_few(cell, waiting, is_few=verdict.is_few)

    def _note_few(self, cell: Cell, waiting: Iterable[Unknown], *, is_few: bool) -> None:
        """What the sum tells of few is not to be told later either: what it was made of, or itself."""
        self._unknown.pop(cell, None)
        live = frozenset(one for one in waiting if one.is_live)
        if is_few and live:
            self._few.setdefault(cell, set()).add(live)
        elif is_few and self._totals[cell]:
            self._unknown[cell] = Unknown(cell, self._totals[cell], True)

    def _use(self, element: int, going: Iterable[Unknown]) -> None:
        gone = set(going)
        self._used |= gone
        for _, parts in self._above.get(element, ()):
            for held in parts.values():
                held -= gone

    def _tell_root(self, group: Group) -> None:
        root = self.tree.root
        cells = {(root, element) for element in group if (root, element) in self._totals}
        if not self._is_root_safe(group):
            self._untold |= cells
            return
        self._untold -= cells
        for element in group:
            parts = self._left_of(element)
            whole = {one for held in parts.values() for one in held}
            if any(one.is_live for one in whole):
                own = {below: held - self._used for below, held in parts.items()}
                self._used |= whole
                self._above.setdefault(element, []).append((self._all_of(element), own))

    def _is_root_safe(
        self, group: Group, plan: Mapping[int, Verdict] = MappingProxyType({}),
        changed: Said = MappingProxyType({}),
    ) -> bool:  # fmt: skip
        return all(self._is_safe(self._left_of(one, plan, changed)) for one in group)

    def _all_of(self, element: int) -> set[Unknown]:
        return {one for held in self._below_root(element, {}, {}).values() for one in held}

    def _left_of(
        self, element: int, plan: Mapping[int, Verdict] = MappingProxyType({}),
        changed: Said = MappingProxyType({}),
    ) -> Parts:  # fmt: skip
        """What the county's sum adds to what was told: the unknown below it, without those of the
        last of its sums that was told over them."""
        parts = self._below_root(element, plan, changed)
        every = {one for held in parts.values() for one in held}
        for whole, _ in reversed(self._above.get(element, ())):
            if whole <= every:
                return {below: held - whole for below, held in parts.items()}
        return parts

    def _below_root(self, element: int, plan: Mapping[int, Verdict], changed: Said) -> Parts:
        root = self.tree.root
        untold = {home for home, number in self._untold if number == element and home != root}
        untold = {one for one in untold if one not in plan}
        parts: Parts = {one.cell[0]: {one} for one in self._waiting.get((root, element), ())}
        for home in untold | {one for one, verdict in plan.items() if not verdict.is_told}:
            more = plan[home].more if home in plan else ()
            would_be = self._would_be(more, element, changed)
            if home == root:
                parts |= {one.cell[0]: {one} for one in would_be}
                continue
            itself = self._unknown.get((home, element))
            held = {*self._waiting.get((home, element), ()), *would_be}
            parts[home] = held | ({itself} if itself and not held else set())
        return parts

    def _with_company(
        self,
        plan: dict[int, Verdict],
        group: Group,
        rows: Mapping[int, Sequence[int]],
        changed: Said,
    ) -> dict[int, Verdict]:
        """Once all have said, and one town alone is not told: another goes with it for the county's
        sake, the least that does."""
        said = min(self._heard.get(element, 0) for element in group)
        if said < self.tree.size or self._is_root_safe(group, plan, changed):
            return plan
        told = [one for one, verdict in plan.items() if verdict.is_told]
        ways = [
            (one, Verdict(is_told=False, more=plan[one].more or (row,)))
            for one in sorted(told, key=lambda one: (self._totals.get((one, group[0]), ZERO), one))
            for row in sorted(rows[one], key=lambda row: self._missed(row, group, changed))[:1]
        ]
        root = self.tree.root
        least = sorted(rows[root], key=lambda row: self._missed(row, group, changed))
        ways += [(root, Verdict(is_told=False, more=(row,))) for row in least[:TRIALS]]
        for one, verdict in ways:
            if self._is_root_safe(group, plan | {one: verdict}, changed):
                return plan | {one: verdict}
        return plan
