"""`lingnan reporting read|match`: exact JSON, a readable table, plain words for bad files."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lingnan.systems.reporting.cli import commands
from lingnan.systems.reporting.terms import UnreadableWorkbook

from .forms import DATA, FORMS

SURVEY = str(FORMS / "survey_2_household_2012.xls")
VILLAGE = str(FORMS / "survey_1_village_2012.xls")


def run(*words: str) -> str:
    return CliRunner().invoke(commands, words, catch_exceptions=False).output


def test_read_prints_one_object_a_form() -> None:
    forms = json.loads(run("read", VILLAGE, str(FORMS / "stat_table_1_households.xls"), "--json"))
    assert [f["form"] for f in forms] == [
        "survey_1_village_2012",
        "stat_table_1_households#1",
        "stat_table_1_households#2",
    ]
    assert {"form", "title", "fields", "unread"} < set(forms[0])
    assert (forms[0]["period"], forms[0]["subject"]) == ("2012", "village")
    assert forms[0]["sums"][0]["total"] == "130"
    assert forms[0]["fields"][1] == {
        "code": "102",
        "label": "发文成立单位扶贫领导小组",
        "path": ["一、帮扶责任落实"],
        "cell": "D6",
        "unit": "代码",
        "type": "code",
        "options": [{"code": "1", "label": "是"}, {"code": "2", "label": "否"}],
    }


@pytest.mark.django_db
def test_match_prints_one_object_a_field() -> None:
    found = json.loads(run("match", SURVEY, VILLAGE, "--json"))
    assert len(found) == 47
    size = found[1]
    assert set(size) == {"source", "candidates"}
    assert size["source"] == {
        "form": "survey_2_household_2012",
        "code": "202",
        "label": "家庭成员人数",
        "cell": "D6",
    }
    first = size["candidates"][0]
    assert set(first) == {"target", "score", "relation", "reasons"}
    assert (first["target"]["code"], first["relation"]) == ("142", "derived")
    assert all(len(row["candidates"]) <= 10 for row in found)


@pytest.mark.django_db
def test_tables_are_for_people() -> None:
    read = run("read", SURVEY)
    assert "未读 F2:J208" in read
    assert "201" in read
    matched = run("match", str(DATA / "authors1.csv"), str(DATA / "authors2.csv"))
    assert "Cited by" in matched
    assert "相同" in matched


@pytest.mark.parametrize(
    ("name", "why"), [("没有.xls", "不存在"), ("夹", "文件夹"), ("坏.xls", "损坏")]
)
def test_bad_files_are_named(tmp_path: Path, name: str, why: str) -> None:
    path = tmp_path / name
    if why == "文件夹":
        path.mkdir()
    elif why == "损坏":
        path.write_bytes(Path(SURVEY).read_bytes()[:3000])
    with pytest.raises(UnreadableWorkbook) as refused:
        run("read", str(path), "--json")
    assert name in refused.value.words()
    assert why in refused.value.words()
