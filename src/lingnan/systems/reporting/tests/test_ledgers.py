"""Ledgers: a register taken in, the acts of life, and what is true after each of them."""

import io
from datetime import date, timedelta

import openpyxl
import pytest

from lingnan.base.errors import Forbidden, Invalid
from lingnan.systems.reporting import content
from lingnan.systems.reporting.queries import ledgers as seen
from lingnan.systems.reporting.rules.ledgers.registers import head_of, names_of_columns, rows_of
from lingnan.systems.reporting.rules.opening import open_grids
from lingnan.systems.reporting.services import ledgers
from lingnan.systems.reporting.services.ledgers import importing
from lingnan.systems.reporting.terms.ledgers import (
    Act,
    NotAlive,
    NotLast,
    NotThen,
    NumberTaken,
    StillHas,
    WrongEntry,
)

from .conftest import AT, DAY, SYSTEM
from .ledgered import FAMILIES, SINCE, citizen, households, load, persons

KEEP = frozenset({"reporting.read", "reporting.keep", "reporting.unmask"})


@pytest.fixture
def county_ledger(county):
    load(county["黄埔区"], SYSTEM, AT)
    return county


def why(day=DAY, **given):
    return ledgers.Why(day, **given)


def people(place, day=DAY):
    return {e.data["name"]: e for e in seen.ledger_of("person", place, day, to=SYSTEM, on=DAY)}


def homes(place, day=DAY):
    return {e.data["number"]: e for e in seen.ledger_of("household", place, day, to=SYSTEM, on=DAY)}


def test_a_register_is_taken_in_once(county):
    first = load(county["黄埔区"], SYSTEM, AT)
    again = load(county["黄埔区"], SYSTEM, AT)
    assert [(t.new, t.changed, t.same, t.problems) for t in first] == [(3, 0, 0, ()), (6, 0, 0, ())]
    assert all(t.repeated for t in again)
    one = people(county["荔湾村"])["甲一"]
    assert one.data["birth"] == "1946-12-15"
    assert one.data["sex"] == "1"
    assert one.masked.endswith(citizen("1946-12-15", 1)[-4:])
    assert "*" in one.masked
    assert one.data["household"] == homes(county["荔湾村"])["1"].uuid


def test_a_row_with_a_fault_goes_back_by_cell_and_the_others_stay(county):
    load(county["黄埔区"], SYSTEM, AT)
    bad = persons(
        ("440112001201", "1", "丁一", "1990-01-01", 1),
        ("440112001201", "9", "丁二", "1991-01-01", 1),
        ("990000000000", "1", "丁三", "1992-01-01", 1),
        ("440112001201", "1", "丁四", "1990-01-01", 1),
    ).replace(citizen("1991-01-01", 1).encode(), b"449900199101010015")
    told = ledgers.take_in_register("person", bad, "p.csv", county["黄埔区"], by=SYSTEM, at=AT)
    assert told.new == 1
    where = [cell for cell, _ in told.problems]
    assert where == ["D3", "A4", "D5"]
    assert set(people(county["荔湾村"])) == {"甲一", "甲二", "甲三", "乙一", "丁一"}


def test_changes_and_equal_rows_are_told_apart(county_ledger):
    rows = [FAMILIES[0][:3] + ("监测户",), *FAMILIES[1:]]
    told = ledgers.take_in_register(
        "household", households(*rows), "h.csv", county_ledger["黄埔区"], day=DAY, by=SYSTEM, at=AT
    )
    assert (told.new, told.changed, told.same) == (0, 1, 2)
    village = county_ledger["荔湾村"]
    assert homes(village)["1"].data["support"] == "4"
    assert homes(village, DAY - timedelta(days=1))["1"].data["support"] == "0"


def test_a_family_moves_and_nobody_is_lost_or_counted_twice(county_ledger):
    old, new = county_ledger["荔湾村"], county_ledger["白沙村"]
    home = homes(old)["1"]
    ledgers.move_entry(home.uuid, new, why(), by=SYSTEM, at=AT)
    assert set(people(new)) == {"甲一", "甲二", "甲三"}
    assert set(people(old)) == {"乙一"}
    before = DAY - timedelta(days=1)
    assert len(people(old, before)) == 4
    assert not people(new, before)
    assert len(people(county_ledger["黄埔区"])) == len(people(county_ledger["黄埔区"], before)) == 6


