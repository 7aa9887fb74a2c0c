"""How well forms were read: fields with their cells and units, and the values of filled ones."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from .truth import Key, Row, Truth, split_cell, unit

NEUTRAL = {"place", "index"}
Tally = Counter[str]


def forms_of(said: Any) -> list[dict[str, Any]]:
    """The list of forms, or nothing where the reader refused or answered otherwise."""
    held = said.get("forms", [said]) if isinstance(said, dict) else said
    return [form for form in held or [] if isinstance(form, dict)]


def _told(said: Any, part: str) -> Iterator[dict[str, Any]]:
    """Fields or values of all tables, each knowing its sheet where the reader says it."""
    for form in forms_of(said):
        for one in form.get(part) or []:
            yield {"sheet": form.get("sheet"), **one}


def right_unit(truth: Row, told: dict[str, Any]) -> bool:
    """As printed, or the base unit with its multiplier; nothing where a person infers it."""
    found, wanted = unit(told.get("unit")), unit(truth["unit"])
    if found == wanted:
        return True
    if found == "" and truth["unit_printed"] == "implied":
        return True
    times = str(told.get("multiplier") or "1")
    return (
        found == truth["base_unit"]
        and times != "1"
        and Decimal(times) == Decimal(truth["multiplier"])
    )


def fields(truth: Truth, said: dict[str, Any]) -> tuple[Tally, list[str]]:
    tally, missed = Counter[str](), []
    for file in truth.blanks():
        wanted = [row for row in truth.fields if row["file"] == file]
        name = f"{wanted[0]['form']}-{wanted[0]['year']}"
        neutral = {
            (r["sheet"], r["cell"])
            for r in truth.others
            if r["file"] == file and r["kind"] in NEUTRAL
        }
        found: dict[Key, dict[str, Any]] = {}
        for told in _told(said.get(file), "fields"):
            key = truth.find(name, told)
            if key and key not in found:
                found[key] = told
            elif not _is_neutral(told, neutral, file):
                tally["invented"] += 1
                missed.append(f"invented {file} {told.get('cell')} {told.get('label')}")
        for row in wanted:
            told_ = found.get((name, row["sheet"], row["cell"]))
            good = told_ is not None and right_unit(row, told_)
            tally["fields"] += 1
            tally["cells"] += told_ is not None
            tally["right"] += good
            if not good:
                why = f"unit {told_.get('unit')!r} for {row['unit']!r}" if told_ else "missed"
                missed.append(f"{why} {file} {row['sheet']}!{row['cell']} {row['label']}")
    return tally, missed


def _is_neutral(told: dict[str, Any], neutral: set[tuple[str, str]], file: str) -> bool:
    """A .csv has no sheet to name."""
    sheet, cell = split_cell(told)
    sheet = "" if file.endswith(".csv") else sheet
    return any(cell == c and sheet in ("", s) for s, c in neutral)


def plain(value: Any) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value if value is not None else "")))


def number(value: Any) -> Decimal | None:
    try:
        return Decimal(plain(value).replace(",", ""))
    except InvalidOperation:
        return None


def same_value(truth: Row, field: Row, told: dict[str, Any]) -> bool:
    """The same number in the field's unit or its base unit; the same word, date or option."""
    wanted, got = truth["value"], told.get("value")
    if wanted in ("缺", "不适用"):
        return number(got) is None
    if field["type"] in ("integer", "decimal"):
        x, y = number(wanted), number(got)
        if x is None or y is None:
            return False
        return x == y or (field["multiplier"] != "1" and x * int(field["multiplier"]) == y)
    if plain(wanted) == plain(got):
        return True
    for option in field["options"].split(";"):
        if plain(option).startswith(plain(wanted)):
            return plain(got) in (plain(option), plain(option)[len(plain(wanted)) :].lstrip("."))
    return False


def values(truth: Truth, said: dict[str, Any]) -> tuple[Tally, list[str]]:
    """Only when the reader gives values: `"values": [{"cell", "place", "period", "value"}]`."""
    tally, missed = Counter[str](), []
    field = {(r["form"], r["year"], r["sheet"], r["cell"]): r for r in truth.fields}
    told: dict[tuple[str, str, str], dict[str, Any]] = {}
    for file in truth.filled():
        for one in _told(said.get(file), "values"):
            sheet, cell = split_cell(one)
            told[file, sheet, cell] = one
    for row in truth.values:
        one_ = told.get((row["file"], row["sheet"], row["cell"])) or told.get(
            (row["file"], "", row["cell"])
        )
        about = field[row["form"], row["year"], row["field_sheet"], row["field_cell"]]
        absent = row["value"] in ("缺", "不适用")
        tally["absent" if absent else "values"] += 1
        good = same_value(row, about, one_) if one_ else absent
        if one_ and not absent:
            tally["place"] += str(one_.get("place") or "") in (row["place"], row["place_name"])
            tally["period"] += plain(one_.get("period")).startswith(row["period"])
            good = good and str(one_.get("place") or "") in (row["place"], row["place_name"])
            good = good and plain(one_.get("period")).startswith(row["period"])
        tally["absent right" if absent else "right"] += good
        if not good:
            got = one_ and {k: one_.get(k) for k in ("value", "place", "period")}
            missed.append(
                f"{row['file']} {row['sheet']}!{row['cell']} {row['raw']!r} → {row['value']}, got {got}"
            )
    tally["told"] = len(told)
    return tally, missed


def share(part: int, whole: int) -> str:
    return f"{part / whole:.4f} ({part}/{whole})" if whole else "–"


def report(truth: Truth, said: dict[str, Any], verbose: bool) -> Iterator[str]:
    told, missed = fields(truth, said)
    reported = told["cells"] + told["invented"]
    yield f"reading, {truth.half} half, {len(truth.blanks())} blank forms"
    yield f"  field recall, right cell and unit   {share(told['right'], told['fields'])}"
    yield f"  field recall, right cell            {share(told['cells'], told['fields'])}"
    yield f"  field precision                     {share(told['cells'], reported)}"
    yield f"  invented fields                     {told['invented']}"
    if verbose:
        yield from (f"    {line}" for line in missed)
    found, lost = values(truth, said)
    if not found["told"]:
        yield "  values                              the reader gave none"
        return
    yield f"  values, right place, period, number {share(found['right'], found['values'])}"
    yield f"    right place                       {share(found['place'], found['values'])}"
    yield f"    right period                      {share(found['period'], found['values'])}"
    yield f"  缺 and 不适用 not taken for numbers {share(found['absent right'], found['absent'])}"
    if verbose:
        yield from (f"    {line}" for line in lost)
