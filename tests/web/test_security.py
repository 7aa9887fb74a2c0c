"""Forged requests, fixed sessions, routes against their declared permission, open redirects, scripts."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse

from lingnan.base.errors import Refused
from lingnan.kernel.parties import services as parties
from lingnan.kernel.parties.models import Account, SignedSession
from lingnan.kernel.statutes import queries as statutes
from lingnan.web import access
from lingnan.web.systems import installed

from .conftest import AT, BY, PASSWORD, enter, person, role_codes
from .routes import operations, pages

pytestmark = pytest.mark.one_database

UUID = "0192f0c1-0000-7000-8000-000000000000"
# No cookie counts there: a browser's own report; a portal's program, with its secret or its key.
WITHOUT_COOKIE = {"csp_report", "oidc_token", "oidc_userinfo"}


def filled(route):
    """Any address of this route; who may not come is told before anything is looked up."""
    fill = {"seq": "1", "code": "440112", "period": "2026-10", "key": statutes.keys()[0]}
    whole = re.sub(r"[<{](?:int:)(\w+)[>}]", "1", route)
    return re.sub(r"[<{](?:\w+:)?(\w+)[>}]", lambda m: fill.get(m[1], UUID), whole)


def json_of(client, method, address):
    ask = getattr(client, method.lower())
    answer = ask(address, headers={"Accept": "application/json"})
    problem = "problem" in answer.headers.get("Content-Type", "")
    return answer.status_code, answer.json()["code"] if problem else ""


def told_by(view, client):
    """Status and code of an operation's refusal; ("200", "") would mean that it looked further."""
    request = RequestFactory().get("/api/v1/")
    request.session = client.session
    user = client.session.get("_auth_user_id")
    request.user = Account.objects.get(pk=user) if user else AnonymousUser()
    try:
        view(request)
    except Refused as no:
        return no.status, no.code
    except TypeError:
        pass  # past the guard, without its arguments
    return 200, ""


class TestForgedRequests:
    def test_no_page_takes_a_post_without_its_form(self, province):
        client = enter(Client(enforce_csrf_checks=True), person("data_bureau", None))
        client.raise_request_exception = False
        open_to_forgers = {}
        for page in pages():
            if page.name not in WITHOUT_COOKIE:
                told = json_of(client, "POST", filled(page.route))
                if told != (403, "csrf_failed"):
                    open_to_forgers[page.route] = told
        assert not open_to_forgers

    def test_nor_does_the_api_from_a_cookie(self, province):
        client = enter(Client(enforce_csrf_checks=True), person("data_bureau", None))
        client.raise_request_exception = False
        told = {
            (method, o.path): json_of(client, method, f"/api/v1{filled(o.path)}")
            for o in operations()
            for method in o.methods
            if method not in {"GET", "HEAD", "OPTIONS"}
        }
        assert told
        assert {way: seen for way, seen in told.items() if seen != (403, "csrf_failed")} == {}

    def test_the_list_of_exceptions_is_short_and_true(self):
        exempt = {p.name for p in pages() if getattr(p.view, "csrf_exempt", False)}
        assert exempt == WITHOUT_COOKIE


class TestDeclaredPermissions:
    """Every route and method, as every role and as a stranger: who lacks what it declares is out."""

    def lacking(self, held):
        """Routes that declare what somebody with these permissions does not hold."""
        for route in (*pages(), *operations()):
            asked = access.declared(route.view)
            known = asked == access.SIGNED_IN and held is not STRANGER
            if asked != access.OPEN and asked not in held and not known:
                yield route

    def refusals(self, client, held):
        """`(method, route, (status, code))` for each of them."""
        client.raise_request_exception = False
        for route in self.lacking(held):
            if hasattr(route, "path"):
                # Asked as the router asks: its body is read before, so HTTP alone would show a 422.
                yield "API", route.path, told_by(route.view, client)
            else:
                for method in ("GET", "POST"):
                    yield method, route.route, json_of(client, method, filled(route.route))

    @pytest.mark.parametrize("role", role_codes())
    def test_a_role(self, role, province, client):
        enter(client, person(role, province["440100000000"]))
        roles = [one for system in installed() for one in system.roles if one.code == role]
        held = frozenset().union(*(one.permissions for one in roles))
        seen = list(self.refusals(client, held))
        assert len(seen) > 20
        assert [one for one in seen if one[2] != (403, "forbidden") and one[2][0] != 405] == []

    def test_a_stranger(self, province, client):
        seen = list(self.refusals(client, STRANGER))
        assert len(seen) > 200
        wrong = [one for one in seen if one[2] != (401, "sign_in_needed") and one[2][0] != 405]
        assert wrong == []
        # A route that answered 405 to both would have been tested by nothing.
        tested = {route for _, route, (status, _) in seen if status == 401}
        assert {route for _, route, _ in seen} == tested


STRANGER = frozenset({"*nobody"})


