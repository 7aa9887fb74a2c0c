"""A database writer changes the law; verification names the rule."""

import pytest

from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.statutes import services
from lingnan.kernel.statutes.models import CalendarDay, Region, Rule

from .conftest import BY, LATER

CHANGED = [
    (Rule, {"value": 1}, "statutes.rule"),
    (Rule, {"digest": "0" * 64}, "statutes.rule"),
    (CalendarDay, {"name": "别的节"}, "statutes.year"),
    (Region, {"weekend": "7"}, "statutes.region"),
]


def found():
    return [(f.noun, f.row) for f in evidence.verify() if f.noun.startswith("statutes")]


@pytest.mark.parametrize(("model", "change", "noun"), CHANGED)
def test_a_changed_row_is_named(library, model, change, noun):
    assert found() == []
    row = model.objects.order_by("pk").first()
    model.objects.filter(pk=row.pk).update(**change)
    [(kind, shown)] = found()
    assert kind == noun
    assert model is not Rule or row.key in shown


def test_content_loaded_again_leaves_nothing_to_find(library, tmp_path):
    text = (services.CONTENT / "regions.csv").read_text(encoding="utf-8")
    (tmp_path / "regions.csv").write_text(text.replace("67", "7", 1), encoding="utf-8")
    services.load_content(tmp_path, by=BY, at=LATER)
    assert found() == []
