"""The answers of a county as arrays: villages × questions, fast to look over, exact where in doubt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from ...terms.checking import Held, Plan, Sheet
from ...terms.filings import Answer, FieldInfo, Mark
from ..filing import NUMERIC, VALUELESS, problem_of, stored

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.int8]
PLAIN = 15  # digits a float holds without loss
HELD = {Mark.MISSING: Held.MISSING, Mark.NOT_APPLICABLE: Held.NOT_APPLICABLE}
NAN = float("nan")
NOTHING, VALUE = int(Held.NOTHING), int(Held.VALUE)  # members of an enum are slow to reach


@dataclass(frozen=True)
class Grid:
    """`values` (rows × columns, base units; NaN where there is no number), `held` (`Held`), and
    `wrong`: cells whose text is not what the question asks."""

    columns: Mapping[str, int]
    values: Floats
    held: Bytes
    wrong: Bools

    def column(self, code: str) -> Floats:
        found: Floats = self.values[:, self.columns[code]]
        return found


def grid_of(plan: Plan, sheets: Sequence[Sheet]) -> Grid:
    shape = len(sheets), len(plan.fields)
    values, held = np.full(shape, np.nan), np.zeros(shape, np.int8)
    wrong = np.zeros(shape, np.bool_)
    said = [sheet.answers for sheet in sheets]
    for j, field in enumerate(plan.fields if sheets else ()):
        code = field.code
        answers = [one.get(code) for one in said]
        # Equal answers of a county are one object (`answers_of`): each is read once.
        names = list(map(id, answers))
        different = dict(zip(names, answers, strict=True))
        number = {name: n for n, name in enumerate(different)}
        rows = [number[name] for name in names]
        numbers, kinds, faults = zip(*(_read(field, a) for a in different.values()), strict=True)
        values[:, j] = np.array(numbers, np.float64)[rows]
        held[:, j] = np.array(kinds, np.int8)[rows]
        wrong[:, j] = np.array(faults, np.bool_)[rows]
    return Grid({f.code: j for j, f in enumerate(plan.fields)}, values, held, wrong)


def _read(field: FieldInfo, answer: Answer | None) -> tuple[float, int, bool]:
    """The number in base units, what is held, and whether the text is wrong."""
    if answer is None:
        return NAN, NOTHING, False
    text, mark = answer.text, answer.mark
    if mark in HELD:
        return NAN, int(HELD[mark]), False
    if not text:
        return NAN, NOTHING if answer.is_blank else VALUE, False
    numeric = field.type in NUMERIC
    if numeric and is_plain(answer):
        return int(text) * float(field.multiplier), VALUE, False
    if problem_of(field, answer):
        return NAN, VALUE, True
    value = stored(field, answer)[0] if numeric else None
    return NAN if value is None else float(value), VALUE, False


def is_plain(answer: Answer) -> bool:
    """Digits and nothing else, few enough for a float."""
    text = answer.text
    return len(text) < PLAIN and text.isascii() and text.isdigit() and answer.mark not in VALUELESS


def table_of(
    grid: Grid, sheets: Sequence[Sheet], known: Iterable[tuple[tuple[int, str], Decimal | None]]
) -> Floats:
    """What is known beside the answers, in the shape of the grid; NaN where nothing is."""
    rows = {sheet.place: i for i, sheet in enumerate(sheets)}
    height, width = grid.values.shape
    flat = np.full(height * width, np.nan)
    at: list[int] = []
    numbers: list[float] = []
    seen: dict[int, float] = {}  # a county says few different things, each of them one object
    for (place, code), value in known:
        row, column = rows.get(place), grid.columns.get(code)
        if value is not None and row is not None and column is not None:
            number = seen.get(id(value))
            if number is None:
                number = seen[id(value)] = float(value)
            at.append(row * width + column)
            numbers.append(number)
    flat[at] = numbers
    return flat.reshape(height, width)
