from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from lingnan.base.actors import system_actor
from lingnan.kernel.cases import queries, services
from lingnan.kernel.cases.queries import registry
from lingnan.kernel.cases.terms import Kind, NewTask
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.parties import services as people
from lingnan.kernel.parties.tests.conftest import clerk, file_database, policy, tree  # noqa: F401

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
ON = date(2026, 11, 22)
BY = system_actor("operator", "cli")
SUBJECT = "sample.round:00000000-0000-4000-8000-000000000001"
OTHER = "sample.round:00000000-0000-4000-8000-000000000002"
TOWN, VILLAGE, FAR = "440117103000", "440117103201", "441900003001"
ROLES: Mapping[str, frozenset[str]] = {
    "case_clerk": frozenset({"sample.do"}),
    "case_reviewer": frozenset({"sample.do", "sample.review"}),
    "case_guest": frozenset({"sample.read"}),
}


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """Two kinds of a system that does not exist."""
    people.register_roles(ROLES, titles={"case_clerk": {"zh-hans": "经办"}})
    made = [
        Kind("sample.do", {"zh-hans": "办理"}, "sample.do", lambda task: "/do/", by_hand=True),
        Kind("sample.review", {"zh-hans": "审核"}, "sample.review", lambda task: "/review/"),
    ]
    monkeypatch.setattr(registry, "KINDS", {one.code: one for one in made})
    if "cases.task" not in evidence_loaders():
        evidence.add_states("cases.task", queries.STATES["cases.task"])


def evidence_loaders():
    from lingnan.kernel.evidence.queries.states import loaders

    return loaders()


@pytest.fixture
def hat(tree):  # noqa: F811
    """An actor of a role at a place, by code; each call another person."""

    def wear(role="case_clerk", code=VILLAGE, department=None):
        account, duty = holder(tree, role, code, department)
        return parties.actor_of(account, duty=duty, at=AT)

    return wear


def holder(tree, role, code, department=None):  # noqa: F811
    from uuid import uuid4

    from lingnan.kernel.parties.models import Account

    who = people.create_person("甲某某", by=BY, at=AT)
    account = Account.objects.create(
        uuid=uuid4(), username=f"u{who.id}", party_id=who.id, password="x", password_set_at=AT,
        must_change=False, state="active", created_at=AT,
    )  # fmt: skip
    duty = people.give_duty(
        who.id, role, place=tree[code], department=department, valid_from=date(2026, 1, 1),
        by=BY, at=AT,
    )  # fmt: skip
    return account.pk, duty


def new(tree, key="k", code=VILLAGE, **given):  # noqa: F811
    known = {
        "kind": "sample.do",
        "role": "case_clerk",
        "place": tree[code],
        "subject": SUBJECT,
        "title": "十月报表",
        "due_on": date(2026, 11, 30),
    }
    return NewTask(key=key, **(known | given))


@pytest.fixture
def opened(tree):  # noqa: F811
    """Open one task; its uuid."""

    def one(key="k", **given):
        from lingnan.kernel.cases.models import Task

        services.open_tasks([new(tree, key, **given)], by=BY, at=AT)
        return str(Task.objects.get(key=key).uuid)

    return one
