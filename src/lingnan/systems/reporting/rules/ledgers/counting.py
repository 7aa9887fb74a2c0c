"""Counts over the entries of many villages at once, in columns.

A condition is true, false or not known, as in SQL; what is not known of an entry leaves its village
without that count, and is told by name, because a guess would be a wrong number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from ...terms.ledgers import LedgerKind
from ..expressions import (
    Above,
    BadFormula,
    Below,
    Count,
    Expression,
    In,
    Number,
    Op,
    Sum,
    Test,
    codes_of,
    parse,
)
from .ages import age_on

AGE = "age"
Mask = npt.NDArray[np.bool_]
Ids = npt.NDArray[np.int64]
Totals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Columns:
    """`place`: index into `places` of every entry; texts by key ("" is not known); `age` beside."""

    places: tuple[int, ...]
    place: Ids
    texts: Mapping[str, npt.NDArray[np.str_]]
    numbers: Mapping[str, npt.NDArray[np.float64]]


def usable(kind: LedgerKind, formula: str) -> Expression:
    """The tree; BadFormula when it names what the ledger does not keep, or is no count or sum."""
    tree = parse(formula)
    known = {key for key, one in kind.attributes.items() if not one.identifier}
    if "birth" in known:
        known.add(AGE)
    odd = [code for code in codes_of(tree) if code not in known]
    if odd:
        raise BadFormula(f"台账没有这一项：{odd[0]}")
    _only_aggregates(tree)
    return tree


def _only_aggregates(part: Expression) -> None:
    match part:
        case Count() | Number():
            return
        case Sum(codes) if len(codes) == 1:
            return
        case Op(sign, left, right) if sign in "+-":
            _only_aggregates(left)
            _only_aggregates(right)
        case _:
            raise BadFormula("只能是计数、求和及其加减")


def columns_of(
    kind: LedgerKind,
    keys: Sequence[str],
    entries: Sequence[tuple[int, Mapping[str, str]]],
    places: Sequence[int],
    day: date,
) -> Columns:
    """`entries`: (place, data by key) of each; those of other places are left out."""
    index = {place: n for n, place in enumerate(places)}
    mine = [(index[place], data) for place, data in entries if place in index]
    texts = {
        key: np.array([data.get(key, "") for _, data in mine], dtype=np.str_)
        for key in keys
        if key != AGE
    }
    numbers = {
        key: np.array([_float(data.get(key, "")) for _, data in mine], np.float64)
        for key in keys
        if key != AGE and kind.attributes[key].type in {"number", "integer"}
    }
    if AGE in keys:
        numbers[AGE] = np.array([_age(data.get("birth", ""), day) for _, data in mine], np.float64)
    return Columns(tuple(places), np.array([n for n, _ in mine], np.int64), texts, numbers)


def counted(tree: Expression, held: Columns) -> dict[int, Decimal]:
    """Place → the count or sum, 0 where nobody meets it; places with somebody unknown are left out."""
    totals, doubts = _value(tree, held)
    return {
        place: Decimal(str(round(float(totals[n]), 6)))
        for n, place in enumerate(held.places)
        if not doubts[n]
    }


def unknown_of(tree: Expression, held: Columns) -> dict[int, int]:
    """Place → for how many entries the formula is not known."""
    _, doubts = _value(tree, held)
    return {place: int(doubts[n]) for n, place in enumerate(held.places) if doubts[n]}


def _value(part: Expression, held: Columns) -> tuple[Totals, Ids]:
    size = len(held.places)
    match part:
        case Number(value):
            return np.full(size, float(value)), np.zeros(size, np.int64)
        case Count(where):
            true, known = _meets(where, held)
            return _per_place(held, true * 1.0), _per_place(held, ~known * 1.0).astype(np.int64)
        case Sum(codes, where):
            true, known = _meets(where, held)
            amount = held.numbers[codes[0]]
            doubt = ~known | (true & np.isnan(amount))
            total = _per_place(held, np.where(true & ~np.isnan(amount), amount, 0.0))
            return total, _per_place(held, doubt * 1.0).astype(np.int64)
        case Op(sign, left, right):
            one, first = _value(left, held)
            other, second = _value(right, held)
            return (one + other if sign == "+" else one - other), first + second
    raise TypeError(part)


def _per_place(held: Columns, weights: npt.NDArray[np.floating[Any]]) -> Totals:
    size = len(held.places)
    return np.bincount(held.place, weights=weights, minlength=size).astype(np.float64)


def _meets(where: Sequence[Test], held: Columns) -> tuple[Mask, Mask]:
    """All hold; known when it holds, or when one test is known not to."""
    true = np.ones(len(held.place), np.bool_)
    false = np.zeros(len(held.place), np.bool_)
    for test in where:
        holds, known = _test(test, held)
        true &= holds
        false |= known & ~holds
    return true, true | false


def _test(test: Test, held: Columns) -> tuple[Mask, Mask]:
    if isinstance(test, In):
        if test.code == AGE:
            ages = held.numbers[AGE]
            return np.isin(ages, [float(v) for v in test.values]), ~np.isnan(ages)
        texts = held.texts[test.code]
        return np.isin(texts, test.values), texts != ""
    amount = held.numbers.get(test.code)
    if amount is None:
        raise BadFormula(f"不能比较大小：{test.code}")
    known = ~np.isnan(amount)
    with np.errstate(invalid="ignore"):
        limit = float(test.limit)
        holds = amount > limit if isinstance(test, Above) else amount < limit
    assert isinstance(test, Above | Below)
    return holds, known


def _float(text: str) -> float:
    return float(text) if text else float("nan")


def _age(text: str, day: date) -> float:
    return float(age_on(date.fromisoformat(text), day)) if text else float("nan")
