"""What belongs to another village stays there: every route, asked with that village's own numbers.

A clerk and a town's reviewer of one end of the county ask for everything a village at the other end
has: its report, families, people, files, productions, tasks, sign-ins. Nothing of it may come back,
and nothing there may change.
"""

import re
from datetime import date
from itertools import product
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from lingnan.base.actors import Actor
from lingnan.kernel.cases.models import Task
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.parties import services as parties
from lingnan.kernel.parties.models import SecondFactor, SignedSession
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Filing
from lingnan.systems.reporting.queries import ledgers as seen
from lingnan.systems.reporting.services import ledgers
from lingnan.systems.reporting.tests.conftest import (  # noqa: F401 - fixtures
    AT,
    DAY,
    SYSTEM,
    YEAR,
    clerk,
    county,
    full,
    official,
    opened,
    party_form,
)
from lingnan.systems.reporting.tests.ledgered import citizen, households, persons
from lingnan.web.files import services as files
from lingnan.web.files.models import KeptFile

from .routes import operations, pages

pytestmark = pytest.mark.one_database

HERS, HER_TOWN = "440112002201", "440112002000"  # 白沙村, 西岸镇
MINE, MY_TOWN = "440112001202", "440112001000"  # 石门村, 东岸镇
NUMBER, BORN = 987_643, "1946-12-15"
SECRETS = ("钟秘密", "987643", "987,643", citizen(BORN, 7))
FORM = "ZZ-DZZ"


@pytest.fixture
def theirs(county, clerk, opened, party_form, official, settings, tmp_path):  # noqa: F811
    """All kinds of things the other village has; their numbers, and who owns them."""
    settings.FILES_ROOT = tmp_path / "files"
    opened(party_form)
    place = county["白沙村"]
    account = official("village_clerk", HERS)
    user = get_user_model()._default_manager.get(pk=account)
    for kind, data in (
        ("household", households((HERS, "1", "钟秘密户主", "一般户"))),
        ("person", persons((HERS, "1", "钟秘密人", BORN, 7))),
    ):
        ledgers.take_in_register(
            kind, data, f"{kind}.csv", place, day=date(2026, 1, 1), complete=True, by=SYSTEM, at=AT
        )
    evidence.drain(at=AT)
    form = queries.form(FORM, to=SYSTEM, on=DAY)
    draft = services.Draft(place, full(form, NUMBER))
    filing = services.save_draft(form.id, YEAR, draft, by=clerk("白沙村"), at=AT)
    made = services.order_production([form.id], county["西岸镇"], YEAR, level=5, by=SYSTEM, at=AT)
    kept = files.keep_file(
        "钟秘密".encode(), "钟秘密.csv", "text/csv", place=place, label="internal", by=SYSTEM, at=AT
    )
    owner = Actor(party=user.party_id, account=account)
    session = parties.begin_session(
        account, key="k" * 32, device="钟秘密手机", address="198.51.100.7",
        assurance="password", by=owner, at=AT,
    )  # fmt: skip
    evidence.drain(at=AT)
    numbers = [filing.uuid, made.uuid, kept.uuid, session]
    for kind in ("household", "person"):
        held = seen.ledger_of(kind, place, DAY, to=SYSTEM, on=DAY)
        numbers += [entry.uuid for entry in held]
    numbers += list(Task.objects.filter(place_id=place).values_list("uuid", flat=True)[:1])
    return account, [str(one) for one in numbers], str(kept.sha256), str(_place(place))


def _place(place) -> UUID:
    from lingnan.kernel.places import queries as places

    return places.uuids([place])[place]


def answers_of(name, theirs):
    """What of theirs may stand at a place of a route."""
    _, numbers, sha256, place = theirs
    fixed = {
        "place": [HERS], "period": ["2026"], "sha256": [sha256],
        "seq": ["1"], "kind": ["household", "person"], "subject": [f"places.place:{place}"],
        "name": ["move"], "number": ["1"], "row": ["1"], "year": ["2026"], "version": ["1"],
        "total": ["1"], "key": ["parties.idle_minutes"], "act": numbers[:1], "verb": ["claim"],
        "model_name": ["account"], "app_label": ["x"], "object_id": ["1"], "element": ["1"],
    }  # fmt: skip
    return fixed.get(name, [numbers[0], place])


