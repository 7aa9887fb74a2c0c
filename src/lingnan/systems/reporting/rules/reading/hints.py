"""What the notes say about fields, and which rows look like the parts of a sum."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ...terms import FieldDraft, FieldType, Note, Option, SumHint
from ..grid import column_number
from ..labels import plain, quoted, simplified, split_options, squeeze, take_numbering

Pairs = Sequence[tuple[str, str]]
_MAX_PARTS = 1_000
_MAX_NOTES = 200
_MAX_NOTE = 2_000
_TOTAL = re.compile(r"总|合计|共计|小计|收入$|支出$")
_REST = re.compile(r"^其[他它余]")
_BANDS = re.compile(r"分布|构成|分组|按.{1,6}分")


def link_notes(fields: Sequence[FieldDraft], notes: Sequence[Note]) -> tuple[FieldDraft, ...]:
    """A note belongs to the fields it quotes by label, or whose options it quotes; a coded field
    without options of its own takes those of the note when it is a yes-or-no question."""
    linked = list(fields)
    for note in notes[:_MAX_NOTES]:
        words = quoted(note.text[:_MAX_NOTE])
        labels = {plain(word) for word in words}
        options = next((some for word in words if (some := split_options(word)[1])), ())
        for index, found in enumerate(linked):
            if plain(found.label) in labels or (options and _offers(found, options)):
                extra = found.options or (options if _is_code(found) else ())
                linked[index] = replace(found, notes=(*found.notes, note.text), options=extra)
    return tuple(linked)


def _is_code(found: FieldDraft) -> bool:
    return found.type is FieldType.CODE


def _offers(found: FieldDraft, options: Sequence[Option]) -> bool:
    if found.options:
        return [o.label for o in found.options] == [o.label for o in options]
    return _is_code(found) and "是否" in found.label


def sum_hints(
    fields: Sequence[FieldDraft],
    stubs: Mapping[str, Sequence[str]],
    closed: Pairs = (),
) -> tuple[SumHint, ...]:
    """Bands of a stub (年龄分布), and children that end in 其他, whose whole says 总, or two of whom are
    all there can be (男、女: `closed`, words that are). Those that are only among the whole (其中：老人、
    儿童) are no sum otherwise."""
    hints = [
        SumHint(key.partition("|")[0], tuple(codes), "同一项目的分组，各组之和应等于总数")
        for key, codes in stubs.items()
        if key.partition("|")[0] and len(codes) > 1
    ]
    banded = {code for codes in stubs.values() for code in codes}
    by_code = {found.code: found for found in fields}
    children: dict[str, list[FieldDraft]] = {}
    for found in fields:
        if found.parent and found.code not in banded:
            children.setdefault(found.parent, []).append(found)
    for code, parts in children.items():
        label = by_code[code].label if code in by_code else ""
        made = sum_of(label, parts, closed)
        if made:
            hints.append(SumHint(code, tuple(part.code for part in made[0]), made[1]))
    return tuple(hints)


def numbered_sums(
    fields: Sequence[FieldDraft], label_of: Callable[[FieldDraft], str], closed: Pairs
) -> tuple[SumHint, ...]:
    """A heading without a number over rows numbered from 1: 党员总数, 1.男党员, 2.女党员. By the same
    signs as other children, since 总人口, 1.水田 may stand below one another too. `label_of`: as
    written."""
    columns: dict[int, list[FieldDraft]] = {}
    for one in fields:
        if not one.repeats and not one.blank:
            columns.setdefault(one.col, []).append(one)
    runs: list[list[FieldDraft]] = []
    for column in columns.values():
        runs.append([])
        for one in sorted(column, key=lambda one: one.row):
            last = runs[-1]
            if last and _number(label_of(one)) == len(last) and _alike(last[0], one):
                last.append(one)
            else:
                runs.append([one])
    made = [(run[0], sum_of(run[0].label, run[1:], closed)) for run in runs if run]
    return tuple(
        SumHint(whole.code, tuple(part.code for part in parts[0]), parts[1])
        for whole, parts in made
        if parts
    )


def sum_of(
    label: str, parts: Sequence[FieldDraft], closed: Pairs
) -> tuple[Sequence[FieldDraft], str] | None:
    """Which parts make up the whole of this label, and why."""
    rest = any(_REST.match(part.label) for part in parts)
    pair = _all_there(parts, closed)
    if len(parts) < 2:
        return None
    if rest:
        return parts, "分项中有“其他”"
    if pair:
        return pair, "总数与逐项列出的分项"
    some = any(part.among for part in parts)
    return (parts, "总数与逐项列出的分项") if _TOTAL.search(label) and not some else None


def _all_there(parts: Sequence[FieldDraft], closed: Pairs) -> Sequence[FieldDraft]:
    """The two that leave nothing out: men and women, those and the others. None: nothing."""
    said = {re.sub(r"性|（.*|人[数口]?$", "", part.label): part for part in parts}
    for word, part in said.items():
        others = [f"{no}{word}" for no in ("非", "不", "未", "无")]
        others += [word.replace(one, two, 1) for one, two in closed if one in word]
        for other in others:
            if other != word and other in said:
                return part, said[other]
    return ()


def _number(text: str) -> int:
    """1 of `1.男党员`, `（1）男`, `①男`; 0 where there is none."""
    kind, rest = take_numbering(squeeze(text))
    if not kind.startswith(("arabic", "circled")):
        return 0
    head = simplified(squeeze(text)[: len(squeeze(text)) - len(rest)])
    return int(re.sub(r"\D", "", head) or 0)


def _alike(whole: FieldDraft, part: FieldDraft) -> bool:
    """Not yet a part of something, and counted alike."""
    units = [(one.unit.base, one.unit.dimension, one.unit.per) for one in (whole, part) if one.unit]
    return not part.parent and len(units) == 2 and units[0] == units[1]


_CALL = re.compile(r"^=\s*(?:SUM\s*\(([^()]*)\)|([A-Z$0-9+\s]+))$", re.IGNORECASE)
_PART = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?$", re.IGNORECASE)


def formula_sums(fields: Sequence[FieldDraft]) -> tuple[SumHint, ...]:
    """`=SUM(D5:D8)` and `=D5+D6` written in the form are what it adds up by itself."""
    by_place = {(found.row, found.col): found.code for found in fields}
    hints = []
    for found in fields:
        cells = _added(found.formula, by_place)
        parts = tuple(by_place[at] for at in cells if by_place[at] != found.code)
        if len(parts) > 1:
            hints.append(SumHint(found.code, parts, f"表内公式 {found.formula}"))
    return tuple(hints)


def _added(formula: str, places: Mapping[tuple[int, int], str]) -> list[tuple[int, int]]:
    found = _CALL.match(formula)
    if not found:
        return []
    cells: list[tuple[int, int]] = []
    for word in re.split(r"[,，+]", found[1] or found[2]):
        part = _PART.match(word.strip())
        if not part:
            return []
        left, top = column_number(part[1]), int(part[2])
        right, bottom = (column_number(part[3]), int(part[4])) if part[3] else (left, top)
        if (bottom - top + 1) * (right - left + 1) > _MAX_PARTS:
            return []
        area = ((row, col) for row in range(top, bottom + 1) for col in range(left, right + 1))
        cells += [at for at in area if at in places]
    return cells
