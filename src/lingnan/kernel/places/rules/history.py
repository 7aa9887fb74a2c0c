"""From the tree of one edition and a list of dated changes to the tree of every day.

A place is known here by its key: the 12-digit code it has in the edition, the old code of one that
is gone,
`zone:name` for a zone and `datav:id` for a district of Hong Kong or Macao.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from ..terms import BEGINNING, Tree
from . import codes

BOTH = (Tree.CODE, Tree.GOVERNED)


class Entry(NamedTuple):
    """A value from `start` on; `change` is the number of the change that brought it (None: always
    so).
    """

    start: date
    value: str | None
    change: int | None = None


@dataclass(slots=True)
class Timeline:
    """Values in order of time; each ends where the next begins."""

    entries: list[Entry]

    @property
    def first(self) -> str | None:
        return self.entries[0].value

    def at(self, day: date) -> str | None:
        return next((e.value for e in reversed(self.entries) if e.start <= day), None)

    def before(self, day: date, value: str | None, change: int) -> None:
        """Until that day it was something else. ValueError when an earlier day is known already."""
        start, known, cause = self.entries[0]
        if len(self.entries) > 1 and day >= self.entries[1].start:
            raise ValueError(f"changes must come newest first: {day}")
        if day <= start:
            raise ValueError(f"{day} lies before the place began")
        self.entries[:1] = [Entry(start, value, cause), Entry(day, known, change)]

    def after(self, day: date, value: str, change: int) -> None:
        """From that day on it is something else. ValueError when a later day is known already."""
        if day <= self.entries[-1].start:
            raise ValueError(f"changes must come oldest first: {day}")
        self.entries.append(Entry(day, value, change))

    def rows(self, end: date | None) -> Iterator[tuple[str, date, date | None, int | None]]:
        ends = [e.start for e in self.entries[1:]] + [end]
        for (start, value, change), until in zip(self.entries, ends, strict=True):
            if value is not None:
                yield value, start, until, change


@dataclass(slots=True)
class Draft:
    """One place of the edition: its level, and what it was called, numbered and hung under."""

    key: str
    level: int
    name: Timeline
    kind: Timeline
    code: Timeline
    parents: dict[Tree, Timeline]
    scheme: str = "nbs"
    start: date = BEGINNING
    end: date | None = None


@dataclass(frozen=True)
class Change:
    """One line of `changes.csv`. `children`: keys of the places that moved (empty in a split: all
    below).
    """

    number: int
    kind: str
    effective: date
    old: str
    new: str
    old_name: str = ""
    new_name: str = ""
    level: int = 3
    tree: str = "both"
    children: tuple[str, ...] = ()
    document: str = ""
    source: str = ""
    verified: bool = False
    key: str = ""  # the same line again has the same key, whatever else the list holds

    @property
    def trees(self) -> tuple[Tree, ...]:
        return BOTH if self.tree == "both" else (Tree(self.tree),)


@dataclass(frozen=True)
class Move:
    """What lineage keeps of a change: from one place, code and name to another."""

    change: int
    old: str
    new: str
    old_code: str
    new_code: str
    old_name: str
    new_name: str


@dataclass
class History:
    places: dict[str, Draft]
    moves: list[Move] = field(default_factory=list)

    def below(self, keys: Iterable[str], tree: Tree = Tree.CODE) -> list[str]:
        """These and all that hung under them at the earliest day known."""
        children: dict[str | None, list[str]] = {}
        for it in self.places.values():
            if tree in it.parents:
                children.setdefault(it.parents[tree].first, []).append(it.key)
        found: list[str] = []
        waiting = list(keys)
        while waiting:
            found += waiting
            waiting = [child for key in waiting for child in children.get(key, [])]
        return found


def place(
    key: str, name: str, level: int, parent: str | None, *, kind: str = "", scheme: str = "nbs"
) -> Draft:
    """A place of the edition, taken to have been so since the beginning."""
    code = key.partition(":")[2] if scheme != "nbs" else key
    kind = kind or codes.kind_of(key, level, name)
    return Draft(
        key=key,
        level=level,
        name=Timeline([Entry(BEGINNING, name)]),
        kind=Timeline([Entry(BEGINNING, kind)]),
        code=Timeline([Entry(BEGINNING, code)]),
        parents={tree: Timeline([Entry(BEGINNING, parent)]) for tree in BOTH},
        scheme=scheme,
    )


def reconstruct(places: Iterable[Draft], changes: Iterable[Change]) -> History:
    """The history behind the edition: newest change undone first; zones, which the edition does not
    know, added.

    ValueError when a change names a place that is not there.
    """
    history = History({p.key: p for p in places})
    ordered = sorted(changes, key=lambda c: (c.effective, c.number))
    undo = {"rename": _unrename, "merge": _unmerge, "split": _unsplit, "transfer": _untransfer}
    for change in reversed([c for c in ordered if c.tree == "both"]):
        undo[change.kind](history, change)
    for change in (c for c in ordered if c.tree != "both"):
        (_establish if change.kind == "establish" else _transfer)(history, change)
    return history


def _named(history: History, key: str) -> Draft:
    if key not in history.places:
        raise ValueError(f"no place {key}")
    return history.places[key]


def _move(history: History, change: Change, old: str, new: str) -> None:
    """Kept after the timelines are bent: what it was the day before, and what it is on the day."""
    before, after = history.places[old], history.places[new]
    eve, day = change.effective - timedelta(days=1), change.effective
    history.moves.append(
        Move(
            change.number,
            old,
            new,
            before.code.at(eve) or "",
            after.code.at(day) or "",
            before.name.at(eve) or "",
            after.name.at(day) or "",
        )
    )


def _unrename(history: History, change: Change) -> None:
    """`old`: the code it had; `new`: the place. Codes below it carried the old digits until that
    day.
    """
    it = _named(history, change.new)
    day, number = change.effective, change.number
    if change.old != change.new:
        for key in history.below([change.new]):
            code = history.places[key].code
            if code.first is not None:
                code.before(day, codes.recoded(code.first, change.new, change.old), number)
    if change.old_name:
        it.kind.before(day, codes.kind_of(change.old, it.level, change.old_name), number)
        it.name.before(day, change.old_name, number)
    _move(history, change, change.new, change.new)


def _unmerge(history: History, change: Change) -> None:
    """`old`: the code of the place that ended; `children` came from it."""
    target = _named(history, change.new)
    if change.old not in history.places:
        parent = target.parents[Tree.CODE].first
        history.places[change.old] = place(change.old, change.old_name, target.level, parent)
        history.places[change.old].end = change.effective
    _rehang(history, change, change.old)
    _move(history, change, change.old, change.new)


def _unsplit(history: History, change: Change) -> None:
    """`new` began on that day out of `old`, which goes on; whatever hangs under `new` hung under
    `old`.
    """
    it = _named(history, change.new)
    _named(history, change.old)
    children = change.children or tuple(
        k for k, p in history.places.items() if p.parents[Tree.CODE].first == change.new
    )
    _rehang(history, change, change.old, children)
    it.start = change.effective
    for line in (it.name, it.kind, it.code, *it.parents.values()):
        line.entries[0] = Entry(change.effective, line.entries[0].value, change.number)
    _move(history, change, change.old, change.new)


def _untransfer(history: History, change: Change) -> None:
    _named(history, change.old)
    _rehang(history, change, change.old)
    for key in change.children:
        _move(history, change, key, key)


def _rehang(
    history: History, change: Change, old: str, children: tuple[str, ...] | None = None
) -> None:
    """Until the day the children hung under `old`; what their codes were then is not known."""
    moved = change.children if children is None else children
    for key in history.below(moved):
        if history.places[key].code.first is not None:
            history.places[key].code.before(change.effective, None, change.number)
    for child in moved:
        for line in _named(history, child).parents.values():
            line.before(change.effective, old, change.number)


def _establish(history: History, change: Change) -> None:
    """A zone: no code of its own, in the trees it is said to stand in, from its first day on."""
    parent = _named(history, change.old)
    it = place(change.new, change.new_name, change.level, parent.key, kind="zone", scheme="zone")
    it.start = change.effective
    it.parents = {tree: it.parents[tree] for tree in change.trees}
    for line in (it.name, it.kind, it.code, *it.parents.values()):
        line.entries[0] = Entry(change.effective, line.entries[0].value, change.number)
    history.places[it.key] = it


def _transfer(history: History, change: Change) -> None:
    """From that day on the children answer to `new` in the tree named."""
    _named(history, change.new)
    for key in change.children:
        for tree in change.trees:
            _named(history, key).parents[tree].after(change.effective, change.new, change.number)
        _move(history, change, key, key)
