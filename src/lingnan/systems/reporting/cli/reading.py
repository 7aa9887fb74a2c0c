"""`read` and `match`: what a workbook asks, and which of its questions another one asks too."""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from lingnan.base import clock
from lingnan.base.actors import system_actor
from lingnan.base.canonical import plain
from lingnan.base.errors import NotFound

from .. import queries
from ..content import reading_words
from ..queries import matching
from ..rules.matching import match_fields
from ..rules.naming import told_apart
from ..rules.xlsform import read_forms
from ..terms import (
    Candidate,
    FieldDraft,
    FieldRef,
    FormDraft,
    Match,
    Role,
    Unread,
    UnreadableWorkbook,
)
from .correcting import corrected, corrections_from, lost_rows

KEPT = 10
WORDS = {
    "same": "相同",
    "broader": "更宽",
    "narrower": "更窄",
    "derived": "可汇总",
    "alike": "相近",
}
WORKBOOKS = {".xls", ".xlsx", ".xlsm", ".csv", ".tsv"}
FILE = click.Path(path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON 列表，一张表一个对象。")
@click.option("--profile", "named", default="", help="报表编号，或导出的更正记录文件。")
def read(files: Sequence[Path], as_json: bool, named: str) -> None:
    """列出报表文件 FILES（.xls、.xlsx、.csv）问了什么；给出更正记录时先按它更正。"""
    if named:
        _read_corrected(files, named, as_json)
        return
    forms = [form for file in files for form in _forms(file)]
    if as_json:
        print_json([_form(form) for form in forms])
        return
    for form in forms:
        _print_form(form)


@click.command()
@click.argument("a", type=FILE)
@click.argument("b", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON 列表，A 表一个项目一个对象。")
def match(a: Path, b: Path, as_json: bool) -> None:
    """为 A 表的每个项目找出 B 表中可能相同的项目；A、B 是文件，或已登记报表的编号。"""
    right = _file_or_form(b)
    found = [m for form in _file_or_form(a) for m in _against_all(form, right)]
    if as_json:
        print_json([_match(one) for one in found])
        return
    rows = [("项目", "对应项目", "分数", "关系", "理由")]
    for one in found:
        first = one.candidates[0] if one.candidates else None
        rows.append((_named(one.source.field), *_best(first)))
    print_table(rows)


VERBS = (read, match)


def _read_corrected(files: Sequence[Path], named: str, as_json: bool) -> None:
    """As `read`; `lost` says which corrections found no place in these files."""
    said = corrections_from(named)
    applied = [
        one for file in files for one in corrected(_forms(file), bytes_of(file), file.name, said)
    ]
    if as_json:
        print_json([_form(one.draft) | {"lost": plain(one.lost)} for one in applied])
        return
    for one in applied:
        _print_form(one.draft)
        for row in lost_rows(one.lost):
            click.echo(" ".join(row))


def _forms(file: Path) -> list[FormDraft]:
    return read_forms(bytes_of(file), file.name, reading_words())


def _file_or_form(named: Path) -> list[FormDraft]:
    """A file, or else the newest version of the form that has this code, as it is registered."""
    if named.exists() or named.suffix.lower() in WORKBOOKS:
        return _forms(named)
    try:
        held = queries.form(str(named), to=system_actor("operator", "cli"), on=clock.today())
    except NotFound:
        raise UnreadableWorkbook(
            name=str(named), why="没有这个文件，也没有这个编号的报表。"
        ) from None
    return [queries.read_draft(held.id)]


def bytes_of(file: Path) -> bytes:
    """UnreadableWorkbook for whatever keeps the file from being read, missing files included."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise UnreadableWorkbook(name=str(file), why="文件不存在。") from None
    except IsADirectoryError:
        raise UnreadableWorkbook(name=str(file), why="这是一个文件夹。") from None
    except OSError as broken:
        raise UnreadableWorkbook(name=str(file), why=f"打不开（{broken.strerror}）。") from None


def _against_all(form: FormDraft, others: Sequence[FormDraft]) -> list[Match]:
    """A workbook may hold several forms: their candidates are ranked together."""
    words = matching.words()
    decided, embed = matching.remembered_if_any(words), matching.embedding()
    matches = [match_fields(form, other, words, decided, embed) for other in others]
    joined = []
    for of_field in zip(*matches, strict=True):
        candidates = sorted((c for m in of_field for c in m.candidates), key=lambda c: -c.score)
        best = of_field[0].candidates if len(others) == 1 else tuple(candidates[:KEPT])
        joined.append(Match(of_field[0].source, best))
    return joined


def _form(form: FormDraft) -> dict[str, Any]:
    return {
        "form": form.form,
        "title": form.title,
        "fields": [_field(found) for found in form.fields],
        "unread": [_unread(found) for found in form.unread],
        "sheet": form.sheet,
        "period": form.period,
        "subject": form.subject,
        "sums": [{"total": s.total, "parts": list(s.parts), "why": s.why} for s in form.sums],
    }


def _field(found: FieldDraft) -> dict[str, Any]:
    """What a field rarely has is left out when it has none."""
    more = {
        "role": found.role.value if found.role is not Role.ASKED else "",
        "breakdown": {one.concept: one.value for one in found.breakdown},
        "period": found.period,
        "formula": found.formula,
        "repeats": found.repeats,
    }
    return _asked(found) | {key: value for key, value in more.items() if value}


def _asked(found: FieldDraft) -> dict[str, Any]:
    return {
        "code": found.code,
        "label": found.label,
        "path": list(found.path),
        "cell": found.cell,
        "unit": found.unit.written if found.unit else "",
        "type": found.type.value,
        "options": [{"code": o.code, "label": o.label} for o in found.options],
    }


def _unread(found: Unread) -> dict[str, str]:
    return {"cell": found.cell, "text": found.text, "why": found.why}


def _match(found: Match) -> dict[str, Any]:
    return {
        "source": _ref(found.source),
        "candidates": [
            {
                "target": _ref(candidate.target),
                "score": candidate.score,
                "relation": candidate.relation.value,
                "reasons": list(candidate.reasons),
            }
            for candidate in found.candidates
        ],
    }


def _ref(ref: FieldRef) -> dict[str, str]:
    found = ref.field
    return {"form": ref.form, "code": found.code, "label": found.label, "cell": found.cell}


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _print_form(form: FormDraft) -> None:
    about = [form.title, form.subtitle, form.period, f"{len(form.asked())} 项"]
    click.echo(f"\n{form.form}：{'，'.join(part for part in about if part)}")
    rows = [("编号", "项目", "单位", "类型", "单元格")]
    for found, name in zip(form.fields, told_apart(form.fields), strict=True):
        unit = found.unit.written if found.unit else ""
        rows.append((found.code, name, unit, found.type.value, found.cell))
    print_table(rows)
    for left in form.unread:
        click.echo(f"未读 {left.cell}：{left.why}（{_cut(left.text, 30)}）")


def _named(found: FieldDraft) -> str:
    return found.label if found.code == found.label else f"{found.code} {found.label}"


def _best(candidate: Candidate | None) -> tuple[str, str, str, str]:
    if candidate is None:
        return "—", "", "", ""
    words = WORDS[candidate.relation.value]
    reasons = "；".join(candidate.reasons)
    return _named(candidate.target.field), f"{candidate.score:.2f}", words, reasons


def print_table(rows: Iterable[tuple[str, ...]]) -> None:
    """Columns line up in a terminal where Chinese letters take two places; the last runs free."""
    cut = [tuple(_cut(cell, 44) for cell in row[:-1]) + row[-1:] for row in rows]
    widths = [max(_width(row[n]) for row in cut) for n in range(len(cut[0]) - 1)]
    for row in cut:
        padded = [c + " " * (w - _width(c)) for c, w in zip(row, widths, strict=False)]
        click.echo("  ".join([*padded, row[-1]]).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    kept = ""
    for letter in text:
        if _width(kept + letter) > width - 2:
            break
        kept += letter
    return kept + "…"
