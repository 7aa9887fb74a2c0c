"""A database writer changes what a village said, or what was given out."""

import pytest

from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.queries import verify
from lingnan.systems.reporting import services
from lingnan.systems.reporting.models import Field, Filing, Form, Release, Round

from .conftest import YEAR, full, later

Draft = services.Draft


def found():
    held = [(finding.noun, finding.row, finding.what) for finding in verify()]
    return [one for one in held if one[0].startswith("reporting")]


@pytest.fixture
def filing(village_form, opened, county, clerk):
    opened(village_form)
    by, place = clerk("荔湾村"), county["荔湾村"]
    draft = Draft(place, full(village_form))
    saved = services.save_draft(village_form.id, YEAR, draft, by=by, at=later(1))
    assert found() == []  # a draft is nobody's word yet
    services.submit_report(saved.uuid, by=by, at=later(2))
    return Filing.objects.get(uuid=saved.uuid)


def test_a_submitted_report_edited_in_the_table_is_named(filing, reviewer):
    assert found() == []
    services.approve_report(str(filing.uuid), by=reviewer, at=later(3))
    assert found() == []
    filing.refresh_from_db()
    code = next(iter(filing.answers))
    Filing.objects.filter(pk=filing.pk).update(
        answers=filing.answers | {code: {**filing.answers[code], "text": "999"}}
    )
    [(noun, row, what)] = found()
    assert noun == "reporting.filing"
    assert str(filing.uuid) in row
    assert "被改动" in what


def test_a_draft_raised_to_submitted_in_the_table_is_named(filing):
    other = Filing.objects.get(pk=filing.pk)
    other.pk, other.uuid, other.subject = None, "00000000-0000-4000-8000-000000000001", 7
    other.save(force_insert=True)
    [(noun, row, what)] = found()
    assert noun == "reporting.filing"
    assert str(other.uuid) in row
    assert "自行插入" in what


def test_a_release_with_another_hash_is_named(filing, reviewer, village_form, county):
    services.approve_report(str(filing.uuid), by=reviewer, at=later(3))
    evidence.drain(at=later(3))
    services.produce_workbook(village_form.id, county["荔湾村"], YEAR, by=reviewer, at=later(4))
    assert found() == []
    Release.objects.update(sha256="0" * 64)
    assert [noun for noun, _, _ in found()] == ["reporting.release"]


@pytest.mark.parametrize(
    "change",
    [
        {"state": "submitted"},
        {"state": "draft"},
        {"state": "returned"},
        {"reason": "别的原因"},
        {"remarks": {"1": "别的意见"}},
        {"approved_at": None},
        {"reporter": 1},
        {"place": 1},
    ],
)
def test_a_review_changed_in_the_table_is_named(filing, reviewer, change):
    services.approve_report(str(filing.uuid), by=reviewer, at=later(3))
    assert found() == []
    Filing.objects.filter(pk=filing.pk).update(**change)
    assert [noun for noun, _, _ in found()] == ["reporting.filing"]


def test_a_return_and_a_correction_are_told(filing, reviewer, clerk):
    services.return_report(str(filing.uuid), "请核对", by=reviewer, at=later(3))
    assert found() == []
    Filing.objects.update(reason="没有原因")
    assert len(found()) == 1
    Filing.objects.update(reason="请核对")
    by = clerk("荔湾村")
    services.submit_report(str(filing.uuid), by=by, at=later(4))
    services.approve_report(str(filing.uuid), by=reviewer, at=later(5))
    services.correct_report(str(filing.uuid), {}, "写错", by=by, at=later(6))
    assert found() == []
    Filing.objects.update(revision=1, state="approved")
    assert len(found()) == 1


@pytest.mark.parametrize(
    ("model", "change", "noun"),
    [
        (Form, {"title": "别的表"}, "reporting.form"),
        (Form, {"profile": {}}, "reporting.form"),
        (Field, {"label": "别的项"}, "reporting.form"),
        (Round, {"due_on": "2030-01-01"}, "reporting.round"),
    ],
)
def test_forms_and_rounds_changed_in_the_table_are_named(filing, model, change, noun):
    model.objects.filter(pk=model.objects.latest("pk").pk).update(**change)
    assert [kind for kind, _, _ in found()] == [noun]


def test_a_round_asking_another_form_is_named(filing):
    Round.objects.get().forms.clear()
    assert [kind for kind, _, _ in found()] == ["reporting.round"]
