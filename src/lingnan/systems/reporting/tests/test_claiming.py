"""What is called the same, and what never: pairs as departments word them."""

from dataclasses import replace

from lingnan.systems.reporting.content import vocabulary
from lingnan.systems.reporting.rules.matching import match_fields
from lingnan.systems.reporting.rules.matching.claiming import left_over
from lingnan.systems.reporting.rules.matching.facts import Facts, facts_of
from lingnan.systems.reporting.rules.vocabulary import qualifiers_of
from lingnan.systems.reporting.terms import Relation

from .pairs import form_of, pairs, relation

WORDS = vocabulary()


def _facts(written: str) -> Facts:
    return facts_of(form_of(written, "a"), WORDS)[-1]


def test_no_trap_is_called_the_same() -> None:
    traps = list(pairs("traps"))
    called = [
        (one, other)
        for one, other in traps
        if Relation.SAME in (relation(one, other), relation(other, one))
    ]
    assert len(traps) > 300
    assert not called


def test_one_fact_in_two_wordings_is_still_called_the_same() -> None:
    true = list(pairs("same"))
    called = [relation(one, other) is relation(other, one) is Relation.SAME for one, other in true]
    assert sum(called) / len(true) > 0.95


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
