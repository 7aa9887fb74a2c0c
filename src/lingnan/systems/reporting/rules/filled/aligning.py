"""Where the questions of a known form stand in another file: moved, widened, with rows between."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from openpyxl.utils import coordinate_to_tuple

from ...terms.forms import FieldDraft, FormDraft, Layout
from ..blanks import written_in
from ..grid import Grid, blank_name, cell_name
from ..labels import plain, read_label, squeeze
from ..units_words import split_unit

ENOUGH = 0.8  # so many questions must be found again, or it is another form
At = tuple[int, int]


def likeness(known: FormDraft, read: FormDraft) -> float:
    """Share of the questions of either that the other has too, in order. 0 to 1."""
    left, right = _keys(known.fields), _keys(read.fields)
    if not left or not right:
        return 0.0
    return SequenceMatcher(None, left, right, autojunk=False).ratio()


def recoded(known: FormDraft, read: FormDraft) -> dict[str, FieldDraft]:
    """Fields just read, by the code of the known form's question they answer."""
    left, right = _keys(known.fields), _keys(read.fields)
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    pairs = {
        known.fields[block.a + n].code: read.fields[block.b + n]
        for block in blocks
        for n in range(block.size)
    }
    return pairs | _left_over(known, read, pairs)


def _left_over(
    known: FormDraft, read: FormDraft, pairs: dict[str, FieldDraft]
) -> dict[str, FieldDraft]:
    """Questions that changed their order: by label and path, where both are alone."""
    taken = {id(field) for field in pairs.values()}
    mine = Counter(_whole(f) for f in known.fields if f.code not in pairs)
    free = [f for f in read.fields if id(f) not in taken]
    theirs = Counter(_whole(f) for f in free)
    by_words = {_whole(f): f for f in free if theirs[_whole(f)] == 1}
    return {
        f.code: by_words[_whole(f)]
        for f in known.fields
        if f.code not in pairs and mine[_whole(f)] == 1 and _whole(f) in by_words
    }


def _keys(fields: Sequence[FieldDraft]) -> list[str]:
    return [plain(field.label) for field in fields]


def _whole(field: FieldDraft) -> tuple[str, ...]:
    return (*(plain(part) for part in field.path), plain(field.label))


def located(known: FormDraft, grid: Grid) -> FormDraft | None:
    """The known form with the cells of this grid, by the words of its labels; None when fewer
    than `ENOUGH` of them are there. The answers stay where they stood beside (or under) them."""
    spots = _words(grid)
    found: dict[str, At] = {}
    last: At = (0, 0)
    for field in _in_order(known):
        options = _spots(field, grid, spots)
        if not options:
            continue
        wanted = _place(field)
        best = min(options, key=lambda at: _cost(at, wanted, last))
        found[field.code] = best
        last = (best[0] - wanted[0], best[1] - wanted[1])
    if len(found) < ENOUGH * len(known.fields) or not found:
        return None
    return _moved(known, grid, found)


def _spots(field: FieldDraft, grid: Grid, words: Mapping[str, list[At]]) -> Sequence[At]:
    """Cells with the words of its label, or with the text in which it is answered."""
    if not field.within:
        return words.get(plain(field.label), ())
    return [at for at, text in grid.texts.items() if written_in(field.within, text) is not None]


def _cost(at: At, wanted: At, last: At) -> tuple[int, int]:
    """Nearest to where it would be if it had moved like the one before it."""
    down, across = at[0] - wanted[0] - last[0], at[1] - wanted[1] - last[1]
    return abs(down) + abs(across), abs(across)


def _in_order(known: FormDraft) -> list[FieldDraft]:
    if known.layout is Layout.ITEMS:
        return sorted(known.fields, key=lambda f: (f.col, f.row))
    return sorted(known.fields, key=lambda f: f.col)


def _place(field: FieldDraft) -> At:
    row, col = coordinate_to_tuple(field.label_cell or field.cell)
    return row, col


def _words(grid: Grid) -> dict[str, list[At]]:
    found: dict[str, list[At]] = {}
    for at, text in grid.texts.items():
        label = read_label(split_unit(squeeze(text))[0]).clean
        found.setdefault(plain(label), []).append(at)
    return found


def _moved(known: FormDraft, grid: Grid, found: dict[str, At]) -> FormDraft:
    """A question whose label is gone is not asked here."""
    below = max(found[code][0] - _place(known.field(code))[0] for code in found)
    fields = []
    for field in (f for f in known.fields if f.code in found):
        at, was = found[field.code], _place(field)
        down = at[0] - was[0] if known.layout is Layout.ITEMS else below
        row, col = field.row + down, field.col + at[1] - was[1]
        fields.append(
            replace(
                field,
                sheet=grid.sheet,
                row=row,
                col=col,
                cell=blank_name(row, col, field.blank),
                label_cell=cell_name(*at),
            )
        )
    return replace(known, sheet=grid.sheet, fields=tuple(fields))


def best_located(
    known: Sequence[FormDraft], grid: Grid, read: FormDraft
) -> tuple[int, FormDraft | None]:
    """The registered form whose labels stand in this grid, with this grid's cells; of several the
    one most like what was read here. Its number in `known`, and None when there is none."""
    words = set(_words(grid))
    best: tuple[float, int, FormDraft | None] = (0.0, -1, None)
    for number, one in enumerate(known):
        labels = [plain(f.label) for f in one.fields if not f.within]
        if not one.fields or sum(label in words for label in labels) < ENOUGH * len(labels):
            continue
        found = located(one, grid)
        if found is None:
            continue
        size = max(len(one.fields), len(read.fields))
        score = len(found.fields) / size + (plain(one.title) == plain(read.title)) / 100
        if score > best[0]:
            best = (score, number, found)
    return best[1:] if best[0] >= ENOUGH else (-1, None)


def best_known(read: FormDraft, known: Iterable[FormDraft]) -> tuple[FormDraft | None, float]:
    """The registered form this one is a copy or a version of; None below `ENOUGH`."""
    scored = [(likeness(one, read), one) for one in known]
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return (best, score) if score >= ENOUGH else (None, score)
