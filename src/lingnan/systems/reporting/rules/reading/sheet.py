"""One sheet → one draft: its tables and cards in reading order, and what stands around them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ...terms import FieldDraft, FormDraft, Furniture, Layout, SumHint, Unit, Unread
from ..grid import Aside, Grid, Span, blocks, cell_name
from ..labels import squeeze
from ..units_words import split_unit
from .adding import total_sums, written_sums
from .breakdown import with_breakdown
from .cards import CardRead, read_card
from .codes import free_code
from .columns import read_columns
from .hints import formula_sums, link_notes, numbered_sums, sum_hints
from .items import ItemsRead, read_items
from .months import monthly
from .parts import Card, Parts, Table, whole
from .regions import find_parts
from .roles import stub_of
from .running import named_by, running, running_fields
from .surround import (
    Around,
    cut_off_of,
    look_around,
    period_of_text,
    subject_of,
    unit_alone,
    unit_line,
    units_within,
)

BESIDE_A_LIST = "名册之外的文字里有空白待填；名册按行填报，这里未作填报项。"
MAX_FIELDS = 20_000
MAX_UNREAD = 500
MAX_ROWS = 3_000
MAX_CELLS = 40_000
"""What of a sheet is read for its shape; no form is larger, a filled list may be."""


class TooManyFields(Exception):
    """No form asks so much; this is a file of another kind."""


def read_sheet(sheet: Grid) -> FormDraft:
    grid = sheet.upper(rows=MAX_ROWS, cells=MAX_CELLS)
    below = [] if grid is sheet else [_below(sheet, grid)]
    parts = find_parts(grid, whole(grid))
    if not parts and not any(running(grid, at) for at in grid.texts):
        unread = [
            Unread(cell_name(*at), squeeze(text), "这张工作表里没有找到表头。")
            for at, text in sorted(grid.texts.items())
        ]
        unread += [*asides(grid.aside), *below]
        return FormDraft("", grid.sheet, grid.sheet, Layout.LIST, (), short(unread))
    form = _Sheet(grid, parts).draft()
    goes_on = any(found.repeats for found in form.fields) and form.layout is not Layout.ITEMS
    return form if goes_on or not below else replace(form, unread=(*form.unread, *below))


def _below(sheet: Grid, upper: Grid) -> Unread:
    """More rows of a list are more subjects; under anything else they are told."""
    first = min(at for at in sheet.texts if at[0] > upper.bottom)
    span = Span(first[0], 1, sheet.bottom, sheet.right)
    return Unread(str(span), squeeze(sheet.texts[first]), f"第 {upper.bottom} 行以下没有读。")


def _end(part: Table | Card) -> int:
    return part.body.bottom if isinstance(part, Table) else part.span.bottom


class _Sheet:
    """What is gathered while the parts of a sheet are read."""

    def __init__(self, grid: Grid, parts: Parts) -> None:
        self.grid, self.parts = grid, parts
        self.fields: list[FieldDraft] = []
        self.sums: list[SumHint] = []
        self.layouts: list[Layout] = []
        self.used = set(parts.captions)
        self.spans: list[Span] = []
        self.furniture = [
            Furniture(cell_name(*at), "section", squeeze(grid.texts[at])) for at in parts.captions
        ]
        self.unread: list[Unread] = []
        self.codes: dict[str, int] = {}
        self.items = ItemsRead()
        self.numbers: dict[int, str] = {}
        self.headed: set[tuple[int, int]] = set()
        self.listed: list[Table] = []
        self.again: list[int] = []

    def draft(self) -> FormDraft:
        if not self.parts:
            self._running()
            return self._assembled()
        tables = [((t.head.span.top, t.head.span.left), t) for t in self.parts.tables]
        cards = [((c.span.top, c.span.left), c) for c in self.parts.cards]
        first = min([*(at for at, _ in tables), *(at for at, _ in cards)])[0]
        whole, last = self._units(1, first, whole=True), 1
        near: tuple[int, tuple[Unit, ...]] = (0, ())
        parts: list[tuple[tuple[int, int], Table | Card]] = [*tables, *cards]
        for (top, _), part in sorted(parts, key=lambda one: one[0]):
            if top != near[0]:  # what is written above one table is not said of the next
                near = top, self._units(last, top)
            units, last = near[1] or whole, max(last, _end(part) + 1)
            if isinstance(part, Table):
                self._table(part, self._captioned(part) or units)
            else:
                self._card(part, units)
            if len(self.fields) > MAX_FIELDS:
                raise TooManyFields
        self._running()
        return self._assembled()

    def _running(self) -> None:
        """Sentences with places to write in, wherever no table took them for its own words. A list
        is filled row by row: what its sheet asks once besides is told."""
        found = [at for at in sorted(self.grid.texts) if at not in self.used]
        for at in (at for at in found if running(self.grid, at)):
            self.used.add(at)
            if self.layouts and Layout.ITEMS not in self.layouts:
                text = squeeze(self.grid.texts[at])
                self.unread.append(Unread(cell_name(*at), text, BESIDE_A_LIST))
                continue
            self._take(running_fields(self.grid, at), Layout.ITEMS)
            self.spans.append(self.grid.span(*at))
            if (beside := named_by(self.grid, at)) and beside not in self.used:
                self.used.add(beside)
                said = squeeze(self.grid.texts[beside])
                self.furniture.append(Furniture(cell_name(*beside), "section", said))

    def _card(self, card: Card, units: tuple[Unit, ...]) -> None:
        read = CardRead()
        read_card(self.grid, card, read, units=units)
        self._take(read.fields, Layout.ITEMS)
        self.used |= read.used
        self.furniture += read.furniture
        self.unread += read.unread
        self.spans.append(card.span)

    def _units(self, top: int, bottom: int, *, whole: bool = False) -> tuple[Unit, ...]:
        """The unit line between two rows, the lower one left out; `whole`: said of the sheet, not in
        the caption of one table. What a table's own rows say counts for that table alone."""
        for row in range(bottom - 1, top - 1, -1):
            for col, text in self.grid.row_cells(row):
                caption = (row, col) in self.parts.captions
                if caption and whole or (not caption and (row, col) in self.used):
                    continue
                if units := (unit_line(text) or unit_alone(text) or units_within(text)):
                    return units
        return ()

    def _captioned(self, table: Table) -> tuple[Unit, ...]:
        """`二、收入（元）` above a table counts for that table alone."""
        top = table.head.span.top
        near = (self.grid.texts[at] for at in self.parts.captions if top - 3 <= at[0] <= top)
        found = [u for text in near if (u := split_unit(squeeze(text).rstrip("：:"))[1])]
        return tuple(found[-1:])

    def _texts(self, span: Span) -> list[tuple[int, int]]:
        rows = range(span.top, min(span.bottom, self.grid.bottom) + 1)
        cells = ((row, col) for row in rows for col, _ in self.grid.row_cells(row))
        return [at for at in cells if span.left <= at[1] <= span.right]

    def _table(self, table: Table, units: tuple[Unit, ...]) -> None:
        grid, head = self.grid, table.head.span
        self.numbers |= {leaf.col: leaf.number for leaf in table.head.leaves if leaf.number}
        for at in self._texts(head):
            self.used.add(at)
            self.headed.add(at)
            self.furniture.append(Furniture(cell_name(*at), "head", squeeze(grid.texts[at])))
        stub = stub_of(grid, table.head, table.body)
        if stub is None:
            self._list(table, units)
            return
        read = self.items
        before = len(read.fields)
        read_items(grid, table, stub, read, units=units)
        self._take(read.fields[before:], Layout.ITEMS)
        right = max(head.right, stub.answers[-1].col)
        body = table.body
        taken = self._texts(Span(body.top, body.left, body.bottom, right))
        first = stub.answers[0].col
        self.used |= {
            at
            for at in taken
            if not running(grid, at) or grid.span(*at).right < first  # a label beside its answer
        }
        self.spans.append(Span(head.top, head.left, body.bottom, right))

    def _list(self, table: Table, units: tuple[Unit, ...]) -> None:
        grid, head = self.grid, table.head.span
        if self._goes_on(table):
            self.again.append(head.left - self.listed[0].head.span.left)
        else:
            read = read_columns(grid, table, units=units)
            self._take(read.fields, read.layout)
            self.listed.append(table)
        ends = head.bottom
        for row in range(table.body.top, table.body.bottom + 1):
            cells = [c for c, _ in grid.row_cells(row) if head.left <= c <= head.right]
            if cells:
                ends = row
                self.used |= {(row, c) for c in cells if not running(grid, (row, c))}
        self.spans.append(Span(head.top, head.left, ends, head.right))

    def _goes_on(self, table: Table) -> bool:
        """The same head again beside the only list of the sheet: its rows go on there."""
        if len(self.listed) != 1 or Layout.ITEMS in self.layouts:
            return False
        first, other = self.listed[0].head, table.head
        return first.words() == other.words() and first.span.top == other.span.top

    def _take(self, fields: Sequence[FieldDraft], layout: Layout) -> None:
        """Codes of several parts must not meet: the later one gets a mark."""
        renamed: dict[str, str] = {}
        read = monthly(fields, self.grid.words)
        for found in read.fields:
            code = free_code(found.code, self.codes)
            renamed[found.code] = code
            parent = renamed.get(found.parent, found.parent)
            self.fields.append(
                with_breakdown(replace(found, code=code, parent=parent), self.grid.words)
            )
        for one in read.sums:
            parts = tuple(renamed[code] for code in one.parts)
            self.sums.append(SumHint(renamed[one.total], parts, one.why))
        self.layouts.append(layout)

    def _assembled(self) -> FormDraft:
        grid = self.grid
        around = look_around(grid, self.spans, self.used)
        around.furniture[:0] = [*self.furniture, *self.items.furniture]
        around.unread += [*self.items.unread, *self.unread, *asides(grid.aside)]
        form = assemble(grid, around, self.fields, self._layout())
        closed = grid.words.closed
        hints = [*self.sums, *sum_hints(form.fields, self.items.stubs, closed)]
        written = {cell_name(*at): text for at, text in grid.texts.items()}
        hints += numbered_sums(form.fields, lambda one: written.get(one.label_cell, ""), closed)
        hints += formula_sums(form.fields)
        said = [text for at, text in grid.texts.items() if at not in self.headed]
        across = [grid.texts[at] for at in sorted(self.headed)]
        hints += written_sums(form.fields, said, across, self.numbers)
        known = {one.total for one in hints}
        added = total_sums(form.fields, grid.words.totals)
        hints += [one for one in added if one.total not in known]
        return replace(form, sums=tuple(dict.fromkeys(hints)), again=tuple(self.again))

    def _layout(self) -> Layout:
        """A sheet with any place of its own is filled once a subject."""
        if Layout.ITEMS in self.layouts:
            return Layout.ITEMS
        return Layout.COLUMNS if Layout.COLUMNS in self.layouts else Layout.LIST


