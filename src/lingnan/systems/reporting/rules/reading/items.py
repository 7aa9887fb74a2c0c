"""Tables whose rows are labelled: item lists and cross tables. A row's label, nested by numbering,
其中, indents and stubs, times the columns it is asked in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ...terms import FieldDraft, Furniture, Unit, Unread
from ..grid import Grid, cell_name
from ..labels import indent_of, read_label, squeeze
from ..units_words import parse_unit, split_unit
from .cells import Kind, kind_of
from .codes import free_code
from .crossing import Asked, cross_field, shared_units
from .hierarchy import Outline
from .parts import Table
from .roles import Stub
from .running import running
from .surround import units_within

_CN_CODE = re.compile(r"^[（(]?[一二三四五六七八九十]+[）)、.．]?$")
_AMONG_ALONE = re.compile(r"^[（(]?(?:其\s*中|按.{1,12}分组?|分\s*组?)[）)]?[:：]?$")
_NO_UNIT = re.compile(r"^[-—－–―/／×无]*$")


@dataclass(slots=True)
class ItemsRead:
    fields: list[FieldDraft] = field(default_factory=list)
    furniture: list[Furniture] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    used: set[tuple[int, int]] = field(default_factory=set)
    stubs: dict[str, list[str]] = field(default_factory=dict)
    """Parent code and stub cell → codes of the stub's rows."""
    parts: dict[str, int] = field(default_factory=dict)
    units: dict[str, Unit | None] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the table shows it: label cells from the outer stub to the innermost."""

    number: int
    code: str
    code_here: bool
    labels: tuple[tuple[tuple[int, int], str], ...]
    unit: str

    @property
    def at(self) -> tuple[int, int]:
        return self.labels[-1][0]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What all rows of one table share."""

    grid: Grid
    table: Table
    stub: Stub
    read: ItemsRead
    units: tuple[Unit, ...]
    outline: Outline
    filled: bool


def read_items(
    grid: Grid, table: Table, stub: Stub, read: ItemsRead, *, units: tuple[Unit, ...]
) -> None:
    rows = list(_rows(grid, table, stub))
    arabic = any(row.code and not _CN_CODE.match(row.code) for row in rows)
    ground = _Ground(grid, table, stub, read, units, Outline(), _is_filled(grid, rows, stub))
    for place, row in enumerate(rows):
        follower = rows[place + 1] if place + 1 < len(rows) else None
        if row.labels and _asks_itself(grid, row, stub):
            continue
        if not row.labels:
            _without_label(grid, table, row, read)
        elif _is_section(grid, row, stub, follower, arabic=arabic):
            _section(row, ground.outline, read)
        elif _asks(row, stub):
            _field(row, ground)
        else:
            why = "没有编号，也没有计量单位，无法判断是分节还是填报项。"
            read.unread.append(Unread(cell_name(*row.at), squeeze(row.labels[-1][1]), why))


def _is_filled(grid: Grid, rows: list[Row], stub: Stub) -> bool:
    cells = ((row.number, leaf.col) for row in rows for leaf in stub.answers)
    return any(kind_of(grid, *at) is Kind.VALUE and at not in grid.formulas for at in cells)


def _rows(grid: Grid, table: Table, stub: Stub) -> Iterator[Row]:
    body = table.body
    outer: tuple[tuple[int, int], str] | None = None
    for number in range(body.top, min(body.bottom, grid.bottom) + 1):
        texts = [t for c, t in grid.row_cells(number) if body.left <= c <= body.right]
        anchors = dict.fromkeys(grid.anchor(number, c) for c in stub.labels)
        labels = tuple((at, grid.texts[at]) for at in anchors if at in grid.texts)
        if not texts and not labels:
            continue
        if labels and labels[0][0][1] == stub.labels[0]:
            outer = labels[0] if grid.span(*labels[0][0]).width < len(stub.labels) else None
        elif labels and outer:  # a group written once, above rows that leave its column blank
            labels = (outer, *labels)
        code_at = grid.anchor(number, stub.code) if stub.code else (0, 0)
        code = squeeze(grid.texts.get(code_at, ""))
        here = code_at[0] == number
        unit_at = grid.anchor(number, stub.unit)
        unit = squeeze(grid.texts.get(unit_at, "")) if unit_at[1] == stub.unit else ""
        yield Row(number, code, here, labels, "" if _NO_UNIT.match(unit) else unit)


