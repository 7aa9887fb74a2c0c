"""What open pages are told: real sessions, real tasks, a real database."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session

from lingnan.base import clock
from lingnan.kernel.cases import services as cases
from lingnan.kernel.cases.terms import NewTask
from lingnan.kernel.evidence import services as evidence
from lingnan.web.live import reading
from lingnan.web.live.reading import Reader
from lingnan.web.live.terms import Listener
from lingnan.web.progress import Progress

from .conftest import BY, enter, person


@pytest.fixture(autouse=True)
def one_connection(monkeypatch):
    """The test's transaction is its connection; the door's thread has one of its own."""
    monkeypatch.setattr(reading, "close_old_connections", lambda: None)


@pytest.fixture
def open_task(province):
    def opened(place: str, key: str):
        today = clock.today()
        task = NewTask(
            kind="reporting.fill",
            role="village_clerk",
            key=key,
            place=province[place],
            title="填报",
            subject=f"reporting.round:{uuid4()}",
            due_on=today + timedelta(9),
        )
        return cases.open_tasks([task], by=BY, at=clock.now())

    return opened


@pytest.fixture
def clerk(province, client):
    who = person("village_clerk", province["440112012001"])
    enter(client, who)
    return Listener(session=client.session.session_key, lang="zh-hans")


def lines(reader, *listeners, again=False):
    return [(line.event, dict(line.data)) for _, line in reader.turn(listeners, again)]


def test_new_work_is_told_once_to_those_it_is_for(clerk, open_task, django_assert_num_queries):
    reader = Reader()
    assert reader.admit(clerk) and clerk.account
    ((event, first),) = lines(reader, clerk)
    assert (event, first["waiting"]) == ("desk", 0)
    open_task("440112012001", "mine")
    ((event, second),) = lines(reader, clerk)
    assert (event, second["waiting"]) == ("desk", 1)
    open_task("440117103201", "theirs")
    assert lines(reader, clerk) == []
    with django_assert_num_queries(1):
        assert lines(reader, clerk) == []


def test_a_page_that_knows_its_desk_is_told_nothing(clerk, open_task):
    open_task("440112012001", "mine")
    reader = Reader()
    ((_, told),) = lines(reader, clerk)
    again = Listener(session=clerk.session, lang="en", stamp=told["stamp"])
    assert lines(Reader(), again) == []


def test_strangers_and_ended_sessions_are_told_that_it_is_over(clerk):
    reader = Reader()
    assert not reader.admit(Listener(session="nobody", lang="en"))
    lines(reader, clerk)
    Session.objects.filter(session_key=clerk.session).delete()
    assert lines(reader, clerk, again=True) == [("end", {})]


def test_listening_does_not_prolong_a_session(clerk, client):
    session = client.session
    session.update({"began": 1_000_000, "seen": 1_000_000, "idle": 1800})
    session.save()
    assert not Reader().admit(clerk)


def test_a_waiting_evidence_without_a_number_wakes_the_reader(clerk, open_task):
    reader = Reader()
    lines(reader, clerk)
    open_task("440112012001", "mine")  # nobody numbered it
    assert lines(reader, clerk)
    evidence.drain(at=clock.now())
    assert lines(reader, clerk) == []


def test_many_listeners_take_turns(clerk, open_task, monkeypatch):
    monkeypatch.setattr(reading, "MOST", 2)
    held = [Listener(session=clerk.session, lang="en") for _ in range(5)]
    reader = Reader()
    told = [len(reader.turn(held, False)) for _ in range(4)]
    assert told == [2, 2, 1, 0]


def test_long_work_is_followed_until_it_is_over(clerk, monkeypatch):
    steps = iter(
        [Progress(1, 3, "一"), Progress(1, 3, "一"), Progress(3, 3, "三", True, "完", "done")]
    )
    asked = []

    def watch(key, to):
        asked.append((key, to.lang))
        return next(steps)

    monkeypatch.setattr(reading, "installed", lambda: [_Declared({"x.work": watch})])
    clerk.watching, reader = "x.work:7", Reader()
    told = [line for _ in range(5) for line in lines(reader, clerk) if line[0] == "work"]
    assert [data["done"] for _, data in told] == [1, 3]
    assert told[-1][1] == {
        "done": 3,
        "total": 3,
        "words": "三",
        "over": True,
        "state": "完",
        "mark": "done",
        "subject": "x.work:7",
    }
    assert asked == [("7", "zh-hans")] * 3


def test_work_of_others_is_not_followed(clerk):
    clerk.watching = "reporting.production:0192f0c1-0000-7000-8000-000000000000"
    assert [event for event, _ in lines(Reader(), clerk)] == ["desk"]
    assert clerk.watching == ""


class _Declared:
    def __init__(self, watches):
        self.watches = watches
