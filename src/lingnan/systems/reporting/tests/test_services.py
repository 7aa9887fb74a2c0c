"""From a department's file to approved answers, and every way to be refused."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from lingnan.base.errors import Clash, Forbidden
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import Quality
from lingnan.kernel.places import queries as places
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Admission, Field, Filing, Form, Proposal, Repeat, Round
from lingnan.systems.reporting.services.questions import definitions
from lingnan.systems.reporting.terms.filings import Mark, State
from lingnan.systems.reporting.terms.refusals import (
    AlreadyApproved,
    AlreadyAsked,
    AskedOnce,
    NeedReason,
    OwnReport,
    RoundIsClosed,
    UnknownField,
    WrongAnswers,
    WrongState,
)

from .conftest import AT, DAY, SYSTEM, YEAR, form_file, full, later

Draft = services.Draft


def submit(form, place, answers, by, minutes=1):
    filing = services.save_draft(form.id, YEAR, Draft(place, answers), by=by, at=later(minutes))
    return services.submit_report(filing.uuid, by=by, at=later(minutes))


def value(form, code, place, to=SYSTEM):
    element = form.field(code).element
    return observations.current(place, elements=[element], periods=[YEAR], to=to, on=DAY).get(
        (element, YEAR)
    )


def test_a_file_is_registered_once_with_its_questions_and_elements(village_form):
    assert len(village_form.fields) == 104
    field = village_form.field("121")
    assert (field.where, field.unit, field.element_code) == ("Sheet1!D28", "元", "gz_s1_2012_121")
    again = services.register_form(
        form_file("survey_1_village_2012.xls"), "copy.xls", by=SYSTEM, at=later(1)
    )
    assert [one.id for one in again] == [village_form.id]
    assert Form.objects.count() == 1


def test_how_elements_add_up_follows_from_what_they_ask(village_form, party_form):
    held = observations.element_map()
    assert held["gz_s1_2012_141"].over_places == "sum"
    assert held["gz_s1_2012_150"].over_places == "none"  # a rate
    assert held["gz_s1_2012_148"].over_places == "none"  # an average
    assert held["gz_s1_2012_102"].type == "code"
    assert held["zz_dzz_26"].unit == "元"  # 万元 on the form


def test_answers_in_ten_thousands_are_kept_in_yuan(party_form, opened, county, clerk, reviewer):
    opened(party_form)
    village = county["石门村"]
    filing = submit(party_form, village, full(party_form, 3, **{"26": "1.25"}), clerk("石门村"))
    services.approve_report(filing.uuid, by=reviewer, at=later(2))
    held = value(party_form, "26", village)
    assert (held.value, held.quality, held.source) == (12500, Quality.REPORTED, "form:ZZ-DZZ")


def test_zero_missing_and_not_applicable_stay_three_things(
    party_form, opened, county, clerk, reviewer
):
    opened(party_form)
    village = county["石门村"]
    answers = full(party_form, 3, **{"1": "0", "2": "缺", "3": "—"})
    filing = submit(party_form, village, answers, clerk("石门村"))
    services.approve_report(filing.uuid, by=reviewer, at=later(2))
    found = [value(party_form, code, village) for code in ("1", "2", "3")]
    assert [(one.value, one.quality) for one in found] == [
        (0, Quality.REPORTED),
        (None, Quality.MISSING),
        (None, Quality.NOT_APPLICABLE),
    ]


def test_wrong_answers_are_named_by_cell_and_nothing_typed_is_lost(
    village_form, opened, county, clerk
):
    opened(village_form)
    by = clerk("石门村")
    answers = full(village_form, 2, **{"142": "两百", "141": "3.5", "102": "7", "101": "-1"})
    answers.pop("204")
    filing = services.save_draft(
        village_form.id, YEAR, Draft(county["石门村"], answers), by=by, at=later(1)
    )
    with pytest.raises(WrongAnswers) as wrong:
        services.submit_report(filing.uuid, by=by, at=later(2))
    told = {problem.where: problem.words() for problem in wrong.value.problems}
    assert told["Sheet1!D53"] == "应为数字，现为“两百”。"
    assert told["Sheet1!D52"] == "应为整数，现为“3.5”。"
    assert told["Sheet1!D6"] == "应填代码 1（是）、2（否），现为“7”。"
    assert told["Sheet1!D5"] == "不能为负数，现为“-1”。"
    assert told["Sheet1!D126"].startswith("未填")
    kept = queries.filing(filing.uuid, to=by, on=DAY)
    assert (kept.state, kept.answers["142"].text) == (State.DRAFT, "两百")


def test_unknown_questions_are_refused(village_form, opened, county, clerk):
    opened(village_form)
    with pytest.raises(UnknownField):
        services.save_draft(
            village_form.id, YEAR, Draft(county["石门村"], {"999": "1"}), by=clerk("石门村"), at=AT
        )


def test_nothing_is_filled_outside_a_round(village_form, opened, county, clerk):
    draft = Draft(county["石门村"], {"101": "1"})
    with pytest.raises(RoundIsClosed):
        services.save_draft(village_form.id, YEAR, draft, by=clerk("石门村"), at=AT)
    held = opened(village_form)
    services.save_draft(village_form.id, YEAR, draft, by=clerk("石门村"), at=AT)
    services.close_round(held.uuid, by=SYSTEM, at=AT)
    with pytest.raises(RoundIsClosed):
        services.save_draft(village_form.id, YEAR, draft, by=clerk("石门村"), at=AT)


def test_a_clerk_fills_only_the_own_village(party_form, opened, county, clerk, reviewer):
    opened(party_form)
    draft = Draft(county["白沙村"], {"1": "1"})
    with pytest.raises(Forbidden):
        services.save_draft(party_form.id, YEAR, draft, by=clerk("石门村"), at=AT)
    with pytest.raises(Forbidden):
        services.save_draft(party_form.id, YEAR, draft, by=reviewer, at=AT)
    filing = submit(party_form, county["白沙村"], full(party_form), clerk("白沙村"))
    with pytest.raises(Forbidden):
        services.approve_report(filing.uuid, by=clerk("白沙村"), at=later(2))
    assert Filing.objects.get().state == State.SUBMITTED


def test_nobody_approves_the_own_report(party_form, opened, county, clerk, reviewer):
    from dataclasses import replace

    opened(party_form)
    by = clerk("白沙村")
    filing = submit(party_form, county["白沙村"], full(party_form), by)
    both = replace(by, permissions=by.permissions | {"reporting.approve"})
    with pytest.raises(OwnReport):
        services.approve_report(filing.uuid, by=both, at=later(2))


def test_the_second_approver_is_told(party_form, opened, county, clerk, reviewer):
    opened(party_form)
    filing = submit(party_form, county["白沙村"], full(party_form), clerk("白沙村"))
    services.approve_report(filing.uuid, version=filing.version, by=reviewer, at=later(2))
    with pytest.raises(AlreadyApproved):
        services.approve_report(filing.uuid, version=filing.version, by=reviewer, at=later(2))
    with pytest.raises(WrongState):
        services.return_report(filing.uuid, "再核", by=reviewer, at=later(3))


def test_a_stale_version_is_a_clash(party_form, opened, county, clerk):
    opened(party_form)
    by, place = clerk("白沙村"), county["白沙村"]
    first = services.save_draft(party_form.id, YEAR, Draft(place, {"1": "1"}), by=by, at=AT)
    services.save_draft(
        party_form.id, YEAR, Draft(place, {"2": "2"}, version=first.version), by=by, at=AT
    )
    with pytest.raises(Clash):
        services.save_draft(
            party_form.id, YEAR, Draft(place, {"2": "9"}, version=first.version), by=by, at=AT
        )
    kept = queries.filing(first.uuid, to=by, on=DAY)
    assert {code: one.text for code, one in kept.answers.items()} == {"1": "1", "2": "2"}


def test_a_returned_report_carries_its_reason_and_can_be_sent_again(
    party_form, opened, county, clerk, reviewer
):
    opened(party_form)
    by, place = clerk("白沙村"), county["白沙村"]
    filing = submit(party_form, place, full(party_form), by)
    with pytest.raises(NeedReason):
        services.return_report(filing.uuid, " ", by=reviewer, at=later(2))
    back = services.return_report(
        filing.uuid, "第1项请核实", cells={"1": "与去年差异大"}, by=reviewer, at=later(2)
    )
    assert (back.state, back.remarks) == (State.RETURNED, {"1": "与去年差异大"})
    again = submit(party_form, place, {"1": "2"}, by, 3)
    assert (again.state, again.answers["1"].text) == (State.SUBMITTED, "2")


def test_a_correction_is_marked_and_the_old_value_stands_until_it_is_approved(
    party_form, opened, county, clerk, reviewer
):
    opened(party_form)
    by, place = clerk("白沙村"), county["白沙村"]
    filing = submit(party_form, place, full(party_form, 4), by)
    services.approve_report(filing.uuid, by=reviewer, at=later(2))
    services.correct_report(filing.uuid, {"1": "5"}, "数错了", by=by, at=later(3))
    services.submit_report(filing.uuid, by=by, at=later(4))
    assert value(party_form, "1", place).value == 4
    services.approve_report(filing.uuid, by=reviewer, at=later(5))
    corrected, other = value(party_form, "1", place), value(party_form, "2", place)
    assert (corrected.value, corrected.quality) == (5, Quality.CORRECTED)
    assert (other.value, other.quality) == (4, Quality.REPORTED)


def test_a_reviewer_estimates_only_beside_what_was_reported(
    party_form, opened, county, clerk, reviewer
):
    opened(party_form)
    place = county["白沙村"]
    services.add_estimate(party_form.id, (place, YEAR), ("1", "6"), "按上年", by=reviewer, at=AT)
    assert value(party_form, "1", place).quality == Quality.ESTIMATED
    for minute, text in enumerate(("8", "6"), 1):  # what was said before may be said again
        services.add_estimate(
            party_form.id, (place, YEAR), ("1", text), "按上年", by=reviewer, at=later(minute)
        )
        assert value(party_form, "1", place).value == int(text)
    top = places.place(county["黄埔区"], on=DAY)
    sums = queries.rollup_table(party_form, top, YEAR, as_of=None, to=reviewer)[top.id]["1"]
    assert (sums.mark, sums.reported, sums.estimated) == (Mark.ESTIMATED, 0, 1)
    evidence.drain(at=later(2))
    drawn = services.produce_workbook(party_form.id, top.id, YEAR, by=reviewer, at=later(2))
    notes = "".join(str(c.value) for c in load_workbook(BytesIO(drawn.data))["说明"]["A"])
    assert "其中 1 个村为估计" in notes
    by = clerk("白沙村")
    ask = queries.asks_of_form(party_form, place, YEAR, to=by, on=DAY)["1"]
    assert (ask.confirm, ask.mark) == (
        True,
        Mark.ESTIMATED,
    ) and ask.why == "2026-11-22 估计 6 个，请核对"
    filing = submit(party_form, place, full(party_form, 4, **{"1": "无变化"}), by)
    services.approve_report(filing.uuid, by=reviewer, at=later(2))
    held = value(party_form, "1", place)
    assert (held.value, held.quality) == (6, Quality.REPORTED)  # its own word now
    services.add_estimate(
        party_form.id, (place, YEAR), ("1", "9"), "偏低", by=reviewer, at=later(3)
    )
    assert value(party_form, "1", place).value == 6


def test_a_form_is_asked_of_a_place_once_a_period(party_form, opened, county):
    first = opened(party_form)

    def again(name, period=YEAR):
        return services.open_round(
            "再来一次", [party_form.id], place=county[name], period=period,
            days=(DAY, date(2099, 12, 31)), by=SYSTEM, at=AT,
        )  # fmt: skip

    for name in ("黄埔区", "东岸镇", "广东省"):
        with pytest.raises(AlreadyAsked) as no:
            again(name)
        assert first.title in no.value.words() and "2026" in no.value.words()
    assert again("黄埔区", YEAR - 1000).uuid != first.uuid
    services.close_round(first.uuid, by=SYSTEM, at=later(1))
    assert again("东岸镇").state == "open"
    Admission.objects.update(period=YEAR)
    services.close_round(Round.objects.latest("pk").uuid, by=SYSTEM, at=later(1))
    with pytest.raises(AskedOnce):
        again("东岸镇")


def test_many_are_approved_in_one_act(party_form, opened, county, clerk, reviewer):
    opened(party_form)
    uuids = [
        submit(party_form, county[name], full(party_form, n), clerk(name)).uuid
        for n, name in enumerate(("荔湾村", "石门村", "白沙村"), start=1)
    ]
    done = services.approve_many(uuids, by=reviewer, at=later(2)).done
    assert {one.state for one in done} == {State.APPROVED}
    assert value(party_form, "1", county["白沙村"]).value == 3
    evidence.drain(at=later(3))
    total = observations.rollup(
        [party_form.field("1").element], YEAR, level=3, under=county["黄埔区"], to=SYSTEM
    ).to_pylist()[0]
    assert (total["value"], total["reported"], total["expected"]) == (6, 3, 6)


def test_a_fact_two_forms_ask_is_asked_once(
    village_form, party_form, opened, county, clerk, reviewer
):
    """Two departments ask the same number under other words; the bureau confirms; one element."""
    one, other = village_form.field("141"), village_form.field("144")
    repeat = Repeat.objects.create(source_id=other.id, target_id=one.id, relation="same", score=1)
    services.confirm_match(repeat.pk, by=SYSTEM, at=AT)
    shared = queries.form("GZ-S1-2012", to=SYSTEM, on=DAY)
    assert shared.field("144").element == shared.field("141").element
    held = opened(village_form)
    asked = queries.asks(held, county["石门村"], to=clerk("石门村"), on=DAY)
    assert len(asked) == 103
    both = next(ask for ask in asked if len(ask.fields) == 2)
    assert {field.code for field in both.fields} == {"141", "144"}


def test_the_reports_of_one_act_read_their_form_and_round_once(village_form, opened, county):
    """However many they are."""
    opened(village_form)
    shared = [f'FROM "{one._meta.db_table}"' for one in (Field, Form, Proposal, Round)]
    reads = []
    for names in (["荔湾村"], ["石门村", "水口村", "白沙村"]):
        drafts = [Draft(county[name], full(village_form)) for name in names]
        saved = services.save_drafts(village_form, YEAR, drafts, by=SYSTEM, at=AT)
        with CaptureQueriesContext(connection) as told:
            services.submit_many([one.uuid for one in saved], by=SYSTEM, at=later(1))
        reads.append([sum(table in q["sql"] for q in told.captured_queries) for table in shared])
    one, many = reads
    assert all(0 < b <= a for a, b in zip(one, many, strict=True))


def test_two_questions_never_share_an_element_because_their_codes_read_alike(party_form):
    """`CL01` asks `2-5`, its second sheet `CL01-2` asks `5`: both read `cl01_2_5`."""
    one = queries.draft(party_form.id).fields[0]
    first = Form(code="CL01", version=1, subject="place", period_kind=party_form.period_kind)
    second = Form(code="CL01-2", version=1, subject="place", period_kind=party_form.period_kind)
    wanted, _ = definitions(first, [replace(one, code="2-5"), replace(one, code="2.5")])
    assert wanted["2-5"].code == "cl01_2_5" != wanted["2.5"].code
    values.define_elements([wanted["2-5"]], by=SYSTEM, at=AT)
    again, _ = definitions(first, [replace(one, code="2-5")])
    assert again["2-5"].code == "cl01_2_5"
    other, _ = definitions(second, [replace(one, code="5")])
    assert other["5"].code != "cl01_2_5" and other["5"].code.startswith("cl01_2_5_")
    assert definitions(second, [replace(one, code="5")])[0]["5"].code == other["5"].code
