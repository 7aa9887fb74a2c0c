"""Delivery: at least once, in order, each listener at its own pace."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from django.db import transaction

from lingnan.kernel.evidence import queries
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.models import DeadLetter, Event, OutboxCursor
from lingnan.kernel.evidence.services import outbox
from lingnan.kernel.evidence.terms import Drained

from .samples import AT, CLERK, Counted, Moved, counted, drain, keep, subject

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr(outbox, "_listeners", {})


@dataclass
class Ear:
    """Hears; fails while `deaf` holds the amount."""

    heard: list
    deaf: set

    def __call__(self, event, stamp):
        if event.amount in self.deaf:
            raise OSError(f"cannot hear {event.amount}")
        self.heard.append((event.amount, stamp.seq))


@pytest.fixture
def ear():
    made = Ear([], set())
    evidence.listen(Counted, made, name="ear")
    return made


CLERK_ALL = replace(CLERK, labels=frozenset({"public", "internal"}))


def at(seconds):
    return AT + timedelta(seconds=seconds)


def test_a_listener_hears_its_kind_once_and_in_order(ear):
    keep(counted(1, 1), Moved(subject=subject(9), to="x"), counted(2, 2), counted(1, 3))
    assert (drain().delivered, drain().delivered) == (3, 0)
    keep(counted(1, 4))
    drain()
    assert ear.heard == [(1, 1), (2, 3), (3, 4), (4, 5)]
    keep(Moved(subject=subject(9), to="y"))
    drain()
    assert OutboxCursor.objects.get().seq == queries.watermark() == 6
    keep(counted(1, 5), Moved(subject=subject(9), to="z"))
    drain()
    assert OutboxCursor.objects.get().seq == queries.watermark() == 8


def test_what_is_told_is_who_and_when():
    stamps = []
    evidence.listen(Moved, lambda event, stamp: stamps.append((event, stamp)), name="who")
    (pk,) = keep(Moved(subject=subject(1), to="x", place=4))
    drain()
    ((event, stamp),) = stamps
    assert event == Moved(subject=subject(1), to="x", place=4)
    assert (stamp.seq, stamp.event_id, stamp.at, stamp.by) == (1, pk, AT, CLERK.tag())


def test_an_old_version_is_heard_in_the_newest(ear):
    (pk,) = keep(counted())
    Event.objects.filter(pk=pk).update(version=1, facts='{"sum":41}')
    drain()
    assert ear.heard == [(41, 1)]
    (entry,) = queries.history_of(subject(1), to=CLERK_ALL)
    assert (entry.version, entry.event.amount, entry.facts) == (1, 41, {"sum": 41})


def test_a_failure_waits_longer_each_time_and_holds_up_only_its_listener(ear):
    other = Ear([], set())
    evidence.listen(Counted, other, name="other")
    ear.deaf = {2}
    keep(counted(1, 1), counted(1, 2), counted(1, 3))
    assert evidence.drain(at=at(0)) == Drained(3, 4, 0, 1)
    assert evidence.drain(at=at(1)).delivered == 0
    evidence.drain(at=at(2))
    cursor = OutboxCursor.objects.get(listener="ear")
    assert (cursor.seq, cursor.attempts, cursor.retry_at) == (1, 2, at(2 + 6))
    assert "cannot hear 2" in cursor.error
    ear.deaf = set()
    evidence.drain(at=at(8))
    assert [a for a, _ in ear.heard] == [a for a, _ in other.heard] == [1, 2, 3]
    assert OutboxCursor.objects.get(listener="ear").attempts == 0


def bury(ear):
    ear.deaf = {2}
    keep(counted(1, 1), counted(1, 2), counted(1, 3))
    now, dead = AT, 0
    for _ in range(outbox.ATTEMPTS):
        dead += evidence.drain(at=now).dead
        now += timedelta(hours=1)
    assert dead == 1


def test_after_the_last_attempt_the_letter_is_dead_and_the_cursor_moves_on(ear):
    bury(ear)
    assert ear.heard == [(1, 1), (3, 3)]
    (letter,) = queries.dead_letters(to=CLERK_ALL)
    assert (letter.listener, letter.seq, letter.attempts) == ("ear", 2, outbox.ATTEMPTS)
    assert "cannot hear 2" in letter.error
    assert queries.dead_letters(to=CLERK_ALL, listener="other") == []


def test_a_dead_letter_can_be_delivered_after_all(ear):
    bury(ear)
    letter = DeadLetter.objects.get()
    assert evidence.retry([letter.pk], by=CLERK, at=at(9)) == (0, 1)
    assert len(queries.dead_letters(to=CLERK_ALL)) == 1
    ear.deaf = set()
    assert evidence.retry([letter.pk], by=CLERK, at=at(10)) == (1, 0)
    assert ear.heard[-1] == (2, 2)
    assert queries.dead_letters(to=CLERK_ALL) == []
    with pytest.raises(evidence.NoSuchLetter):
        evidence.retry([letter.pk], by=CLERK, at=at(11))
    told = Event.objects.filter(kind="evidence.deliveries_retried").order_by("pk")
    assert [e.subject_n for e in told] == [1, 2]


def test_a_letter_to_a_listener_that_is_gone_says_so(ear):
    bury(ear)
    evidence.unlisten("ear")
    with pytest.raises(evidence.NoSuchListener):
        evidence.retry([DeadLetter.objects.get().pk], by=CLERK, at=at(9))


def test_what_a_failing_listener_wrote_is_undone():
    def half(event, stamp):
        keep(Moved(subject=subject(2), to="half"))
        raise ValueError("then it failed")

    evidence.listen(Counted, half, name="half")
    keep(counted())
    drain()
    assert not Event.objects.filter(kind=Moved.kind).exists()


def test_what_a_listener_announces_is_heard_in_the_same_drain(ear):
    def answer(event, stamp):
        evidence.record(counted(2, 7), by=CLERK, at=stamp.at)

    evidence.listen(Moved, answer, name="answer")
    keep(Moved(subject=subject(1), to="x"))
    assert drain() == Drained(2, 2, 0, 0)
    assert ear.heard == [(7, 2)]


def test_events_that_answer_each_other_for_ever_do_not_hang_the_drain(monkeypatch):
    monkeypatch.setattr(outbox, "ROUNDS", 10)

    def echo(event, stamp):
        evidence.record(counted(1, event.amount + 1), by=CLERK, at=stamp.at)

    evidence.listen(Counted, echo, name="echo")
    keep(counted())
    assert drain().sequenced == outbox.ROUNDS
    assert drain().sequenced == outbox.ROUNDS


def test_a_new_listener_hears_history_unless_it_asks_not_to():
    keep(counted(1, 1))
    drain()
    old, new = Ear([], set()), Ear([], set())
    evidence.listen(Counted, old, name="old")
    evidence.listen(Counted, new, name="new", history=False)
    drain()
    keep(counted(1, 2))
    drain()
    assert (old.heard, new.heard) == ([(1, 1), (2, 2)], [(2, 2)])


def test_a_thousand_deliveries_cost_few_queries(ear, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(outbox, "BUDGET", 60)
    with transaction.atomic():
        evidence.record_many([counted(n, n) for n in range(1000)], by=CLERK, at=AT)
    evidence.sequence(at=AT)
    with django_assert_max_num_queries(1000 * 2 + 100):  # a savepoint and its release each
        assert drain().delivered == 1000
    assert [seq for _, seq in ear.heard] == list(range(1, 1001))


@dataclass
class Crowd:
    """Hears batches and writes each event down before it looks at the next."""

    calls: list
    deaf: set

    def __call__(self, told):
        self.calls.append([event.amount for event, _ in told])
        for event, stamp in told:
            if event.amount in self.deaf:
                raise OSError(f"cannot hear {event.amount}")
            evidence.record(Moved(subject=subject(9), to=str(event.amount)), by=CLERK, at=stamp.at)

    @staticmethod
    def written():
        facts = Event.objects.filter(kind=Moved.kind).order_by("pk").values_list("facts", flat=True)
        return [int(json.loads(one)["to"]) for one in facts]


@pytest.fixture
def crowd():
    made = Crowd([], set())
    evidence.listen_in_batches(Counted, made, name="crowd")
    return made


def test_a_batch_is_heard_at_once_and_in_order(crowd, monkeypatch):
    monkeypatch.setattr(outbox, "BUDGET", 60)
    keep(*(counted(n % 3, n) for n in range(outbox.CHUNK + 3)))
    assert drain().delivered == outbox.CHUNK + 3
    assert [len(call) for call in crowd.calls] == [outbox.CHUNK, 3]
    assert crowd.written() == list(range(outbox.CHUNK + 3))


@pytest.mark.parametrize("deaf", [{0}, {3}, {6}, {2, 5}])
def test_one_that_fails_holds_up_those_behind_it_and_is_buried_alone(crowd, deaf):
    """What was written before it failed is undone; every other event is heard exactly once."""
    crowd.deaf = deaf
    keep(*(counted(1, n) for n in range(7)))
    first = min(deaf)
    done = evidence.drain(at=at(0))
    assert (done.delivered, done.dead, done.waiting) == (first, 0, 1)
    assert crowd.written() == list(range(first))
    for hour in range(outbox.ATTEMPTS * len(deaf)):
        evidence.drain(at=at(3600 * (hour + 1)))
    assert crowd.written() == [n for n in range(7) if n not in deaf]
    letters = queries.dead_letters(to=CLERK_ALL)
    assert [(one.seq, one.attempts) for one in letters] == [
        (n + 1, outbox.ATTEMPTS) for n in sorted(deaf)
    ]
    crowd.deaf = set()
    assert evidence.retry([one.id for one in letters], by=CLERK, at=at(99)) == (len(deaf), 0)
    assert crowd.calls[-1] == [max(deaf)]


def test_after_a_failure_what_failed_is_tried_by_itself_and_the_rest_at_once(crowd):
    crowd.deaf = {2}
    keep(*(counted(1, n) for n in range(7)))
    evidence.drain(at=at(0))
    crowd.deaf, crowd.calls = set(), []
    evidence.drain(at=at(2))
    assert crowd.calls == [[2], [3, 4, 5, 6]]


def test_names_are_unique(ear):
    evidence.listen(Counted, ear, name="ear")
    with pytest.raises(ValueError, match="ear"):
        evidence.listen(Moved, ear, name="ear")
    assert set(evidence.listeners()) == {"ear"}
