"""From accounts and hats to actors: dates, stand-ins, splits, administrators, merges."""

from datetime import timedelta

import pytest

from lingnan.base.errors import Invalid, NotFound
from lingnan.kernel.parties import queries, services
from lingnan.kernel.parties.terms import AccountState
from lingnan.kernel.places import services as divisions
from lingnan.kernel.places.terms import Part

from .conftest import AT, BY, DAY, TODAY, at_once, events

pytestmark = pytest.mark.django_db
CITY, COUNTY, TOWN = "440100000000", "440117000000", "440117103000"
VILLAGE, ELSEWHERE = "440117103201", "441900003001"


def give(party, role="village_clerk", **more):
    return services.give_duty(party, role, **{"valid_from": TODAY, "by": BY, "at": AT, **more})


def person(name="乙某"):
    return services.create_person(name, by=BY, at=AT).id


def actor(clerk, days=0, **more):
    return queries.actor_of(clerk.account, at=AT + days * DAY, **more)


def test_an_actor_reaches_what_its_duty_governs(clerk, tree):
    duty = give(clerk.party, "county_reviewer", place=tree[COUNTY])
    found = actor(clerk, channel="api", lang="en")
    assert (found.party, found.account, found.duty) == (clerk.party, clerk.account, duty)
    assert (found.role, found.channel, found.lang) == ("county_reviewer", "api", "en")
    assert found.may("reporting.review")
    assert not found.may("reporting.fill")
    reached = {code for code, place in tree.items() if found.reaches(place, TODAY)}
    assert reached == {code for code in tree if code.startswith("440117")}
    assert "甲" not in found.tag()


def test_few_queries_make_an_actor(clerk, tree, django_assert_max_num_queries):
    give(clerk.party, place=tree[COUNTY])
    actor(clerk)  # the runs of a place are remembered until the tree changes
    with django_assert_max_num_queries(3):
        actor(clerk)
    holder = give(person(), place=tree[TOWN])
    services.cover_absence(
        holder,
        clerk.party,
        valid_from=TODAY,
        valid_to=TODAY + DAY,
        reason="休假",
        by=BY,
        at=AT,
    )
    actor(clerk, duty=holder)
    with django_assert_max_num_queries(4):
        actor(clerk, duty=holder)


def test_a_duty_counts_from_its_first_day_until_the_day_before_its_end(clerk, tree):
    duty = give(clerk.party, place=tree[TOWN], valid_from=TODAY + DAY, valid_to=TODAY + 3 * DAY)
    seen = [[hat.duty for hat in queries.hats(clerk.account, on=TODAY + n * DAY)] for n in range(4)]
    assert seen == [[], [duty], [duty], []]


def test_an_office_reads_what_was_reported_before_its_holder_came(clerk, tree):
    give(clerk.party, place=tree[TOWN], valid_from=TODAY, valid_to=TODAY + 3 * DAY)
    found = actor(clerk)
    assert found.reaches(tree[VILLAGE], TODAY - 365 * DAY)
    assert not found.reaches(tree[VILLAGE], TODAY + 3 * DAY)


def test_a_duty_that_ended_yesterday_gives_no_scope(clerk, tree):
    duty = give(clerk.party, place=tree[TOWN], valid_from=TODAY - 9 * DAY)
    worn = actor(clerk)
    services.end_duty(duty, on=TODAY, by=BY, at=AT)
    bare = actor(clerk)
    assert (bare.scopes, bare.permissions, bare.role) == ((), frozenset(), "")
    with pytest.raises(queries.NotYourHat):
        actor(clerk, duty=duty)
    assert worn.reaches(tree[TOWN], TODAY)  # made before the end was known


def test_an_actor_made_today_does_not_reach_beyond_the_end_of_its_duty(clerk, tree):
    give(clerk.party, place=tree[TOWN], valid_to=TODAY + 2 * DAY)
    found = actor(clerk)
    assert found.reaches(tree[TOWN], TODAY + DAY)
    assert not found.reaches(tree[TOWN], TODAY + 2 * DAY)
    told = queries.decide(found, "reporting.fill", tree[TOWN], TODAY + 2 * DAY)
    assert told.why_code == "scope_ended"


def test_a_split_changes_tomorrows_reach_and_not_todays(clerk, tree):
    give(clerk.party, "county_reviewer", place=tree[COUNTY])
    assert actor(clerk).reaches(tree[VILLAGE], TODAY + DAY)
    part = Part(name="温泉区", code="440119", children=(tree[TOWN],))
    (new,) = divisions.split_place(tree[COUNTY], [part], on=TODAY + DAY, by=BY, at=AT)
    found = actor(clerk)
    assert found.reaches(tree[VILLAGE], TODAY)
    assert not found.reaches(tree[VILLAGE], TODAY + DAY)
    assert not found.reaches(new, TODAY + DAY)
    assert found.reaches(tree["440117001001"], TODAY + DAY)


