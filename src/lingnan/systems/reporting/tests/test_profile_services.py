"""A form put right by hand: its questions follow, old versions stay, next year begins corrected."""

import pytest

from lingnan.base.errors import Forbidden, NotFound
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Field, Filing, Form, Profile, Repeat
from lingnan.systems.reporting.queries.forms import siblings
from lingnan.systems.reporting.rules.opening import open_grids
from lingnan.systems.reporting.rules.profiles import correction_at, grid_in
from lingnan.systems.reporting.terms import FieldType
from lingnan.systems.reporting.terms.profiles import (
    AlreadyFilled,
    Anchor,
    BadCorrection,
    Correction,
    Say,
    Told,
)

from .conftest import AT, DAY, SYSTEM, YEAR, form_file, later, let_in
from .test_profiles import moved

pytestmark = pytest.mark.django_db
NAME = "village_party_organisation.xls"


@pytest.fixture
def say(party_form):
    grid = grid_in(form_file(NAME), NAME, party_form.sheet)
    read = queries.read_draft(party_form.id)

    def of(code, kind=Say.FIELD, told=None, **more):
        cell = read.field(code).cell if code in {f.code for f in read.fields} else code
        return correction_at(grid, read, cell, kind, told or Told(), **more)

    return of


def correct(form, *said, minutes=1, by=SYSTEM):
    return services.correct_form(form.id, said, by=by, at=later(minutes))


def now(form):
    return queries.form(form.code, to=SYSTEM, on=DAY)


def test_a_unit_put_right_asks_another_element(party_form, say):
    before = party_form.field("3")
    made = correct(party_form, say("3", told=Told(unit="万元", type=FieldType.MONEY)))
    after = now(party_form).field("3")
    assert (made.version, after.id, after.type, after.base_unit, after.multiplier) == (
        1, before.id, FieldType.MONEY, "元", 10_000,
    )  # fmt: skip
    assert after.element != before.element
    held = observations.element_map([after.element_code, before.element_code])
    assert (held[after.element_code].unit, held[after.element_code].type) == ("元", "money")
    assert held[before.element_code].unit == before.base_unit  # nothing is rewritten
    correct(party_form, say("3", Say.READ), minutes=2)
    assert now(party_form).field("3").element == before.element


def test_a_label_put_right_renames_its_own_element_only(party_form, say):
    before = party_form.field("8")
    correct(party_form, say("8", told=Told(label="正确的名称")))
    after = now(party_form).field("8")
    assert (after.label, after.element) == ("正确的名称", before.element)
    held = observations.element_map([after.element_code])[after.element_code]
    assert held.titles["zh-hans"].endswith("正确的名称")


def test_an_invented_question_goes_and_one_overlooked_comes(party_form, say):
    count = len(party_form.fields)
    correct(party_form, say("9", Say.NOTHING))
    assert now(party_form).field("9") is None and len(now(party_form).fields) == count - 1
    cell = party_form.field("9").cell
    back = say(cell, told=Told(label="另一项", unit="人", type=FieldType.INTEGER, code="55"))
    correct(party_form, back, minutes=2)
    made = now(party_form).field("55")
    assert made.element_code == "zz_dzz_55" and made.base_unit == "人"
    count += 2
    for minute, spot in ((3, "J8"), (4, "J7")):  # numbered one after the other, and for good
        correct(party_form, say(spot, told=Told(label=f"新项{spot}", unit="人")), minutes=minute)
    fresh = {f.cell: f.code for f in now(party_form).fields if f.code.startswith("h")}
    assert fresh == {"J8": "h1", "J7": "h2"}
    assert [f.position for f in now(party_form).fields] == list(range(1, count + 1))


