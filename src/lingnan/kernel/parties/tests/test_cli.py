"""The operator's door."""

import csv
import json

import pytest
from click.testing import CliRunner

from lingnan.kernel.parties import queries, services
from lingnan.kernel.parties.cli import commands

from .conftest import BY, PASSWORD

pytestmark = pytest.mark.django_db
RIGHT, WRONG = "11010519491231002X", "110105194912310021"


@pytest.fixture(autouse=True)
def undrained(monkeypatch):
    """Signing needs its own committed transactions; a test's database has none."""
    drained = []
    monkeypatch.setattr("lingnan.kernel.evidence.services.drain", lambda *, at: drained.append(at))
    return drained


def run(*args, stdin=""):
    return CliRunner().invoke(commands, list(args), input=stdin, catch_exceptions=False)


@pytest.mark.parametrize(("args", "stdin"), [((RIGHT,), ""), ((), RIGHT + "\n"), (("-",), RIGHT)])
def test_a_number_is_checked_from_the_line_or_from_standard_input(args, stdin):
    done = run("check-id", *args, "--json", stdin=stdin)
    told = json.loads(done.output)
    assert (done.exit_code, told["ok"], told["scheme"]) == (0, True, "cn_citizen")
    assert (told["masked"], told["birth"]) == ("1101**********002X", "1949-12-31")
    assert RIGHT not in done.output


def test_a_wrong_number_is_explained_and_fails():
    done = run("check-id", WRONG)
    assert done.exit_code == 1
    assert "校验码不对" in done.output
    assert WRONG not in done.output


def test_accounts_are_imported_from_a_file_and_the_codes_go_to_a_private_one(
    policy, tree, tmp_path, undrained
):
    source, codes = tmp_path / "accounts.csv", tmp_path / "codes.csv"
    source.write_text(
        "\ufeff用户名,姓名,岗位,区划代码\nv.one,甲某,village_clerk,440117103201\n", encoding="utf-8"
    )
    done = run("import-accounts", str(source), "--codes", str(codes), "--json")
    assert json.loads(done.output)["accounts"] == 1
    assert len(undrained) == 1
    assert codes.stat().st_mode & 0o777 == 0o600
    (row,) = csv.DictReader(codes.open(encoding="utf-8"))
    assert row["activation_code"] not in done.output
    shown = json.loads(run("hats", "v.one", "--json").output)
    assert [hat["role"] for hat in shown] == ["village_clerk"]


def test_a_refused_import_leaves_no_file_of_codes(policy, tree, tmp_path):
    source, codes = tmp_path / "accounts.csv", tmp_path / "codes.csv"
    source.write_text("username,name,role\nv.one,甲某,king\n", encoding="utf-8")
    with pytest.raises(Exception, match="没有导入"):
        run("import-accounts", str(source), "--codes", str(codes))
    assert not codes.exists()


def test_an_account_from_nothing_to_a_token(policy, tree):
    made = json.loads(run("create-account", "op.one", "--name", "甲某", "--json").output)
    assert made["activation_code"]
    run("give-duty", "op.one", "village_clerk", "--place", "440117103000")
    assert "温泉镇" in run("hats", "op.one").output
    run("set-password", "op.one", stdin=PASSWORD + "\n")
    account = queries.account("op.one", to=BY)
    assert account.must_change
    services.set_password(account.id, PASSWORD, must_change=False, by=BY, at=_now())
    token = json.loads(run("token", "op.one", "--name", "接口", "--json").output)
    assert services.account_of_token(token["text"], at=_now()).pk == account.id
    run("token", "op.one", "--revoke", token["prefix"])
    with pytest.raises(queries.TokenRefused):
        services.account_of_token(token["text"], at=_now())
    assert json.loads(run("unlock", "op.one", "--json").output) == {"unlocked": "op.one"}
    assert json.loads(run("show", "op.one", "--json").output)["state"] == "active"
    code = run("set-password", "op.one", "--code").output.strip()
    assert services.authenticate("op.one", code, address="a", at=_now()).must_change


def _now():
    from lingnan.base import clock

    return clock.now()


def test_a_refused_command_leaves_its_evidence_sequenced(policy, undrained):
    run("create-account", "op.one", "--name", "甲某")
    run("give-duty", "op.one", "system_admin")
    undrained.clear()
    with pytest.raises(services.AdministratorsMustDiffer):
        run("give-duty", "op.one", "audit_admin")
    assert len(undrained) == 1