def short(unread: list[Unread]) -> tuple[Unread, ...]:
    """Of very many the first are named and the others counted."""
    if len(unread) <= MAX_UNREAD:
        return tuple(unread)
    rest = unread[MAX_UNREAD:]
    cells = f"{rest[0].cell}…{rest[-1].cell}"
    return (*unread[:MAX_UNREAD], Unread(cells, rest[0].text, f"另有 {len(rest)} 处未读。"))


def asides(found: Iterable[Aside]) -> Iterable[Unread]:
    """What nobody is asked, by block and reason."""
    by_why: dict[tuple[str, str], dict[tuple[int, int], str]] = {}
    for one in found:
        by_why.setdefault((one.why, one.sheet), {})[one.at] = one.text
    for (why, sheet), texts in by_why.items():
        for span in blocks(texts, gap=2):
            inside = [text for at, text in texts.items() if span.covers(*at)]
            size = f"{span.height} 行 × {span.width} 列，{len(inside)} 格有字"
            cell = f"{sheet}!{span}" if sheet else str(span)
            said = why if len(inside) == 1 else f"{why}（{size}）"
            yield Unread(cell, squeeze(inside[0]), said)


def assemble(grid: Grid, around: Around, fields: list[FieldDraft], layout: Layout) -> FormDraft:
    heads = [around.title, around.subtitle]
    notes = [note.text for note in around.notes]
    cut_off = cut_off_of([*heads, *notes])
    filled = [f.text for f in around.furniture if f.kind in {"blank", "date", "period"}]
    period = period_of_text([*heads, *filled]) or (str(cut_off.year) if cut_off else "")
    subject, word = subject_of(around)
    if not subject:
        subject, word = subject_of_fields(fields)
    if not subject and "村" in around.title + around.subtitle + grid.sheet:
        subject = "village"
    return FormDraft(
        form="",
        title=around.title or grid.sheet,
        sheet=grid.sheet,
        layout=layout,
        fields=link_notes(fields, around.notes),
        unread=short(around.unread),
        subtitle=around.subtitle,
        period=period,
        cut_off=cut_off,
        subject=subject or "place",
        subject_name=word,
        notes=tuple(around.notes),
        furniture=tuple(around.furniture),
    )


def subject_of_fields(fields: list[FieldDraft]) -> tuple[str, str]:
    """A register of names is of households or persons; a stub of villages makes village rows."""
    for found in fields:
        if found.label in {"户名", "户主", "户主姓名", "户号"}:
            return "household", ""
        if found.label in {"姓名", "身份证号码", "公民身份号码", "身份证号"}:
            return "person", ""
    for found in fields:
        if found.role.value == "place" and found.label.endswith("村"):
            return "village", found.label
    return "", ""
