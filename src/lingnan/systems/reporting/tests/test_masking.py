"""Persons in outputs: masked unless a duty asks for them and says why; each such showing is evidence."""

import io
import json
from dataclasses import replace
from uuid import uuid4

import openpyxl
import pytest
from click.testing import CliRunner

from lingnan.base.errors import Forbidden
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue
from lingnan.systems.reporting import content, queries, services
from lingnan.systems.reporting.cli import commands
from lingnan.systems.reporting.models import HistoryFile, HistorySheet, HistoryValue, Household
from lingnan.systems.reporting.queries.masking import masking_on
from lingnan.systems.reporting.rules.masking import (
    masked,
    masked_words,
    personal_fields,
    personal_of,
    unchanged,
)
from lingnan.systems.reporting.services import ledgers
from lingnan.systems.reporting.terms.masking import Personal, Seen, WhyInFull

from .conftest import AT, DAY, SYSTEM, YEAR, form_file, full, later, wearing
from .ledgered import load

VILLAGE, TOWN = "440112001201", "440112001000"
COUNTY = "440112000000"
API, PAGES = "/api/v1/reporting", "/zh-hans/reporting"
NAME = "欧阳测试"
REVIEW = frozenset({"reporting.read", "reporting.produce", "reporting.approve", "reporting.unmask"})
DEPARTMENT = frozenset({"reporting.read", "reporting.produce", "reporting.receive"})


def shown(kind="reporting.persons_shown"):
    return [json.loads(e.facts) for e in Event.objects.filter(kind=kind).order_by("pk")]


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("户主姓名", Personal.NAME),
        ("1. 联系电话（手机）：", Personal.PHONE),
        ("戶主身份證號碼", Personal.NUMBER),
        ("开户银行账号", Personal.NUMBER),
        ("户主性别", None),
        ("企业名称", None),
        ("安装电话户数", None),
        ("家庭住址", Personal.ADDRESS),
    ],
)
def test_what_a_label_tells_of(label, kind):
    assert personal_of(label, content.masking()[-1], of_person=True) is kind


def test_an_address_of_a_place_is_no_secret():
    assert personal_of("办公地址", content.masking()[-1], of_person=False) is None


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (Personal.NAME, "欧阳测试", "欧阳**"),
        (Personal.PHONE, "13800001234", "138****1234"),
        (Personal.PHONE, "8765432", "*******"),
        (Personal.NUMBER, "44990019461215001X", "4499**********001X"),
        (Personal.ADDRESS, "东岸镇荔湾村三巷", "东岸镇****"),
        (Personal.NAME, "", ""),
    ],
)
def test_masks(kind, text, expected):
    assert masked(kind, text) == expected


def test_only_what_was_shown_masked_and_comes_back_is_taken_for_unchanged():
    held, kinds = {"a": "陈测试", "b": "13800001234"}, {"a": Personal.NAME, "b": Personal.PHONE}
    assert unchanged({"a": "陈**", "b": "138****1234"}, held, kinds) == {"a", "b"}
    assert unchanged({"a": "陈某某", "b": ""}, held, kinds) == set()


@pytest.fixture
def listed(county, opened, clerk, reviewer):
    """A household form with a name, of one approved household; the name's field code."""
    name = "household_list_header.xls"
    form = services.register_form(form_file(name), name, codes=["HU"], by=SYSTEM, at=AT)[0]
    form = queries.form("HU", to=SYSTEM, on=DAY)
    opened(form)
    code = next(c for c, k in personal_fields(form, masking_on(DAY)).items() if k is Personal.NAME)
    place, by = county["荔湾村"], clerk("荔湾村")
    entry = services.household_ids(place, ["1"], by=by, at=later(1))["1"]
    draft = services.Draft(place, full(form, 1, **{code: NAME}), entry)
    kept = services.save_draft(form.id, YEAR, draft, by=by, at=later(1))
    sent = services.submit_report(kept.uuid, by=by, at=later(1))
    done = services.approve_report(sent.uuid, by=reviewer, at=later(2))
    evidence.drain(at=later(2))
    return form, code, done


