"""What a person decided holds the next time, and teaches the weights; an embedding is a plug."""

import json
from dataclasses import replace

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from lingnan.base.errors import Invalid
from lingnan.systems.reporting.cli import commands
from lingnan.systems.reporting.content import vocabulary
from lingnan.systems.reporting.models import Repeat
from lingnan.systems.reporting.queries import matching
from lingnan.systems.reporting.rules.matching import match_fields
from lingnan.systems.reporting.rules.matching.features import compare
from lingnan.systems.reporting.rules.matching.model import odds
from lingnan.systems.reporting.rules.matching.remembering import decisions
from lingnan.systems.reporting.rules.matching.sides import side_of
from lingnan.systems.reporting.rules.matching.teaching import Decided, facts_decided, refit
from lingnan.systems.reporting.terms import FormDraft, Relation
from lingnan.systems.reporting.terms.filings import Verdict
from lingnan.systems.reporting.terms.matching import Weights

from .conftest import AT
from .forms import form, village
from .test_matching import asking

WORDS = vocabulary()


def told(*, same: bool) -> tuple[FormDraft, FormDraft, list[Decided]]:
    a = asking("a", "受益群众（人）", "党员人数（人）")
    b = asking("b", "惠及对象（人）", "党员（人）")
    return a, b, [Decided(a, "受益群众（人）", b, "惠及对象（人）", same)]


def test_a_confirmed_pair_comes_first_in_other_forms_too() -> None:
    a, b, decided = told(same=True)
    known = decisions(facts_decided(decided, WORDS))
    later = replace(asking("later", "惠及对象（人）", "户数（户）"), period="2030")
    found = match_fields(a, later, WORDS, known)[0]
    assert found.chosen is not None
    assert found.chosen.target.field.code == "惠及对象（人）"
    assert found.chosen.relation is Relation.SAME
    assert found.chosen.score >= 0.9
    assert "此前已由人确认" in found.chosen.reasons[0]
    assert match_fields(a, b, WORDS)[0].chosen is None


def test_a_refused_pair_is_not_proposed_again_and_the_last_word_counts() -> None:
    a, b = asking("a", "党员人数（人）"), asking("b", "党员（人）")
    word = Decided(a, "党员人数（人）", b, "党员（人）", same=False)
    refused = decisions(facts_decided([word], WORDS))
    assert match_fields(a, b, WORDS, refused)[0].chosen is None
    again = decisions(facts_decided([word, replace(word, same=True)], WORDS))
    assert match_fields(b, a, WORDS, again)[0].chosen is not None


def test_another_unit_is_another_fact() -> None:
    a, b, decided = told(same=True)
    known = decisions(facts_decided(decided, WORDS))
    money = asking("c", "惠及对象（元）")
    assert match_fields(a, money, WORDS, known)[0].chosen is None


def test_learning_is_deterministic_and_moves_towards_what_was_decided() -> None:
    a, b = village(), form("stat_table_1_households", 1)
    decided = [Decided(a, x, b, y, same=False) for x, y in (("187", "Z"), ("188", "AA"))] * 10
    first, second = (refit(decided, WORDS, day="2026-11-26") for _ in range(2))
    assert first == second
    assert first.features != WORDS.weights.features
    assert "0 项确认、20 项否定" in first.on
    refused = {("187", "Z"), ("188", "AA")}
    assert log_odds(a, b, first, refused) < log_odds(a, b, WORDS.weights, refused)


def log_odds(a: FormDraft, b: FormDraft, weights: Weights, chosen: set[tuple[str, str]]) -> float:
    left, right = side_of(a, WORDS), side_of(b, WORDS)
    pairs = compare(left, right, WORDS)
    alone, _ = odds(pairs, weights, (len(left), len(right)))
    codes = [
        (left.facts[row].ref.field.code, right.facts[col].ref.field.code)
        for row, col in zip(pairs.rows, pairs.cols, strict=True)
    ]
    return sum(float(z) for z, pair in zip(alone, codes, strict=True) if pair in chosen)


def test_reasons_add_up_to_the_score() -> None:
    """What is printed beside the reasons is the log-odds, but for what is too little to show."""
    found = match_fields(village(), village(), WORDS)[0].candidates[0]
    parts = [float(r.rpartition("（")[2].rstrip("）")) for r in found.reasons if r[-2:-1].isdigit()]
    assert sum(parts) == pytest.approx(np.log(found.score / (1 - found.score)), abs=0.8)


def test_an_embedding_is_asked_and_checked() -> None:
    a, b = asking("a", "甲乙丙"), asking("b", "丁戊己", "庚辛壬")

    def embed(texts: list[str]) -> list[list[float]]:
        return [[1.0, 0.0] if text in {"甲乙丙", "庚辛壬"} else [0.0, 1.0] for text in texts]

    first = match_fields(a, b, WORDS, embed=embed)[0].candidates
    assert first and first[0].target.field.label == "庚辛壬"
    with pytest.raises(ValueError, match="one row"):
        match_fields(a, b, WORDS, embed=lambda texts: [[1.0]])


def test_settings_that_name_nothing_are_refused(settings, tmp_path) -> None:
    settings.MATCHING_EMBEDDING = "nowhere:embed"
    with pytest.raises(Invalid):
        matching.embedding()
    for text in ("features: [", "weight: 1"):
        broken = tmp_path / f"{len(text)}.yaml"
        broken.write_text(text)
        settings.MATCHING_WEIGHTS = str(broken)
        with pytest.raises(Invalid):
            matching.words()


@pytest.mark.django_db
def test_decisions_are_learnt_from_and_put_to_use(village_form, party_form, settings, tmp_path):
    run = CliRunner().invoke
    with pytest.raises(Invalid):
        run(commands, ["learn"], catch_exceptions=False)
    one, other = village_form.field("141"), party_form.field("1")
    Repeat.objects.create(
        source_id=other.id,
        target_id=one.id,
        relation="same",
        score=1,
        state=Verdict.REFUSED,
        decided_at=AT,
    )
    file = tmp_path / "weights.yaml"
    done = run(commands, ["learn", "--out", str(file), "--json"], catch_exceptions=False)
    assert json.loads(done.output)["decisions"] == 1
    settings.MATCHING_WEIGHTS = str(file)
    assert dict(matching.words().weights.features) == yaml.safe_load(file.read_text())["features"]
    words = matching.words()
    assert len(matching.remembered(words).different) == 1
