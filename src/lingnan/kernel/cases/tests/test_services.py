"""Open, take, hand on, settle: each deed leaves evidence, and a tampered row is named."""

from datetime import date, timedelta

import pytest

from lingnan.base.actors import PUBLIC
from lingnan.base.errors import Clash, Forbidden, NotFound
from lingnan.kernel.cases import queries, services
from lingnan.kernel.cases.models import Task
from lingnan.kernel.cases.terms import (
    CannotDelegate,
    NeedDelegate,
    NotByHand,
    State,
    TakenByAnother,
    View,
    Which,
)
from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.parties.tests.conftest import events

from .conftest import AT, BY, FAR, ON, OTHER, SUBJECT, TOWN, VILLAGE, new

LATER = AT + timedelta(hours=1)


def found():
    return [(f.noun, f.row) for f in evidence.verify() if f.noun.startswith("cases")]


def test_opening_twice_is_once(tree):
    wanted = [new(tree, "a"), new(tree, "b")]
    assert services.open_tasks(wanted, by=BY, at=AT) == 2
    assert services.open_tasks([*wanted, new(tree, "c")], by=BY, at=LATER) == 1
    assert services.open_tasks(wanted, by=BY, at=LATER) == 0
    assert [e.subject.split(":")[0] for e in events("cases.tasks_opened")] == [
        "cases.act",
        "cases.task",
    ]
    assert found() == []


def test_a_key_that_was_done_is_never_opened_again(tree):
    services.open_tasks([new(tree)], by=BY, at=AT)
    assert services.finish_tasks(Which(keys=["k"]), by=BY, at=AT) == 1
    assert services.open_tasks([new(tree)], by=BY, at=LATER) == 0
    assert services.finish_tasks(Which(keys=["k"]), by=BY, at=LATER) == 0
    assert Task.objects.get().state == State.DONE


def test_a_bad_kind_or_subject_is_a_fault_of_the_program(tree):
    for wrong in ({"kind": "sample.none"}, {"subject": "nothing"}):
        with pytest.raises(ValueError):
            services.open_tasks([new(tree, **wrong)], by=BY, at=AT)
    assert not Task.objects.exists()


def test_only_systems_open_and_settle_tasks_of_others(tree, hat):
    with pytest.raises(Forbidden):
        services.open_tasks([new(tree)], by=hat(), at=AT)
    with pytest.raises(Forbidden):
        services.finish_tasks(Which(subjects=[SUBJECT]), by=hat(), at=AT)


def test_claim_release_and_the_other_of_the_same_post(hat, opened):
    one, other, task = hat(), hat(), opened()
    assert services.claim_task(task, by=one, at=AT).stand.holder == one.duty
    services.claim_task(task, by=one, at=AT)
    assert len(events("cases.task_claimed")) == 1
    with pytest.raises(TakenByAnother):
        services.claim_task(task, by=other, at=AT)
    assert queries.desk(other, ON) == []
    assert [t.uuid for t in queries.desk(other, ON, View.DELEGATED)] == [task]
    services.release_task(task, by=one, at=AT)
    assert len(queries.desk(other, ON)) == 1
    assert found() == []


def test_a_page_that_is_out_of_date_is_refused(hat, opened):
    clerk, task = hat(), opened()
    seen = queries.task(task, to=clerk, on=ON).version
    services.claim_task(task, seen=seen, by=clerk, at=AT)
    with pytest.raises(Clash):
        services.release_task(task, seen=seen, by=clerk, at=AT)


def test_delegated_and_back_again(hat, opened):
    boss, clerk, task = hat("case_reviewer", TOWN), hat(), opened(code=TOWN, role="case_reviewer")
    post = next(p for p in queries.delegates(queries.task(task, to=boss, on=ON), to=boss, on=ON))
    assert post.duty == clerk.duty
    with pytest.raises(NeedDelegate):
        services.delegate_task(task, str(post.uuid), " ", by=boss, at=AT)
    services.delegate_task(task, str(post.uuid), "外出开会", by=boss, at=AT)
    assert queries.desk(boss, ON) == []
    assert [t.reason for t in queries.desk(boss, ON, View.DELEGATED)] == ["外出开会"]
    assert [t.uuid for t in queries.desk(clerk, ON)] == [task]
    back = services.give_back_task(task, by=clerk, at=LATER)
    assert (back.stand.holder, back.stand.delegate, back.reason) == (boss.duty, None, "")
    assert queries.desk(clerk, ON) == []
    [given, returned] = events("cases.task_delegated")
    assert "外出" not in given.facts + returned.facts
    assert found() == []