def _without_label(grid: Grid, table: Table, row: Row, read: ItemsRead) -> None:
    """A row number alone, or blanks with frames, say nothing."""
    for col, text in grid.row_cells(row.number):
        if table.body.left <= col <= table.body.right and kind_of(grid, row.number, col) in {
            Kind.LABEL,
            Kind.FURNITURE,
        }:
            why = "这一行没有项目名称。"
            read.unread.append(Unread(cell_name(row.number, col), squeeze(text), why))


def _is_section(grid: Grid, row: Row, stub: Stub, follower: Row | None, *, arabic: bool) -> bool:
    """A row that heads others: numbered but asks nothing itself."""
    text = squeeze(row.labels[-1][1])
    if row.unit or row.labels[-1][0][0] != row.number:
        return False
    if _AMONG_ALONE.match(text):
        return not row.code
    if not _stands_alone(row, stub):
        return False
    if _covers_answers(grid, row, stub):
        return True
    if split_unit(text)[1] and not (stub.code and not row.code and _is_numbered(text)):
        return _counts_below(grid, row, stub, follower)
    if stub.code:
        return _is_uncoded(row, text, stub, follower, arabic=arabic)
    if stub.unit:
        return (
            _is_numbered(text) and not read_label(text).options and _has_rows(row, follower, grid)
        )
    return len(stub.answers) == 1 and _heads_next(grid, row, stub, follower)


def _counts_below(grid: Grid, row: Row, stub: Stub, follower: Row | None) -> bool:
    """`二、收入情况（万元）` says in what the rows below it are counted: numbered as headings are,
    uncoded where items have codes, unanswered, and followed by what says no unit of its own."""
    label = read_label(split_unit(squeeze(row.labels[-1][1]))[0])
    if not label.numbering.startswith("cn") or label.options or row.code:
        return False
    if follower is None or not follower.labels or follower.unit:
        return False
    if not _unanswered(grid, row, stub):
        return False
    below = squeeze(follower.labels[-1][1])
    if split_unit(below)[1] or read_label(below).numbering == label.numbering:
        return False
    if stub.code:
        return bool(follower.code)
    if grid.words.quantities.search(label.clean) or read_label(below).among:
        return False
    return bool(grid.words.sections.search(label.clean)) or not read_label(below).numbering


def _has_rows(row: Row, follower: Row | None, grid: Grid) -> bool:
    """Beside a column of units: a heading has rows of its own; 2、主要产业 after which 3、总人口 comes, or
    nothing, is a question without a unit, unless it ends as headings do."""
    if follower is None or not follower.labels:
        return False
    label, below = (read_label(squeeze(one.labels[-1][1])) for one in (row, follower))
    ends = grid.words.sections.search(label.clean)
    return bool(ends) or below.among or below.numbering != label.numbering


def _unanswered(grid: Grid, row: Row, stub: Stub) -> bool:
    return all(kind_of(grid, row.number, leaf.col) is Kind.BLANK for leaf in stub.answers)


def _stands_alone(row: Row, stub: Stub) -> bool:
    """No outer label begins in this row."""
    if any(at[0] == row.number for at, _ in row.labels[:-1]):
        return False
    return len(row.labels) == 1 or bool(stub.code or stub.unit)


def _is_uncoded(row: Row, text: str, stub: Stub, follower: Row | None, *, arabic: bool) -> bool:
    """Where items have codes, a section has none, or 一 among 1 and 2."""
    if row.code and row.code_here:
        return arabic and bool(_CN_CODE.match(row.code))
    if not row.code and len(row.labels) > 1:
        return bool(stub.unit)
    return (
        _is_numbered(text)
        or text.endswith(("：", ":"))
        or (bool(stub.unit) and follower is not None)
    )


def _is_numbered(text: str) -> bool:
    return bool(read_label(text).numbering)


def _asks_itself(grid: Grid, row: Row, stub: Stub) -> bool:
    """A sentence over the places to answer, with places of its own."""
    return bool(running(grid, row.at)) and _covers_answers(grid, row, stub)


def _covers_answers(grid: Grid, row: Row, stub: Stub) -> bool:
    """Merged from the label over the places to answer."""
    return grid.span(*row.labels[-1][0]).right >= stub.answers[0].col