def test_every_hat_is_offered_and_the_oldest_is_worn(clerk, tree):
    second = give(clerk.party, "county_reviewer", place=tree[COUNTY])
    first = give(clerk.party, place=tree[TOWN], valid_from=TODAY - 5 * DAY)
    found = queries.hats(clerk.account, on=TODAY)
    assert [(h.duty, h.title, h.place_name) for h in found] == [
        (first, "村级填报员", "温泉镇"),
        (second, "县级审核员", "从化区"),
    ]
    assert actor(clerk).duty == first
    assert actor(clerk, duty=second).role == "county_reviewer"


def test_nobody_wears_anothers_hat(clerk, tree):
    duty = give(person(), place=tree[TOWN])
    with pytest.raises(queries.NotYourHat):
        actor(clerk, duty=duty)


def test_a_stand_in_wears_the_hat_for_the_days_agreed_and_says_for_whom(clerk, tree):
    absent = person("丙某")
    duty = give(absent, "county_reviewer", place=tree[COUNTY])
    days = {"valid_from": TODAY + DAY, "valid_to": TODAY + 3 * DAY}
    services.cover_absence(duty, clerk.party, **days, reason="外出学习", by=BY, at=AT)
    for n, worn in ((0, False), (1, True), (2, True), (3, False)):
        hats = queries.hats(clerk.account, on=TODAY + n * DAY)
        assert bool(hats) is worn
    assert actor(clerk, days=1).role == ""  # never by itself
    found = actor(clerk, days=1, duty=duty)
    assert (found.on_behalf_of, found.role) == (absent, "county_reviewer")
    assert f"for:{absent}" in found.tag()
    assert found.reaches(tree[VILLAGE], TODAY + 2 * DAY)
    assert not found.reaches(tree[VILLAGE], TODAY + 3 * DAY)
    assert events("parties.absence_covered")[0].place_id == tree[COUNTY]


def test_a_cover_ends_early_or_with_the_duty(clerk, tree):
    duty = give(person("丙某"), place=tree[TOWN])
    days = {"valid_from": TODAY, "valid_to": TODAY + 30 * DAY}
    cover = services.cover_absence(duty, clerk.party, **days, reason="病假", by=BY, at=AT)
    services.end_cover(cover, on=TODAY + 5 * DAY, by=BY, at=AT)
    assert actor(clerk, days=4, duty=duty)
    with pytest.raises(queries.NotYourHat):
        actor(clerk, days=5, duty=duty)
    services.end_duty(duty, on=TODAY + 2 * DAY, by=BY, at=AT)
    assert queries.hats(clerk.account, on=TODAY + 3 * DAY) == []


def test_absences_that_cannot_be_covered(clerk, tree):
    holder = person("丙某")
    duty = give(holder, place=tree[TOWN], valid_to=TODAY + 10 * DAY)

    def cover(stand_in, begin=0, end=2, reason="休假", of=duty):
        services.cover_absence(
            of,
            stand_in,
            valid_from=TODAY + begin * DAY,
            valid_to=TODAY + end * DAY,
            reason=reason,
            by=BY,
            at=AT,
        )

    office = services.create_organisation("某镇统计站", by=BY, at=AT).id
    for wrong in (
        lambda: cover(holder),
        lambda: cover(office),
        lambda: cover(clerk.party, 2, 2),
        lambda: cover(clerk.party, reason=" "),
    ):
        with pytest.raises(Invalid):
            wrong()
    with pytest.raises(services.DutyOver):
        cover(clerk.party, 8, 11)
    cover(clerk.party, 0, 3)
    with pytest.raises(services.AlreadyCovered):
        cover(person(), 2, 4)
    cover(person(), 3, 4)


def test_the_same_duty_is_not_given_twice_and_nothing_is_given_wrongly(clerk, tree):
    give(clerk.party, place=tree[TOWN])
    with pytest.raises(services.DutyAlreadyHeld):
        give(clerk.party, place=tree[TOWN], valid_from=TODAY + 9 * DAY)
    with pytest.raises(Invalid) as no:
        give(clerk.party, "king", valid_to=TODAY, department=clerk.party)
    assert {p.where for p in no.value.problems} == {"role", "valid_to", "department"}
    with pytest.raises(NotFound):
        give(clerk.party, place=9_999)


def test_a_duty_given_by_mistake_leaves_an_empty_period(clerk, tree):
    duty = give(clerk.party, place=tree[TOWN])
    services.end_duty(duty, on=TODAY, by=BY, at=AT)
    assert queries.hats(clerk.account, on=TODAY) == []
    give(clerk.party, place=tree[TOWN])
    with pytest.raises(services.DutyOver):
        services.end_duty(duty, on=TODAY + DAY, by=BY, at=AT)