def test_nobody_delegates_beyond_reach_or_to_who_may_not(tree, hat, opened):
    from lingnan.kernel.parties.models import Duty

    clerk, task = hat(), opened()
    far, guest, above = hat(code=FAR), hat("case_guest"), hat("case_reviewer", TOWN)
    for other in (far, guest, above):
        uuid = str(Duty.objects.get(pk=other.duty).uuid)
        with pytest.raises(CannotDelegate):
            services.delegate_task(task, uuid, "请代办", by=clerk, at=AT)


def test_by_hand_only_where_the_kind_allows(hat, opened):
    clerk, boss = hat(), hat("case_reviewer", TOWN)
    services.finish_task(opened("a"), by=clerk, at=AT)
    assert [t.key for t in queries.desk(clerk, ON, View.DONE)] == ["a"]
    review = opened("b", kind="sample.review", role="case_reviewer", code=TOWN)
    with pytest.raises(NotByHand):
        services.finish_task(review, by=boss, at=AT)
    assert found() == []


def test_what_happened_settles_whoever_holds_it(tree, hat, opened):
    services.claim_task(opened("a"), by=hat(), at=AT)
    opened("b", subject=OTHER)
    assert services.withdraw_tasks(Which(subjects=[SUBJECT]), "round_closed", by=BY, at=AT) == 1
    assert services.finish_tasks(Which(), by=BY, at=AT) == 0  # nothing named, nothing touched
    assert Task.objects.get(key="b").state == State.OPEN
    assert found() == []


def test_reminding_counts_once_for_one_moment(tree, hat, opened):
    opened()
    for at in (AT, AT, LATER):
        services.remind_tasks(Which(keys=["k"]), by=BY, at=at)
    [task] = queries.desk(hat(), ON)
    assert (task.reminded, task.reminded_at) == (2, LATER)
    assert len(events("cases.tasks_reminded")) == 2
    assert found() == []


def test_a_stranger_and_another_place_meet_nothing(hat, opened):
    task = opened()
    for who in (PUBLIC, hat(code=FAR), hat("case_guest")):
        with pytest.raises(NotFound):
            queries.task(task, to=who, on=ON)
        with pytest.raises(NotFound):
            services.claim_task(task, by=who, at=AT)
        assert queries.desk(who, ON) == []
        assert queries.counts(who, ON).waiting == 0


@pytest.mark.parametrize(
    "change",
    [
        {"state": State.DONE, "closed_at": AT},
        {"due_on": date(2030, 1, 1)},
        {"title": "别的"},
        {"reminded": 9},
        {"effect": 9},
        {"key": "other"},
    ],
)
def test_a_tampered_task_is_named(tree, change):
    services.open_tasks([new(tree, f"k{n}") for n in range(3)], by=BY, at=AT)
    assert found() == []
    Task.objects.filter(key="k1").update(**change)
    [(noun, shown)] = found()
    assert noun == "cases.task" and change.get("key", "k1") in shown


def test_a_deleted_task_is_named(tree):
    services.open_tasks([new(tree, f"k{n}") for n in range(3)], by=BY, at=AT)
    Task.objects.filter(key="k1").delete()
    assert [noun for noun, _ in found()] == ["cases.task"]


def test_a_task_left_by_its_holder_waits_for_the_successor(tree, hat, opened):
    from lingnan.kernel.parties import services as people

    before, task = hat(), opened()
    services.claim_task(task, by=before, at=AT)
    people.end_duty(before.duty, on=ON, by=BY, at=AT)
    after = hat()
    assert [t.uuid for t in queries.desk(after, ON)] == [task]
    assert services.claim_task(task, by=after, at=AT).stand.holder == after.duty


def test_a_stand_in_sees_the_desk_of_whom_she_covers(tree, hat, opened):
    from lingnan.kernel.parties import queries as parties
    from lingnan.kernel.parties import services as people

    clerk, other = hat(code=VILLAGE), hat(code=FAR)
    people.cover_absence(
        clerk.duty, other.party, valid_from=ON, valid_to=ON + timedelta(days=3), reason="学习",
        by=BY, at=AT,
    )  # fmt: skip
    task = opened()
    covering = parties.actor_of(other.account, duty=clerk.duty, at=AT)
    assert [t.uuid for t in queries.desk(covering, ON)] == [task]
    services.claim_task(task, by=covering, at=AT)
    assert [t.uuid for t in queries.desk(clerk, ON)] == [task]  # one post, whoever wears its hat
    assert queries.desk(other, ON) == []