def test_the_number_is_free_after_the_move_and_the_mover_keeps_its_life(county_ledger):
    old, new = county_ledger["荔湾村"], county_ledger["石门村"]
    mover = homes(old)["1"]
    with pytest.raises(WrongEntry):
        ledgers.move_entry(mover.uuid, new, why(), by=SYSTEM, at=AT)
    ledgers.move_entry(mover.uuid, new, why(), number="7", by=SYSTEM, at=AT)
    fresh = ledgers.register_entry("household", old, {"number": "1"}, why(), by=SYSTEM, at=AT)
    assert fresh != mover.uuid
    assert homes(new)["7"].uuid == mover.uuid
    assert homes(old)["1"].uuid == fresh


def test_a_report_after_the_move_does_not_call_the_family_back(county_ledger):
    from lingnan.systems.reporting import services

    old, new = county_ledger["荔湾村"], county_ledger["白沙村"]
    mover = homes(old)["1"]
    ledgers.move_entry(mover.uuid, new, why(), by=SYSTEM, at=AT)
    ids = services.household_ids(old, ["1"], by=SYSTEM, at=AT)
    assert ids["1"] != mover.entry
    assert homes(new)["1"].uuid == mover.uuid


def test_a_household_divides_and_joins_again(county_ledger):
    place = county_ledger["荔湾村"]
    home, held = homes(place)["1"], people(place)
    fresh = ledgers.split_household(home.uuid, [held["甲三"].uuid], "11", why(), by=SYSTEM, at=AT)
    assert people(place)["甲三"].data["household"] == fresh
    assert set(homes(place)) == {"1", "2", "11"}
    ledgers.merge_households(homes(place)["2"].uuid, home.uuid, why(), by=SYSTEM, at=AT)
    assert set(homes(place)) == {"1", "11"}
    assert people(place)["乙一"].data["household"] == home.uuid
    with pytest.raises(WrongEntry):
        ledgers.split_household(home.uuid, [held["甲三"].uuid], "12", why(), by=SYSTEM, at=AT)


def test_the_dead_are_counted_on_their_last_day_and_the_last_one_closes_the_door(county_ledger):
    place = county_ledger["荔湾村"]
    day = DAY - timedelta(days=2)
    ledgers.die(people(place)["乙一"].uuid, why(day), by=SYSTEM, at=AT)
    assert "乙一" in people(place, day)
    assert "乙一" not in people(place, day + timedelta(days=1))
    assert set(homes(place)) == {"1"}


def test_a_child_is_born_into_a_household(county_ledger):
    place = county_ledger["荔湾村"]
    given = {"name": "甲四", "sex": "女"}
    ledgers.born(homes(place)["1"].uuid, given, why(), by=SYSTEM, at=AT)
    child = people(place)["甲四"]
    assert child.data["birth"] == DAY.isoformat()
    assert child.data["relation"] == "3"
    assert "甲四" not in people(place, DAY - timedelta(days=1))


def test_a_mistake_of_long_ago_is_put_right_from_its_day(county_ledger):
    place = county_ledger["荔湾村"]
    one = people(place)["甲二"]
    ledgers.change_entry(one.uuid, {"disability": "二级"}, why(date(2026, 6, 1)), by=SYSTEM, at=AT)
    ledgers.change_entry(one.uuid, {"party": "是"}, why(date(2026, 3, 1)), by=SYSTEM, at=AT)
    assert people(place, date(2026, 2, 1))["甲二"].data.get("party") is None
    assert people(place, date(2026, 4, 1))["甲二"].data["party"] == "1"
    assert people(place, date(2026, 4, 1))["甲二"].data["disability"] == "0"
    assert people(place)["甲二"].data["party"] == "1"
    assert people(place)["甲二"].data["disability"] == "2"


def test_a_mistaken_act_is_taken_back_with_a_reason(county_ledger):
    old, new = county_ledger["荔湾村"], county_ledger["白沙村"]
    before = people(old)
    act = ledgers.move_entry(homes(old)["1"].uuid, new, why(), by=SYSTEM, at=AT)
    with pytest.raises(Invalid):
        ledgers.retract_act(act, reason=" ", by=SYSTEM, at=AT)
    ledgers.retract_act(act, reason="看错了户", by=SYSTEM, at=AT)
    assert people(old).keys() == before.keys()
    assert not people(new)
    told = seen.history(homes(old)["1"].uuid, to=SYSTEM, on=DAY)
    assert [t.name for t in told] == [Act.RETRACT, Act.MOVE]
    assert told[0].reason == "看错了户"
    with pytest.raises(NotLast):
        ledgers.retract_act(act, reason="再来", by=SYSTEM, at=AT)