def test_every_version_stays_readable(party_form, say):
    assert queries.profile("ZZ-DZZ", to=SYSTEM, on=DAY).version == 0
    correct(party_form, say("8", told=Told(label="一")))
    correct(party_form, say("6", told=Told(label="二")), minutes=2)
    newest = queries.profile("ZZ-DZZ", to=SYSTEM, on=DAY)
    assert (newest.version, len(newest.corrections)) == (2, 2)
    labels = [
        queries.profile("ZZ-DZZ", n, to=SYSTEM, on=DAY).draft.field("8").label for n in (0, 1, 2)
    ]
    assert labels == [party_form.field("8").label, "一", "一"]
    assert [p.version for p in queries.profiles("ZZ-DZZ", to=SYSTEM, on=DAY)] == [2, 1, 0]
    with pytest.raises(NotFound):
        queries.profile("ZZ-DZZ", 9, to=SYSTEM, on=DAY)


def test_what_was_answered_keeps_its_meaning(party_form, say, county, opened):
    opened(party_form)
    draft = services.Draft(county["石门村"], {"3": "7"})
    services.save_draft(party_form.id, YEAR, draft, by=SYSTEM, at=AT)
    with pytest.raises(AlreadyFilled) as no:
        correct(party_form, say("3", told=Told(unit="户")))
    assert party_form.field("3").cell in no.value.words()
    assert not Profile.objects.exists()
    correct(party_form, say("3", told=Told(label="只改名称")))
    assert Filing.objects.get().answers["3"]["text"] == "7"


def test_with_other_questions_a_form_that_was_let_in_becomes_its_next_version(
    party_form, say, county, opened, clerk
):
    """The round goes on with what it was opened with; new rounds wait until it is let in."""
    opened(party_form)
    here, top, by = county["石门村"], county["黄埔区"], clerk("石门村")
    services.order_review(party_form.id, levels=[4], by=SYSTEM, at=AT)
    made = correct(party_form, say("3", Say.NOTHING), say("8", told=Told(label="改过")), minutes=1)
    newest = now(party_form)
    assert (made.form_version, made.version, newest.version) == (2, 1, 2)
    assert newest.field("3") is None and newest.field("8").label == "改过"
    assert newest.field("6").element == party_form.field("6").element
    kept = Form.objects.get(pk=party_form.id)
    assert queries.form_by_id(kept.pk).field("3") and Form.objects.get(pk=newest.id).levels == [4]

    def asked(place, period=YEAR):
        return queries.form_asked("ZZ-DZZ", place, period, to=SYSTEM, on=DAY).version

    assert [asked(one) for one in (here, top, county["广东省"], None)] == [1, 1, 1, 1]
    assert asked(here, YEAR - 1000) == 2
    draft = services.Draft(here, {"3": "7"})
    services.save_draft(party_form.id, YEAR, draft, by=by, at=later(2))
    services.apply_profile(newest.id, [say("9", Say.NOTHING)], by=SYSTEM, at=later(3))
    assert now(party_form).version == 2  # let in by nobody: put right where it stands

    def to_ask():
        return queries.form_to_ask("ZZ-DZZ", top, to=SYSTEM, on=DAY).version

    assert to_ask() == 1
    let_in(newest, place=county["广东省"])
    assert to_ask() == 2
    assert [one.id for one in siblings(queries.form_by_id(party_form.id))] == [kept.pk]


def test_a_cell_that_is_not_there_is_refused_and_nothing_is_kept(party_form):
    with pytest.raises(BadCorrection) as no:
        correct(party_form, Correction(Say.NOTE, Anchor("Q7", "没有的文字")))
    assert "Q7" in no.value.words() and "找不到" in no.value.words()
    assert not Profile.objects.exists()


def test_only_who_registers_forms_corrects_them(party_form, say, clerk):
    with pytest.raises(Forbidden):
        correct(party_form, say("3", Say.NOTHING), by=clerk("石门村"))


