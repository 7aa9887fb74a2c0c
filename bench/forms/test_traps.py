"""No trap of `traps/` is called the same, however alike its words; most of what is the same is."""

from functools import cache
from pathlib import Path

import pytest

from bench.forms.scoring.pairs import Pair, Question, draw, pairs
from lingnan.systems.reporting.content import reading_words
from lingnan.systems.reporting.rules.xlsform import read_forms
from lingnan.systems.reporting.terms import Relation
from lingnan.systems.reporting.tests.pairs import claim

HERE = Path(__file__).parent


@cache
def held() -> tuple[Pair, ...]:
    return tuple(pairs(HERE / "traps"))


def written(asked: Question) -> str:
    """As `claim` takes it: `章节>上级^项目/单位#表名`."""
    above = ">".join((*asked.sections, "^".join((*asked.parents, asked.label))))
    return f"{above}/{asked.unit.replace('/', '／')}#{asked.title}"


def claimed(pair: Pair) -> bool:
    return claim(written(pair.left), written(pair.right)) is Relation.SAME


def test_the_set_is_large_and_says_each_pair_once() -> None:
    kinds = [pair.kind for pair in held()]
    assert kinds.count("trap") >= 600 and kinds.count("same") >= 190
    assert len({(written(pair.left), written(pair.right)) for pair in held()}) == len(held())
    assert all(pair.reason for pair in held() if pair.kind == "trap")


def test_no_trap_is_called_the_same() -> None:
    assert [str(p.left) for p in held() if p.kind == "trap" and claimed(p)] == []


def test_what_is_the_same_is_mostly_called_so() -> None:
    same = [claimed(pair) for pair in held() if pair.kind == "same"]
    assert sum(same) / len(same) > 0.78


@pytest.mark.parametrize("bracketed", [False, True])
def test_a_drawn_question_is_read_with_its_unit(bracketed: bool, tmp_path: Path) -> None:
    asked = next(pair.left for pair in held() if pair.left.sections and pair.left.parents)
    cell = draw(tmp_path / "a.xlsx", asked, bracketed)
    (form,) = read_forms((tmp_path / "a.xlsx").read_bytes(), "a.xlsx", reading_words())
    found = next(field for field in form.fields if field.cell == cell)
    assert found.unit and found.unit.written == asked.unit and found.parent