# Which of their numbers a route is about; any other route is asked with all of the rest.
ABOUT = (("filings/", 0), ("productions/", 1), ("files/", 2), ("sessions/", 3))


def filled(route, theirs):
    names = re.findall(r"[<{](?:\w+:)?(\w+)[>}]", route)
    account, numbers, *rest = theirs
    one = next((n for mark, n in ABOUT if mark in route), None)
    if one is not None:
        theirs = (account, [numbers[one]], *rest)
    elif "ledgers/" in route:
        theirs = (account, numbers[4:6], *rest)
    elif "tasks/" in route:
        theirs = (account, numbers[6:], *rest)
    forms = any(mark in route for mark in ("forms/", "fill/", "review", "sheet", "burden"))
    code = [FORM if forms else HERS]
    for values in product(
        *(code if name == "code" else answers_of(name, theirs) for name in names)
    ):
        rest = iter(values)
        yield re.sub(r"[<{](?:\w+:)?(\w+)[>}]", lambda _: next(rest), route)  # noqa: B023


def everything(theirs):
    """`(method, address)` of each route that names something, with what is theirs."""
    for page in pages():
        if "<" in page.route and "/admin/" not in page.route:
            yield from (("page", one) for one in filled(page.route, theirs))
    for operation in operations():
        if "{" in operation.path:
            for method in operation.methods:
                yield from ((method, f"/api/v1{one}") for one in filled(operation.path, theirs))


def signed_in(account):
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans", raise_request_exception=False)
    client.force_login(get_user_model()._default_manager.get(pk=account))
    return client


def said(answer):
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return raw.decode("utf-8", "replace")


def read(client, theirs, among=("",)):
    """Address and text of everything that can be read."""
    for method, address in everything(theirs):
        if method in {"page", "GET"} and any(mark in address for mark in among):
            answer = client.get(address)
            assert answer.status_code < 500, address
            yield address, said(answer)


def test_the_owner_sees_what_is_hers(theirs):
    """Otherwise the tests below would prove nothing."""
    client, kinds = signed_in(theirs[0]), {"/filings/": "987643", "/ledgers/": "钟秘密"}
    for kind, mark in (kinds | {"/files/": "钟秘密"}).items():
        texts = [text.replace(",", "") for _, text in read(client, theirs, (kind,))]
        assert any(mark in text for text in texts), kind


@pytest.mark.parametrize(("role", "code"), [("village_clerk", MINE), ("town_reviewer", MY_TOWN)])
def test_nobody_of_elsewhere_reads_any_of_it(role, code, theirs, official):  # noqa: F811
    client = signed_in(official(role, code))
    leaks = {a for a, text in read(client, theirs) if any(mark in text for mark in SECRETS)}
    assert not leaks


def test_a_stranger_reads_none_of_it(theirs):
    client = Client(raise_request_exception=False)
    leaks = {a for a, text in read(client, theirs) if any(mark in text for mark in SECRETS)}
    assert not leaks


def state_of(theirs):
    place = Filing.objects.get(uuid=theirs[1][0]).place
    return [
        list(Filing.objects.filter(place=place).values_list("uuid", "state", "version")),
        list(Task.objects.filter(place_id=place).order_by("pk").values_list("uuid", "state")),
        list(KeptFile.objects.filter(place_id=place).values_list("uuid", "keep_until")),
        list(SignedSession.objects.values_list("uuid", "ended_at")),
        list(SecondFactor.objects.values_list("uuid")),
    ]


@pytest.mark.parametrize(("role", "code"), [("village_clerk", MINE), ("town_reviewer", MY_TOWN)])
def test_nobody_of_elsewhere_changes_any_of_it(role, code, theirs, official):  # noqa: F811
    client, before = signed_in(official(role, code)), state_of(theirs)
    broken = {}
    for method, address in everything(theirs):
        if method == "GET":
            continue
        ask = client.post if method == "page" else getattr(client, method.lower())
        kind = {} if method == "page" else {"content_type": "application/json", "data": "{}"}
        answer = ask(address, **kind)
        told = said(answer)
        if answer.status_code >= 500 or any(mark in told for mark in SECRETS):
            broken[f"{method} {address}"] = answer.status_code
    assert not broken
    assert state_of(theirs) == before
