"""Sign-in between sites, for real: this server as provider at 127.0.0.1, as client at localhost.

Two host names are two sites to a browser; requests go over the loopback, tokens are checked.
"""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from lingnan.base import clock
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.parties import rules, services
from lingnan.kernel.parties.models import PortalGrant
from lingnan.kernel.parties.queries import vault

from .conftest import BY, PASSWORD, person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]


class Browser:
    """Follows links and posts forms with their hidden fields, as a person's browser does."""

    def __init__(self):
        self.http = httpx.Client(follow_redirects=True, timeout=20)
        self.page = None

    def open(self, url):
        self.page = self.http.get(url)
        return self.page

    def post(self, which, **typed):
        """The form whose text holds `which`."""
        forms = re.findall(r"<form[^>]*>.*?</form>", self.page.text, re.S)
        form = next(one for one in forms if which in one)
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
        fields = {name: unescape(value) for name, value in hidden}
        action = re.search(r'<form[^>]*action="([^"]*)"', form)
        url = self.page.url.join(action[1]) if action else self.page.url
        headers = {"Referer": str(self.page.url)}
        self.page = self.http.post(url, data=fields | typed, headers=headers)
        return self.page


@pytest.fixture
def sites(live_server, province):
    """`(provider, client)`: one server under two names, each registered with the other."""
    port = urlsplit(live_server.url).port
    provider, client = f"http://127.0.0.1:{port}", f"http://localhost:{port}"
    at = clock.now()
    out = services.register_portal_out("某市门户", [f"{client}/oidc/back"], by=BY, at=at)
    services.register_portal_in("省平台", provider, out.client_id, out.secret, by=BY, at=at)
    return provider, client, out


@pytest.fixture
def people(province):
    """The same person has an account on either side."""
    there = person("statistician", province["440100000000"], "there.one").account
    here = person("statistician", province["440100000000"], "here.one").account
    return there, here


def link(out, there, here):
    portal = parties.sign_in_portals()[0]
    who = vault.pairwise(there.uuid, out.client_id)
    services.link_portal(portal.uuid, who, here.pk, by=BY, at=clock.now())
    return portal


def until_consent(client):
    browser = Browser()
    browser.open(f"{client}/zh-hans/sign-in/")
    browser.post("省平台")
    assert browser.page.url.host == "127.0.0.1"
    return browser, browser.post('name="password"', username="there.one", password=PASSWORD)


def test_a_person_signs_in_here_with_her_account_there(sites, people):
    provider, client, out = sites
    link(out, *people)
    browser, consent = until_consent(client)
    assert "某市门户" in consent.text
    policy = consent.headers["Content-Security-Policy"]
    assert f"form-action 'self' {client};" in policy
    assert "script-src 'self';" in policy
    home = browser.post("同意并登录", yes="1")
    assert home.url.host == "localhost"
    assert browser.http.get(f"{client}/api/v1/platform/me").json()["role"] == "statistician"
    told = list(Event.objects.filter(kind__contains="portal").values_list("kind", flat=True))
    assert "parties.portal_token_issued" in told
    assert "parties.portal_sign_in_tried" in told
    assert Event.objects.filter(kind="parties.consent_given").count() == 1


def test_who_is_not_linked_is_named_to_nobody_and_gets_no_account(sites, people):
    browser, _ = until_consent(sites[1])
    refused = browser.post("同意并登录", yes="1")
    assert (refused.status_code, refused.url.host) == (403, "localhost")
    assert "还没有与这里的账号关联" in refused.text
    assert type(people[0]).objects.count() == 2


def test_who_says_no_is_sent_back_without_a_code(sites, people):
    browser, _ = until_consent(sites[1])
    refused = browser.post("不同意", no="1")
    assert refused.url.host == "localhost"
    assert parse_qs(urlsplit(str(refused.url)).query)["error"] == ["access_denied"]
    assert not PortalGrant.objects.exists()


