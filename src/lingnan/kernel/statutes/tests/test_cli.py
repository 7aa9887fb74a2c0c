import json

import pytest
from click.testing import CliRunner

from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.statutes.cli import commands

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words):
    done = CliRunner().invoke(commands, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def told(*words):
    return json.loads(run(*words, "--json"))


def test_from_an_empty_library_to_a_due_date(tmp_path):
    assert told("load")["added"] > 60
    assert evidence.watermark() == 5  # drained before the command returned
    assert "未变" in run("load")
    assert told("due", "2026-02-10", "20")["day"] == "2026-03-16"
    assert told("due", "2026-02-10", "permits.decision")["basis"][0].startswith(
        "《中华人民共和国行政许可法》"
    )
    shown = told("show", "permits.decision", "--on", "2026-01-01")
    assert (shown["value"], shown["verified"]) == (20, True)
    assert "第四十二条" in run("show", "permits.decision", "--on", "2026-01-01")
    assert all(not p["verified"] for p in told("list", "--unverified"))
    assert "permits.delivery" in run("list", "permits")
    assert not told("calendar", "2027")["announced"]
    notice = tmp_path / "2027.csv"
    notice.write_text("date,kind,name\n2027-01-01,holiday,元旦\n", encoding="utf-8")
    assert told("calendar", "2027", "--publish", str(notice), "--notice", "某号")["published"]
    assert "2027-01-01" in run("calendar", "2027")