def test_a_registration_taken_back_frees_its_number(county_ledger):
    place = county_ledger["荔湾村"]
    home = homes(place)["1"].uuid
    given = {"name": "甲五", "household": home, "id_number": citizen("2000-01-01", 9)}
    first = ledgers.register_entry("person", place, given, why(), by=SYSTEM, at=AT)
    with pytest.raises(NumberTaken):
        ledgers.register_entry("person", place, given, why(), by=SYSTEM, at=AT)
    ledgers.strike_entry(first, reason="重复登记", by=SYSTEM, at=AT)
    assert "甲五" not in people(county_ledger["黄埔区"])
    ledgers.register_entry("person", place, given, why(), by=SYSTEM, at=AT)
    assert "甲五" in people(place)


def test_what_cannot_be_is_refused(county_ledger):
    place = county_ledger["荔湾村"]
    home, one = homes(place)["1"], people(place)["甲一"]
    tomorrow = DAY + timedelta(days=1)
    with pytest.raises(Invalid):
        ledgers.die(one.uuid, why(tomorrow), by=SYSTEM, at=AT)
    with pytest.raises(StillHas):
        ledgers.close_entry(home.uuid, why(), by=SYSTEM, at=AT)
    with pytest.raises(NotThen):
        ledgers.die(one.uuid, why(SINCE - timedelta(days=1)), by=SYSTEM, at=AT)
    ledgers.die(one.uuid, why(DAY - timedelta(days=1)), by=SYSTEM, at=AT)
    with pytest.raises(NotAlive):
        ledgers.die(one.uuid, why(), by=SYSTEM, at=AT)
    with pytest.raises(WrongEntry) as no:
        ledgers.register_entry("person", place, {"name": "无户"}, why(), by=SYSTEM, at=AT)
    assert no.value.problems[0].where == "household"


def test_only_who_knows_the_village_may_act(county_ledger, clerk):
    from .conftest import wearing

    mine = wearing(1, "village_clerk", county_ledger["荔湾村"], KEEP)
    other = wearing(2, "village_clerk", county_ledger["石门村"], KEEP)
    home = homes(county_ledger["荔湾村"])["1"]
    with pytest.raises(Exception, match="没有找到|无权"):
        ledgers.move_entry(home.uuid, county_ledger["石门村"], why(), number="9", by=other, at=AT)
    ledgers.move_entry(home.uuid, county_ledger["石门村"], why(), number="9", by=mine, at=AT)
    with pytest.raises(Forbidden):
        seen.ledger_of("person", county_ledger["石门村"], DAY, to=mine, on=DAY)


def test_numbers_are_shown_for_a_reason_and_that_is_evidence(county_ledger):
    from lingnan.kernel.evidence.models import Event

    one = people(county_ledger["荔湾村"])["甲一"]
    with pytest.raises(Invalid):
        ledgers.unmask_entry(one.uuid, reason="", by=SYSTEM, at=AT)
    shown = ledgers.unmask_entry(one.uuid, reason="核对补贴名单", by=SYSTEM, at=AT)
    assert shown == citizen("1946-12-15", 1)
    assert Event.objects.filter(kind="reporting.ledger_unmasked").count() == 1


def test_who_is_eighty_next_month(county_ledger):
    found = seen.turning(
        county_ledger["黄埔区"], 80, date(2026, 12, 1), date(2026, 12, 31), to=SYSTEM, on=DAY
    )
    assert [(t.name, t.day) for t in found] == [
        ("甲一", "2026-12-15"),
        ("丙二", "2026-12-31"),
    ]


def test_a_register_read_line_by_line_says_what_the_whole_workbook_says(county):
    """The same rows, cells and refusals as by the grid; a workbook with something hidden is read whole."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["某某县户台账"])
    sheet.append(["村代码", "户编号", "户主姓名", "备注"])
    sheet.append(["440112001201", "1", "甲户主", "甲"])
    sheet.append([None, None, None, "没有内容"])
    sheet.append(["440112001201", 2, date(2026, 1, 2), True])
    kind = content.ledgers()["household"]

    def read(way):
        out = io.BytesIO()
        book.save(out)
        data = out.getvalue()
        rows = way(data)
        return [(r.number, dict(r.given), dict(r.cells)) for r in rows]

    names = names_of_columns(kind)
    lines = read(lambda data: importing._lines(data, names))
    assert [given["number"] for _, given, _ in lines] == ["1", "2"]
    assert lines[0][2]["head"] == "C3"

    def whole(data):
        grid = open_grids(data, "a.xlsx")[0]
        return rows_of(grid, *head_of(grid, names))

    assert lines == read(whole)
    sheet.row_dimensions[5].hidden = True
    assert read(lambda data: importing._lines(data, names)) == []
    assert len(read(lambda data: importing.read_register(kind, data, "a.xlsx"))) == 1