def test_a_correction_is_evidence(party_form, say):
    correct(party_form, say("3", told=Told(unit="户")), say("9", Say.NOTHING))
    evidence.drain(at=later(2))
    from lingnan.kernel.evidence import queries as log

    found = log.history_of(f"reporting.form:{party_form.uuid}", to=SYSTEM, limit=5)
    told = next(e for e in found if e.kind == "reporting.form_corrected")
    assert told.facts["repointed"] == ["3"] and told.facts["removed"] == ["9"]


def test_decisions_about_a_changed_question_are_asked_again(village_form, party_form, say):
    field = Field.objects.get(form=party_form.id, code="3")
    other = Field.objects.filter(form=village_form.id, element__isnull=False).first()
    Repeat.objects.filter(source=field).delete()
    Repeat.objects.create(source=field, target=other, relation="same", score=1, state="accepted")
    correct(party_form, say("3", told=Told(unit="户")))
    assert not Repeat.objects.filter(source=field, target=other, state="accepted").exists()


def test_next_year_begins_corrected_though_rows_and_columns_moved(party_form, say):
    part = say("6", Say.PART, total=party_form.field("3").cell)
    correct(party_form, say("8", told=Told(label="改过的名称")), say("9", Say.NOTHING), part)
    grid = open_grids(form_file(NAME), NAME)[0]
    data = moved(grid, [4, 12], [1], {})
    (made,) = services.register_form(data, "明年.xlsx", codes=["ZZ-DZZ"], by=SYSTEM, at=later(5))
    assert made.version == 2
    assert made.field("8").label == "改过的名称" and made.field("9") is None
    carried = queries.profile("ZZ-DZZ", to=SYSTEM, on=DAY)
    assert (carried.version, carried.carried_from, carried.lost) == (1, 1, ())
    assert len(carried.corrections) == 3
    total, part = made.field("3").code, made.field("6").code
    assert any(h.total == total and part in h.parts for h in carried.draft.sums)
    moved_to = {one.at.cell for one in carried.corrections}
    assert made.field("8").cell in moved_to and party_form.field("8").cell not in moved_to
    grid = grid_in(data, "明年.xlsx", made.sheet)
    back = correction_at(grid, queries.read_draft(made.id), made.field("8").cell, Say.READ, Told())
    services.correct_form(made.id, [back], by=SYSTEM, at=later(6))
    assert now(made).field("8").label == party_form.field("8").label
    old = queries.profile("ZZ-DZZ", to=SYSTEM, on=DAY, form_version=1)
    assert old.form_version == 1 and old.draft.field("8").cell == party_form.field("8").cell


def test_what_could_not_be_carried_is_said_and_tried_again(party_form, say):
    label = queries.read_draft(party_form.id).field("9")
    correct(party_form, say("9", Say.NOTHING), say("8", told=Told(label="留下")))
    grid = open_grids(form_file(NAME), NAME)[0]
    text = grid.texts[next(at for at, t in grid.texts.items() if label.label in t)]
    data = moved(grid, [4], [], {text: "完全是别的内容了"})
    services.register_form(data, "明年.xlsx", codes=["ZZ-DZZ"], by=SYSTEM, at=later(5))
    carried = queries.profile("ZZ-DZZ", to=SYSTEM, on=DAY)
    assert [(one.cell, one.said) for one in carried.lost] == [(label.cell, "不是填报项")]
    assert carried.draft.field("8").label == "留下"
    again = moved(grid, [9], [], {})
    services.register_form(again, "后年.xlsx", codes=["ZZ-DZZ"], by=SYSTEM, at=later(6))
    third = queries.profile("ZZ-DZZ", to=SYSTEM, on=DAY)
    assert (third.form_version, third.lost) == (3, ())


def test_an_xlsform_is_registered_like_any_workbook(county):
    from .test_xlsform import FOREIGN, foreign

    (made,) = services.register_form(foreign(FOREIGN), "hh.xlsx", by=SYSTEM, at=AT)
    assert (made.code, made.title, made.subject) == ("hh_form", "入户表", "household")
    assert made.field("income").base_unit == "元"
    assert made.field("poor").options[0].label == "是"
