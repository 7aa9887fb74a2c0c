import json

import pytest
from click.testing import CliRunner

from lingnan.kernel.cases.cli import commands
from lingnan.kernel.cases.models import Task
from lingnan.kernel.parties.models import Account

from .conftest import SUBJECT, VILLAGE

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words):
    done = CliRunner().invoke(commands, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def told(*words):
    return json.loads(run(*words, "--json"))


def test_the_operator_looks_and_settles(hat, opened):
    clerk = hat()
    task, _, _ = opened("a"), opened("b"), opened("c")
    name = Account.objects.get(pk=clerk.account).username
    assert [t["key"] for t in told("list", "--place", VILLAGE, "--subject", SUBJECT)] == [
        "a",
        "b",
        "c",
    ]
    assert [t["key"] for t in told("list", "--after", str(told("show", task)["id"]))] == ["b", "c"]
    assert "十月报表" in run("desk", name) and "title" in run("show", task)
    assert run("done", "a") == "1 件\n"
    assert run("withdraw", "b", "--reason", "合并") == "1 件\n"
    assert [t["key"] for t in told("list")] == ["c"]
    assert "a" in run("list", "--all")
    assert Task.objects.get(key="b").state == "withdrawn"
    assert [k["code"] for k in told("kinds")] == ["sample.do", "sample.review"]
    assert "办理" in run("kinds")
