"""A checked expression worked out for one row: three-valued logic over Decimals and texts, exact."""

from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Any

from sqlglot import exp

Cell = Decimal | str | bool | None
Row = Mapping[str, Cell]
EXACT = Context(prec=60)


def evaluate(node: exp.Expression, row: Row) -> Cell:
    """Three-valued logic over Decimals and texts; exact up to the last division."""
    return _EVALUATE[type(node)](node, row)


def _operands(node: exp.Expression, row: Row) -> tuple[Cell, Cell]:
    return evaluate(node.this, row), evaluate(node.expression, row)


def _arithmetic(work: Callable[[Decimal, Decimal], Decimal | None]) -> Callable[[Any, Row], Cell]:
    def run(node: exp.Expression, row: Row) -> Cell:
        a, b = _operands(node, row)
        return work(a, b) if isinstance(a, Decimal) and isinstance(b, Decimal) else None

    return run


def _compare(work: Callable[[Any, Any], bool]) -> Callable[[Any, Row], Cell]:
    def run(node: exp.Expression, row: Row) -> Cell:
        a, b = _operands(node, row)
        return None if a is None or b is None or type(a) is not type(b) else work(a, b)

    return run


def _and(node: exp.Expression, row: Row) -> Cell:
    a, b = _operands(node, row)
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def _or(node: exp.Expression, row: Row) -> Cell:
    a, b = _operands(node, row)
    if a is True or b is True:
        return True
    return None if a is None or b is None else False


def _not(node: exp.Expression, row: Row) -> Cell:
    found = evaluate(node.this, row)
    return None if found is None else not found


def _in(node: exp.Expression, row: Row) -> Cell:
    wanted = evaluate(node.this, row)
    found = [evaluate(option, row) for option in node.expressions]
    if wanted is None:
        return None
    return True if wanted in found else (None if None in found else False)


def _between(node: exp.Expression, row: Row) -> Cell:
    ends = [
        evaluate(node.args["low"], row),
        evaluate(node.this, row),
        evaluate(node.args["high"], row),
    ]
    low, value, high = ends
    if isinstance(low, Decimal) and isinstance(value, Decimal) and isinstance(high, Decimal):
        return low <= value <= high
    return None


def _is(node: exp.Expression, row: Row) -> Cell:
    return evaluate(node.this, row) == evaluate(node.expression, row)


def _literal(node: exp.Expression, row: Row) -> Cell:
    return str(node.this) if node.args.get("is_string") else Decimal(str(node.this))


def _case(node: exp.Expression, row: Row) -> Cell:
    subject = node.args.get("this")
    for branch in node.args["ifs"]:
        test = evaluate(branch.this, row)
        if (
            (test is True)
            if subject is None
            else (test is not None and test == evaluate(subject, row))
        ):
            return evaluate(branch.args["true"], row)
    default = node.args.get("default")
    return None if default is None else evaluate(default, row)


def _if(node: exp.Expression, row: Row) -> Cell:
    chosen = "true" if evaluate(node.this, row) is True else "false"
    branch = node.args.get(chosen)
    return None if branch is None else evaluate(branch, row)


def _all(node: exp.Expression, row: Row) -> list[Cell]:
    return [evaluate(part, row) for part in (node.this, *node.expressions)]


def _coalesce(node: exp.Expression, row: Row) -> Cell:
    return next((cell for cell in _all(node, row) if cell is not None), None)


def _nullif(node: exp.Expression, row: Row) -> Cell:
    a, b = _operands(node, row)
    return None if a == b else a


def _extreme(pick: Callable[[list[Decimal]], Decimal]) -> Callable[[Any, Row], Cell]:
    def run(node: exp.Expression, row: Row) -> Cell:
        numbers = [cell for cell in _all(node, row) if isinstance(cell, Decimal)]
        return pick(numbers) if numbers else None

    return run


def _one(work: Callable[[Decimal], Decimal]) -> Callable[[Any, Row], Cell]:
    def run(node: exp.Expression, row: Row) -> Cell:
        found = evaluate(node.this, row)
        return work(found) if isinstance(found, Decimal) else None

    return run


def _round(node: exp.Expression, row: Row) -> Cell:
    found, digits = evaluate(node.this, row), node.args.get("decimals")
    places = int(str(digits.this)) if isinstance(digits, exp.Literal) else 0
    if not isinstance(found, Decimal):
        return None
    return EXACT.quantize(found, Decimal(1).scaleb(-places))


_EVALUATE: dict[type[exp.Expression], Callable[[Any, Row], Cell]] = {
    exp.Add: _arithmetic(EXACT.add),
    exp.Sub: _arithmetic(EXACT.subtract),
    exp.Mul: _arithmetic(EXACT.multiply),
    exp.Div: _arithmetic(lambda a, b: EXACT.divide(a, b) if b else None),
    exp.Neg: _one(lambda a: -a),
    exp.Abs: _one(abs),
    exp.Paren: lambda node, row: evaluate(node.this, row),
    exp.EQ: _compare(lambda a, b: a == b),
    exp.NEQ: _compare(lambda a, b: a != b),
    exp.LT: _compare(lambda a, b: a < b),
    exp.LTE: _compare(lambda a, b: a <= b),
    exp.GT: _compare(lambda a, b: a > b),
    exp.GTE: _compare(lambda a, b: a >= b),
    exp.And: _and,
    exp.Or: _or,
    exp.Not: _not,
    exp.In: _in,
    exp.Between: _between,
    exp.Is: _is,
    exp.Column: lambda node, row: row.get(node.name),
    exp.Literal: _literal,
    exp.Null: lambda node, row: None,
    exp.Boolean: lambda node, row: bool(node.this),
    exp.Case: _case,
    exp.If: _if,
    exp.Coalesce: _coalesce,
    exp.Nullif: _nullif,
    exp.Greatest: _extreme(max),
    exp.Least: _extreme(min),
    exp.Round: _round,
}
