"""Every verb of records, duties, accounts and numbers: what it does, and one refusal each."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from lingnan.base import clock
from lingnan.base.errors import Invalid, NotFound
from lingnan.kernel.parties import queries, services
from lingnan.kernel.parties.cli import commands

from .conftest import BY, events

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def undrained(monkeypatch):
    """Signing needs its own committed transactions; a test's database has none."""
    monkeypatch.setattr("lingnan.kernel.evidence.services.drain", lambda *, at: None)


@pytest.fixture
def people(policy, tree):
    for name in ("op.one", "op.two"):
        told("create-account", name, "--name", "甲某")


def run(*args, stdin=""):
    words = [str(a) for a in args]
    return CliRunner().invoke(commands, words, input=stdin, catch_exceptions=False)


def told(*args, stdin=""):
    done = run(*args, "--json", stdin=stdin)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def duties(name):
    return [hat["duty"] for hat in told("hats", name)]


def test_an_organisation_is_made_and_renamed(people, tree):
    made = told("organise", "温泉镇农办", "--kind", "department", "--place", "440117103000")
    assert made["place"] == tree["440117103000"]
    told("rename", made["uuid"], "温泉镇农业办公室")
    assert queries.party(made["uuid"]).name == "温泉镇农业办公室"
    with pytest.raises(Invalid):
        run("rename", made["uuid"], "当天再改")
    with pytest.raises(NotFound):
        run("organise", "无处可在", "--place", "999999")
    assert "kingdom" in run("organise", "国", "--kind", "kingdom").output
    assert len(queries.organisations()) == 1


def test_two_records_are_joined_and_parted(people):
    done = told("merge", "op.two", "op.one")
    one, two = (queries.account(name, to=BY).party for name in ("op.one", "op.two"))
    assert queries.parties([two])[two].alias_of == one
    with pytest.raises(services.NotTheSame):
        run("merge", "op.two", "op.one")
    told("unmerge", done["merge"])
    assert queries.parties([two])[two].alias_of is None
    with pytest.raises(NotFound):
        run("unmerge", done["merge"])
    with pytest.raises(Invalid) as no:
        run("merge", "nobody", "op.one")
    assert (no.value.problems[0].where, "nobody" in no.value.problems[0].words()) == ("alias", True)


def test_a_duty_is_given_covered_and_ended(people):
    office = told("organise", "温泉镇农办")["uuid"]
    duty = told(
        "give-duty", "op.one", "village_clerk", "--place", "440117103201", "--department", office
    )["duty"]
    assert told("hats", "op.one")[0]["department_name"] == "温泉镇农办"
    until = clock.today() + timedelta(days=9)
    days = ("--until", until, "--reason", "年休假")
    cover = told("cover", duty, "op.two", *days)["cover"]
    assert duties("op.two") == [duty]
    with pytest.raises(services.AlreadyCovered):
        run("cover", duty, "op.two", *days)
    told("end-cover", cover)
    assert duties("op.two") == []
    with pytest.raises(services.DutyOver):
        run("end-cover", cover)
    told("end-duty", duty)
    assert duties("op.one") == []
    with pytest.raises(services.DutyOver):
        run("end-duty", duty)


def test_an_account_is_suspended_and_restored(people):
    assert told("suspend-account", "op.one")["state"] == "suspended"
    assert queries.account("op.one", to=BY).state == "suspended"
    assert told("restore-account", "op.one")["state"] == "invited"
    for verb in ("suspend-account", "restore-account"):
        with pytest.raises(NotFound):
            run(verb, "nobody")


def test_a_number_comes_from_standard_input_and_is_shown_for_a_reason(people):
    number = _number()
    added = run("add-identifier", "op.one", "--scheme", "cn_citizen", "--json", stdin=number + "\n")
    assert number not in added.output
    row = json.loads(added.output)["identifier"]
    with pytest.raises(services.IdentifierTaken):
        run("add-identifier", "op.two", "--scheme", "cn_citizen", stdin=number)
    assert run("add-identifier", "op.two", number, "--scheme", "cn_citizen").exit_code == 2
    assert run("unmask", row).exit_code == 2
    assert run("unmask", row, "--reason", "核对户籍登记").output == number + "\n"
    assert len(events("parties.identifier_unmasked")) == 1
    with pytest.raises(Invalid):
        run("unmask", row, "--reason", "看")
    told("give-duty", "op.two", "village_clerk", "--place", "440117103201")
    with pytest.raises(services.UnmaskForbidden):
        run("unmask", row, "--reason", "核对户籍登记", "--as", "op.two")
    assert len(events("parties.unmask_refused")) == 1


def _number():
    """A synthetic citizen number of no real area, with its right check digit."""
    body = "44990119900101001"
    weights = [2**n % 11 for n in range(17, 0, -1)]
    left = sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11
    return body + "10X98765432"[left]