@pytest.mark.django_db(transaction=True)
class TestSessions:
    PAGE = "/zh-hans/sign-in/"

    def sign_in(self, client, name="two.hats"):
        return client.post(self.PAGE, {"username": name, "password": PASSWORD})

    @pytest.fixture
    def two_hats(self, province):
        who = person("statistician", province["440100000000"], "two.hats")
        from datetime import date

        self.second = parties.give_duty(
            who.account.party_id, "data_bureau", place=province["440000000000"],
            valid_from=date(2026, 1, 1), by=BY, at=AT,
        )  # fmt: skip
        return who

    def test_a_key_from_before_signing_in_opens_nothing(self, client, two_hats):
        session = client.session
        session["planted"] = "by somebody else"
        session.save()
        planted = session.session_key
        client.cookies["lingnan"] = planted
        self.sign_in(client)
        assert client.session.session_key != planted
        other = Client()
        other.cookies["lingnan"] = planted
        assert other.get("/zh-hans/platform/mine/").status_code == 302

    def test_another_hat_is_another_key_of_the_same_sign_in(self, client, two_hats):
        self.sign_in(client)
        before = client.session.session_key
        client.post("/zh-hans/hats/", {"duty": self.second})
        after = client.session.session_key
        assert after != before
        old = Client()
        old.cookies["lingnan"] = before
        assert old.get("/zh-hans/platform/mine/").status_code == 302
        row = SignedSession.objects.get(ended_at=None)
        assert row.key == after

    def test_a_sign_in_ended_elsewhere_is_over_at_once(self, client, two_hats):
        other = Client()
        self.sign_in(client)
        self.sign_in(other)
        page = client.get("/zh-hans/security/").content.decode()
        assert page.count("/end/") == 2  # the other one, and all others
        there = SignedSession.objects.exclude(key=client.session.session_key).get()
        client.post(reverse("web:session_end", args=[there.uuid]))
        assert other.get("/zh-hans/platform/mine/").status_code == 302
        assert client.get("/zh-hans/platform/mine/").status_code == 200

    def test_nobody_ends_somebody_elses(self, client, two_hats, province):
        person("statistician", province["440100000000"], "other.one")
        self.sign_in(client)
        other = Client()
        self.sign_in(other, "other.one")
        mine = SignedSession.objects.get(key=client.session.session_key)
        assert other.post(reverse("web:session_end", args=[mine.uuid])).status_code == 404
        assert client.get("/zh-hans/platform/mine/").status_code == 200

    def test_signing_out_leaves_no_row_behind(self, client, two_hats):
        from django.contrib.sessions.models import Session

        self.sign_in(client)
        client.post("/zh-hans/sign-out/")
        assert not Session.objects.exists()
        assert not SignedSession.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize(
    "there",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "https://testserver@evil.example/",
        "\thttps://evil.example",
    ],
)
def test_no_form_sends_a_person_to_somebody_elses_site(there, province, client):
    enter(client, person("statistician", province["440100000000"]))
    ways = [
        client.get(reverse("web:sign_in"), {"next": there}),
        client.post(reverse("web:hats"), {"next": there, "duty": client.session["duty"]}),
        client.post(reverse("web:look"), {"next": there, "mode": "dark"}),
    ]
    for answer in ways:
        assert answer.status_code in {302, 303}
        assert answer["Location"].startswith("/"), answer["Location"]
        assert "evil" not in answer["Location"]


class TestStoredScripts:
    """What somebody wrote is words on every page that shows it, never a part of the page."""

    SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'

    def test_in_names_shown_by_the_shell_and_the_lists(self, province, client):
        parties.create_organisation(
            self.SCRIPT[:100], kind="enterprise", place=province["440112000000"], by=BY, at=AT
        )
        who = person("data_bureau", province["440000000000"])
        enter(client, who)
        client.raise_request_exception = False
        shown = 0
        for page in pages():
            text = client.get(filled(page.route)).content.decode("utf-8", "replace")
            assert "<script>alert" not in text, page.route
            assert "<img src=x" not in text, page.route
            shown += "alert(1)" in unescape(text)
        assert shown

    def test_in_what_is_searched_for(self, province, client):
        enter(client, person("data_bureau", province["440000000000"]))
        client.raise_request_exception = False
        for page in pages():
            if "<" in page.route:
                continue  # one thing, not a list that is searched
            words = dict.fromkeys(
                ("q", "on", "kind", "place", "form", "state", "next"), self.SCRIPT
            )
            answer = client.get(filled(page.route), words)
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                text = answer.content.decode()
                assert "<script>alert" not in text, page.route
                assert "<img src=x" not in text, page.route


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("form.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("form.xlsx", b"<html><script>alert(1)</script>"),
        ("form.xls", b"MZ\x90\x00 a program"),
        ("../../etc/passwd.xlsx", b"root:x"),
        ("form.html", b"<script>alert(1)</script>"),
    ],
)
def test_a_file_is_taken_for_what_it_is_not_for_its_name(
    name, data, province, client, files_folder
):
    enter(client, person("department", province["440000000000"]))
    file = SimpleUploadedFile(name, data, content_type="text/html")
    answer = client.post("/zh-hans/reporting/register/", {"file": file, "code": "X-1"})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.content.decode()
    kept = [p for p in files_folder.rglob("*") if p.is_file()] if files_folder.exists() else []
    assert not kept


def test_a_kept_file_is_handed_out_as_a_file(province, client, files_folder):
    """Whatever it is called and whatever it holds: saved, not shown, and not guessed at."""
    from lingnan.web.files import services as files

    who = person("data_bureau", province["440000000000"])
    enter(client, who)
    kept = files.keep_file(
        b"<script>alert(1)</script>", 'a"; x=<script>.html\r\nX-Evil: 1', "text/html",
        place=None, label="public", by=BY, at=AT,
    )  # fmt: skip
    [route] = [p for p in pages() if p.route.startswith("/files/")]
    answer = client.get(re.sub(r"<[^>]+>", kept.sha256, route.route))
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "X-Evil" not in answer.headers
