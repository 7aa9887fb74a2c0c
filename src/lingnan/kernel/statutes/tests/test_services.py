import json
from datetime import date, timedelta

import pytest

from lingnan.base.errors import Invalid
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.statutes import queries, services
from lingnan.kernel.statutes.models import Rule
from lingnan.kernel.statutes.rules import clock
from lingnan.kernel.statutes.terms import DayEntry, DayKind, NoRuleInForce, UnknownRegion

from .conftest import AT, BY, LATER

ON = date(2026, 11, 22)

OLD = """
documents: {law: {title: 某法, number: 第1号}}
rules:
- {key: test.term, title: 期限, value: 5, unit: working_days, document: law, article: 第一条,
   verified: true, valid_from: 2020-01-01, valid_to: 2024-01-01}
- {key: test.term, title: 期限, value: 7, unit: working_days, document: law, article: 第一条,
   verified: true, valid_from: 2024-01-01}
- {key: test.table, title: 表, value: [{kind: a, amount: "0.50"}], valid_from: 2024-01-01}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mine.yaml").write_text(OLD, encoding="utf-8")
    return tmp_path


def load(folder, at=AT):
    return services.load_content(folder, by=BY, at=at)


def test_the_shipped_law_cites_its_article(library):
    found = queries.parameter("permits.decision", on=ON)
    assert (found.integer, found.unit) == (20, "working_days")
    assert found.cite == "《中华人民共和国行政许可法》第四十二条第一款"
    assert "二十日内作出行政许可决定" in found.text
    assert queries.parameter("petitions.completion", on=ON).cite.endswith("（未核实）")


def test_no_rule_in_force_before_it_begins_and_after_it_ends(library):
    with pytest.raises(NoRuleInForce) as no:
        queries.parameter("permits.decision", on=date(2004, 6, 30))
    assert no.value.words() == "2004-06-30 没有现行有效的规定：permits.decision"
    assert queries.parameter("permits.decision", on=date(2004, 7, 1)).integer == 20
    assert queries.parameter("registration.validity", on=date(2030, 2, 28)).integer == 3
    with pytest.raises(NoRuleInForce):
        queries.parameter("registration.validity", on=date(2030, 3, 1))
    with pytest.raises(NoRuleInForce):
        queries.parameter("no.such", on=ON)


def test_a_revised_law_is_another_span_of_the_same_key(library):
    def days(on):
        return {row["name"]: row["days"] for row in queries.table("time.public_holidays", on=on)}

    assert days(date(2024, 12, 31))["春节"] == 3
    assert days(date(2025, 1, 1))["春节"] == 4
    assert len(queries.editions("time.public_holidays")) == 2


def test_loading_again_changes_nothing(library, django_assert_max_num_queries):
    assert library.added > 60
    events = Event.objects.count()
    rows = Rule.objects.count()
    before = queries.stamp()
    again = services.load_content(by=BY, at=LATER)
    assert (again.added, again.replaced, again.withdrawn) == (0, 0, 0)
    assert again.unchanged == library.added
    assert not again.changed
    assert (Event.objects.count(), Rule.objects.count(), queries.stamp()) == (events, rows, before)


def test_loading_announces_the_rules_and_each_calendar(library):
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    published = ["statutes.calendar_published"] * 3
    assert kinds == ["statutes.regions_loaded", "statutes.content_loaded", *published]
    published = [json.loads(e.facts) for e in Event.objects.filter(kind__endswith="published")]
    assert {p["region"]: p["years"][-1] for p in published} == {"cn": 2026, "hk": 2026, "mo": 2026}


@pytest.mark.django_db
def test_a_corrected_rule_closes_the_old_row(folder):
    load(folder)
    first = queries.parameter("test.term", on=ON)
    text = OLD.replace("value: 7", "value: 8")
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    done = load(folder, LATER)
    assert (done.added, done.replaced, done.withdrawn, done.unchanged) == (0, 1, 0, 2)
    assert queries.parameter("test.term", on=ON).value == 8
    assert queries.parameter("test.term", on=ON, known_at=AT).value == 7
    assert queries.version(first.id).value == 7
    assert queries.parameter("test.term", on=date(2023, 12, 31)).value == 5
    facts = json.loads(Event.objects.latest("pk").facts)
    assert (facts["replaced"], facts["keys"]) == (1, ["test.term"])


@pytest.mark.django_db
def test_a_rule_that_left_its_file_is_withdrawn_and_other_files_are_left_alone(folder):
    load(folder)
    (folder / "mine.yaml").write_text(OLD.partition("- {key: test.table")[0], encoding="utf-8")
    assert load(folder, LATER).withdrawn == 1
    with pytest.raises(NoRuleInForce):
        queries.table("test.table", on=ON)
    (folder / "mine.yaml").unlink()
    (folder / "other.yaml").write_text("rules: []", encoding="utf-8")
    assert load(folder, LATER).withdrawn == 0
    assert queries.parameter("test.term", on=ON).value == 7


@pytest.mark.django_db
def test_a_key_that_moves_to_another_file_is_one_rule(folder):
    load(folder)
    (folder / "mine.yaml").rename(folder / "yours.yaml")
    done = load(folder, LATER)
    assert (done.added, done.replaced, done.withdrawn, done.unchanged) == (0, 0, 0, 3)


@pytest.mark.django_db
def test_faulty_content_is_refused_whole(folder):
    (folder / "bad.yaml").write_text("rules:\n- {key: x.y, title: t, value: 1.5}\n")
    (folder / "clash.yaml").write_text(
        "rules:\n- {key: test.term, title: t, value: 1, valid_from: 2019-01-01}\n"
    )
    with pytest.raises(Invalid) as no:
        load(folder)
    assert {p.where for p in no.value.problems} == {"bad:x.y", "mine:test.term"}
    assert Rule.objects.count() == 0


@pytest.mark.django_db
def test_numbers_with_a_fraction_come_back_exact(folder):
    load(folder)
    assert str(queries.table("test.table", on=ON)[0]["amount"]) == "0.50"
    with pytest.raises(ValueError, match="no table"):
        queries.table("test.term", on=ON)


def test_publishing_a_year_makes_its_dates_sure_and_tells_so(library):
    before = queries.calendar().add_working_days(date(2026, 12, 28), 5)
    assert before.provisional
    days = [
        DayEntry(date(2027, 1, 1), DayKind.HOLIDAY, "元旦"),
        DayEntry(date(2027, 1, 2), DayKind.HOLIDAY, "元旦"),
        DayEntry(date(2027, 1, 3), DayKind.HOLIDAY, "元旦"),
        DayEntry(date(2026, 12, 27), DayKind.WORKDAY, "元旦"),
    ]
    publish = {"notice": "国办发明电〔2026〕99号", "by": BY, "at": LATER}
    assert services.publish_calendar("cn", 2027, days, **publish)
    after = queries.calendar().add_working_days(date(2026, 12, 28), 5)
    assert not after.provisional
    assert after.day == date(2027, 1, 5)
    assert queries.calendar().works(date(2026, 12, 27))
    assert "国办发明电〔2026〕99号" in after.basis
    event = Event.objects.latest("pk")
    assert event.kind == "statutes.calendar_published"
    assert json.loads(event.facts)["years"] == [2027]
    assert not services.publish_calendar("cn", 2027, days, **publish)
    assert Event.objects.latest("pk") == event


def test_an_amended_notice_replaces_the_year(library):
    publish = {"notice": "n", "by": BY, "at": LATER}
    first = [DayEntry(date(2027, 1, 1), DayKind.HOLIDAY, "元旦")]
    services.publish_calendar("cn", 2027, first, **publish)
    services.publish_calendar(
        "cn", 2027, [*first, DayEntry(date(2027, 1, 4), DayKind.HOLIDAY, "元旦")], **publish
    )
    assert not queries.calendar().works(date(2027, 1, 4))
    years = [y for y in queries.calendar_years() if y.year == 2027]
    assert [(y.days, y.notice) for y in years] == [(2, "n")]


def test_a_notice_of_another_year_is_refused(library):
    publish = {"notice": "n", "by": BY, "at": LATER}
    far = [DayEntry(date(2026, 10, 1), DayKind.HOLIDAY, "国庆")]
    twice = [DayEntry(date(2027, 1, 1), DayKind.HOLIDAY, "元旦")] * 2
    for wrong in (far, twice):
        with pytest.raises(Invalid):
            services.publish_calendar("cn", 2027, wrong, **publish)
    with pytest.raises(UnknownRegion):
        services.publish_calendar("tw", 2027, [], **publish)


def test_the_calendar_is_remembered(library, django_assert_num_queries):
    queries.calendar("mo")
    with django_assert_num_queries(1):
        assert queries.calendar("mo").is_working_day(date(2026, 2, 16)).half
    with pytest.raises(UnknownRegion):
        queries.calendar("tw")


def test_the_clock_by_the_law_in_force(library):
    day = date(2026, 2, 10)
    terms = [
        queries.parameter(f"permits.{k}", on=day).term for k in ("acceptance_notice", "decision")
    ]
    calendar = queries.calendar()
    it = clock.accept(clock.start(day, *terms), day, calendar)
    due = clock.due(it, calendar)
    assert due.day == date(2026, 3, 16)
    assert due.basis[0] == "《中华人民共和国行政许可法》第四十二条第一款"
    assert any("gov.cn" in words for words in due.basis)
    petition = queries.parameter("petitions.completion", on=day).term
    assert calendar.due(day, petition).day == day + timedelta(days=62)  # 11 April is a Saturday
