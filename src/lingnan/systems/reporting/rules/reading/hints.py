"""What the notes say about fields, and which rows look like the parts of a sum."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...terms import FieldDraft, FieldType, Note, Option, SumHint
from ...terms.reading import ReadingWords
from ..grid import column_number
from ..labels import plain, quoted, split_options

_MAX_PARTS = 1_000
_MAX_NOTES = 200
_MAX_NOTE = 2_000


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
    words: ReadingWords,
    among: frozenset[str] = frozenset(),
) -> tuple[SumHint, ...]:
    """Bands of a stub (年龄分布), and numbered children that end in 其他 or whose whole says 总. Those
    that are only `among` the whole (其中：老人、儿童) are no sum unless they are all there can be."""
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
        rest = any(words.rests.match(part.label) for part in parts)
        total = words.sums.search(by_code[code].label) if code in by_code else None
        some = any(part.code in among for part in parts) and not _all_there(parts, words)
        if len(parts) > 1 and (rest or (total and not some)):
            why = "分项中有“其他”" if rest else "总数与逐项列出的分项"
            hints.append(SumHint(code, tuple(part.code for part in parts), why))
    return tuple(hints)


def _all_there(parts: Sequence[FieldDraft], words: ReadingWords) -> bool:
    """Men and women, those and the others."""
    said = {re.sub(r"性|（.*|人[数口]?$", "", part.label) for part in parts}
    pairs = (said == {word, f"{no}{word}"} for word in said for no in words.opposites)
    return said == {"男", "女"} or any(pairs)


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
