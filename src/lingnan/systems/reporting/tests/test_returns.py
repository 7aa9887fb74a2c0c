"""What a department holds comes down as proposals: checked by the village, never written over."""

from datetime import date
from decimal import Decimal

import pytest

from lingnan.base.errors import Forbidden, Invalid, NotFound
from lingnan.kernel.evidence.queries import verify
from lingnan.kernel.observations import queries as observations
from lingnan.systems.reporting import services
from lingnan.systems.reporting.queries import ledgers as seen
from lingnan.systems.reporting.services import ledgers
from lingnan.systems.reporting.terms.ledgers import Answered, Proposed, Reply
from lingnan.systems.reporting.terms.planning import Means

from .conftest import AT, DAY, SYSTEM, YEAR, wearing
from .ledgered import citizen, lines, load
from .planned import made, planned, say
from .test_ledgers import homes, people

CARDS = lines(
    ("村代码", "姓名", "公民身份号码", "残疾等级", "死亡日期", "迁往"),
    ("440112001201", "甲二", citizen("1950-02-28", 2), "二级", "", ""),
    ("440112001201", "乙一", citizen("1940-01-01", 5), "", "2026-11-01", ""),
    ("440112001202", "丙一", citizen("1980-05-05", 7), "", "", "440112001201"),
    ("440112001202", "新人", citizen("1999-09-09", 1), "一级", "", ""),
    ("440112001202", "丙二", citizen("1946-12-31", 8), "无", "", ""),
    ("440112001201", "甲三", "", "三级", "", ""),
    ("", "没处找", "", "三级", "", ""),
    ("440112001202", "号码错", "449900198001010000", "三级", "", ""),
)
SENT = ledgers.Sent("canlian", "残疾人证", date(2026, 11, 1))


@pytest.fixture
def sent(county):
    load(county["黄埔区"], SYSTEM, AT)
    info = ledgers.send_return("person", CARDS, "c.csv", county["黄埔区"], SENT, by=SYSTEM, at=AT)
    return county, info


def queue(to=SYSTEM, **given):
    return {one.name: one for one in seen.returned_rows(to=to, on=DAY, **given)}


def answer(name, reply, **given):
    ledgers.answer_return(queue()[name].id, reply, by=SYSTEM, at=AT, **given)


def test_rows_are_proposals_and_nothing_is_changed(sent):
    county, info = sent
    told = {name: (one.proposed, dict(one.changes)) for name, one in queue().items()}
    assert told["甲二"] == (Proposed.CHANGED, {"disability": ("0", "2")})
    assert told["乙一"][0] is Proposed.DIED
    assert told["丙一"][0] is Proposed.MOVED
    assert told["新人"][0] is Proposed.NEW
    assert "丙二" not in told  # the same as held
    assert queue()["甲三"].doubt
    assert info.counts == {"waiting": 5, "same": 1, "faults": 2}
    assert people(county["荔湾村"])["甲二"].data["disability"] == "0"
    again = ledgers.send_return("person", CARDS, "c.csv", county["黄埔区"], SENT, by=SYSTEM, at=AT)
    assert again.repeated
    assert again.uuid == info.uuid


def test_a_village_takes_over_what_is_right(sent):
    county, info = sent
    answer("甲二", Reply.ACCEPTED)
    answer("乙一", Reply.ACCEPTED)
    answer("新人", Reply.ACCEPTED, more={"household": "1"})
    with pytest.raises(Invalid):
        answer("丙一", Reply.ACCEPTED)
    answer("丙一", Reply.ACCEPTED, more={"household": homes(county["荔湾村"])["1"].uuid})
    place = county["荔湾村"]
    assert people(place)["甲二"].data["disability"] == "2"
    assert people(place, date(2026, 10, 31))["甲二"].data["disability"] == "0"
    assert "乙一" not in people(place)
    assert "丙一" in people(place)
    assert people(county["石门村"])["新人"].data["disability"] == "1"
    told = seen.history(people(place)["甲二"].uuid, to=SYSTEM, on=DAY)
    assert (told[0].source, told[0].reason) == ("return:canlian", "残疾人证")
    heard, left = seen.returned(info.uuid, to=SYSTEM, on=DAY)
    assert heard.counts == {"accepted": 4, "waiting": 1, "same": 1, "faults": 2}
    assert [one.name for one in left] == ["甲三"]
    assert not [f for f in verify() if f.noun.startswith(("reporting", "observations"))]


def test_a_refusal_needs_a_reason_and_an_answer_stands(sent):
    _, info = sent
    with pytest.raises(Invalid):
        answer("甲二", Reply.REFUSED)
    row = queue()["甲二"].id
    ledgers.answer_return(row, Reply.REFUSED, reason="证已注销", by=SYSTEM, at=AT)
    with pytest.raises(Answered):
        ledgers.answer_return(row, Reply.ACCEPTED, by=SYSTEM, at=AT)
    answer("新人", Reply.NOT_OURS)
    heard, left = seen.returned(info.uuid, to=SYSTEM, on=DAY)
    assert heard.counts["refused"] == heard.counts["not_ours"] == 1
    assert {one.name: one.reason for one in left}["甲二"] == "证已注销"


def test_only_the_village_itself_answers_and_only_its_sender_hears(sent):
    county, info = sent
    keep = frozenset({"reporting.read", "reporting.keep"})
    other = wearing(2, "village_clerk", county["水口村"], keep)
    with pytest.raises(NotFound):
        ledgers.answer_return(queue()["甲二"].id, Reply.NOT_OURS, by=other, at=AT)
    assert queue(to=other) == {}
    away = wearing(3, "department", county["黄埔区"], frozenset({"reporting.send_back"}))
    with pytest.raises(NotFound):
        seen.returned(info.uuid, to=away, on=DAY)
    with pytest.raises(Forbidden):
        seen.returns(to=other, on=DAY)


def test_the_oldest_wait_longest(sent):
    late = seen.returned_rows(to=SYSTEM, on=date(2026, 12, 2))
    assert {one.days for one in late} == {10}


def test_facts_of_villages_are_known_unless_somebody_said_otherwise(county, opened):
    form = made("RET", ["subsidies", "persons"])
    say(county, "荔湾村", "persons", 430, source="form:OTHER")
    data = lines(
        ("村代码", "数据项", "报告期", "数值"),
        ("440112001201", "subsidies", "2026", "17"),
        ("440112001201", "persons", "2026", "431"),
        ("440112001201", "parrots", "2026", "1"),
        ("440112001202", "subsidies", "2026", "many"),
    )
    sent = ledgers.Sent("minzheng", "补贴发放", DAY)
    info = ledgers.send_values(data, "v.csv", county["黄埔区"], sent, by=SYSTEM, at=AT)
    assert info.counts == {"accepted": 1, "waiting": 1, "faults": 2}
    found = opened(form)
    services.plan_round(found, by=SYSTEM, at=AT)
    plan = planned(found, county, village="荔湾村")
    assert plan["subsidies"].way.means is Means.RETURNED
    table = observations.values(["persons"], [YEAR], places=[county["荔湾村"]], to=SYSTEM, on=DAY)
    assert table["value"].to_pylist() == [Decimal(430)]
    row = seen.returned_rows(to=SYSTEM, on=DAY)[0]
    assert list(row.changes.values()) == [("430", "431")]
