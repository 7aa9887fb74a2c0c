"""Figures as tables for other tools: tidy rows, CSV that no spreadsheet takes for a formula, JSON."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

from lingnan.base.canonical import decimal_text

from ..terms.filings import FormInfo, Mark
from ..terms.outputs import TidyRow
from .filing import Figure
from .filing.figures import distribution
from .naming import told_apart

HEADS = {
    "place": "区划代码",
    "name": "地区",
    "level": "级别",
    "element": "数据元",
    "field": "报表项目",
    "label": "项目名称",
    "unit": "单位",
    "value": "数值",
    "text": "文字",
    "mark": "标识",
    "reported": "已报村数",
    "expected": "应报村数",
    "estimated": "估计村数",
    "source": "来源",
}
SUM = "sum"
VILLAGE = 5
SUPPRESSED = "suppressed"
# OWASP: a cell that begins so is worked out by spreadsheet programs.
_DANGEROUS = re.compile(r"^\s*[=+\-@\t\r\n|%]")
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before it, unless it is a number."""
    return f"'{text}" if _DANGEROUS.match(text) and not _NUMBER.match(text) else text


def tidy_rows(
    form: FormInfo, place: tuple[str, str, int], figures: Mapping[str, Figure]
) -> list[TidyRow]:
    """Every question of the form, answered or not. `place`: its code, name and level."""
    rows = []
    for field, name in zip(form.asked, told_apart(form.asked), strict=True):
        one = figures.get(field.code, Figure(mark=Mark.MISSING))
        reported, expected, estimated = _villages(one, place[2])
        text = distribution(field, one.counts) if one.counts is not None else one.text or ""
        rows.append(
            TidyRow(
                *place,
                element=field.element_code,
                field=field.code,
                label=name,
                unit=field.base_unit,
                value=one.value,
                text=text,
                mark=mark_of(one),
                reported=reported,
                expected=expected,
                estimated=estimated,
                source=one.source or (SUM if one.expected else ""),
            )
        )
    return rows


def mark_of(figure: Figure) -> str:
    """Missing also where nobody below reported; a sum that cannot be made of those reported is blank."""
    if figure.hidden:
        return SUPPRESSED
    if figure.mark in {Mark.NOT_APPLICABLE, Mark.MISSING}:
        return figure.mark.value
    if figure.value is None and figure.text is None and not figure.reported:
        return Mark.MISSING.value
    return figure.mark.value


def _villages(one: Figure, level: int) -> tuple[int, int, int]:
    """How many reported, were to, and are estimated. A village is one, whoever's word its answer is."""
    if level != VILLAGE:
        return one.reported, one.expected, one.estimated
    is_guessed = one.mark is Mark.ESTIMATED
    told = one.hidden or mark_of(one) != Mark.MISSING
    return int(told and not is_guessed), 1, int(told and is_guessed)


def csv_of(rows: Iterable[TidyRow]) -> bytes:
    """With the mark that spreadsheet programs want before UTF-8."""
    names = [field.name for field in fields(TidyRow)]
    return table_csv(
        [HEADS[name] for name in names], ([getattr(r, n) for n in names] for r in rows)
    )


def table_csv(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def json_of(head: Mapping[str, Any], rows: Iterable[TidyRow]) -> bytes:
    """Numbers as texts: no reader rounds them."""
    names = [field.name for field in fields(TidyRow)]
    told = [{name: _plain(getattr(row, name)) for name in names} for row in rows]
    text = json.dumps({**head, "rows": told}, ensure_ascii=False, indent=1, sort_keys=False)
    return text.encode() + b"\n"


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return decimal_text(value)
    return neutral(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    return decimal_text(value) if isinstance(value, Decimal) else value
