"""`history`, `take-in` and what follows: filled forms become dated, sourced values."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from lingnan.base.canonical import decimal_text
from lingnan.kernel.places import queries as places

from ..content import filled_words
from ..rules.filled import Gazetteer, Known, build_gazetteer, likeliest_first, read_filled
from ..rules.filled.workbooks import known_blanks
from ..terms import FieldDraft
from ..terms.filled import Doubt, FilledDraft, FilledValue, Spot
from .reading import FILE, bytes_of, print_json, print_table

WORKBOOKS = {".xls", ".xlsx", ".xlsm", ".csv", ".tsv"}


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--form", "blanks", multiple=True, type=FILE, help="这些文件所填的空白表")
@click.option("--scope", default="", help="区划代码：所有地方都在它以下")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON 列表，一张表一个对象。")
def history(files: Sequence[Path], blanks: Sequence[Path], scope: str, as_json: bool) -> None:
    """列出填好的工作簿 FILES 说了什么：数值、地方、报告期、疑问。什么都不保存。

    FILES 里的空白表用作填好的表的版式。
    """
    gazetteer = shipped_gazetteer()
    chosen = [*blanks, *workbooks_in(files)]
    opened = [(file.name, bytes_of(file)) for file in chosen]
    top = gazetteer.spots.get(scope.ljust(12, "0")) if scope else None
    known = Known(gazetteer, filled_words(), known_blanks(opened, filled_words()), scope=top)
    found = [
        draft for name, data in opened[len(blanks) :] for draft in read_filled(data, name, known)
    ]
    found = likeliest_first(found, gazetteer)
    if as_json:
        print_json([_draft(one) for one in found])
        return
    for one in found:
        _print(one)


VERBS = (history,)


def workbooks_in(paths: Sequence[Path]) -> Iterator[Path]:
    """Files as given; of a folder the workbooks below it, by name."""
    for path in paths:
        if path.is_dir():
            below = (one for one in path.rglob("*") if one.suffix.lower() in WORKBOOKS)
            yield from sorted(one for one in below if not one.name.startswith(("~$", ".")))
        else:
            yield path


def shipped_gazetteer() -> Gazetteer:
    spots = (Spot(one.code, one.name, one.level, one.parent) for one in places.shipped())
    return build_gazetteer(spots, filled_words().place_ends)


def _draft(found: FilledDraft) -> dict[str, Any]:
    fields = {one.code: one for one in found.fields}
    unsure = [one for one in found.values if one.doubt and one.content.text]
    return {
        "form": found.form,
        "file": found.file,
        "title": found.title,
        "period": found.period.period,
        "values": [_value(one, fields[one.code]) for one in found.sure],
        "doubts": [
            *(_doubt(one.sheet, one.cell, one.text, one.why, ()) for one in found.doubts),
            *(
                _doubt(one.sheet, one.cell, one.content.text, one.doubt, one.place.spots)
                for one in unsure
            ),
        ],
    }


def _doubt(sheet: str, cell: str, text: str, why: str, spots: Sequence[Spot]) -> dict[str, Any]:
    """`candidates`: the places the words may mean, when it is the place that is not sure."""
    several = spots if len(spots) > 1 else ()
    return {
        "cell": cell,
        "sheet": sheet,
        "text": text,
        "why": why,
        "candidates": [{"code": spot.code, "name": spot.name} for spot in several],
    }


def _value(one: FilledValue, field: FieldDraft) -> dict[str, Any]:
    """`value` is in `unit`, the base unit; `number` as the form has it, in `written_unit`."""
    spot, content, unit = one.place.sure, one.content, field.unit
    number = content.value / unit.multiplier if content.value is not None and unit else None
    return {
        "cell": one.cell,
        "sheet": one.sheet,
        "code": one.code,
        "label": one.label,
        "place": {"code": spot.code, "name": spot.name} if spot else None,
        "subject": one.subject,
        "period": one.period,
        "text": content.text,
        "value": _shown(content.value, content.said),
        "unit": unit.base if unit else "",
        "number": decimal_text(number) if number is not None else None,
        "written_unit": unit.written if unit else "",
        "option": next((o.label for o in field.options if o.code == content.said), ""),
        "quality": content.mark.value,
    }


def _shown(value: Decimal | None, said: str | None) -> str | None:
    return decimal_text(value) if value is not None else said


def _print(found: FilledDraft) -> None:
    spot = found.place.sure
    about = [found.file, found.sheet, spot.name if spot else "", found.period.period]
    click.echo(f"\n{found.form}：{'，'.join(part for part in about if part)}")
    rows = [("单元格", "项目", "地方", "报告期", "填写", "值")]
    for one in (value for value in found.sure if value.content.text):
        spot = one.place.sure
        value = _shown(one.content.value, one.content.said) or one.content.mark.value
        name = spot.name if spot else ""
        rows.append((one.cell, one.label, name, one.period, one.content.text, value))
    print_table(rows)
    unsure = (Doubt(v.cell, v.content.text, v.doubt) for v in found.values if v.content.text)
    for doubt in (*found.doubts, *unsure):
        if doubt.why:
            click.echo(f"待确认 {doubt.cell}：{doubt.why}（{doubt.text[:30]}）")
