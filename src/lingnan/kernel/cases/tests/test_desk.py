"""Order, pages, counts, departments; and a province full of tasks at once."""

import time
from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingnan.kernel.cases import queries, services
from lingnan.kernel.cases.models import Task
from lingnan.kernel.cases.terms import View, Which
from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.parties import services as people

from .conftest import AT, BY, ON, VILLAGE, new

DUE = st.tuples(st.integers(-3, 3), st.integers(0, 2))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(DUE, max_size=12), st.integers(1, 4))
def test_pages_in_order_hold_every_task_once(tree, hat, found, size):
    Task.objects.all().delete()
    who = hat()
    wanted = [
        new(tree, f"k{n}", due_on=ON + timedelta(days), effect=effect)
        for n, (days, effect) in enumerate(found)
    ]
    services.open_tasks(wanted, by=BY, at=AT)
    seen, after = [], None
    while page := queries.desk(who, ON, after=after, limit=size):
        seen += page
        after = queries.key_of(page[-1], View.WAITING)
    order = [(t.due_on, -t.effect, t.id) for t in seen]
    assert order == sorted(order) and len(seen) == len(found)
    told = queries.counts(who, ON)
    assert told.waiting == len(found)
    assert told.overdue == sum(days < 0 for days, _ in found)


def test_done_pages_are_the_latest_first(tree, hat):
    services.open_tasks([new(tree, f"k{n}") for n in range(5)], by=BY, at=AT)
    for n in range(5):
        services.finish_tasks(Which(keys=[f"k{n}"]), by=BY, at=AT + timedelta(minutes=n // 2))
    who, seen, after = hat(), [], None
    while page := queries.desk(who, ON, View.DONE, after=after, limit=2):
        seen += [t.key for t in page]
        after = queries.key_of(page[-1], View.DONE)
    assert seen == ["k4", "k3", "k2", "k1", "k0"]
    assert queries.counts(who, ON).done == 5


def test_a_task_of_a_department_waits_there_only(tree, hat):
    office = people.create_organisation("某局", kind="department", by=BY, at=AT)
    inside, outside = hat(department=office.id), hat()
    services.open_tasks([new(tree, department=office.id)], by=BY, at=AT)
    assert (queries.counts(inside, ON).waiting, queries.counts(outside, ON).waiting) == (1, 0)


def test_the_stamp_changes_with_any_move_and_the_counts_are_one_query(tree, hat):
    who = hat()
    services.open_tasks([new(tree, "a")], by=BY, at=AT)
    with CaptureQueriesContext(connection) as asked:
        before = queries.counts(who, ON)
    assert len(asked) == 1
    assert queries.counts(who, ON) == before
    services.finish_tasks(Which(keys=["a"]), by=BY, at=AT)
    services.open_tasks([new(tree, "b")], by=BY, at=AT)
    assert queries.counts(who, ON).stamp != before.stamp


def test_a_province_full_of_tasks_is_opened_at_once(tree, hat):
    """26,775 villages: a handful of queries. Two to three seconds of a processor, printed here."""
    wanted = [new(tree, f"k{n:05}", due_on=date(2026, 11, 30)) for n in range(26_775)]
    with CaptureQueriesContext(connection) as asked:
        begun = time.process_time()
        assert services.open_tasks(wanted, by=BY, at=AT) == 26_775
        took = time.process_time() - begun
    assert len(asked) <= 20
    assert took < 15  # seconds of this process alone: other programs do not count
    assert queries.counts(hat(code=VILLAGE), ON).waiting == 26_775
    print(f"26,775 tasks in {took:.2f} s")
    assert not [f for f in evidence.verify() if f.noun.startswith("cases")]
