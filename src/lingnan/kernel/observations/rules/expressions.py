"""Derived elements: SQL expressions, parsed, checked word by word, and evaluated exactly.

The given text never reaches an engine: what runs is built from the checked tree. Missing stays missing
(SQL's three-valued logic, `coalesce` says otherwise); a division by zero is missing; the result has six
decimals, rounded half to even (GB/T 8170) once, at the end.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from lingnan.base.numbers import STEP, number

from .evaluation import EXACT, Cell, Row, evaluate

LARGEST = Decimal(10) ** 32  # what a column of results can hold; beyond it, missing
LONGEST = 2_000

AGGREGATES: dict[type[exp.Expression], str] = {
    exp.Count: "count",
    exp.Sum: "sum",
    exp.Avg: "avg",
    exp.Min: "min",
    exp.Max: "max",
}
ARITHMETIC = (exp.Add, exp.Sub, exp.Mul)
LOGIC: tuple[type[exp.Expression], ...] = (
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.And, exp.Or, exp.Not, exp.In,
    exp.Between, exp.Is,
)  # fmt: skip
ALLOWED: tuple[type[exp.Expression], ...] = (
    *ARITHMETIC, exp.Div, exp.Neg, exp.Paren, *LOGIC, exp.Column, exp.Identifier, exp.Literal,
    exp.Null, exp.Boolean, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least,
    exp.Round, exp.Abs,
)  # fmt: skip


class WrongExpression(ValueError):
    """What is not allowed; `position` counts characters from 1 (0: somewhere)."""

    def __init__(self, why: str, position: int = 0) -> None:
        self.why, self.position = why, position
        super().__init__(f"{why}（第 {position} 个字符）" if position else why)


@dataclass(frozen=True)
class Aggregate:
    """`function` over `of` (None: all rows) of the rows where `where` holds."""

    function: str
    of: exp.Expression | None
    where: exp.Expression | None


@dataclass(frozen=True)
class Expression:
    """`aggregates` are named `#0`, `#1` … where they stood in `tree`; empty for one of places."""

    tree: exp.Expression
    columns: frozenset[str]
    aggregates: tuple[Aggregate, ...]

    def value(self, row: Row) -> Cell:
        """For one row of element code → value; for aggregates, `#0` … → their results."""
        found = evaluate(self.tree, row)
        if not isinstance(found, Decimal):
            return found
        return EXACT.quantize(found, STEP) if abs(found) < LARGEST else None


@lru_cache(maxsize=2_048)
def parse(text: str, known: frozenset[str] | None = None) -> Expression:
    """`known`: the element codes that may be named (None: any). Raises WrongExpression."""
    if len(text) > LONGEST:
        raise WrongExpression(f"算式超过 {LONGEST} 个字符")
    try:
        return _parse(text, known)
    except SqlglotError as wrong:
        raise _unreadable(wrong) from None
    except RecursionError:
        raise WrongExpression("算式层次太深") from None


def ring_from(code: str, texts: Mapping[str, str]) -> list[str]:
    """The way from this element through the expressions of others back to it; empty: there is none.

    What cannot be read leads nowhere.
    """
    waiting, seen = [[code]], set()
    while waiting:
        way = waiting.pop()
        for name in sorted(_named(texts.get(way[-1], ""))):
            if name == code:
                return [*way, name]
            if name not in seen:
                seen.add(name)
                waiting.append([*way, name])
    return []


def _named(text: str) -> frozenset[str]:
    try:
        return parse(text).columns if text else frozenset()
    except WrongExpression:
        return frozenset()


def _parse(text: str, known: frozenset[str] | None) -> Expression:
    statements = sqlglot.parse(text, dialect="duckdb")
    if len(statements) != 1 or statements[0] is None:
        raise WrongExpression("只能写一个算式")
    tree: Any = statements[0]
    checker = _Checker(text, known)
    checker.check(tree, inside=False)
    replaced = tree.transform(checker.replace)
    return Expression(replaced, frozenset(checker.columns), tuple(checker.aggregates))


def _unreadable(wrong: SqlglotError) -> WrongExpression:
    details = getattr(wrong, "errors", None) or [{}]
    return WrongExpression("算式读不懂", int(details[0].get("col") or 0))


class _Checker:
    def __init__(self, text: str, known: Collection[str] | None) -> None:
        self.text, self.known = text, known
        self.columns: set[str] = set()
        self.aggregates: list[Aggregate] = []

    def check(self, node: exp.Expression, *, inside: bool) -> None:
        """Refuses the first node that is not allowed. `inside`: within an aggregate."""
        if isinstance(node, (exp.Filter, *AGGREGATES)):
            self._aggregate(node, inside)
            return
        if type(node) not in ALLOWED:
            self._refuse(f"不能使用 {node.key.upper()}", node)
        if isinstance(node, exp.Div) and inside:
            self._refuse("除法只能写在汇总之外", node)
        if isinstance(node, exp.Column):
            self._column(node)
            return
        self._numbers(node)
        for part in self._parts(node):
            self.check(part, inside=inside)

    def _parts(self, node: exp.Expression) -> list[exp.Expression]:
        """Its operands; anything set that is no operand would change the meaning unseen."""
        allowed = {"this", "expression", "expressions", "low", "high", "true", "false", "ifs",
                   "default", "decimals"}  # fmt: skip
        if isinstance(node, (exp.Literal, exp.Null, exp.Boolean)):
            return []
        for name, part in node.args.items():
            if part and name not in allowed and isinstance(part, (exp.Expression, list)):
                self._refuse(f"不能使用 {name.upper()}", node)
        return list(node.iter_expressions())

    def _numbers(self, node: exp.Expression) -> None:
        digits = node.args.get("decimals") if isinstance(node, exp.Round) else None
        if digits is not None and str(digits) not in set("0123456"):
            self._refuse("小数位数只能是 0 到 6", node)
        if isinstance(node, exp.Literal) and not node.is_string:
            try:
                number(str(node.this))
            except ValueError:
                self._refuse(f"不是可用的数值 {node.this}", node)

    def _column(self, node: exp.Column) -> None:
        name = node.name
        if node.args.get("table") or (self.known is not None and name not in self.known):
            self._refuse(f"没有数据项 {node.sql()}", node)
        self.columns.add(name)

    def _aggregate(self, node: exp.Expression, inside: bool) -> None:
        if inside:
            self._refuse("汇总里不能再汇总", node)
        where = None
        call = node
        if isinstance(node, exp.Filter):
            call, clause = node.this, node.args["expression"]
            where = clause.this
            self.check(where, inside=True)
        if type(call) not in AGGREGATES:
            self._refuse(f"不能使用 {call.key.upper()}", call)
        of = None if isinstance(call.this, exp.Star) else call.this
        if of is None and not isinstance(call, exp.Count):
            self._refuse("只有 COUNT 可以写 *", call)
        if call.args.get("expressions") or isinstance(of, exp.Distinct):
            self._refuse("汇总只能有一个算式", call)
        if of is not None:
            self.check(of, inside=True)

    def replace(self, node: exp.Expression) -> exp.Expression:
        """An aggregate becomes the name of its result; an average, a sum divided by a count."""
        where = None
        call = node
        if isinstance(node, exp.Filter):
            call, where = node.this, node.args["expression"].this
        if type(call) not in AGGREGATES:
            return node
        function = AGGREGATES[type(call)]
        of = None if isinstance(call.this, exp.Star) else call.this
        if function != "avg":
            return self._name(function, of, where)
        return exp.Paren(
            this=exp.Div(
                this=self._name("sum", of, where), expression=self._name("count", of, where)
            )
        )

    def _name(
        self, function: str, of: exp.Expression | None, where: exp.Expression | None
    ) -> exp.Expression:
        aggregate = Aggregate(function, of, where)
        if aggregate not in self.aggregates:
            self.aggregates.append(aggregate)
        return exp.column(f"#{self.aggregates.index(aggregate)}", quoted=True)

    def _refuse(self, why: str, node: exp.Expression) -> None:
        raise WrongExpression(why, self._position(node))

    def _position(self, node: exp.Expression) -> int:
        starts = [part.meta["start"] for part in node.walk() if "start" in part.meta]
        if starts:
            return int(min(starts)) + 1
        return self.text.upper().find(node.sql(dialect="duckdb").upper()[:12]) + 1
