"""What is called the same, and what never: pairs as departments word them."""

from dataclasses import replace

from lingnan.systems.reporting.content import vocabulary
from lingnan.systems.reporting.rules.matching import match_fields
from lingnan.systems.reporting.rules.matching.claiming import left_over
from lingnan.systems.reporting.rules.matching.facts import Facts, facts_of
from lingnan.systems.reporting.rules.vocabulary import qualifiers_of
from lingnan.systems.reporting.terms import Relation

from .pairs import claim, form_of, pairs, relation

WORDS = vocabulary()


def _facts(written: str) -> Facts:
    return facts_of(form_of(written, "a"), WORDS)[-1]


def test_no_trap_is_called_the_same_however_alike_its_words() -> None:
    traps = list(pairs("traps"))
    called = [
        (one, other)
        for one, other in traps
        if Relation.SAME in (claim(one, other), claim(other, one))
    ]
    assert len(traps) > 300
    assert not called


def test_one_fact_in_two_wordings_is_still_called_the_same() -> None:
    true = list(pairs("same"))
    claims = [claim(one, other) is claim(other, one) is Relation.SAME for one, other in true]
    assert sum(claims) / len(true) > 0.95
    found = [relation(one, other) is Relation.SAME for one, other in true[::3]]
    assert sum(found) / len(found) > 0.95


def test_who_says_more_asks_for_a_part() -> None:
    assert relation("残疾人/人", "持证残疾人/人") is Relation.NARROWER
    assert relation("持证残疾人/人", "残疾人/人") is Relation.BROADER
    assert relation("登记残疾人/人", "持证残疾人/人") is Relation.ALIKE


def test_what_the_title_says_is_left_over() -> None:
    whole, disabled = _facts("就业人数/人#村情况表"), _facts("就业人数/人#残疾人就业表")
    assert left_over(whole, disabled, WORDS).there == ("残疾",)
    assert left_over(disabled, whole, WORDS).here == ("残疾",)
    assert not left_over(disabled, _facts("残疾人就业人数/人"), WORDS)


def test_a_demoted_pair_keeps_its_score_and_gives_the_reason() -> None:
    a, b = form_of("残疾人/人", "a"), form_of("持证残疾人/人", "b")
    lax = replace(WORDS, qualifiers={}, bare=frozenset(), counters={})
    (strict,), (free,) = match_fields(a, b, WORDS), match_fields(a, b, lax)
    assert free.candidates[0].relation is Relation.SAME
    assert strict.candidates[0].relation is Relation.NARROWER
    assert strict.candidates[0].score == free.candidates[0].score
    assert strict.chosen == strict.candidates[0]
    assert "持证" in strict.candidates[0].reasons[-1]


def test_the_longest_word_hides_the_shorter() -> None:
    assert qualifiers_of("网格管理员", WORDS) == frozenset()
    assert qualifiers_of("在管高血压患者", WORDS) == {"在管"}
    assert qualifiers_of("登记结婚", WORDS) == frozenset()


def test_a_count_of_june_is_not_the_count_of_the_year_s_end() -> None:
    for title, moment in (
        ("党员情况（截至2025年6月30日）", "6"),
        ("党员情况 统计时点：2025年12月31日24时", ""),
        ("党员情况", ""),
    ):
        assert _facts(f"党员/人#{title}").moment == moment
    june = "党员/人#党员情况（截至2025年6月30日）"
    assert claim(june, "党员/人#党员情况") is Relation.ALIKE
    assert claim(june, june) is Relation.SAME


def test_the_same_words_in_another_order_are_the_same() -> None:
    assert relation("投诉举报受理件数/件", "受理投诉举报件数/件") is Relation.SAME
    assert relation("机电井/眼", "机电井眼数/眼") is Relation.SAME
    assert relation("直接经济损失/万元", "直接经济损失金额/元") is Relation.SAME
    assert relation("城市到农村人数/人", "农村到城市人数/人") is not Relation.SAME
    assert relation("已婚未育妇女/人", "未婚已育妇女/人") is not Relation.SAME


def test_headings_that_exclude_one_another_keep_their_questions_apart() -> None:
    one, other = "小学>在校学生/人", "初中>在校学生/人"
    assert relation(one, other) is Relation.ALIKE
    assert relation(one, "小学>在校学生/人") is Relation.SAME
    assert relation("危房>栋数/栋", "出租屋>栋数/栋") is not Relation.SAME


def test_what_happens_in_a_month_is_not_what_happens_in_a_year() -> None:
    month, year = "#村级情况月报", "#村级情况表"
    assert relation(f"出生人数/人{month}", f"出生人数/人{year}") is Relation.ALIKE
    assert relation(f"户籍人口/人{month}", f"户籍人口/人{year}") is Relation.SAME


def test_a_body_counted_in_households_is_none() -> None:
    assert relation("农民专业合作社/户", "农民专业合作社/家") is Relation.SAME
    assert relation("参加农民专业合作社/户", "农民专业合作社/家") is not Relation.SAME
