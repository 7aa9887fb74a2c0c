"""Cards: labels laid out freely with their answers to the right, or below, or in the same cell."""

import re
from dataclasses import dataclass, field

from ...terms import FieldDraft, Furniture, Unit, Unread
from ..grid import Grid, cell_name
from ..labels import read_label, squeeze, take_numbering
from ..units_words import parse_unit, split_unit
from .asking import SIGNED, asks
from .cells import Kind, kind_of
from .choices import listed
from .fitting import fitting, implied
from .hierarchy import same_kind
from .parts import Card
from .surround import units_within
from .types import type_of

_PHOTO = re.compile(r"照\s*片|相\s*片|免\s*冠|二维码")
_OPINION = re.compile(r"意\s*见|签\s*[字名章]|盖\s*章|公\s*章|承诺")
_DATE = re.compile(r"年.*月")
_OPEN = (Kind.BLANK, Kind.ANSWER, Kind.VALUE, Kind.BARRED)


@dataclass(slots=True)
class CardRead:
    fields: list[FieldDraft] = field(default_factory=list)
    furniture: list[Furniture] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    used: set[tuple[int, int]] = field(default_factory=set)


@dataclass(slots=True)
class _Reader:
    grid: Grid
    card: Card
    read: CardRead
    units: tuple[Unit, ...]
    taken: set[tuple[int, int]] = field(default_factory=set)
    section: tuple[str, ...] = ()
    counted: tuple[Unit, ...] = ()
    """Of the section: `收入情况（元）`."""
    group: tuple[str, ...] = ()
    whole: FieldDraft | None = None
    """What 其中 beside or below is a part of."""

    def row(self, row: int) -> None:
        self.group = ()
        span = self.card.span
        cells = [(c, t) for c, t in self.grid.row_cells(row) if span.left <= c <= span.right]
        for position, (col, text) in enumerate(cells):
            if (row, col) in self.taken:
                continue
            self._cell(row, col, text, alone=len(cells) == 1, more=position + 1 < len(cells))

    def _cell(self, row: int, col: int, text: str, *, alone: bool, more: bool) -> None:
        kind = kind_of(self.grid, row, col)
        self.read.used.add((row, col))
        silent = kind is Kind.FURNITURE and not asks(self.grid, row, col, text, self.card.span)
        if silent or kind is Kind.RUNNING:
            self.read.used.discard((row, col))
        elif kind in {Kind.LABEL, Kind.FURNITURE}:
            self._label(row, col, text, alone=alone, more=more)
        elif kind is Kind.ANSWER and (row, col) not in self.taken:
            self._unasked(row, col, text)
        elif kind is Kind.VALUE:
            self.read.unread.append(Unread(cell_name(row, col), squeeze(text), _NO_LABEL))

    def _label(self, row: int, col: int, text: str, *, alone: bool, more: bool) -> None:
        said = squeeze(text)
        at = self._answer(row, col)
        if at is not None and alone and self._is_section(row, col, said, at):
            at = None
        if at is not None and not (SIGNED.match(said) or _PHOTO.search(said)):
            self._ask(row, col, said, at)
        elif read_label(said).options and read_label(said).clean:
            self._ask(row, col, said, (row, col))
        elif SIGNED.match(said) or _OPINION.search(said) or _PHOTO.search(said):
            self.read.furniture.append(Furniture(cell_name(row, col), "signature", said))
        elif alone:
            self._enter(said)
            self.read.furniture.append(Furniture(cell_name(row, col), "section", said))
        elif more:
            self.group = (said.rstrip("：:"),)
            self.read.furniture.append(Furniture(cell_name(row, col), "section", said))
        else:
            self._unasked(row, col, text)

    def _enter(self, said: str) -> None:
        text, unit = split_unit(said)
        within = (unit,) if unit else units_within(said)
        self.section, self.counted = ((text if unit else said).rstrip("：:"),), within
        self.whole = None

    def _is_section(self, row: int, col: int, said: str, at: tuple[int, int]) -> bool:
        """`一、家庭情况` alone in its row, with no lines drawn for an answer, or over its width."""
        if at[1] > self.card.span.right and self.grid.span(row, col).width > 1:
            return True
        if not take_numbering(said)[0].startswith("cn") or split_unit(said)[1]:
            return False
        drawn = self.grid.anchor(*at) != at or self.grid.span(*at).width > 1
        return not (drawn or (at in self.grid.framed and said.endswith(("：", ":"))))

    def _unasked(self, row: int, col: int, text: str) -> None:
        why = "旁边和下面都没有可填的空格。"
        self.read.unread.append(Unread(cell_name(row, col), squeeze(text), why))

    def _answer(self, row: int, col: int) -> tuple[int, int] | None:
        """The place on the right, else the one below when nothing else claims it."""
        grid, area, span = self.grid, self.card.span, self.grid.span(row, col)
        right = grid.anchor(row, span.right + 1)
        reachable = span.right + 1 <= area.right + 1
        is_free = reachable and right not in self.taken and right[0] == row
        if is_free and kind_of(grid, *right) in _OPEN:
            return right
        below = grid.anchor(span.bottom + 1, col)
        if below[1] != col or span.bottom + 1 > area.bottom or below in self.taken:
            return None
        if kind_of(grid, *below) not in _OPEN or self._claimed(below):
            return None
        return below

    def _claimed(self, at: tuple[int, int]) -> bool:
        """A label on its left wants the place for itself."""
        row, col = at
        return col > self.card.span.left and kind_of(self.grid, row, col - 1) is Kind.LABEL

    def _ask(self, row: int, col: int, said: str, at: tuple[int, int]) -> None:
        grid, read = self.grid, self.read
        self.taken.add(at)
        read.used.add(at)
        text, unit = split_unit(said.rstrip("：:"))
        label = read_label(text)
        inside = squeeze(grid.texts.get(at, "")) if at != (row, col) else ""
        unit = unit or self._unit_at(at, inside)
        options = label.options or listed(grid, *at)
        kind = type_of(label.clean, unit, options, grid.words)
        if unit is None and not options:
            words = grid.words
            unit = fitting(words, self.counted or self.units, label.clean)
            unit = unit or implied(label.clean, words)
            kind = type_of(label.clean, unit, options, grid.words)
        value = kind_of(grid, *at) in {Kind.VALUE, Kind.BARRED} and at not in grid.formulas
        whole = self.whole if label.among else None
        part = whole is not None and same_kind(whole.unit, unit)
        found = FieldDraft(
            code=str(len(read.fields) + 1),
            label=label.clean,
            path=(*self.card.path, *self.section, *self.group, *((whole.label,) if whole else ())),
            sheet=grid.sheet,
            row=at[0],
            col=at[1],
            cell=cell_name(*at),
            label_cell=cell_name(row, col),
            type=kind,
            unit=unit,
            options=options,
            parent=whole.code if whole and part else "",
            among=part,
            samples=(inside,) if value else (),
            formula=grid.formulas.get(at, ""),
        )
        read.fields.append(found)
        if not label.among:
            self.whole = found

    def _unit_at(self, at: tuple[int, int], inside: str) -> Unit | None:
        """`　　元` in the answer's cell, or a cell that holds only the unit after it."""
        written = parse_unit(inside.strip("_＿ "))
        if written or _DATE.search(inside):
            return written
        after = (at[0], self.grid.span(*at).right + 1)
        unit = parse_unit(squeeze(self.grid.texts.get(after, "")))
        if unit is not None and kind_of(self.grid, *after) is Kind.LABEL:
            self.taken.add(after)
            self.read.used.add(after)
            return unit
        return None


_NO_LABEL = "这个数没有对应的项目名称。"


def read_card(grid: Grid, card: Card, read: CardRead, *, units: tuple[Unit, ...]) -> None:
    reader = _Reader(grid, card, read, units)
    for row in range(card.span.top, card.span.bottom + 1):
        reader.row(row)
