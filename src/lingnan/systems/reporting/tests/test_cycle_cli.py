"""A round by the command line, from the files to the workbook, and what it says when something is wrong."""

import json

import openpyxl
import pytest
from click.testing import CliRunner

from lingnan.systems.reporting import services
from lingnan.systems.reporting.cli import commands
from lingnan.systems.reporting.rules import workbook as book

from .conftest import AT, FORMS, SYSTEM, form_file


@pytest.fixture
def run(county):
    def call(*args, code=0):
        done = CliRunner().invoke(commands, [str(a) for a in args])
        assert done.exit_code == code, (done.output, done.exception)
        return done

    return call


@pytest.mark.django_db(transaction=True)
def test_from_the_files_to_the_workbook(run, official, tmp_path):
    run("register", FORMS / "village_party_organisation.xls", "--code", "ZZ-DZZ", "--json")
    services.load_content(by=SYSTEM, at=AT)
    for more in ("", ".2"):
        official("data_bureau", "440000", more)
        run("admission", "existing", "--place", "440000", "--as", f"data.bureau.440000{more}")
    run("round", "open", "ZZ-DZZ", "--place", "440112", "--period", "2026", "--due", "2099-12-31")
    rows = [{"place": f"4401120010{n}", "answers": {}} for n in ("01",)]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    wrong = run("fill", tmp_path / "rows.json", "--form", "ZZ-DZZ", "--period", "2026", code=1)
    assert "没有这个地区" in wrong.output
    filled = book.opened(form_file("village_party_organisation.xls"))
    for row in range(5, 54):
        if not isinstance(filled["村表"].cell(row, 5), openpyxl.cell.cell.MergedCell):
            filled["村表"].cell(row, 5, 2)
    (tmp_path / "filled.xlsx").write_bytes(book.packed(filled))
    where = ("--form", "ZZ-DZZ", "--period", "2026", "--place", "440112001202")
    run("fill", tmp_path / "filled.xlsx", *where)
    run("submit", *where)
    done = run("approve", *where, "--json")
    assert len(json.loads(done.output)["approved"]) == 1
    state = json.loads(run("status", "--place", "440112", "--json").output)
    assert (state[0]["expected"], state[0]["approved"]) == (6, 1)
    told = run("status", "--place", "440112").output
    assert "直接下级 2 个" in told and "东岸镇" not in told
    assert "东岸镇" in run("status", "--place", "440112", "--all").output
    alike = json.loads(run("match", "ZZ-DZZ", "ZZ-DZZ", "--json").output)
    assert alike and alike[0]["candidates"][0]["target"]["code"] == alike[0]["source"]["code"]
    sums = run("rollup", "--form", "ZZ-DZZ", "--period", "2026", "--place", "440112").output
    assert "东岸镇" in sums
    out = tmp_path / "back.xlsx"
    run("produce", "ZZ-DZZ", "--place", "440112", "--period", "2026", "--out", out)
    assert openpyxl.load_workbook(out)["村表"]["E5"].value == 2


@pytest.mark.django_db
def test_a_wrong_period_is_said_by_its_option(run):
    done = CliRunner().invoke(
        commands, ["submit", "--form", "X", "--period", "soon"], standalone_mode=False
    )
    assert "X" in str(done.exception) or "--period" in str(done.exception.problems)


@pytest.mark.django_db(transaction=True)
def test_approving_a_round_that_never_was_says_so(run):
    run("register", FORMS / "village_party_organisation.xls", "--code", "ZZ-DZZ", "--json")
    done = CliRunner().invoke(commands, ["approve", "--form", "ZZ-DZZ", "--period", "2099"])
    assert "没有这样的填报任务" in str(done.exception)
