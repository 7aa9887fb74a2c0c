"""Filled forms taken in: staged, confirmed, disputed, withdrawn; nothing counts before its time."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction

from lingnan.base.errors import Forbidden, NotFound
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.observations.models import Contender
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import HistoryFile, HistorySheet, HistoryValue
from lingnan.systems.reporting.services.history import confirming
from lingnan.systems.reporting.terms.histories import (
    HistoryState,
    NeedScope,
    NoHistoryForm,
    NothingToConfirm,
)

from .conftest import AT, DAY, SYSTEM, later, wearing
from .filled import current, filled, table

Y2024 = 2024_000
GIVEN = {"1": 12, "2": Decimal("3.5"), "3": "约20"}


@pytest.fixture
def keeper(county):
    permissions = frozenset({"reporting.history", "reporting.read"})
    return wearing(950, "county_reviewer", county["黄埔区"], permissions)


@pytest.fixture
def form(party_form):
    return queries.form("ZZ-DZZ", to=SYSTEM, on=DAY)


def numeric(form, count=3):
    return [f.code for f in form.asked if f.type in {"integer", "number"}][:count]


def take(data, name, keeper, at=AT):
    return services.take_in_workbooks([(name, data)], by=keeper, at=at)[0]


def year_of(form, village, numbers, keeper, year=2024, at=AT):
    codes = numeric(form, len(numbers))
    data = filled(form, dict(zip(codes, numbers, strict=True)))
    return take(data, f"党组织情况_{village}_{year}年.xlsx", keeper, at)


def test_values_are_staged_confirmed_and_known_for_their_year(form, county, keeper):
    file = year_of(form, "石门村", [7, 8, 9], keeper)
    (sheet,) = file.sheets
    assert (sheet.form, sheet.state, sheet.open) == ("ZZ-DZZ", HistoryState.STAGED, 0)
    code = numeric(form)[0]
    assert current(county["石门村"], form, code, Y2024, to=keeper, on=DAY) is None
    done = services.confirm_history(sheet.uuid, by=keeper, at=later(1))
    assert (done.recorded, done.left, done.disputed) == (3, 0, 0)
    held = current(county["石门村"], form, code, Y2024, to=keeper, on=DAY)
    assert held.value == 7 * form.field(code).multiplier
    assert held.source == "history:ZZ-DZZ" and held.recorded_at == later(1)
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"reporting.history_taken_in", "reporting.history_confirmed"} <= kinds


def test_the_same_file_again_is_what_is_there_already(form, keeper):
    first = year_of(form, "石门村", [7], keeper)
    again = year_of(form, "石门村", [7], keeper, at=later(1))
    assert again.repeated and again.uuid == first.uuid
    assert HistoryFile.objects.count() == 1


def test_a_village_nobody_knows_waits_for_a_person(form, county, keeper):
    file = year_of(form, "石们村", [7, 8], keeper)
    (sheet,) = file.sheets
    assert sheet.open == 2 and list(sheet.names) == ["石们村"]
    with pytest.raises(NothingToConfirm):
        services.confirm_history(sheet.uuid, by=keeper, at=later(1))
    changed = services.amend_history(
        sheet.uuid, named={"石们村": county["石门村"]}, by=keeper, at=later(2)
    )
    assert changed == 2
    assert services.confirm_history(sheet.uuid, by=keeper, at=later(3)).recorded == 2


def test_a_form_without_a_period_waits_for_one(form, keeper):
    codes = numeric(form)
    data = filled(form, {codes[0]: 7})
    (sheet,) = take(data, "石门村.xlsx", keeper).sheets
    if not sheet.unknown_period:
        pytest.skip("the form itself names its year")
    services.amend_history(sheet.uuid, period=Y2024, by=keeper, at=later(1))
    assert services.confirm_history(sheet.uuid, by=keeper, at=later(2)).recorded == 1


def test_what_is_no_number_is_left_and_the_rest_is_taken(form, keeper):
    file = year_of(form, "石门村", [7, "约20", "不详"], keeper)
    (sheet,) = file.sheets
    (waits,) = queries.history_values(sheet.uuid, to=keeper, on=DAY, only_open=True)
    assert "约" in waits.doubt and waits.text == "约20"
    done = services.confirm_history(sheet.uuid, by=keeper, at=later(1))
    assert (done.recorded, done.left) == (2, 1)


def test_two_files_of_one_form_that_disagree_wait_side_by_side(form, county, keeper):
    (one,) = year_of(form, "石门村", [7, 8], keeper).sheets
    (other,) = year_of(form, "石门村", [7, 11], keeper, at=later(1)).sheets
    services.confirm_history(one.uuid, by=keeper, at=later(2))
    done = services.confirm_history(other.uuid, by=keeper, at=later(3))
    assert (done.recorded, done.disputed) == (1, 1)
    code = numeric(form)[1]
    assert current(county["石门村"], form, code, Y2024, to=keeper, on=DAY).value == 8
    (rival,) = queries.rivals(to=keeper, on=DAY)
    assert (rival.held, rival.said, rival.kind) == ("8", "11", "file")
    services.settle_rival("file", rival.id, take=True, by=keeper, at=later(4))
    assert current(county["石门村"], form, code, Y2024, to=keeper, on=DAY).value == 11
    assert queries.rivals(to=keeper, on=DAY) == []
    with pytest.raises(NotFound):
        services.settle_rival("file", rival.id, take=False, by=keeper, at=later(5))


def test_a_report_stands_before_history_and_history_becomes_a_contender(form, county, keeper):
    from lingnan.kernel.observations import services as values
    from lingnan.kernel.observations.terms import NewValue

    code = numeric(form)[0]
    said = NewValue(
        place=county["石门村"],
        element=form.field(code).element,
        period=Y2024,
        value=Decimal(99),
    )
    values.record_values("t", [said], source="form:ZZ-DZZ", by=SYSTEM, at=AT)
    (sheet,) = year_of(form, "石门村", [7], keeper).sheets
    assert services.confirm_history(sheet.uuid, by=keeper, at=later(1)).contenders == 1
    assert current(county["石门村"], form, code, Y2024, to=keeper, on=DAY).value == 99
    (rival,) = queries.rivals(to=keeper, on=DAY)
    assert (rival.kind, rival.held, rival.said) == ("source", "99", "7")
    assert (rival.held_source, rival.said_source) == ("form:ZZ-DZZ", "history:ZZ-DZZ")
    services.settle_rival("source", rival.id, take=True, by=keeper, at=later(2))
    assert current(county["石门村"], form, code, Y2024, to=keeper, on=DAY).value == 7


def test_what_is_withdrawn_is_missing_again_and_may_come_back(form, county, keeper):
    (sheet,) = year_of(form, "石门村", [7], keeper).sheets
    services.confirm_history(sheet.uuid, by=keeper, at=later(1))
    assert services.withdraw_history(sheet.uuid, by=keeper, at=later(2)) == 1
    code = numeric(form)[0]
    assert current(county["石门村"], form, code, Y2024, to=keeper, on=DAY).value is None
    year_of(form, "石门村", [7], keeper, at=later(3))
    services.confirm_history(sheet.uuid, by=keeper, at=later(4))
    assert current(county["石门村"], form, code, Y2024, to=keeper, on=DAY).value == 7


def test_withdrawing_one_of_two_that_agree_keeps_the_value(form, county, keeper):
    (one,) = year_of(form, "石门村", [7], keeper).sheets
    (other,) = year_of(form, "石门村", [7, 8], keeper).sheets
    services.confirm_history(one.uuid, by=keeper, at=later(1))
    services.confirm_history(other.uuid, by=keeper, at=later(2))
    services.withdraw_history(one.uuid, by=keeper, at=later(3))
    code = numeric(form)[0]
    assert current(county["石门村"], form, code, Y2024, to=keeper, on=DAY).value == 7


def test_a_kill_between_the_store_and_the_mark_is_made_good_by_confirming_again(
    form, county, keeper, monkeypatch
):
    (sheet,) = year_of(form, "石门村", [7, 8], keeper).sheets
    monkeypatch.setattr(confirming, "CHUNK", 0)  # every sheet is a large one: two steps
    killed = confirming._mark

    def kill(rows, state):
        if state is HistoryState.CONFIRMED:
            raise KeyboardInterrupt
        killed(rows, state)

    monkeypatch.setattr(confirming, "_mark", kill)
    with pytest.raises(KeyboardInterrupt):
        services.confirm_history(sheet.uuid, by=keeper, at=later(1))
    assert HistoryValue.objects.filter(state=HistoryState.STAGED).count() == 2
    monkeypatch.setattr(confirming, "_mark", killed)
    services.confirm_history(sheet.uuid, by=keeper, at=later(2))
    code = numeric(form)[0]
    held = current(county["石门村"], form, code, Y2024, to=keeper, on=DAY)
    assert held.value == 7 and held.recorded_at == later(1)


def test_a_kill_in_one_transaction_leaves_all_staged(form, keeper, monkeypatch):
    (sheet,) = year_of(form, "石门村", [7, 8], keeper).sheets

    def kill(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt), transaction.atomic():
        patch.setattr(confirming, "_mark", kill)
        services.confirm_history(sheet.uuid, by=keeper, at=later(1))
    assert HistorySheet.objects.get().state == HistoryState.STAGED
    assert services.confirm_history(sheet.uuid, by=keeper, at=later(2)).recorded == 2


def test_a_form_nobody_registered_is_kept_but_not_taken(county, keeper):
    data = table("石门村2024年桥梁表", [("项目", "单位", "数量"), ("桥梁", "座", 3)])
    (sheet,) = take(data, "桥.xlsx", keeper).sheets
    assert sheet.form == "" and sum(sheet.counts.values()) == 1
    with pytest.raises(NoHistoryForm):
        services.confirm_history(sheet.uuid, by=keeper, at=later(1))


def test_a_broken_file_is_kept_with_the_reason(county, keeper):
    file = take(b"PK\x03\x04 broken", "坏.xlsx", keeper)
    assert file.why and file.sheets == ()


def test_history_out_of_reach_is_neither_seen_nor_touched(form, county, keeper):
    (sheet,) = year_of(form, "石门村", [7], keeper).sheets
    other = wearing(960, "town_reviewer", county["西岸镇"], frozenset({"reporting.history"}))
    assert queries.history_files(to=other, on=DAY) == []
    with pytest.raises(NotFound):
        services.confirm_history(sheet.uuid, by=other, at=later(1))
    with pytest.raises(Forbidden):
        services.take_in_workbooks([], place=county["黄埔区"], by=other, at=AT)
    with pytest.raises(NeedScope):
        services.take_in_workbooks([], by=SYSTEM, at=AT)


def test_three_hundred_villages_cost_few_queries(
    form, county, keeper, django_assert_max_num_queries
):
    data = filled(form, dict.fromkeys(numeric(form, 40), 5))
    with django_assert_max_num_queries(60):
        take(data, "石门村2024年.xlsx", keeper)
    with django_assert_max_num_queries(20):
        queries.history_files(to=keeper, on=DAY)


def test_reports_of_the_next_round_do_not_lose_to_history(form, county, keeper):
    (sheet,) = year_of(form, "石门村", [7], keeper).sheets
    services.confirm_history(sheet.uuid, by=keeper, at=later(1))
    assert Contender.objects.count() == 0
    from lingnan.kernel.observations import queries as observations

    field = form.field(numeric(form)[0])
    element = observations.element_map([field.element_code])[field.element_code]
    assert element.precedence.index("form:ZZ-DZZ") < element.precedence.index("history:ZZ-DZZ")


def test_two_forms_that_ask_one_fact_and_disagree(form, village_form, county, keeper):
    """The one confirmed first stands; the other is kept beside it until a person decides."""
    from lingnan.systems.reporting.models import Field

    code = numeric(form)[0]
    other = next(
        f
        for f in village_form.asked
        if f.type == "integer" and f.base_unit == form.field(code).base_unit
    )
    Field.objects.filter(pk=other.id).update(element=form.field(code).element)
    (one,) = year_of(form, "石门村", [7], keeper).sheets
    village_form = queries.form(village_form.code, to=SYSTEM, on=DAY)
    data = filled(village_form, {other.code: 9})
    (two,) = [s for s in take(data, "石门村_2024年.xlsx", keeper).sheets if s.form]
    if two.unknown_period or two.periods != (Y2024,):
        HistoryValue.objects.filter(sheet__uuid=two.uuid).update(period=Y2024)
    services.confirm_history(one.uuid, by=keeper, at=later(1))
    assert services.confirm_history(two.uuid, by=keeper, at=later(2)).contenders == 1
    (rival,) = queries.rivals(to=keeper, on=DAY)
    assert (rival.held, rival.said) == ("7", "9")
    assert rival.held_source == "history:ZZ-DZZ" and rival.said_source == "history:GZ-S1-2012"
    assert current(county["石门村"], form, code, Y2024, to=keeper, on=DAY).value == 7
    services.withdraw_history(two.uuid, by=keeper, at=later(3))
    assert current(county["石门村"], form, code, Y2024, to=keeper, on=DAY).value == 7


def test_a_household_nobody_named_waits_for_its_number(household_form, county, keeper):
    code = next(f.code for f in household_form.asked if f.type == "integer")
    data = filled(household_form, {code: 4})
    (sheet, *_) = [s for s in take(data, "石门村_2024.xlsx", keeper).sheets if s.form]
    assert sheet.unnamed == 1
    period = None if sheet.periods else Y2024
    services.amend_history(sheet.uuid, period=period, household="7", by=keeper, at=later(1))
    assert services.confirm_history(sheet.uuid, by=keeper, at=later(2)).recorded == 1
    stranger = wearing(951, "data_bureau", county["黄埔区"], frozenset({"reporting.history"}))
    stranger = replace(stranger, labels=frozenset({"public", "internal"}))
    assert queries.history_values(sheet.uuid, to=stranger, on=DAY) == []
    assert len(queries.history_values(sheet.uuid, to=keeper, on=DAY)) == 1