def cells(made):
    book = openpyxl.load_workbook(io.BytesIO(made.data))
    return {str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value}


def test_a_workbook_is_masked_unless_asked_for_with_a_reason(listed, county):
    form, _, _ = listed
    place, officer = county["荔湾村"], wearing(901, "town_reviewer", county["东岸镇"], REVIEW)
    where = (form.id, place, YEAR)
    held = cells(services.produce_workbook(*where, as_of=later(3), by=officer, at=later(3)))
    assert "欧阳**" in held and NAME not in held
    assert shown() == []
    with pytest.raises(WhyInFull):
        services.produce_workbook(*where, as_of=later(3), reason=" ", by=officer, at=later(3))
    clear = services.produce_workbook(
        *where, as_of=later(3), reason="核发补贴", by=officer, at=later(3)
    )
    assert NAME in cells(clear)
    told = shown()
    assert [(one["output"], one["persons"], one["forms"]) for one in told] == [
        ("workbook", 1, ["HU"])
    ]
    assert "核发补贴" not in str(told)  # what can be erased stands apart
    again = services.produce_workbook(*where, as_of=later(3), by=officer, at=later(4))
    assert NAME not in cells(again)


def test_a_department_gets_persons_of_its_own_forms_only(listed, county, monkeypatch):
    form, _, _ = listed
    to = wearing(700, "department", county["黄埔区"], DEPARTMENT)
    where = (form.id, county["荔湾村"], YEAR)
    with pytest.raises(Forbidden):
        services.produce_workbook(*where, reason="核发补贴", by=to, at=later(3))
    from lingnan.systems.reporting.queries import masking

    monkeypatch.setattr(masking, "departments_of", lambda *_: frozenset({form.department}))
    made = services.produce_workbook(*where, reason="核发补贴", by=to, at=later(3))
    assert NAME in cells(made)
    assert len(shown()) == 1


def test_a_filing_is_masked_by_api_and_page_and_in_full_for_a_reason(listed, program, browser):
    _, code, done = listed
    town = program("town_reviewer", TOWN)
    there = f"{API}/filings/{done.uuid}"
    assert town.get(there).json()["answers"][code]["text"] == "欧阳**"
    assert NAME not in town.get(f"{API}/filings").content.decode()
    why = {"reason": "群众来电核实"}
    full_one = town.post(f"{there}/unmask", why, content_type="application/json")
    assert full_one.json()["answers"][code]["text"] == NAME
    page = browser("town_reviewer", TOWN, "b")
    assert NAME not in page.get(f"{PAGES}/filings/{done.uuid}/").content.decode()
    assert NAME in page.post(f"{PAGES}/filings/{done.uuid}/unmask/", why).content.decode()
    assert page.post(f"{PAGES}/filings/{done.uuid}/unmask/", {}).status_code == 422
    assert [one["output"] for one in shown()] == ["filing", "filing"]
    bureau = program("data_bureau", COUNTY)
    refused = bureau.post(f"{there}/unmask", why, content_type="application/json")
    assert refused.status_code == 403


def test_what_its_clerk_fills_in_stays_clear_and_a_masked_word_changes_nothing(
    listed, county, clerk
):
    form, code, done = listed
    by = replace(clerk("荔湾村"), permissions=clerk("荔湾村").permissions | {"reporting.unmask"})
    masked_one = queries.shown_filings([done], to=by, on=DAY)[0]
    assert masked_one.answers[code].text == "欧阳**"  # approved: she does not fill it in now
    sent_back = {code: masked_one.answers[code].text}
    draft = services.correct_report(done.uuid, sent_back, "录错", by=by, at=later(4))
    assert draft.answers[code].text == NAME
    assert queries.shown_filings([draft], to=by, on=DAY)[0].answers[code].text == NAME
    town = wearing(901, "town_reviewer", county["东岸镇"], REVIEW)
    assert queries.shown_filings([draft], to=town, on=DAY)[0].answers[code].text == "欧阳**"


