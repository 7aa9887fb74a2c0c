"""Frictionless Data: a form as Table Schema, filled forms as a data package."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lingnan.base.canonical import decimal_text

from ..terms.filings import MISSING_WORDS, NOT_APPLICABLE_WORDS, Answer, Mark
from ..terms.forms import FieldDraft, FieldType, FormDraft, Layout, Role
from ..terms.suppression import HIDDEN_SHOWN
from .filing.answers import COUNTED, LONGEST
from .workbook.pack import DAWN

TYPES = {
    FieldType.INTEGER: "integer",
    FieldType.NUMBER: "number",
    FieldType.MONEY: "number",
    FieldType.PERCENT: "number",
    FieldType.DATE: "date",
}
# A row of a register is known by its number, or by whom it is about.
KEYS = ("编号", "序号", "户号", "户编号", "公民身份号码", "身份证号码", "身份证号")
NOT_APPLICABLE, MISSING = "不适用", "缺"
WHOSE = ("place", "place_name", "household", "period")


def table_schema(draft: FormDraft, elements: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Columns are the form's codes. Properties beyond the standard: `path`, `cell`, `unit`,
    `multiplier` (a value times it is in `baseUnit`) and `element`, where the form is registered."""
    found: dict[str, Any] = {
        "fields": [_column(one, (elements or {}).get(one.code, "")) for one in draft.fields],
        "missingValues": missing_values(),
    }
    if draft.layout is Layout.LIST and (key := primary_key(draft)):
        found["primaryKey"] = key
        for column in found["fields"]:
            if column["name"] in key:
                column["constraints"]["required"] = True
    return found


def missing_values() -> list[str]:
    """Blank, missing, not applicable and not told have no value, though they are not the same answer."""
    return ["", *sorted(MISSING_WORDS | NOT_APPLICABLE_WORDS | {HIDDEN_SHOWN})]


def primary_key(draft: FormDraft) -> list[str]:
    """Of a register: its places, and the first column that numbers or identifies the rows."""
    named = [f.code for f in draft.fields if f.label.strip().replace(" ", "") in KEYS]
    places = [f.code for f in draft.fields if f.role is Role.PLACE]
    return [*places, named[0]] if named else []


def _column(one: FieldDraft, element: str) -> dict[str, Any]:
    path = [part for part in one.path if part and part != one.label]
    found: dict[str, Any] = {
        "name": one.code,
        "title": one.label,
        "type": TYPES.get(one.type, "string") if not one.options else "string",
        "constraints": _constraints(one),
        "cell": f"{one.sheet}!{one.cell}",
    }
    about = [*path, *([one.hint] if one.hint else []), *one.notes]
    if about:
        found["description"] = "；".join(about)
    if path:
        found["path"] = path
    if one.options:
        found["options"] = [{"code": o.code, "label": o.label} for o in one.options]
    if one.unit:
        found["unit"] = one.unit.written
        found["baseUnit"] = one.unit.base + (f"/{one.unit.per}" if one.unit.per else "")
        found["multiplier"] = decimal_text(one.unit.multiplier)
    if element:
        found["element"] = element
    return found


def _constraints(one: FieldDraft) -> dict[str, Any]:
    """The same limits as when the report is filed. `required` means answered, if only with 缺: a
    missing value is an answer here and none in a table, so no column is required."""
    if one.options:
        return {"enum": list(dict.fromkeys(option.code for option in one.options))}
    counted = one.unit is not None and one.unit.dimension in COUNTED
    kind = TYPES.get(one.type, "string")
    if one.type is FieldType.INTEGER or (counted and kind == "number"):
        return {"minimum": 0}
    return {"maxLength": LONGEST} if kind == "string" else {}


Filled = tuple[Mapping[str, str], Mapping[str, Answer]]
"""Whose answers (the columns of WHOSE), and the answers by code, in the form's own units."""


def data_package(
    draft: FormDraft, rows: Iterable[Filled], elements: Mapping[str, str] | None = None
) -> bytes:
    """A zip of `datapackage.json` and `data.csv`; equal rows give equal bytes."""
    schema = table_schema(draft, elements)
    asked = [one for one in draft.fields if one.role is not Role.PLACE]
    known = {one.code for one in asked}
    clash = {name: f"_{name}" if name in known else name for name in WHOSE}
    schema["fields"] = [
        *({"name": clash[name], "type": "string"} for name in WHOSE),
        *(column for column in schema["fields"] if column["name"] in known),
    ]
    rows = list(rows)
    # A place's own report has no household, and a key must not be missing.
    of_households = any(about.get("household") for about, _ in rows)
    key = ("place", "household", "period") if of_households else ("place", "period")
    schema["primaryKey"] = [clash[name] for name in key]
    body = _csv(asked, list(clash.values()), rows)
    told = {
        "profile": "tabular-data-package",
        "name": "lingnan-form",
        "title": draft.title.replace("\n", ""),
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": "data",
                "path": "data.csv",
                "encoding": "utf-8",
                "schema": schema,
            }
        ],
    }
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    return _zip({"data.csv": body, "datapackage.json": text})


def _csv(asked: Sequence[FieldDraft], whose: Sequence[str], rows: Iterable[Filled]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*whose, *(one.code for one in asked)])
    for about, answers in rows:
        cells = [_cell(answers.get(one.code, Answer())) for one in asked]
        writer.writerow([*(about.get(name, "") for name in WHOSE), *cells])
    return out.getvalue()


def _cell(answer: Answer) -> str:
    if answer.mark is Mark.NOT_APPLICABLE:
        return NOT_APPLICABLE
    return MISSING if answer.mark is Mark.MISSING else answer.text


def _zip(files: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, text in sorted(files.items()):
            entry = zipfile.ZipInfo(name, DAWN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, text.encode())
    return out.getvalue()
