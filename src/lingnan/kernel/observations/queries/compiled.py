"""A checked expression over the columns of a table, as Ibis: nothing of the given text reaches an engine."""

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
from sqlglot import exp

NUMBER = "decimal(24, 6)"
Build = Callable[[Any, ir.Table], Any]


def compiled(node: exp.Expression, rows: ir.Table) -> Any:
    """Raises KeyError for a node that `rules.expressions` would not have let pass."""
    return _BUILD[type(node)](node, rows)


def _two(work: Callable[[Any, Any], Any]) -> Build:
    return lambda node, rows: work(compiled(node.this, rows), compiled(node.expression, rows))


def _product(a: Any, b: Any) -> Any:
    """Eighteen digits each, so that the product fits the 38 an engine has."""
    return (a.cast("decimal(18, 6)") * b.cast("decimal(18, 6)")).cast("decimal(38, 6)")


def _is(node: exp.Is, rows: ir.Table) -> Any:
    value = compiled(node.this, rows)
    if isinstance(node.expression, exp.Null):
        return value.isnull()
    return value.identical_to(compiled(node.expression, rows))


def _in(node: exp.In, rows: ir.Table) -> Any:
    return compiled(node.this, rows).isin([compiled(option, rows) for option in node.expressions])


def _between(node: exp.Between, rows: ir.Table) -> Any:
    low, high = compiled(node.args["low"], rows), compiled(node.args["high"], rows)
    return compiled(node.this, rows).between(low, high)


def _literal(node: exp.Literal, rows: ir.Table) -> Any:
    if node.args.get("is_string"):
        return ibis.literal(str(node.this))
    return ibis.literal(Decimal(str(node.this)), NUMBER)


def _case(node: exp.Case, rows: ir.Table) -> Any:
    subject = node.args.get("this")
    tests = []
    for branch in node.args["ifs"]:
        test = compiled(branch.this, rows)
        if subject is not None:
            test = compiled(subject, rows) == test
        tests.append((test, compiled(branch.args["true"], rows)))
    default = node.args.get("default")
    return ibis.cases(*tests, else_=None if default is None else compiled(default, rows))


def _if(node: exp.If, rows: ir.Table) -> Any:
    other = node.args.get("false")
    then = compiled(node.args["true"], rows)
    return ibis.cases(
        (compiled(node.this, rows), then), else_=None if other is None else compiled(other, rows)
    )


def _all(work: Callable[..., Any]) -> Build:
    return lambda node, rows: work(*(compiled(n, rows) for n in (node.this, *node.expressions)))


def _round(node: exp.Round, rows: ir.Table) -> Any:
    digits = node.args.get("decimals")
    return compiled(node.this, rows).round(int(str(digits.this)) if digits else 0).cast(NUMBER)


_BUILD: dict[type[exp.Expression], Build] = {
    exp.Add: _two(operator.add),
    exp.Sub: _two(operator.sub),
    exp.Mul: _two(_product),
    exp.Neg: lambda node, rows: -compiled(node.this, rows),
    exp.Abs: lambda node, rows: compiled(node.this, rows).abs(),
    exp.Paren: lambda node, rows: compiled(node.this, rows),
    exp.EQ: _two(operator.eq),
    exp.NEQ: _two(operator.ne),
    exp.LT: _two(operator.lt),
    exp.LTE: _two(operator.le),
    exp.GT: _two(operator.gt),
    exp.GTE: _two(operator.ge),
    exp.And: _two(operator.and_),
    exp.Or: _two(operator.or_),
    exp.Not: lambda node, rows: ~compiled(node.this, rows),
    exp.In: _in,
    exp.Between: _between,
    exp.Is: _is,
    exp.Column: lambda node, rows: rows[node.name],
    exp.Literal: _literal,
    exp.Null: lambda node, rows: ibis.null(),
    exp.Boolean: lambda node, rows: ibis.literal(bool(node.this)),
    exp.Case: _case,
    exp.If: _if,
    exp.Coalesce: _all(ibis.coalesce),
    exp.Nullif: _two(lambda a, b: a.nullif(b)),
    exp.Greatest: _all(ibis.greatest),
    exp.Least: _all(ibis.least),
    exp.Round: _round,
}