def test_the_data_package_is_masked_and_its_taking_is_evidence(listed, county):
    officer = wearing(901, "town_reviewer", county["东岸镇"], REVIEW)
    plain = queries.package("HU", YEAR, to=officer, on=DAY)
    given = services.take_package("HU", YEAR, by=officer, at=later(3))
    clear = services.take_package("HU", YEAR, reason="核对", by=officer, at=later(3))
    assert plain == given != clear
    assert len(shown("reporting.output_taken")) == 2
    assert [one["persons"] for one in shown()] == [1]


def test_ledgers_are_masked_by_page_api_and_file(county, program, browser):
    load(county["黄埔区"], SYSTEM, AT)
    town = browser("town_reviewer", TOWN)
    page = f"{PAGES}/ledgers/person/{TOWN}/"
    text = town.get(page).content.decode()
    assert "甲*" in text and "甲一" not in text
    why = {"reason": "入户走访"}
    assert "甲一" in town.post(page, why).content.decode()
    file = f"{PAGES}/ledgers/person/{VILLAGE}/export.csv"
    clerk = browser("village_clerk", VILLAGE)
    assert "甲一" in clerk.get(f"{PAGES}/ledgers/person/{VILLAGE}/").content.decode()
    assert "甲一" not in clerk.get(file).content.decode()  # a file leaves the house
    assert "甲一" in clerk.post(file, why).content.decode()
    api = program("town_reviewer", TOWN, "b")
    asked = {"place": TOWN, **why}
    found = api.post(f"{API}/ledgers/person/unmask", asked, content_type="application/json")
    assert {one["data"]["name"] for one in found.json()} >= {"甲一", "丙一"}
    assert [(one["output"], one["persons"]) for one in shown()] == [
        ("ledger.person", 6), ("ledger.person", 4), ("ledger.person", 6),
    ]  # fmt: skip


def test_a_masked_attribute_that_comes_back_changes_nothing(county):
    load(county["黄埔区"], SYSTEM, AT)
    from lingnan.systems.reporting.queries import ledgers as seen

    one = seen.find_entries("person", county["荔湾村"], to=SYSTEM, on=DAY)[0]
    why = ledgers.Why(DAY, reason="来电")
    given = {"name": masked(Personal.NAME, one.data["name"]), "phone": "13800001234"}
    ledgers.change_entry(one.uuid, given, why, by=SYSTEM, at=later(1))
    after = seen.entry(one.uuid, to=SYSTEM, on=DAY)
    assert (after.data["name"], after.data["phone"]) == (one.data["name"], "13800001234")


def test_what_is_held_is_told_to_who_fills_it_in(county, party_form, opened, clerk):
    """A department hears that a fact is held, not what it is."""
    found = opened(party_form)
    place = county["荔湾村"]
    asks = [
        replace(one, held=True, text="陈测试")
        for one in queries.asks(found, place, to=SYSTEM, on=DAY)
    ]
    question = replace(asks[0].fields[0], label="书记姓名", type="text", options=())
    named = replace(asks[0], fields=(question,))
    outside = wearing(700, "department", county["黄埔区"], DEPARTMENT)
    town = wearing(901, "town_reviewer", county["东岸镇"], REVIEW)
    for to, expected in ((clerk("荔湾村"), "陈测试"), (town, "陈**"), (outside, None)):
        shown_one = queries.shown_asks([named], place, YEAR, to=to, on=DAY, seen=Seen())[0]
        assert (shown_one.held, shown_one.text) == (True, expected)


def command(*words):
    done = CliRunner().invoke(commands, list(words))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_command_line_masks_too_and_shows_in_full_for_a_reason(county):
    load(county["黄埔区"], SYSTEM, AT)
    kept = ("ledger", "list", "person", "--place", TOWN)
    assert "甲*" in command(*kept) and "甲一" not in command(*kept)
    born = ("ledger", "turning", "--age", "80", "--month", "2026-12", "--place", TOWN)
    assert "甲一" not in command(*born)
    assert shown() == []
    assert "甲一" in command(*kept, "--reason", "入户走访")
    command(*born, "--reason", "发放津贴")
    assert [one["output"] for one in shown()] == ["ledger.person", "turning"]
    silent = CliRunner().invoke(commands, [*kept, "--reason", " "])
    assert silent.exit_code and "甲一" not in silent.output


