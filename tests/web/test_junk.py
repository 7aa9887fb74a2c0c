"""Whatever is written into an address or sent to it, nobody is answered with a fault of ours."""

import re

import pytest

from .conftest import enter, person, role_codes
from .routes import operations, pages

JUNK = (
    "open",
    "x" * 36,
    "0192f0c1-0000-7000-8000-000000000000",
    "99999999999999999999",
    "%00",
    "a-b",
)
BODIES = (
    {},
    {"filing": "junk", "form": "junk", "place": "junk", "period": "junk", "act": "return"},
    {"filing": ["junk", "x"], "title": "题", "opened_on": "x", "due_on": "y", "on": "z"},
)
HEALTH = "/healthz"  # answers 503 on purpose; its own tests judge it
NUMBER = re.compile(r"<int:\w+>")
PART = re.compile(r"<(?:\w+:)?\w+>|{(?:\w+:)?\w+}")
QUERY = "?on=junk&under=junk&period=junk&element=junk&after=junk&state=junk&level=junk&place=junk"


ROLES = ["", *role_codes()]


def addresses(junk: str) -> list[str]:
    found = []
    for page in pages():
        if page.route == HEALTH:
            continue
        found.append(PART.sub(junk, NUMBER.sub("999999999", page.route)))
    for operation in operations():
        found.append("/api/v1" + PART.sub(junk, operation.path))
    return list(dict.fromkeys(found))


@pytest.mark.one_database
@pytest.mark.parametrize("role", ROLES)
def test_junk_meets_no_fault(role, province, client):
    """Each role meets every address with one piece of junk; between them they have used them all."""
    if role:
        enter(client, person(role, province["440100000000"]))
    client.raise_request_exception = False
    turn = ROLES.index(role)
    faults = []
    for n, each in enumerate(zip(*(addresses(junk) for junk in JUNK), strict=True)):
        faults += _faults(client, each[(n + turn) % len(JUNK)], BODIES[turn % len(BODIES)])
    assert faults == []


def test_all_junk_meets_no_fault(province, client):
    """Whoever may do most meets all of it."""
    enter(client, person("data_bureau", province["440100000000"]))
    client.raise_request_exception = False
    faults = []
    for turn, junk in enumerate(JUNK):
        for n, address in enumerate(addresses(junk)):
            faults += _faults(client, address, BODIES[(n + turn) % len(BODIES)])
    assert faults == []


def _faults(client, address: str, body: dict) -> list[str]:
    """What answers with 5xx, by GET and by POST."""
    seen = [("GET", client.get(address + QUERY)), ("POST", client.post(address, body))]
    if address.startswith("/api/"):
        seen.append(("POST", client.post(address, "{", content_type="application/json")))
    return [
        f"{how} {address}: {got.status_code} {got.content[:200]!r}"
        for how, got in seen
        if got.status_code >= 500
    ]
