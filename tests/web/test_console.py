"""The security administrator's admin: who may, what it leaves behind, what it cannot do."""

import re

import pytest

from lingnan.kernel.evidence.models import Event
from lingnan.kernel.parties.models import Account

from .conftest import enter, person
from .routes import pages

HOME = "/zh-hans/admin/"


@pytest.fixture
def guard(province, client):
    """Signed in with the hat and a second factor."""
    enter(client, person("security_admin", province["440000000000"]))
    session = client.session
    session["assurance"] = "two_factor"
    session.save()
    return client


def looks():
    return [e.facts for e in Event.objects.filter(kind="parties.records_looked_at").order_by("pk")]


def tables():
    return [p.route for p in pages() if p.name.endswith("_changelist")]  # in Chinese


def test_only_with_the_hat_and_a_second_factor(province, client):
    assert "/sign-in/" in client.get(HOME)["Location"]
    enter(client, person("security_admin", province["440000000000"]))
    assert "/security/" in client.get(HOME)["Location"]  # no days of grace here
    enter(client, person("system_admin", province["440000000000"]))
    session = client.session
    session["assurance"] = "two_factor"
    session.save()
    assert client.get(HOME).status_code == 403


def test_every_list_and_row_is_read_in_our_words_without_scripts_inside(guard):
    assert len(tables()) == 6
    for route in [HOME, *tables()]:
        page = guard.get(route)
        assert page.status_code == 200, route
        text = page.content.decode()
        inside = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=", text)
        assert not inside, route
        assert page["Cache-Control"] == "no-store"
        assert "script-src 'self';" in page["Content-Security-Policy"]
    row = Account.objects.get()
    page = guard.get(f"{HOME}kernel_parties/account/{row.pk}/change/").content.decode()
    assert "甲某某" in page
    assert row.password not in page
    assert "<script" not in page  # each of them asks for another that is not there
    form = page.split('id="content"')[1]
    assert re.findall(r"<(?:input|select|textarea)(?![^>]*hidden)[^>]*>", form) == []


def test_every_look_at_persons_is_evidence(guard):
    row = Account.objects.get()
    guard.get(f"{HOME}kernel_parties/account/")
    guard.get(f"{HOME}kernel_parties/account/{row.pk}/change/")
    first, second = looks()
    assert '"table":"account"' in first
    assert '"rows":1' in first
    assert f'"row":"{row.pk}"' in second
    assert row.username not in first + second


def test_names_are_masked_in_lists(guard):
    text = guard.get(f"{HOME}kernel_parties/account/").content.decode()
    assert "甲**" in text
    assert "甲某某" not in text


def test_nothing_is_written_by_it(guard):
    row = Account.objects.get()
    address = f"{HOME}kernel_parties/account/{row.pk}/change/"
    answer = guard.post(address, {"username": "other", "state": "closed", "_save": "1"})
    assert answer.status_code in {403, 405}
    row.refresh_from_db()
    assert (row.state, row.username) == ("active", "security_admin.one")
    for verb in ("add/", f"{row.pk}/delete/", f"{row.pk}/history/"):
        assert guard.get(f"{HOME}kernel_parties/account/{verb}").status_code == 404
