"""Whose part a row is: numbering nests as it first appears, 其中 and rows that are set in by indent."""

from dataclasses import dataclass

from ...terms import Unit
from ..labels import Label


@dataclass(frozen=True, slots=True)
class Position:
    path: tuple[str, ...]
    parent: str
    among: bool = False
    """`parent` is the whole that a 其中 names."""


@dataclass(frozen=True, slots=True)
class Level:
    """A numbered row: a section (no code) or an item that others stand under."""

    kind: str
    text: str
    code: str = ""
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Among:
    """An open 其中 list: its indent, whose part its rows are, and the rows' path; `said`: by the
    word 其中, not only set in."""

    indent: int
    parent: str
    path: tuple[str, ...]
    unit: Unit | None
    said: bool


@dataclass(frozen=True, slots=True)
class Last:
    code: str
    label: str
    unit: Unit | None
    position: Position
    indent: int


class Outline:
    """Fed row by row, top to bottom."""

    def __init__(self) -> None:
        self._levels: list[Level] = []
        self._among: list[Among] = []
        self._recent: list[Last] = []
        self._stub_at: tuple[int, int] | None = None
        self._stub = Position((), "")

    def section(self, kind: str, text: str, unit: Unit | None = None) -> None:
        self._close(kind)
        self._levels.append(Level(kind, text, unit=unit))
        self._recent = []

    def item(self, label: Label, code: str, unit: Unit | None) -> Position:
        position = self._place(label, unit)
        if label.numbering and not label.among:
            self._levels.append(Level(label.numbering, label.clean, code, unit))
        self._remember(Last(code, label.clean, unit, position, label.indent))
        return position

    def counted(self) -> tuple[Unit, ...]:
        """The unit of the nearest section that says one; 二、面积（亩） may be asked itself."""
        said = (
            level.unit
            for level in reversed(self._levels)
            if level.unit and (not level.code or level.kind.startswith("cn"))
        )
        return tuple(said)[:1]

    def inside(self, stub_at: tuple[int, int]) -> bool:
        return self._stub_at == stub_at

    def stub(self, at: tuple[int, int], label: Label, unit: Unit | None) -> None:
        """A label merged over several rows: it asks nothing, its rows do."""
        self._stub_at, self._stub = at, self._place(label, unit)

    def stub_row(self) -> Position:
        return self._stub

    def _place(self, label: Label, unit: Unit | None) -> Position:
        if label.among:
            return self._among_row(label, unit)
        if label.numbering:
            self._close(label.numbering)
            return self._under_levels(unit)
        if self._set_in(label, unit):
            return self._among_row(label, unit)
        if self._among and label.indent >= self._among[0].indent + 2:
            return self._in_list(self._among[-1], unit)
        self._among = []
        above = self._levels
        if above and above[-1].code:  # goes on beside the numbered item, not under it
            return self._under_levels(unit, skip_last=True)
        return self._under_levels(unit)

    def _among_row(self, label: Label, unit: Unit | None) -> Position:
        while self._among and self._among[-1].indent > label.indent:
            self._among.pop()
        if self._among and self._among[-1].indent == label.indent:
            return self._in_list(self._among[-1], unit)
        whole = self._whole(unit)
        if whole is None:
            return self._under_levels(unit)
        path = (*whole.position.path, whole.label)
        among = Among(label.indent, whole.code, path, whole.unit, label.among)
        self._among.append(among)
        return self._in_list(among, unit)

    def _set_in(self, label: Label, unit: Unit | None) -> bool:
        """Deeper than the row before, which counts the same, or beside one that was."""
        if self._among:
            return any(one.indent == label.indent and not one.said for one in self._among)
        last = self._recent[-1] if self._recent else None
        return last is not None and label.indent >= last.indent + 2 and same_kind(last.unit, unit)

    def _whole(self, unit: Unit | None) -> Last | None:
        """What the 其中 is part of: the nearest row before it that counts the same thing."""
        for last in reversed(self._recent):
            if same_kind(last.unit, unit):
                return last
        return self._recent[-1] if self._recent else None

    def _in_list(self, among: Among, unit: Unit | None) -> Position:
        part = same_kind(among.unit, unit)
        return Position(among.path, among.parent if part else "", part)

    def _under_levels(self, unit: Unit | None, *, skip_last: bool = False) -> Position:
        levels = self._levels[:-1] if skip_last else self._levels
        near = levels[-1] if levels else None
        part = near is not None and near.code != "" and same_kind(near.unit, unit)
        return Position(tuple(level.text for level in levels), near.code if near and part else "")

    def _close(self, kind: str) -> None:
        """Ends the level of this kind and all below it."""
        self._among, self._stub_at = [], None
        kinds = [level.kind for level in self._levels]
        if kind in kinds:
            del self._levels[kinds.index(kind) :]

    def _remember(self, last: Last) -> None:
        self._recent = [*self._recent[-7:], last]


def same_kind(one: Unit | None, other: Unit | None) -> bool:
    """A part is counted in the unit of its whole."""
    if one is None or other is None:
        return one is other
    return (one.dimension, one.base, one.per) == (other.dimension, other.base, other.per)
