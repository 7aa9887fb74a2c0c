"""A database writer changes a place; verification names it."""

from datetime import date

import pytest

from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.places import services
from lingnan.kernel.places.models import Place, PlaceClosure, PlaceCode, PlaceName, PlaceParent
from lingnan.kernel.places.terms import Part

from .conftest import AT, BY

DAY = date(2026, 7, 1)


def found():
    return [(f.noun, f.row) for f in evidence.verify() if f.noun.startswith("places")]


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (PlaceName, {"name": "别的镇"}),
        (PlaceCode, {"code": "440117999"}),
        (Place, {"level": 4, "valid_to": date(2030, 1, 1)}),
    ],
)
def test_a_changed_row_is_named(small, model, change):
    assert found() == []
    key = "pk" if model is Place else "place"
    where = {key: PlaceCode.objects.get(scheme="nbs", code="440117103000").place_id}
    model.objects.filter(**where, valid_to=None).update(**change)
    [(noun, row)] = found()
    assert noun == "places.place"
    assert "温泉镇" in row or "别的镇" in row


def test_whom_a_place_hangs_under_and_what_is_derived_of_it_are_compared(small):
    PlaceParent.objects.filter(tree="governed", place__codes__code="440117103201").update(parent=1)
    assert "places.place" in {noun for noun, _ in found()}
    PlaceClosure.objects.filter(tree="code", depth=3).first().delete()
    assert "places.closure" in {noun for noun, _ in found()}


def test_changes_through_the_use_cases_leave_nothing_to_find(small):
    old = PlaceCode.objects.get(code="440117103000").place_id
    part = Part(name="新镇", code="440117104")
    services.split_place(old, [part], on=DAY, by=BY, at=AT)
    county = PlaceCode.objects.get(scheme="nbs", code="440117000000").place_id
    services.rename_place(county, code="440150", name="新区", on=date(2026, 8, 1), by=BY, at=AT)
    assert found() == []
