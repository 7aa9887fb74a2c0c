"""A sheet before it is a file: cells, merges, sizes, and what the author says of its cells."""

from dataclasses import dataclass, field

Value = str | int | float | None


def letter(column: int) -> str:
    """Column 1 is A, 27 is AA."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def cell_name(row: int, column: int) -> str:
    return f"{letter(column)}{row}"


@dataclass
class Field:
    """One place to answer. `repeat`: the first of many answer rows under one head."""

    row: int
    column: int
    label: str
    fact: str
    path: str = ""
    code: str = ""
    unit: str = ""
    options: str = ""
    subject: str = ""
    ghost: str = ""
    printed: str = ""  # the nearest words as they stand, before anyone thinks about them
    words: str = ""  # what is printed beside or above: where its own unit would stand
    repeat: str = ""  # "" | "village" | "entity"
    sheet: str = ""

    @property
    def cell(self) -> str:
        return cell_name(self.row, self.column)


@dataclass
class NotField:
    """A cell that looks like a field and is none. `kind` place and index count neither way."""

    row: int
    column: int
    kind: str
    why: str
    sheet: str = ""

    @property
    def cell(self) -> str:
        return cell_name(self.row, self.column)


@dataclass
class Sheet:
    name: str
    cells: dict[tuple[int, int], Value] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    bold: set[tuple[int, int]] = field(default_factory=set)
    plain: set[int] = field(default_factory=set)  # rows without borders
    fields: list[Field] = field(default_factory=list)
    others: list[NotField] = field(default_factory=list)

    def put(self, row: int, column: int, value: Value, *, bold: bool = False) -> None:
        self.cells[row, column] = value
        if bold:
            self.bold.add((row, column))

    def merge(self, r0: int, c0: int, r1: int, c1: int) -> None:
        if (r0, c0) != (r1, c1):
            self.merges.append((r0, c0, r1, c1))

    def ask(self, asked: Field) -> None:
        asked.sheet = self.name
        if asked.ghost:
            self.put(asked.row, asked.column, asked.ghost)
        self.fields.append(asked)

    def deny(self, row: int, column: int, kind: str, why: str) -> None:
        self.others.append(NotField(row, column, kind, why, self.name))

    @property
    def last_row(self) -> int:
        return max([r for r, _ in self.cells] + [m[2] for m in self.merges] + [1])

    @property
    def last_column(self) -> int:
        return max([c for _, c in self.cells] + [m[3] for m in self.merges] + [1])
