"""The truth tables, one folder for both halves, UTF-8 CSV."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from .fill import DECIMAL, WORDS, choices
from .filled import Book
from .form import YEARS, Form
from .grid import Field, Sheet
from .relations import factor, pairs

COUNTERS = {"人", "户", "个", "次", "人次"}
MULTIPLIER = {"万元": ("元", 10000), "千元": ("元", 1000), "万人": ("人", 10000)}
COLUMNS = {
    "fields": "half form year department file sheet cell code printed label path unit unit_printed multiplier"
    " base_unit type options subject breakdown repeat fact",
    "not_fields": "half form year file sheet cell kind why",
    "values": "half form year file sheet cell field_sheet field_cell row place place_name period"
    " value raw",
    "pairs": "half form_a sheet_a cell_a label_a form_b sheet_b cell_b label_b relation trap reason"
    " unit_factor note",
    "versions": "half form sheet_2024 cell_2024 label_2024 sheet_2025 cell_2025 label_2025 change"
    " unit_factor",
}


def kind_of(asked: Field) -> str:
    if asked.options in WORDS:
        return {"是/否": "option", "男/女": "option"}.get(asked.options, asked.options)
    if asked.options:
        return "option"
    return "decimal" if asked.unit in DECIMAL or asked.unit == "亩" else "integer"


def printed_unit(asked: Field, sheet: Sheet) -> str:
    """yes: the form says the unit. implied: a person infers it (人, 户, 个) or picks it from several."""
    if not asked.unit:
        return ""
    corners = [
        re.split("[、，]", found[1])
        for v in sheet.cells.values()
        if isinstance(v, str) and (found := re.search(r"(?<!填报)单位：([^\s　]+)", v))
    ]
    told = any(
        asked.unit in units and (len(units) == 1 or asked.unit not in COUNTERS) for units in corners
    )
    own = re.search(rf"[（(][^（()）]*{re.escape(asked.unit)}[^（()）]*[)）]", asked.words)
    return "yes" if told or own else "implied"


def options_of(asked: Field) -> str:
    if asked.options in ("是/否", "男/女"):
        return asked.options.replace("/", ";")
    if asked.options in WORDS or not asked.options:
        return ""
    text = asked.options
    if text.startswith("□"):
        return ";".join(choices(text))
    for n, mark in enumerate(choices(text)):
        text = text.replace(mark, f"{';' if n else ''}{mark}", 1)
    return ";".join(p.strip() for p in text.split(";"))


def fields(forms: Iterable[Form], blanks: dict[tuple[str, int], Book]) -> list[list[object]]:
    rows: list[list[object]] = []
    for form in forms:
        for year in YEARS:
            book = blanks[form.code, year]
            for sheet, asked in ((s, f) for s in book.sheets for f in s.fields):
                base, times = MULTIPLIER.get(asked.unit, (asked.unit, 1))
                broken = asked.fact.partition("/")[2] if ":" not in asked.fact else ""
                rows.append(
                    [form.half, form.code, year, form.spec["department"], book.path, asked.sheet,
                     asked.cell, asked.code,
                     " ".join(asked.printed.replace("　", " ").split()), asked.label,
                     asked.path, asked.unit, printed_unit(asked, sheet), times, base,
                     kind_of(asked), options_of(asked), asked.subject, broken, asked.repeat,
                     asked.fact]
                )  # fmt: skip
    return rows


def not_fields(forms: Iterable[Form], blanks: dict[tuple[str, int], Book]) -> list[list[object]]:
    return [
        [form.half, form.code, year, blanks[form.code, year].path, o.sheet, o.cell, o.kind, o.why]
        for form in forms
        for year in YEARS
        for s in blanks[form.code, year].sheets
        for o in s.others
    ]


def values(form: Form, year: int, book: Book) -> list[list[object]]:
    return [
        [form.half, form.code, year, book.path, a.sheet, a.cell, a.field_sheet, a.asked.cell, a.row,
         a.village.code, a.village.town + a.village.village, form.period(year), a.value,
         "" if a.raw is None else a.raw]
        for a in book.answers
    ]  # fmt: skip


def pair_rows(half: str, forms: list[Form]) -> list[list[object]]:
    rows: list[list[object]] = []
    for p in pairs(forms, 2025):
        (fa, a), (fb, b) = p.a, p.b
        apart = fa.period(2025) != fb.period(2025)
        note = "；".join(x for x in (p.note, "时点不同" if apart else "") if x)
        rows.append(
            [half, fa.code, a.sheet, a.cell, a.label, fb.code, b.sheet, b.cell, b.label, p.relation,
             "yes" if p.trap else "no", p.trap, factor(a, b), note]
        )  # fmt: skip
    return sorted(rows, key=lambda r: [str(x) for x in r[:9]])


def version_rows(form: Form) -> list[list[object]]:
    """Next year's field of each field; a fact that is gone is dropped, one that came is new."""
    old, new = ({f.fact: f for s in form.draw(y) for f in s.fields} for y in YEARS)
    rows: list[list[object]] = []
    for fact, was in old.items():
        now = new.get(fact)
        if now:
            change = "renamed" if now.label != was.label else "kept"
            change = "unit" if now.unit != was.unit else change
            rows.append(
                [form.half, form.code, was.sheet, was.cell, was.label, now.sheet, now.cell,
                 now.label, change, factor(was, now)]
            )  # fmt: skip
        else:
            rows.append(
                [form.half, form.code, was.sheet, was.cell, was.label, "", "", "", "dropped", ""]
            )
    for fact, now in new.items():
        if fact not in old:
            rows.append(
                [form.half, form.code, "", "", "", now.sheet, now.cell, now.label, "new", ""]
            )
    for was_fact, now_fact in form.spec.get("becomes", []):
        was, now = old[was_fact], new[now_fact]
        rows.append(
            [form.half, form.code, was.sheet, was.cell, was.label, now.sheet, now.cell,
             now.label, "split", ""]
        )  # fmt: skip
    return rows


def table(path: Path, rows: list[list[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS[path.stem].split())
        writer.writerows(rows)
