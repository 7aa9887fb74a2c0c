"""Reading declared content: YAML and CSV text in, entries out, with the place of every fault."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from lingnan.base.canonical import sha256
from lingnan.base.errors import Problem

from ..terms import DayEntry, DayKind, Entry, Unit, Value

KEY = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")
AFTERNOON = "（下午）"
NEEDED = ("key", "title", "value", "valid_from")
UNITS = {*Unit, "", "count", "ratio", "percent", "yuan", "code"}


def entries(set_name: str, text: str) -> tuple[list[Entry], list[Problem]]:
    """The rules of one file: `documents` (what they rest on) and `rules` that name one of them."""
    try:
        raw = yaml.safe_load(text) or {}
    except yaml.YAMLError as wrong:
        return [], [Problem(set_name, "不是 YAML：{what}", (("what", str(wrong)),))]
    documents = raw.get("documents", {})
    found, problems = [], []
    for number, row in enumerate(raw.get("rules", []), start=1):
        where = f"{set_name}:{row.get('key', number)}"
        fault = _fault(row, documents)
        if fault:
            problems.append(Problem(where, fault))
        else:
            found.append(_entry(set_name, row, documents.get(row.get("document", ""), {})))
    return found, problems


def _fault(row: Mapping[str, Any], documents: Mapping[str, Any]) -> str:
    missing = [name for name in NEEDED if row.get(name) is None]
    if missing:
        return f"缺少 {'、'.join(missing)}"
    if not KEY.match(str(row["key"])):
        return "键名应为小写字母、数字、下划线，以点分段"
    if row.get("unit", "") not in UNITS:
        return f"不认识的单位 {row['unit']}"
    if row.get("document") is not None and row["document"] not in documents:
        return f"没有声明文件 {row['document']}"
    start, end = row["valid_from"], row.get("valid_to")
    if not isinstance(start, date) or not (end is None or isinstance(end, date)):
        return "日期应为 YYYY-MM-DD"
    if end is not None and end <= start:
        return "失效日不晚于生效日"
    return "" if _sayable(row["value"]) else "带小数的数请写成加引号的文字"


def _sayable(value: Value) -> bool:
    """No floats: 0.1 in a file is not 0.1 in a machine."""
    if isinstance(value, float):
        return False
    if isinstance(value, Mapping):
        return all(_sayable(item) for item in value.values())
    if isinstance(value, list):
        return all(_sayable(item) for item in value)
    return True


def _entry(set_name: str, row: Mapping[str, Any], document: Mapping[str, Any]) -> Entry:
    return Entry(
        set=set_name,
        key=row["key"],
        title=row["title"],
        value=_dated(row["value"]),
        unit=row.get("unit", ""),
        document=document.get("title", ""),
        number=document.get("number", ""),
        article=row.get("article", ""),
        text=str(row.get("text", "")).strip(),
        source=row.get("source") or document.get("source", ""),
        verified=bool(row.get("verified", False)),
        valid_from=row["valid_from"],
        valid_to=row.get("valid_to"),
    )


def _dated(value: Value) -> Value:
    """YAML reads 2026-01-01 as a date; JSON has none."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _dated(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_dated(item) for item in value]
    return value


def digest(entry: Entry) -> str:
    """The same words have the same digest; anything corrected has another."""
    return sha256(
        {name: getattr(entry, name) for name in Entry.__dataclass_fields__ if name != "set"}
    )


def overlaps(found: Iterable[Entry]) -> list[Problem]:
    """Two rules of one key may not be in force on the same day."""
    by_key: dict[str, list[Entry]] = {}
    for entry in found:
        by_key.setdefault(entry.key, []).append(entry)
    problems = []
    for key, same in by_key.items():
        ordered = sorted(same, key=lambda entry: entry.valid_from)
        for before, after in zip(ordered, ordered[1:], strict=False):
            if before.valid_to is None or before.valid_to > after.valid_from:
                where = f"{after.set}:{key}"
                problems.append(
                    Problem(where, "与 {day} 起的同名规定重叠", (("day", before.valid_from),))
                )
    return problems


def value_of(stored: Value) -> Value:
    """Text that is a number with a fraction was meant as one: it comes back as a Decimal."""
    if isinstance(stored, str) and re.fullmatch(r"-?[0-9]+\.[0-9]+", stored):
        return Decimal(stored)
    if isinstance(stored, Mapping):
        return {key: value_of(item) for key, item in stored.items()}
    if isinstance(stored, list):
        return [value_of(item) for item in stored]
    return stored


def days(text: str) -> dict[int, list[DayEntry]]:
    """`date,kind,name` by the year of the notice (`notice_year`, else the year of the day itself).

    ValueError on a line that is none. The lists of Hong Kong and Macao hold eves with the afternoon
    off: they are half working days.
    """
    found: dict[int, dict[date, DayEntry]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        day = date.fromisoformat(row["date"])
        names = row["name"].split("；")
        half = all(name.endswith(AFTERNOON) for name in names)
        kind = DayKind.HALF if half else DayKind(row["kind"])
        year = int(row.get("notice_year") or day.year)
        found.setdefault(year, {})[day] = DayEntry(day, kind, row["name"])
    return {year: sorted(of_year.values(), key=lambda d: d.day) for year, of_year in found.items()}


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))
