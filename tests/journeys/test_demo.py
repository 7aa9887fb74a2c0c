"""`lingnan demo` as a person runs it: a process of its own, a new folder, exit code 0."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

SMALL_COUNTY = "440523"
KEPT = {
    "rounds": "state, count(*) FROM reporting_round GROUP BY state",
    "due": "due_on FROM reporting_round WHERE state = 'open'",
    "filings": "DISTINCT state FROM reporting_filing",
    "estimated": "estimated_places FROM reporting_quorumrelease",
    "explained": "count(*) FROM reporting_explanation",
    "corrected": "count(*) FROM reporting_filing WHERE revision > 1",
    "waiting": "count(*) FROM reporting_returnrow WHERE reply = 'waiting'",
    "admissions": "state, count(*) FROM reporting_admission GROUP BY state",
    "acts": "DISTINCT act FROM reporting_ledgeract",
    "yearly": "json_extract(p.figures, '$.asked'), json_extract(p.figures, '$.fields')"
    " FROM reporting_plan p JOIN reporting_round r ON r.id = p.round_id WHERE r.title LIKE '%年报'",
    "sent_away": "reason, verdict FROM reporting_admission WHERE state = 'refused'",
}


def lingnan(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LINGNAN_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-c", "from lingnan.site.cli import main; main()", *words],
        capture_output=True,
        text=True,
        env=environment | more,
        timeout=280,
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo") / "data"
    options = ("--county", SMALL_COUNTY, "--households", "2", "--folder", str(folder))
    done = lingnan("demo", "--no-serve", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


def test_it_says_what_it_did(told: tuple[Path, str]) -> None:
    _, said = told
    assert "更正之后重新生成旧报表，逐字节相同：是" in said
    assert "clerk" in said
    months = [line.split() for line in said.splitlines() if re.match(r"  20\d\d-\d\d ", line)]
    asked = [int(words[1]) for words in months]
    assert len(months) == 12 and all(after < asked[0] / 2 for after in asked[1:])
    assert "口令" in said


def test_a_year_happened(told: tuple[Path, str]) -> None:
    """What the tour promises is there: each desk has work, with days of its own."""
    store = sqlite3.connect(told[0] / "lingnan.sqlite3")
    kept = {name: store.execute(f"SELECT {what}").fetchall() for name, what in KEPT.items()}
    store.close()
    assert dict(kept["rounds"]) == {"closed": 13, "open": 2}
    assert len({due for (due,) in kept["due"]}) == 2
    assert {state for (state,) in kept["filings"]} == {"approved", "submitted", "returned"}
    assert kept["estimated"] == [(1,)] and kept["explained"][0][0] >= 1
    assert kept["corrected"][0][0] >= 1 and kept["waiting"] == [(4,)]
    assert dict(kept["admissions"])["refused"] == 1 and dict(kept["admissions"])["offered"] == 1
    assert {"move", "born", "die"} <= {act for (act,) in kept["acts"]}
    assert all(asked < fields for asked, fields in kept["yearly"]) and kept["yearly"]
    [(reason, verdict)] = kept["sent_away"]
    said = [row["kind"] for row in json.loads(verdict)["rows"]]
    assert 2 * said.count("new") < len(said) and f"{said.count('new')} 项" in reason


def test_the_workbooks_are_filled(told: tuple[Path, str]) -> None:
    folder, _ = told
    books = sorted((folder / "workbooks").glob("*.xlsx"))
    assert len(books) >= 5
    for path in books:
        if "广东省" in path.name:
            sheet = load_workbook(path).worksheets[0]
            assert sheet["B52"].value == "1.贫困户总户数"
            assert int(sheet["D52"].value) > 0
            assert "A1:D1" in {str(r) for r in sheet.merged_cells.ranges}
            break
    else:
        raise AssertionError("no workbook of the province")


def test_what_it_left_is_proved(told: tuple[Path, str]) -> None:
    folder, _ = told
    settings = {"LINGNAN_DATA": str(folder), "LINGNAN_DEMO": "on"}
    assert lingnan("evidence", "verify", **settings).returncode == 0


def test_a_code_that_is_no_county_is_refused_in_words(tmp_path: Path) -> None:
    done = lingnan("demo", "--no-serve", "--county", "441900", "--folder", str(tmp_path / "data"))
    assert done.returncode == 1
    assert "441900" in done.stderr
    assert "Traceback" not in done.stderr
