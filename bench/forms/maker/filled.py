"""Filled copies of a form: one file, one sheet, one row or one list a village."""

from collections.abc import Iterator
from dataclasses import dataclass

from .fill import amount, answer
from .form import Form
from .grid import Field, Sheet, cell_name
from .world import Village, draw, villages

BLANK = "　" * 6


@dataclass(frozen=True)
class Answer:
    """One filled cell: where it stands, which field it answers, what was meant."""

    sheet: str
    cell: str
    asked: Field
    field_sheet: str
    village: Village
    row: int
    raw: object
    value: str


@dataclass
class Book:
    path: str
    sheets: list[Sheet]
    answers: list[Answer]


def named(sheets: list[Sheet], place: str = BLANK) -> list[Sheet]:
    """The sheets with the place written where it belongs."""
    for sheet in sheets:
        for at, value in sheet.cells.items():
            if isinstance(value, str) and "{place}" in value:
                sheet.cells[at] = value.replace("{place}", place)
    return sheets


def blank(form: Form, year: int) -> Book:
    ext = form.of("ext", year)
    return Book(f"{form.half}/blank/{form.code}-{year}.{ext}", named(form.draw(year)), [])


def books(form: Form, year: int) -> Iterator[Book]:
    how = {"files": _files, "sheets": _one_book, "rows": _rows, "list": _files}
    yield from how[form.of("fill", year)](form, year)


def _chosen(form: Form, count: int) -> list[Village]:
    """The same villages in both years, others in other forms; never two of one name in a book."""
    ranked = sorted(villages(), key=lambda v: draw(form.code, v.code))
    return ranked[:count]


def _put(sheet: Sheet, form: Form, year: int, village: Village, origin: str) -> list[Answer]:
    found = []
    skews = form.spec.get("skew", {})
    for asked in sheet.fields:
        rows = 1
        if asked.repeat == "entity":
            rows = 3 + int(draw("rows", form.code, village.code) * 3) + (year - 2024)
        for row in range(rows):
            raw, value = answer(
                asked, village, year, form, row=row, skew=skews.get(asked.fact, 1)
            )  # fmt: skip
            at = (asked.row + row, asked.column)
            sheet.cells[at] = raw
            found.append(
                Answer(sheet.name, cell_name(*at), asked, origin, village, row, raw, value)
            )  # fmt: skip
    for index in (o for o in sheet.others if o.kind == "index"):
        for row in range(max(a.row for a in found) + 1):
            sheet.cells[index.row + row, index.column] = row + 1
    return found


def _files(form: Form, year: int) -> Iterator[Book]:
    for village in _chosen(form, 3 if form.of("fill", year) == "files" else 2):
        head = form.of("place", year) == "head"
        sheets = named(form.draw(year), village.full if head else BLANK)
        answers = [a for s in sheets for a in _put(s, form, year, village, s.name)]
        name = f"{form.code}-{year}-{village.town}{village.village}.{form.of('ext', year)}"
        if head:
            name = f"{form.code}-{year}-{village.code[-6:]}.{form.of('ext', year)}"
        yield Book(f"{form.half}/filled/{name}", sheets, answers)


def _one_book(form: Form, year: int) -> Iterator[Book]:
    sheets, answers = [], []
    for n, village in enumerate(_chosen(form, 3), start=1):
        head = form.of("place", year) == "head"
        (sheet,) = named(form.draw(year), village.full if head else BLANK)
        origin, sheet.name = sheet.name, f"表{n}" if head else village.village
        answers += _put(sheet, form, year, village, origin)
        sheets.append(sheet)
    path = f"{form.half}/filled/{form.code}-{year}.{form.of('ext', year)}"
    yield Book(path, sheets, answers)


def _rows(form: Form, year: int) -> Iterator[Book]:
    sheets = named(form.draw(year))
    answers: list[Answer] = []
    for sheet in sheets:
        place = next(o for o in sheet.others if o.why.startswith("村名"))
        for n, village in enumerate(sorted(_chosen(form, 5), key=lambda v: v.code)):
            sheet.cells[place.row + n, place.column] = village.village
            for asked in sheet.fields:
                raw, value = answer(asked, village, year, form)
                at = (asked.row + n, asked.column)
                sheet.cells[at] = raw
                answers.append(
                    Answer(sheet.name, cell_name(*at), asked, sheet.name, village, n, raw, value)
                )  # fmt: skip
        _totals(sheet, form, year)
    path = f"{form.half}/filled/{form.code}-{year}.{form.of('ext', year)}"
    yield Book(path, sheets, answers)


def _totals(sheet: Sheet, form: Form, year: int) -> None:
    """合计 over the villages: a row of sums that belongs to no village."""
    for other in (o for o in sheet.others if o.kind == "total"):
        asked = next(f for f in sheet.fields if f.column == other.column)
        if not asked.options:
            total = sum(amount(asked, v, year) for v in _chosen(form, 5))
            sheet.cells[other.row, other.column] = round(total, 2)
