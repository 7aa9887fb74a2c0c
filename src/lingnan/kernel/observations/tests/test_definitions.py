"""An expression is read, checked name by name and followed in circles when it is declared."""

import pytest

from lingnan.kernel.observations import queries, services
from lingnan.kernel.observations.models import Element
from lingnan.kernel.observations.services.elements import WrongDefinition
from lingnan.kernel.observations.terms import ElementDefinition, ValueType

from .samples import NOON, OCTOBER, SYSTEM, define

pytestmark = pytest.mark.django_db


def declare(**expressions):
    made = [
        ElementDefinition(
            code=code, titles={"zh-hans": code}, type=ValueType.NUMBER, expression=text
        )
        for code, text in expressions.items()
    ]
    return services.define_elements(made, by=SYSTEM, at=NOON)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("drop table x", "DROP"),
        ("population +", "算式读不懂"),
        ("population + read_csv('/etc/passwd')", "第 14 个字符"),
        ("population / nobody", "没有数据项 nobody（第 14 个字符）"),
        ("(" * 600 + "population" + ")" * 600, "算式"),
        ("population * 1e99", "不是可用的数值"),
    ],
)
def test_an_expression_that_cannot_be_is_refused_with_its_place(text, said):
    define("population")
    with pytest.raises(WrongDefinition) as no:
        declare(rate=text)
    [problem] = no.value.problems
    assert problem.where == "rate"
    assert said in problem.words()
    assert not Element.objects.filter(code="rate").exists()


def test_an_element_may_name_one_declared_beside_it_but_not_lead_back_to_itself():
    declare(a="b + 1", b="c * 2", c="")
    with pytest.raises(WrongDefinition) as no:
        declare(c="a - 1")
    assert "c → a → b → c" in no.value.problems[0].words()
    with pytest.raises(WrongDefinition):
        declare(own="own + 1")


def test_a_roll_up_of_an_old_bad_expression_is_refused_in_words(ids):
    define("population")
    Element.objects.filter(code="population").update(expression="1 +")
    with pytest.raises(queries.CannotDerive, match="population 的算式不能计算：算式读不懂"):
        queries.rollup(["population"], OCTOBER, under=ids["440112"], to=SYSTEM)
