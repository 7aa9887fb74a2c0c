"""From sums and counts to what a reader is told: how each element adds up, and derived elements."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from lingnan.base.actors import Actor
from lingnan.base.errors import Refused

from ..rules.evaluation import Cell
from ..rules.expressions import Expression, WrongExpression, parse
from ..terms import ElementInfo
from .dense import RESULT
from .elements import element_map


class CannotDerive(Refused):
    code = "cannot_derive"
    tell = "数据项 {element} 的算式不能计算：{why}"


@dataclass(frozen=True)
class Derived:
    """`plain`: the elements to read. `steps`: derived ones, components before what needs them."""

    plain: tuple[ElementInfo, ...]
    steps: tuple[tuple[ElementInfo, Expression], ...]


def unfold(asked: Sequence[ElementInfo], to: Actor) -> Derived:
    """Elements whose expression names other elements of places become those; others are read as they are.

    CannotDerive for an expression that cannot be read: it was checked when it was declared, but may
    be older than the check. A name nobody's element has, or its own, leaves it without values.
    """
    known = {e.code: e for e in asked}
    plain: dict[str, ElementInfo] = {}
    steps: dict[str, tuple[ElementInfo, Expression]] = {}

    def visit(element: ElementInfo, above: frozenset[str]) -> None:
        if element.code in plain or element.code in steps or element.code in above:
            return
        expression = readable(element) if element.expression else None
        if expression is None or expression.aggregates:
            plain[element.code] = element
            return
        known.update(element_map(expression.columns - known.keys()))
        for code in sorted(expression.columns & known.keys()):
            visit(known[code], above | {element.code})
        steps[element.code] = (element, expression)

    for element in asked:
        visit(element, frozenset())
    return Derived(tuple(plain.values()), tuple(steps.values()))


def readable(element: ElementInfo) -> Expression:
    try:
        return parse(element.expression)
    except WrongExpression as wrong:
        raise CannotDerive(element=element.code, why=str(wrong)) from wrong


def assemble(parts: Sequence[pa.Table], derived: Derived, asked: Sequence[ElementInfo]) -> pa.Table:
    """`RESULT` tables of the plain elements become one of the elements asked for."""
    plain = pa.concat_tables([RESULT.empty_table(), *parts])
    whole = pa.concat_tables([plain, _derive(plain, derived)]) if derived.steps else plain
    wanted = {e.id for e in asked}
    if wanted >= {e.id for e in derived.plain} | {e.id for e, _ in derived.steps}:
        return whole
    return whole.filter(pc.is_in(whole["element"], pa.array(sorted(wanted), pa.int32())))


def _derive(plain: pa.Table, derived: Derived) -> pa.Table:
    """One row a place for each derived element; reported where its least reported component is, and an
    estimate where one of them is."""
    codes = {e.id: e.code for e in derived.plain}
    cells: dict[int, dict[str, Cell]] = {}
    counts: dict[int, dict[str, tuple[int, int]]] = {}
    guessed: dict[int, dict[str, int]] = {}
    levels: dict[int, int] = {}
    columns = (plain[name].to_pylist() for name in RESULT.names)
    for place, level, element, value, text, reported, expected, guesses in zip(
        *columns, strict=True
    ):
        code = codes[element]
        levels[place] = level
        cells.setdefault(place, {})[code] = text if value is None else value
        counts.setdefault(place, {})[code] = (reported, expected)
        guessed.setdefault(place, {})[code] = guesses
    rows = []
    for place, row in cells.items():
        for element, expression in derived.steps:
            found = expression.value(row)
            row[element.code] = found
            seen = [counts[place].get(code, (0, 0)) for code in expression.columns] or [(0, 0)]
            counts[place][element.code] = min(seen)
            most = max((guessed[place].get(code, 0) for code in expression.columns), default=0)
            guessed[place][element.code] = most = min(most, min(seen)[0])
            told = (place, levels[place], element.id, as_decimal(found), None, *min(seen), most)
            rows.append(told)
    by_column = list(zip(*rows, strict=True)) or [()] * len(RESULT)
    arrays = [pa.array(c, f.type) for c, f in zip(by_column, RESULT, strict=True)]
    return pa.Table.from_arrays(arrays, schema=RESULT)


def as_decimal(cell: object) -> Decimal | None:
    if isinstance(cell, int):  # a bool too: true is one
        return Decimal(cell)
    return cell if isinstance(cell, Decimal) else None
