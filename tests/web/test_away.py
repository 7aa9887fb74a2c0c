"""The installed application and its keys: who gets which, and what is told of leaving."""

import json
import re

import pytest
from django.test import Client

from lingnan.kernel.evidence.models import Event
from lingnan.web.away.models import Device
from lingnan.web.away.pages import label_of

from .conftest import enter, person


@pytest.fixture
def clerk(province, client):
    return enter(client, person("statistician", province["440100000000"]))


@pytest.fixture
def other(province):
    return enter(Client(), person("audit_admin", province["440000000000"], "second"))


def key_of(client, device=""):
    return client.post("/zh-hans/away/key/", {"device": device})


def test_the_same_account_on_the_same_device_gets_the_same_key(clerk):
    first = key_of(clerk).json()
    again = key_of(clerk, first["device"])
    assert again.json() == first
    assert again["Cache-Control"] == "no-store"
    assert len(first["key"]) == 44  # 32 bytes
    assert Event.objects.filter(kind="away.device_admitted").count() == 1


def test_another_account_gets_another_key_and_another_device(clerk, other):
    mine = key_of(clerk).json()
    theirs = key_of(other, mine["device"]).json()
    assert theirs["device"] != mine["device"]
    assert theirs["key"] != mine["key"]
    assert theirs["account"] != mine["account"]


def test_no_answer_names_the_account(clerk):
    told = key_of(clerk).json()
    assert "statistician" not in json.dumps(told)
    page = clerk.get("/zh-hans/accessibility/").content.decode()
    assert f'data-account="{told["account"]}"' in page


def test_a_revoked_device_gets_no_key_and_its_secret_is_gone(clerk, other):
    device = key_of(clerk).json()["device"]
    assert other.post(f"/zh-hans/away/devices/{device}/").status_code == 404
    assert clerk.post(f"/zh-hans/away/devices/{device}/").status_code == 302
    assert clerk.post(f"/zh-hans/away/devices/{device}/").status_code == 302  # twice is once
    refused = key_of(clerk, device)
    assert refused.status_code == 410
    assert Device.objects.get(uuid=device).secret is None
    assert clerk.get("/zh-hans/away/hello/", {"device": device}).json()["revoked"]
    assert Event.objects.filter(kind="away.device_revoked").count() == 1


@pytest.mark.parametrize("deed", ["keep", "discard"])
def test_leaving_unsent_work_is_evidence(clerk, deed):
    device = key_of(clerk).json()["device"]
    said = {"deed": deed, "device": device, "drafts": "3", "waiting": "1"}
    assert clerk.post("/zh-hans/away/leave/", said).status_code == 204
    facts = json.loads(Event.objects.get(kind="away.work_left").facts)
    assert (facts["deed"], facts["drafts"], facts["waiting"]) == (deed, 3, 1)


def test_a_deed_or_a_device_unknown_is_refused(clerk, other):
    device = key_of(clerk).json()["device"]
    assert clerk.post("/zh-hans/away/leave/", {"deed": "x", "device": device}).status_code == 422
    assert other.post("/zh-hans/away/leave/", {"deed": "keep", "device": device}).status_code == 404


@pytest.mark.parametrize("page", ["hello", "packet"])
def test_a_stranger_is_told_nothing(client, province, page):
    assert client.get(f"/zh-hans/away/{page}/").status_code == 302
    assert client.post("/zh-hans/away/key/").status_code == 401


@pytest.mark.parametrize(
    ("lang", "name"),
    [("zh-hans", "岭南"), ("zh-hant", "嶺南"), ("en", "Lingnan"), ("pt", "Lingnan")],
)
def test_the_application_is_named_in_each_language(client, db, lang, name):
    told = client.get(f"/{lang}/manifest.webmanifest")
    assert told["Content-Type"].startswith("application/manifest+json")
    held = told.json()
    assert (held["short_name"], held["start_url"], held["scope"]) == (name, f"/{lang}/", "/")
    assert {icon["purpose"] for icon in held["icons"]} == {"any", "maskable"}
    page = client.get(f"/{lang}/sign-in/").content.decode()
    assert f'rel="manifest" href="/{lang}/manifest.webmanifest"' in page


def test_the_worker_is_at_the_root_and_changes_with_what_it_keeps(client, db, monkeypatch):
    from lingnan.web.away import pages

    answer = client.get("/worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer["Cache-Control"]
    text = answer.content.decode()
    assert '"/pt/away/shell/"' in text
    before = re.search(r'"version": "(\w+)"', text)[1]
    source = pages._source
    monkeypatch.setattr(pages, "_source", lambda name: source(name) + "/* changed */")
    assert before not in client.get("/worker.js").content.decode()


def test_the_page_without_signal_names_nobody(clerk):
    """Also when somebody is signed in: no account, no hat, no menu of hers."""
    page = clerk.get("/zh-hans/away/shell/").content.decode()
    assert 'data-account=""' in page
    assert "data-sign-out" not in page
    assert "csrfmiddlewaretoken" not in page


def test_a_device_is_told_by_browser_and_system_alone():
    phone = (
        "Mozilla/5.0 (Linux; Android 14; X) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"
    )
    assert label_of(phone) == "Chrome · Android"
    assert label_of("") == "—"