def _heads_next(grid: Grid, row: Row, stub: Stub, follower: Row | None) -> bool:
    """Without codes and units `一、人口情况` is a section when lower numbering follows it and it
    does not say that it counts; or a row without any, in a unit of its own."""
    label, words = read_label(row.labels[-1][1]), grid.words
    if (
        not label.numbering.startswith("cn")
        or label.options
        or words.quantities.search(label.clean)
    ):
        return False
    if label.numbering != "cn" and not words.sections.search(label.clean):
        return False
    if follower is None or not follower.labels:
        return False
    text = squeeze(follower.labels[-1][1])
    below = read_label(text)
    if below.numbering or below.among:
        return below.numbering not in {"", label.numbering}
    return bool(split_unit(text)[1]) and _unanswered(grid, row, stub)


def _asks(row: Row, stub: Stub) -> bool:
    text = squeeze(row.labels[-1][1])
    if stub.code and row.code:
        return True
    if row.unit or split_unit(text)[1] or read_label(text).options:
        return True
    return (
        not (stub.code or stub.unit)
        or read_label(row.labels[-1][1]).among
        or bool(stub.unit and not stub.code)
    )


def _section(row: Row, outline: Outline, read: ItemsRead) -> None:
    at, raw = row.labels[-1]
    text, unit = split_unit(squeeze(raw).rstrip("：:"))
    within = units_within(text)
    label = read_label(text)
    kind = label.numbering or ("cn" if row.code else "plain")
    if row.code and not label.numbering:
        text = f"{row.code}、{text}"
    outline.section(kind, text, unit or (within[0] if within else None))
    read.furniture.append(Furniture(cell_name(*at), "section", text))


def _field(row: Row, ground: _Ground) -> None:
    grid, stub, read, outline = ground.grid, ground.stub, ground.read, ground.outline
    raw = row.labels[-1][1]
    text, bracket = split_unit(squeeze(raw))
    label = replace(read_label(text), indent=indent_of(raw))
    outer, path = _stubs(row, bracket, outline)
    own = _unit(row.unit) or bracket or outer
    code = _code(row, grid, stub, read)
    place = outline.stub_row() if path else outline.item(label, code, own)
    if path:
        at = cell_name(*row.labels[0][0])
        read.stubs.setdefault(f"{place.parent}|{at}", []).append(code)
    position = replace(place, path=(*ground.table.path, *place.path, *path))
    hints = (squeeze(grid.seen(row.number, col)) for col in stub.hints)
    hint = "；".join(h for h in hints if h)
    asked = Asked(row.number, row.at, code, label, own, position, hint, ground.filled)
    read.codes[code] = 1
    units = outline.counted() or ground.units
    made = [cross_field(grid, stub, asked, leaf, units) for leaf in stub.answers]
    for one in shared_units([found for found in made if found is not None], read.units, grid.words):
        read.fields.append(one)
        read.codes[one.code] = 1
        read.units[one.code] = one.unit


def _stubs(row: Row, bracket: Unit | None, outline: Outline) -> tuple[Unit | None, tuple[str, ...]]:
    """The labels merged over several rows, left of the row's own: their unit and their words."""
    outer: Unit | None = None
    path: list[str] = []
    for at, raw in row.labels[:-1]:
        text, unit = split_unit(squeeze(raw))
        outer = unit or outer
        label = replace(read_label(text), indent=indent_of(raw))
        path.append(label.clean)
        if len(path) == 1 and not outline.inside(at):
            outline.stub(at, label, _unit(row.unit) or bracket or outer)
    return outer, tuple(path)


def _unit(written: str) -> Unit | None:
    """A unit column's word is a unit even when we do not know it."""
    if not written:
        return None
    return parse_unit(written) or Unit(written, written)


def _code(row: Row, grid: Grid, stub: Stub, read: ItemsRead) -> str:
    """The form's own code; a row under a merged code gets `4.1`, `4.2`; without codes, a number."""
    if stub.marks and (mark := squeeze(grid.texts.get((row.number, stub.marks), ""))):
        return free_code(mark, read.codes)
    if not stub.code:
        return free_code(str(len(read.codes) + 1), read.codes)
    height = grid.span(*grid.anchor(row.number, stub.code)).height
    if row.code and row.code_here and (len(row.labels) == 1 or height == 1):
        return free_code(row.code, read.codes)
    base = row.code or (read.fields[-1].code.partition(".")[0] if read.fields else "0")
    number = read.parts.get(base, 0) + 1
    while f"{base}.{number}" in read.codes:
        number += 1
    read.parts[base] = number
    return f"{base}.{number}"
