"""A new form beside those in force: its verdict is what the plan asks; two persons let it in."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingnan.base.errors import Forbidden, Invalid
from lingnan.base.tests.rounds import rounds
from lingnan.kernel.evidence.queries import verify
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Admission, AdmissionVote, Field, Form, Objection
from lingnan.systems.reporting.terms.admission import (
    Conditions,
    Held,
    ObjectionKind,
    Ruling,
    Standing,
)
from lingnan.systems.reporting.terms.planning import Means
from lingnan.systems.reporting.terms.refusals import (
    AdmissionClosed,
    AlreadyAnswered,
    AlreadyOffered,
    ConditionsChanged,
    NeedReason,
    NoPerson,
    NotAdmitted,
    NotImpartial,
    SamePerson,
    ShortNotice,
)

from .conftest import AT, DAY, SYSTEM, YEAR, bureau, later, let_in, wearing
from .planned import made, say

Offer = services.Offer
OFFICE = frozenset({"reporting.read", "reporting.register"})


@pytest.fixture
def place(county):
    services.load_content(by=SYSTEM, at=AT)
    return county["广东省"]


@pytest.fixture
def office(place):
    return wearing(700, "department", place, OFFICE)


@pytest.fixture
def in_use(place):
    """Persons in total and by sex, with the sum accepted; births."""
    one = made("F1", ["persons", "men", "women"], sums=[("persons", ("men", "women"))])
    two = made("F2", ["persons", "births"])
    services.decide_sum(one.id, "A1", accept=True, by=SYSTEM, at=AT)
    let_in(one, two, place=place)
    return one, two


def offered(form, place, office, **said):
    return services.offer_form(
        form.id, Offer("新的工作", **said), place=place, by=office, at=later(1)
    )


def kinds(one):
    return {row.label: row.kind for row in one.verdict.rows}


def beyond(county, forms, new):
    """Field codes of `new` whose fact some village is asked by the plan with it and not without."""
    asked = []
    for chosen in (forms, [*forms, new]):
        found = services.open_round(
            "试", [form.id for form in chosen], place=county["广东省"], period=YEAR,
            days=(DAY, date(2027, 6, 1)), by=SYSTEM, at=later(9),
        )  # fmt: skip
        services.plan_round(found, by=SYSTEM, at=later(9))
        asked.append(
            {
                (village, one.fact)
                for village in ("石门村", "白沙村", "新桥村", "荔湾村", "水口村", "龙潭村")
                for one in queries.plan_of(found, county[village], to=SYSTEM, on=DAY)
                if one.way.means is Means.ASK
            }
        )
        services.close_round(found.uuid, by=SYSTEM, at=later(9))
    facts = {fact for _, fact in asked[1] - asked[0]}
    return {field.code for field in new.asked if field.element_code in facts}


def test_the_verdict_counts_what_is_held_what_follows_and_what_is_new(
    in_use, county, place, office
):
    form = made("N1", ["persons", "men", "women", "police", "pond"])
    for village in ("石门村", "白沙村", "新桥村", "荔湾村", "水口村"):
        say(county, village, "police", 3)
    one = offered(form, place, office)
    told = one.verdict
    assert (told.fields, told.units, told.forms) == (5, 6, 2)
    assert kinds(one)["pond"] is Held.NEW and kinds(one)["persons"] is not Held.NEW
    assert Held.DERIVABLE in kinds(one).values()
    police = next(row for row in told.rows if row.label == "police")
    assert (police.kind, police.known, police.asked) == (Held.NEW, 5, 1)
    assert police.last_period == YEAR and police.last_day == "2026-11-22"
    persons = next(row for row in told.rows if row.label == "persons")
    assert persons.askers == ("F1:A1", "F2:A1")
    assert sum(told.count(kind) for kind in Held) == 5
    # Of six villages one is asked police, all are asked pond: twenty seconds each.
    assert (told.asks, told.seconds_more) == (7, 140)
    assert told.seconds_alone == 5 * 6 * 20
    assert one.decide_by == DAY + timedelta(days=20)
    say(county, "龙潭村", "police", 4)
    again = services.assess_again(one.uuid, by=office, at=later(2))
    assert kinds(again)["police"] is Held.HELD and again.verdict.new == ("A5",)


def test_what_is_new_is_what_the_plan_asks_beyond_the_others(in_use, county, place, office):
    form = made("N1", ["persons", "women", "pond", "herd", "goats", "sheep"],
                sums=[("herd", ("goats", "sheep"))])  # fmt: skip
    hint = form.asked[3].code
    services.decide_sum(form.id, hint, accept=True, by=SYSTEM, at=AT)
    say(county, "石门村", "pond", 2)
    one = offered(form, place, office)
    assert one.verdict.count(Held.NEW) == 3 and one.verdict.count(Held.DERIVABLE) == 1
    for number in (1, 2):
        services.approve_admission(one.uuid, by=bureau(number, place), at=later(3))
    assert set(one.verdict.new) == beyond(county, in_use, form)


FACTS = ["persons", "men", "women", "births", "pond", "herd"]


@settings(
    max_examples=rounds(8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_counts_add_up_and_the_plan_agrees_for_any_form(in_use, county, place, office, data):
    from django.db import transaction

    facts = data.draw(st.lists(st.sampled_from(FACTS), min_size=1, unique=True))
    held = data.draw(st.lists(st.sampled_from(FACTS), unique=True, max_size=3))
    with transaction.atomic():
        form = made("N9", facts)
        for fact in held:
            if fact in facts:
                say(county, "白沙村", fact, 5)
        one = offered(form, place, office)
        assert sum(one.verdict.count(kind) for kind in Held) == len(form.asked)
        for number in (1, 2):
            services.approve_admission(one.uuid, by=bureau(number, place), at=later(3))
        assert set(one.verdict.new) == beyond(county, in_use, form)
        transaction.set_rollback(True)


def test_two_persons_approve_and_the_form_is_numbered(in_use, place, office):
    one = offered(made("N1", ["pond"]), place, office)
    first, second = bureau(1, place), bureau(2, place)
    with pytest.raises(AlreadyOffered):
        services.offer_form(one.form, Offer("再来"), place=place, by=office, at=later(2))
    with pytest.raises(Forbidden):
        services.approve_admission(one.uuid, by=office, at=later(2))
    with pytest.raises(NoPerson):
        services.approve_admission(one.uuid, by=SYSTEM, at=later(2))
    asker = wearing(700, "data_bureau", place, first.permissions)
    with pytest.raises(NotImpartial):
        services.approve_admission(one.uuid, by=asker, at=later(2))
    half = services.approve_admission(one.uuid, by=first, at=later(2))
    assert (half.approvals, half.number) == (1, "")
    with pytest.raises(SamePerson):
        services.approve_admission(one.uuid, by=first, at=later(3))
    with pytest.raises(ConditionsChanged):
        services.approve_admission(one.uuid, seen=0, by=second, at=later(3))
    whole = services.approve_admission(one.uuid, seen=1, by=second, at=later(3))
    assert whole.number == "报表准入〔2026〕3号" and whole.approvals == 2
    assert queries.standing(whole, DAY) is Standing.IN_FORCE
    assert whole.conditions.expires_on == date(2027, 11, 21)
    with pytest.raises(AdmissionClosed):
        services.refuse_admission(one.uuid, "晚了", by=bureau(3, place), at=later(4))


def test_a_refused_form_is_offered_again_with_five_fields(in_use, county, place, office, clerk):
    form = made("N1", ["persons", "men", "women", *(f"n{n}" for n in range(1, 8))])
    one = offered(form, place, office)
    with pytest.raises(NeedReason):
        services.refuse_admission(one.uuid, " ", by=bureau(1, place), at=later(2))
    no = services.refuse_admission(one.uuid, "人口已由民政报送", by=bureau(1, place), at=later(2))
    assert queries.standing(no, DAY) is Standing.REFUSED and no.reason == "人口已由民政报送"
    codes = ("A4", "A5", "A6", "A7", "A8")
    two = offered(form, place, office, only=codes)
    assert two.verdict.fields == 5 and two.verdict.new == codes
    for number in (1, 2):
        done = services.approve_admission(two.uuid, by=bureau(number, place), at=later(3))
    assert done.conditions.only == codes
    found = services.open_round(
        "五项", [form.id, in_use[0].id], place=place, period=YEAR,
        days=(DAY, DAY + timedelta(days=5)), by=SYSTEM, at=later(4),
    )  # fmt: skip
    services.plan_round(found, by=SYSTEM, at=later(4))
    plan = queries.plan_of(found, county["石门村"], to=SYSTEM, on=DAY)
    asked = {one.fact for one in plan if one.way.means is Means.ASK}
    assert {"n1", "n2", "n3", "n4", "n5"} < asked and not asked & {"n6", "n7"}
    load = next(x for x in queries.burden(found, place, to=SYSTEM, on=DAY).forms if x.form == "N1")
    assert (load.load.fields, load.load.asks) == (60, 30)
    by, village = clerk("石门村"), county["石门村"]
    asks = queries.asks_of_form(queries.form("N1", to=by, on=DAY), village, YEAR, to=by, on=DAY)
    assert [code for code, ask in asks.items() if not ask.spared] == list(codes)
    draft = services.Draft(village, dict.fromkeys(codes, "7"))
    saved = services.save_draft(form.id, YEAR, draft, by=by, at=later(5))
    services.submit_report(saved.uuid, by=by, at=later(6))
    assert {f.code for f in Field.objects.filter(form=form.id, is_spared=True)} == {
        "A1", "A2", "A3", "A9", "A10"}  # fmt: skip
    assert not [f for f in verify() if f.noun.startswith("reporting")]


def test_only_forms_in_force_are_asked_and_in_time(county, place):
    form = made("N1", ["pond"])

    def ask(period=YEAR, day=DAY, days=30):
        return services.open_round(
            "轮", [form.id], place=county["黄埔区"], period=period,
            days=(day, day + timedelta(days=days)), by=SYSTEM, at=AT,
        )  # fmt: skip

    with pytest.raises(NotAdmitted, match="没有准入"):
        ask()
    one = services.offer_form(form.id, Offer("要"), place=county["黄埔区"], by=SYSTEM, at=AT)
    terms = Conditions(DAY + timedelta(days=3), date(2027, 3, 31), 10, (), 2026_000)
    for number in (1, 2):
        services.approve_admission(one.uuid, conditions=terms, by=bureau(number, place), at=AT)
    with pytest.raises(NotAdmitted, match="2026-11-25 起"):
        ask()
    with pytest.raises(NotAdmitted, match="2027-03-31 为止，已过期"):
        ask(day=date(2027, 4, 1))
    with pytest.raises(NotAdmitted, match="一次性报表"):
        ask(day=date(2026, 12, 1), period=2027_000)
    with pytest.raises(ShortNotice, match="10 天，现在只有 9 天"):
        ask(day=date(2026, 12, 1), days=9)
    found = ask(day=date(2026, 12, 1), days=10)
    with pytest.raises(NotAdmitted):  # the province is more than the county it was let in for
        services.open_round(
            "省", [form.id], place=place, period=YEAR, days=(date(2026, 12, 1), date(2027, 1, 1)),
            by=SYSTEM, at=AT,
        )  # fmt: skip
    soon = AT + timedelta(days=10)
    services.plan_round(found, by=SYSTEM, at=soon)
    services.withdraw_admission(one.uuid, "工作结束", by=bureau(1, place), at=soon)
    with pytest.raises(NotAdmitted, match="已停用"):
        services.plan_round(found, by=SYSTEM, at=soon)


def test_the_stock_is_let_in_once_by_two_persons(place, office):
    made("N1", ["pond"])
    services.load_content(by=SYSTEM, at=AT)
    with pytest.raises(NoPerson):
        services.admit_existing(place=place, by=SYSTEM, at=later(1))
    with pytest.raises(Forbidden):
        services.admit_existing(place=place, by=office, at=later(1))
    done = services.admit_existing(place=place, by=bureau(1, place), at=later(1))
    assert (done.offered, done.admitted) == (1, 0)
    with pytest.raises(Invalid, match="另一人"):
        services.admit_existing(place=place, by=bureau(1, place), at=later(2))
    assert services.admit_existing(place=place, by=bureau(2, place), at=later(2)).admitted == 1
    late = made("N2", ["herd"])
    Form.objects.filter(pk=late.id).update(registered_at=later(60))
    with pytest.raises(Invalid):
        services.admit_existing(place=place, by=bureau(1, place), at=later(61))


def test_the_catalogue_is_of_a_year_and_as_of_a_day(in_use, place, office):
    one = offered(made("N1", ["pond", "herd"]), place, office)
    terms = Conditions(DAY, date(2027, 6, 30), 5, ("A1",))
    tomorrow = AT + timedelta(days=1)
    for number in (1, 2):
        services.approve_admission(
            one.uuid, conditions=terms, by=bureau(number, place), at=tomorrow
        )
    first = queries.catalogue(2026, to=SYSTEM, on=DAY)
    assert [line.admission.form_code for line in first] == ["F1", "F2"]
    then = queries.catalogue(2027, to=SYSTEM, on=tomorrow.date())
    line = next(line for line in then if line.admission.form_code == "N1")
    assert (line.times, str(line.minutes_alone), str(line.minutes)) == (1, "0.3", "0.7")
    services.withdraw_admission(one.uuid, "不要了", by=office, at=AT + timedelta(days=5))
    assert "N1" not in [
        x.admission.form_code for x in queries.catalogue(2027, to=SYSTEM, on=date(2027, 1, 5))
    ]
    gone = next(
        x for x in queries.catalogue(2026, to=SYSTEM, on=date(2026, 12, 1))
        if x.admission.form_code == "N1"
    )  # fmt: skip
    assert gone.standing is Standing.WITHDRAWN
    assert queries.catalogue(2025, to=SYSTEM, on=DAY) == []


def test_a_renewal_takes_the_place_of_the_admission_before(in_use, place, office):
    one = offered(in_use[1], place, office, only=("A2",))
    for number in (1, 2):
        done = services.approve_admission(one.uuid, by=bureau(number, place), at=later(2))
    held = queries.of_forms([in_use[1].id], DAY)[in_use[1].id]
    assert held.uuid == done.uuid
    assert Admission.objects.filter(form=in_use[1].id, state="withdrawn").count() == 1
    assert not [f for f in verify() if f.noun.startswith("reporting")]


@pytest.mark.parametrize("what", ["vote", "number", "expiry", "added", "spared"])
def test_an_approval_edited_in_the_table_is_named(in_use, place, office, what):
    one = offered(made("N1", ["pond", "herd"]), place, office)
    for number in (1, 2):
        services.approve_admission(one.uuid, by=bureau(number, place), at=later(2))
    assert not [f for f in verify() if f.noun.startswith("reporting")]
    row = Admission.objects.get(uuid=one.uuid)
    if what == "vote":
        AdmissionVote.objects.filter(admission=row, party=801).update(party=999)
    elif what == "number":
        Admission.objects.filter(pk=row.pk).update(number="报表准入〔2026〕99号")
    elif what == "expiry":
        Admission.objects.filter(pk=row.pk).update(expires_on=date(2036, 1, 1))
    elif what == "added":
        AdmissionVote.objects.create(admission=row, version=1, party=803, approves=True, at=AT)
    else:
        Field.objects.filter(form=row.form_id, code="A1").update(is_spared=True)
    [finding] = [f for f in verify() if f.noun.startswith("reporting")]
    assert "被改动" in finding.what


def test_a_clerk_says_a_form_repeats_and_is_answered(in_use, county, place, office, clerk):
    from lingnan.kernel.statutes import services as statutes

    statutes.load_content(by=SYSTEM, at=AT)
    village = county["石门村"]
    plain = clerk("石门村")
    said = services.Saying(ObjectionKind.REPEATS, "和 F1 一样", village)
    with pytest.raises(Forbidden):
        services.object_to_form(in_use[1].id, said, by=plain, at=later(1))
    by = wearing(101, "village_clerk", village, plain.permissions | {"reporting.object"})
    with pytest.raises(Invalid):
        services.object_to_form(
            in_use[1].id, services.Saying(ObjectionKind.REPEATS, " ", village), by=by, at=later(1)
        )
    one = services.object_to_form(in_use[1].id, said, by=by, at=later(1))
    assert [(x.label, x.form, x.other) for x in one.likenesses] == [("persons", "F1", "A1")]
    assert (one.fields, one.due_on) == (2, date(2026, 12, 4))
    with pytest.raises(Forbidden):
        services.answer_objection(one.uuid, Ruling.UPHELD, "是", by=office, at=later(2))
    done = services.answer_objection(
        one.uuid, Ruling.PARTLY, "人口不再填", by=bureau(1, place), at=later(2)
    )
    assert (done.ruling, done.answer) == (Ruling.PARTLY, "人口不再填")
    with pytest.raises(AlreadyAnswered):
        services.answer_objection(one.uuid, Ruling.UPHELD, "又", by=bureau(2, place), at=later(3))
    assert not [f for f in verify() if f.noun.startswith("reporting")]
    Objection.objects.update(answer="别的")
    assert [f.noun for f in verify()] == ["reporting.objection"]


def test_a_form_from_outside_is_read_and_matched_but_not_registered(
    county, place, clerk, party_form
):
    from lingnan.kernel.statutes import services as statutes

    from .conftest import form_file

    statutes.load_content(by=SYSTEM, at=AT)
    let_in(party_form, place=place)
    village = county["石门村"]
    by = wearing(101, "village_clerk", village, frozenset({"reporting.read", "reporting.object"}))
    said = services.Saying(ObjectionKind.UNLISTED, "微信群里发的", village, "某办")
    data = form_file("village_party_organisation.xls")
    one = services.object_to_file(data, "微信收到.xls", said, by=by, at=later(1))
    assert one.fields == len(party_form.asked) and len(one.likenesses) > one.fields * 0.8
    assert {x.form for x in one.likenesses} == {"ZZ-DZZ"}
    assert Form.objects.count() == 1


def test_a_household_form_is_assessed_by_household(in_use, place, office):
    form = made("H1", ["income", "income_two"], subject="household")
    told = offered(form, place, office).verdict
    assert (told.units, told.count(Held.NEW), told.seconds_alone) == (0, 2, 40)


def test_assessing_asks_the_database_as_often_for_many_fields_as_for_few(in_use, place, office):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (1, 2, 40):
        form = made(f"Q{number}", [f"q{number}_{n}" for n in range(number)])
        with CaptureQueriesContext(connection) as caught:
            queries.assess(form, place, to=office, on=DAY)
        counts.append(len(caught))
    assert counts[1] == counts[2] <= 40