def test_one_party_is_one_administrator_and_the_refusal_is_evidence(clerk):
    give(clerk.party, "system_admin", valid_to=TODAY + 30 * DAY)
    with pytest.raises(services.AdministratorsMustDiffer) as no:
        give(clerk.party, "audit_admin")
    assert "系统管理员" in no.value.words()
    assert no.value.basis == "GB/T 22239-2019 8.1.5"
    assert '"held":"system_admin"' in events("parties.duty_refused")[0].facts
    give(clerk.party, "village_clerk")
    give(clerk.party, "audit_admin", valid_from=TODAY + 30 * DAY)


def test_a_stand_in_or_a_merge_makes_no_second_administrator(clerk):
    give(clerk.party, "system_admin")
    other = person("丁某")
    duty = give(other, "security_admin")
    with pytest.raises(services.AdministratorsMustDiffer):
        services.cover_absence(
            duty,
            clerk.party,
            valid_from=TODAY,
            valid_to=TODAY + DAY,
            reason="休假",
            by=BY,
            at=AT,
        )
    with pytest.raises(services.AdministratorsMustDiffer):
        services.merge_parties(other, clerk.party, on=TODAY, by=BY, at=AT)
    assert len(events("parties.duty_refused")) == 1


@pytest.mark.django_db(transaction=True)
def test_two_administrators_roles_given_at_once_make_one(file_database):
    party = file_database.party
    calls = [lambda role=role: give(party, role) for role in ("system_admin", "audit_admin")]
    said = at_once(*calls)
    assert sum(isinstance(one, services.AdministratorsMustDiffer) for one in said) == 1
    assert sum(isinstance(one, int) for one in said) == 1


def test_an_unknown_or_closed_account_is_no_actor(clerk):
    with pytest.raises(queries.AccountNotOpen):
        queries.actor_of(999, at=AT)
    services.change_state(clerk.account, AccountState.SUSPENDED, by=BY, at=AT)
    with pytest.raises(queries.AccountNotOpen):
        actor(clerk)
    assert queries.hats(clerk.account, on=TODAY) == []


def test_a_token_wears_only_the_hat_it_is_bound_to(clerk, tree):
    first, second = (give(clerk.party, place=tree[code]) for code in (TOWN, ELSEWHERE))
    new = services.issue_token(clerk.account, name="接口", duty=second, by=BY, at=AT)
    assert queries.actor_of_token(new.text, at=AT).duty == second
    with pytest.raises(queries.NotYourHat):
        queries.actor_of_token(new.text, duty=first, at=AT)
    with pytest.raises(queries.NotYourHat):
        services.issue_token(clerk.account, name="接口", duty=first + 99, by=BY, at=AT)


def test_the_decision_names_who_may_and_which_place(clerk, tree):
    give(clerk.party, place=tree[TOWN])
    found = actor(clerk)
    assert queries.decide(found, "reporting.fill", tree[VILLAGE], TODAY).allowed
    assert "县级审核员" in queries.decide(found, "reporting.review").why_words
    assert "岗贝社区" in queries.decide(found, "reporting.fill", tree[ELSEWHERE], TODAY).why_words
    with pytest.raises(ValueError, match="day"):
        queries.decide(found, "reporting.fill", tree[TOWN])


def test_roles_of_several_systems_add_up():
    services.register_roles({"shared_role": frozenset({"a.one"})}, {"shared_role": {"personal"}})
    services.register_roles({"shared_role": frozenset({"b.two"})})
    assert queries.permissions_of("shared_role") == {"a.one", "b.two"}
    assert "personal" in queries.labels_of("shared_role")


def test_a_merged_party_wears_both_records_hats_and_undoing_parts_them(clerk, tree):
    double, third = person("甲某某"), person("甲某某")
    duty = give(double, place=tree[TOWN])
    inner = services.merge_parties(third, double, on=TODAY, by=BY, at=AT)
    outer = services.merge_parties(double, clerk.party, on=TODAY, by=BY, at=AT)
    assert actor(clerk).duty == duty
    assert {p.alias_of for p in queries.parties([double, third]).values()} == {clerk.party}
    with pytest.raises(services.NotTheSame):
        services.merge_parties(double, clerk.party, on=TODAY, by=BY, at=AT)
    services.undo_merge(outer, by=BY, at=AT + timedelta(hours=1))
    assert queries.hats(clerk.account, on=TODAY) == []
    found = queries.parties([double, third])
    assert (found[double].alias_of, found[third].alias_of) == (None, double)
    services.undo_merge(inner, by=BY, at=AT)
    assert queries.parties([third])[third].alias_of is None
    with pytest.raises(NotFound):
        services.undo_merge(inner, by=BY, at=AT)
    assert [e.kind for e in events("parties.merge_undone")] == ["parties.merge_undone"] * 2
