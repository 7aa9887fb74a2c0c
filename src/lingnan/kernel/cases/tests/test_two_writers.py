"""Two who reach for one task at one moment: one has it, and evidence tells of one."""

import pytest

from lingnan.base.errors import Refused
from lingnan.kernel.cases import services
from lingnan.kernel.cases.models import Task
from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.parties.tests.conftest import at_once, events

from .conftest import AT, BY, new

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shared(tree, hat, opened, clerk, request):
    made = (opened("a"), hat(), hat())
    request.getfixturevalue("file_database")
    return made


def kept(question):
    """The answer as processes see it: on a connection of its own."""
    [answer] = at_once(question)
    assert not isinstance(answer, Exception), answer
    return answer


def faults():
    return [f for f in evidence.verify() if f.noun.startswith("cases")]


def test_one_of_two_has_it(shared):
    task, one, other = shared
    got = at_once(
        lambda: services.claim_task(task, by=one, at=AT),
        lambda: services.claim_task(task, by=other, at=AT),
    )
    assert sum(isinstance(answer, Refused) for answer in got) == 1, got
    assert kept(lambda: Task.objects.get(key="a").holder_id) in (one.duty, other.duty)
    assert len(kept(lambda: events("cases.task_claimed"))) == 1
    assert kept(faults) == []


def test_two_who_open_the_same_open_it_once(shared, tree):
    wanted = [new(tree, f"k{n}") for n in range(50)]
    got = at_once(*[lambda: services.open_tasks(wanted, by=BY, at=AT)] * 2)
    assert sorted(got) == [0, 50]
    assert kept(Task.objects.count) == 51
    assert kept(faults) == []


def test_closing_and_claiming_leave_it_closed(shared):
    from lingnan.kernel.cases.terms import Which

    task, one, _ = shared
    at_once(
        lambda: services.claim_task(task, by=one, at=AT),
        lambda: services.finish_tasks(Which(keys=["a"]), by=BY, at=AT),
    )
    row = kept(lambda: Task.objects.get(key="a"))
    assert row.state == "done" and row.closed_at == AT
    assert kept(faults) == []


def test_what_is_cut_off_before_its_evidence_never_was(tree, monkeypatch):
    def cut(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("lingnan.kernel.cases.services.opening.evidence.record", cut)
        services.open_tasks([new(tree)], by=BY, at=AT)
    assert not Task.objects.exists()
    assert services.open_tasks([new(tree)], by=BY, at=AT) == 1
