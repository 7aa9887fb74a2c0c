"""Every route says who may open it, and keeps its word to every role and to a stranger."""

import re

import pytest
from django.test import Client

from lingnan.kernel.places import queries as places
from lingnan.kernel.statutes import queries as statutes
from lingnan.web import access

from .conftest import enter, person, role_codes
from .routes import operations, pages

UUID = "0192f0c1-0000-7000-8000-000000000000"


def test_every_page_declares_who_may_open_it():
    silent = [page.route for page in pages() if not access.declared(page.view)]
    assert not silent


def test_every_page_has_a_name_of_its_own():
    views = {}
    for page in pages():
        if page.name:
            system = page.route.removeprefix("/zh-hans/").split("/")[0]
            views.setdefault((system, page.name), set()).add(page.view)
    assert not [name for name, several in views.items() if len(several) > 1]


def test_every_operation_declares_who_may_call_it():
    silent = [f"{o.methods} {o.path}" for o in operations() if not access.declared(o.view)]
    assert not silent


def test_every_permission_asked_for_is_given_by_some_role():
    from lingnan.web.systems import installed

    given = {p for system in installed() for role in system.roles for p in role.permissions}
    asked = {access.declared(r.view) for r in [*pages(), *operations()]}
    asked -= {access.OPEN, access.SIGNED_IN, ""}
    assert asked <= given


def addresses(province) -> list[str]:
    """A real address where there is something to find, an unlikely one elsewhere."""
    place = places.uuids([province["440112000000"]])[province["440112000000"]]
    fill = {"uuid": place, "code": "440112", "seq": "1", "subject": f"places.place:{place}",
            "sha256": "0" * 64, "period": "2026-10", "key": statutes.keys()[0]}  # fmt: skip
    found = []
    for page in pages():
        route = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: fill.get(m[1], UUID), page.route)
        found.append(route)
    for operation in operations():
        if "GET" in operation.methods:
            route = re.sub(r"{(?:\w+:)?(\w+)}", lambda m: fill.get(m[1], UUID), operation.path)
            found.append(f"/api/v1{route}")
    return found


def walk(client: Client, province) -> dict[str, int]:
    client.raise_request_exception = False
    return {address: client.get(address).status_code for address in addresses(province)}


EXPECTED = {200, 204, 302, 401, 403, 404, 405, 422}


def test_a_stranger_meets_no_fault_and_sees_nothing_guarded(province, client):
    seen = walk(client, province)
    assert {a: s for a, s in seen.items() if s not in EXPECTED} == {}
    guarded = {p.route for p in pages() if access.declared(p.view) != access.OPEN}
    assert all(seen[r] in {302, 405} for r in guarded if r in seen)


@pytest.mark.one_database
@pytest.mark.parametrize("role", role_codes())
def test_a_role_meets_no_fault(role, province, client):
    enter(client, person(role, province["440100000000"]))
    seen = walk(client, province)
    assert {a: s for a, s in seen.items() if s not in EXPECTED} == {}


def test_an_operation_answers_401_to_a_stranger_and_403_to_the_wrong_hat(province, client):
    address = "/api/v1/platform/evidence"
    refused = client.get(address)
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"].startswith("Bearer")
    enter(client, person("statistician", province["440100000000"]))
    forbidden = client.get(address)
    assert forbidden.status_code == 403
    assert "审计管理员" in forbidden.json()["detail"]  # whom to ask


def test_a_hat_opens_what_another_does_not(province, client):
    enter(client, person("audit_admin", province["440000000000"]))
    assert client.get("/api/v1/platform/evidence").status_code == 200


def test_a_stranger_is_led_to_sign_in_and_back(province, client):
    there = client.get("/zh-hans/platform/evidence/?until=1")
    assert there.status_code == 302
    assert there["Location"].endswith("?next=%2Fzh-hans%2Fplatform%2Fevidence%2F%3Funtil%3D1")


def test_the_menu_shows_only_what_the_hat_may(province, client):
    link = 'href="/zh-hans/platform/evidence/"'
    assert link not in client.get("/zh-hans/").content.decode()
    enter(client, person("audit_admin", province["440000000000"]))
    assert link in client.get("/zh-hans/").content.decode()


def test_an_account_that_must_change_its_password_gets_nowhere_else(province, client):
    who = person("audit_admin", province["440000000000"])
    type(who.account).objects.filter(pk=who.account.pk).update(must_change=True)
    enter(client, who)
    assert client.get("/zh-hans/platform/evidence/")["Location"] == "/zh-hans/password/"
    assert client.get("/zh-hans/password/").status_code == 200
    assert client.get("/api/v1/platform/evidence").json()["code"] == "password_must_change"


def test_a_session_ends_when_it_is_not_used(province, client):
    enter(client, person("audit_admin", province["440000000000"]))
    assert client.get("/api/v1/platform/evidence").status_code == 200
    session = client.session
    session.update({"began": 1_000_000, "seen": 1_000_000, "idle": 1800})
    session.save()
    assert client.get("/api/v1/platform/evidence").status_code == 401