def test_what_old_files_say_of_persons_is_masked_and_in_full_for_a_reason(
    listed, county, program, browser
):
    """A named person of a village form: two files disagree; neither says who, unless one says why."""
    form, code, _ = listed
    office = county["黄埔区"]
    keep = services.take_in_workbooks([("空.csv", b"a\n")], place=office, by=SYSTEM, at=AT)[0]
    file = HistoryFile.objects.get(uuid=keep.uuid)
    sheet = HistorySheet.objects.create(
        uuid=uuid4(), file=file, position=9, sheet="S", title="T", form_id=form.id,
        subject="household", state="staged",
    )  # fmt: skip
    HistoryValue.objects.create(
        sheet=sheet, position=1, mark="reported", cell="B2", code=code, label="户主姓名",
        place=county["荔湾村"], place_text="", subject="1", period=YEAR, text=NAME, said=NAME,
        doubt=f"“{NAME}”写了两次", state="staged",
    )  # fmt: skip
    HistorySheet.objects.filter(pk=sheet.pk).update(doubts=[["C1", NAME, f"“{NAME}”不知问的什么"]])
    where = f"{API}/history/sheets/{sheet.uuid}/values"
    person = program("county_reviewer", COUNTY)
    (one,) = person.get(where).json()
    assert (one["text"], one["value"]) == ("欧阳**", "欧阳**") and NAME not in str(one)
    page = browser("county_reviewer", COUNTY, "b")
    there = f"{PAGES}/history/{file.uuid}/"
    assert NAME not in page.get(there).content.decode()
    assert NAME not in person.get(f"{API}/history/{file.uuid}").content.decode()
    why = {"reason": "核对旧表"}
    told = person.post(f"{where}/unmask", why, content_type="application/json")
    assert told.json()[0]["text"] == NAME
    assert NAME in page.post(there, why).content.decode()
    assert {one["output"] for one in shown()} == {"history"}


def test_two_words_on_a_person_are_masked_until_somebody_says_why(listed, county, program, browser):
    """What another source says of a name stands beside ours, neither in full."""
    form, code, _ = listed
    element = form.field(code).element
    entry = Household.objects.get(place=county["荔湾村"], number="1").entry_id
    row = NewValue(
        place=county["荔湾村"], element=element, period=YEAR, text="司徒测试", subject=entry
    )
    values.record_values("police", [row], source="police", by=SYSTEM, at=later(3))
    evidence.drain(at=later(3))
    reviewer = program("county_reviewer", COUNTY)
    (rival,) = reviewer.get(f"{API}/rivals").json()
    assert {rival["held"], rival["said"]} == {"欧阳**", "司徒**"}
    page = browser("county_reviewer", COUNTY, "b")
    text = page.get(f"{PAGES}/history/rivals/").content.decode()
    assert "欧阳**" in text and NAME not in text
    why = {"reason": "核对户主"}
    told = reviewer.post(f"{API}/rivals/unmask", why, content_type="application/json").json()
    assert {told[0]["held"], told[0]["said"]} == {NAME, "司徒测试"}
    assert NAME in page.post(f"{PAGES}/history/rivals/", why).content.decode()
    assert NAME not in command("rivals") and NAME in command("rivals", "--reason", "核对户主")
    assert [(one["output"], one["persons"]) for one in shown()] == [("rivals", 1)] * 3


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("表重复了，找张三丰13812345678", "表重复了，找张**138****5678"),
        ("联系人：陈大文，电话 138 1234 5678", "联系人：陈**，电话 138******5678"),
        ("陈大文（020-83123456）报 12000 元", "陈**（020*****3456）报 12000 元"),
        ("身份证449900194612150014", "身份证4499**********0014"),
        (
            "负责人已经报过，2026-12-31 前、20260101 份",
            "负责人已经报过，2026-12-31 前、20260101 份",
        ),
    ],
)
def test_free_words_keep_numbers_and_who_they_are_of(said, shown):
    assert masked_words(said, masking_on(DAY)) == shown
