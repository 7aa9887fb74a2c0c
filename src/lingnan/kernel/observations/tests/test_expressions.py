from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.kernel.observations.rules.expressions import WrongExpression, parse

ONE = {"a": Decimal(7), "b": Decimal(2), "zero": Decimal(0), "gone": None, "kind": "1"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a / b * 100", Decimal(350)),
        ("a / zero", None),
        ("a / 3", Decimal("2.333333")),
        ("a + gone", None),
        ("coalesce(gone, 0) + a", Decimal(7)),
        ("nullif(a, 7)", None),
        ("-a + (b - 1)", Decimal(-6)),
        ("greatest(a, b, gone)", Decimal(7)),
        ("least(a, b)", Decimal(2)),
        ("case when a > b then 1 else 0 end", Decimal(1)),
        ("case kind when '1' then a when '2' then b end", Decimal(7)),
        ("case when gone > 0 then 1 end", None),
        ("a between 7 and 8", True),
        ("kind in ('1', '3')", True),
        ("kind in ('2')", False),
        ("not (a = 7) or b = 2", True),
        ("gone is null and a is not null", True),
        ("gone > 1 and a = 8", False),
        ("gone > 1 or a = 7", True),
        ("gone > 1", None),
        ("round(a / 3, 1)", Decimal("2.3")),
        ("abs(b - a)", Decimal(5)),
    ],
)
def test_expressions_are_worked_out_exactly(text, value):
    assert parse(text).value(ONE) == value


@pytest.mark.parametrize(
    ("text", "why", "position"),
    [
        ("select 1", "SELECT", 0),
        ("(select secret from accounts)", "SUBQUERY", 0),
        ("a + read_csv('/etc/passwd')", "READCSV", 5),
        ("a; drop table x", "一个", 0),
        ("a + unknown", "unknown", 5),
        ("t.a", "t.a", 1),
        ("a * 1e30", "1e30", 0),
        ("round(a, b)", "小数位数", 0),
        ("a ** 2", "POW", 0),
        ("cast(a as double)", "CAST", 0),
        ("sum(sum(a))", "汇总里", 0),
        ("sum(a / b)", "除法", 0),
        ("sum(*)", "COUNT", 0),
        ("count(distinct a)", "汇总", 0),
        ("sum(a) over (partition by b)", "WINDOW", 0),
        ("a in (select 1)", "QUERY", 0),
        ("a +", "读不懂", 0),
        ("", "只能写一个", 0),
        ("(" * 900 + "a" + ")" * 900, "太深", 0),
        ("a || b", "DPIPE", 0),
        ("sum(a) filter (where exists (select 1))", "EXISTS", 0),
    ],
)
def test_anything_else_is_refused_and_pointed_at(text, why, position):
    with pytest.raises(WrongExpression, match=why) as told:
        parse(text, frozenset({"a", "b"}))
    if position:
        assert told.value.position == position


def test_aggregates_are_taken_out_and_named():
    found = parse("count(*) filter (where kind in ('1', '3')) / count(*) * 100")
    assert [(a.function, a.of) for a in found.aggregates] == [("count", None), ("count", None)]
    assert found.columns == {"kind"}
    assert found.value({"#0": Decimal(1), "#1": Decimal(3)}) == Decimal("33.333333")


def test_an_average_is_a_sum_by_a_count():
    found = parse("avg(a)")
    assert [a.function for a in found.aggregates] == ["sum", "count"]
    assert found.value({"#0": Decimal(7), "#1": Decimal(2)}) == Decimal("3.5")
    assert found.value({"#0": None, "#1": Decimal(0)}) is None


@given(st.text(alphabet="ab1+-*/(),'. ;\"[]{}=<>selctfromwhrn", max_size=40))
def test_no_text_gets_anything_else_through(text):
    """Whatever is written: refused, or an expression of known columns alone."""
    try:
        found = parse(text, frozenset({"a", "b"}))
    except WrongExpression:
        return
    assert found.columns <= {"a", "b"}
    found.value({"a": Decimal(1), "b": None, **{f"#{n}": None for n in range(9)}})