class TestProvider:
    @pytest.fixture
    def code(self, sites, people):
        """Granted to the portal; with the verifier behind it."""
        from lingnan.kernel.parties.terms import Asked

        verifier = rules.new_key()
        by = parties.actor_of(people[0].pk, at=clock.now())
        asked = Asked(
            client_id=sites[2].client_id, redirect_uri=f"{sites[1]}/oidc/back",
            scope="openid profile secret", challenge=rules.challenge_of(verifier), nonce="n-1",
        )  # fmt: skip
        at = clock.now()
        return services.grant_code(asked, signed_in_at=at, by=by, at=at), verifier

    def change(self, sites, code, verifier, **other):
        provider, client, out = sites
        form = {
            "grant_type": "authorization_code", "code": code, "code_verifier": verifier,
            "redirect_uri": f"{client}/oidc/back", "client_id": out.client_id,
            "client_secret": out.secret,
        }  # fmt: skip
        return httpx.post(f"{provider}/oidc/token", data=form | other)

    def test_what_it_publishes_leads_to_tokens_that_check_out(self, sites, people, code):
        provider, _, out = sites
        about = httpx.get(f"{provider}/.well-known/openid-configuration").json()
        assert about["issuer"] == provider
        got = self.change(sites, *code)
        assert got.headers["Cache-Control"] == "no-store"
        told = got.json()
        keys = KeySet.import_key_set(httpx.get(about["jwks_uri"]).json())
        assert "d" not in httpx.get(about["jwks_uri"]).json()["keys"][0]
        claims = jwt.decode(told["id_token"], keys, algorithms=["RS256"]).claims
        assert (claims["iss"], claims["aud"], claims["nonce"]) == (provider, out.client_id, "n-1")
        assert told["scope"] == "openid profile"
        bearer = {"Authorization": f"Bearer {told['access_token']}"}
        known = httpx.get(about["userinfo_endpoint"], headers=bearer).json()
        assert known == {"sub": claims["sub"], "name": "甲某某", "preferred_username": "there.one"}
        assert httpx.get(about["userinfo_endpoint"]).status_code == 401

    def test_a_code_holds_once_and_coming_twice_ends_what_it_gave(self, sites, code):
        token = self.change(sites, *code).json()["access_token"]
        again = self.change(sites, *code)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        bearer = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{sites[0]}/oidc/userinfo", headers=bearer).status_code == 401

    @pytest.mark.parametrize(
        ("other", "error"),
        [
            ({"code_verifier": "x" * 43}, "invalid_grant"),
            ({"code_verifier": ""}, "invalid_grant"),
            ({"redirect_uri": "https://evil.example/"}, "invalid_grant"),
            ({"client_secret": "wrong"}, "invalid_client"),
            ({"grant_type": "password"}, "unsupported_grant_type"),
        ],
    )
    def test_what_does_not_fit_gets_nothing(self, sites, code, other, error):
        assert self.change(sites, *code, **other).json()["error"] == error
        assert self.change(sites, *code).status_code == 200  # and did not use the code up

    def test_a_code_is_old_after_a_minute_and_a_closed_portal_has_nothing(self, sites, code):
        PortalGrant.objects.update(code_until=clock.now() - timedelta(seconds=1))
        assert self.change(sites, *code).json()["error"] == "invalid_grant"
        portal = next(p for p in parties.portals(to=BY) if p.direction == "out")
        services.close_portal(portal.uuid, by=BY, at=clock.now())
        assert self.change(sites, *code).json()["error"] == "invalid_client"

    @pytest.mark.parametrize("broken", ["redirect_uri=https://evil.example/", "client_id=nobody"])
    def test_an_unknown_address_is_never_sent_to(self, sites, people, client, broken):
        client.force_login(people[0])
        name, _, value = broken.partition("=")
        asked = {"client_id": sites[2].client_id, "redirect_uri": f"{sites[1]}/oidc/back",
                 "scope": "openid", "response_type": "code"} | {name: value}  # fmt: skip
        answer = client.get("/oidc/authorize", asked)
        assert (answer.status_code, answer.get("Location")) == (422, None)

    def test_without_a_challenge_it_grants_nothing(self, sites, people, client):
        client.force_login(people[0])
        asked = {"client_id": sites[2].client_id, "redirect_uri": f"{sites[1]}/oidc/back",
                 "scope": "openid", "response_type": "code", "state": "s"}  # fmt: skip
        there = client.get("/oidc/authorize", asked)["Location"]
        told = parse_qs(urlsplit(there).query)
        assert (told["error"], told["state"]) == (["invalid_request"], ["s"])


class TestClient:
    def test_an_answer_nobody_asked_for_signs_nobody_in(self, sites, people, client):
        assert client.get("/oidc/back?code=x&state=y").status_code == 403
        session = client.session
        session["portal"] = {"state": "right", "portal": "0" * 32}
        session.save()
        assert client.get("/oidc/back?code=x&state=wrong").status_code == 403

    def test_a_portal_that_does_not_answer_says_so(self, province, client):
        at = clock.now()
        uuid = services.register_portal_in("门户", "http://127.0.0.1:9", "c", "s", by=BY, at=at)
        assert client.post(f"/zh-hans/sign-in/portal/{uuid}/").status_code == 502

    @pytest.mark.parametrize("broken", ["aud", "iss", "nonce", "exp", "key"])
    def test_a_token_that_does_not_hold_is_refused(self, sites, broken):
        from joserfc.jwk import RSAKey

        from lingnan.web.identity import portals

        portal = parties.sign_in_portals()[0]
        now = int(clock.now().timestamp())
        good = {"iss": portal.issuer, "aud": portal.client_id, "nonce": "n", "sub": "u",
                "exp": now + 60, "iat": now}  # fmt: skip
        assert portals.checked(parties.signed(good), parties.public_keys(), portal, "n") == "u"
        if broken == "key":
            other = RSAKey.generate_key(2048, private=True)
            token = jwt.encode({"alg": "RS256"}, good, other)
        else:
            token = parties.signed(good | {broken: now - 600 if broken == "exp" else "other"})
        with pytest.raises(portals.PortalDisagrees):
            portals.checked(token, parties.public_keys(), portal, "n")
