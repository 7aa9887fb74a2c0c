"""The committed workbooks and truth are what the definitions say, and the truth keeps its own rules."""

import csv
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import xlrd
from openpyxl import load_workbook

from bench.forms import score
from bench.forms.generate import everything
from bench.forms.maker.form import HALVES
from bench.forms.maker.grid import Sheet, cell_name
from bench.forms.maker.truth import COLUMNS
from bench.forms.scoring import matching, reading
from bench.forms.scoring.truth import Truth

HERE = Path(__file__).parent
Cells = dict[tuple[str, str], object]


@cache
def table(name: str) -> list[dict[str, str]]:
    with (HERE / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


made = cache(everything)


def held(path: Path) -> Cells:
    """Every cell with something in it, as the file has it."""
    if path.suffix == ".xlsx":
        return {
            (page.title, c.coordinate): c.value
            for page in load_workbook(path)
            for row in page.iter_rows()
            for c in row
            if c.value not in (None, "")
        }
    if path.suffix == ".xls":
        return {
            (page.name, cell_name(r + 1, c + 1)): page.cell_value(r, c)
            for page in xlrd.open_workbook(path).sheets()
            for r, c in itertools.product(range(page.nrows), range(page.ncols))
            if page.cell_value(r, c) != ""
        }
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    return {
        ("", cell_name(r, c)): v for r, row in enumerate(rows, 1) for c, v in enumerate(row, 1) if v
    }


def meant(path: Path, sheets: list[Sheet]) -> Cells:
    text = path.suffix == ".csv"
    return {
        ("" if text else s.name, cell_name(*at)): str(v) if text else v
        for s in sheets
        for at, v in s.cells.items()
        if v not in (None, "")
    }


def covered(sheet: Sheet) -> Iterator[tuple[int, int]]:
    """Cells that a merge hides: nobody can write there."""
    for r0, c0, r1, c1 in sheet.merges:
        yield from (
            at for at in itertools.product(range(r0, r1 + 1), range(c0, c1 + 1)) if at != (r0, c0)
        )


def test_the_workbooks_are_what_the_definitions_draw() -> None:
    books, _ = made()
    on_disk = {str(p.relative_to(HERE)) for h in HALVES for p in (HERE / h).rglob("*.*")}
    assert on_disk == {book.path for book in books}
    for book in books:
        path = HERE / book.path
        assert held(path) == meant(path, book.sheets), book.path


@pytest.mark.parametrize("name", COLUMNS)
def test_the_truth_is_what_the_definitions_say(name: str) -> None:
    _, tables = made()
    names = COLUMNS[name].split()
    assert table(name) == [dict(zip(names, map(str, row), strict=True)) for row in tables[name]]


def test_every_answer_place_is_free_and_counted_once() -> None:
    books, _ = made()
    for book in books:
        for sheet in book.sheets:
            fields = [(f.row, f.column) for f in sheet.fields]
            others = {(o.row, o.column) for o in sheet.others}
            assert len(set(fields)) == len(fields), book.path
            assert not set(fields) & others, book.path
            assert not set(fields) & set(covered(sheet)), book.path
            if "/blank/" in book.path:
                taken = [
                    f.cell
                    for f in sheet.fields
                    if sheet.cells.get((f.row, f.column)) not in (None, f.ghost)
                ]
                assert not taken, (book.path, taken)


def test_facts_are_asked_once_a_form() -> None:
    asked = Counter((r["form"], r["year"], r["fact"]) for r in table("fields"))
    assert [key for key, n in asked.items() if n > 1] == []


def test_pairs_speak_of_fields_of_different_departments() -> None:
    at = {(r["form"], r["sheet"], r["cell"]): r for r in table("fields") if r["year"] == "2025"}
    for row in table("pairs"):
        a, b = (at[row[f"form_{x}"], row[f"sheet_{x}"], row[f"cell_{x}"]] for x in "ab")
        assert a["half"] == b["half"] == row["half"]
        assert a["department"] != b["department"]
        assert (a["label"], b["label"]) == (row["label_a"], row["label_b"])
        assert (a["fact"] == b["fact"]) == (row["relation"] == "same")
        assert not (row["relation"] == "same" and row["trap"] == "yes")


def test_the_same_fact_is_the_same_pair_everywhere() -> None:
    """`same` is exhaustive: every two fields of one fact in two departments are a row."""
    same = {
        frozenset(
            [(r["form_a"], r["sheet_a"], r["cell_a"]), (r["form_b"], r["sheet_b"], r["cell_b"])]
        )
        for r in table("pairs")
        if r["relation"] == "same"
    }
    now = [r for r in table("fields") if r["year"] == "2025"]
    wanted = {
        frozenset((r["form"], r["sheet"], r["cell"]) for r in (a, b))
        for a, b in itertools.combinations(now, 2)
        if a["half"] == b["half"] and a["fact"] == b["fact"] and a["department"] != b["department"]
    }
    assert same == wanted


def test_the_halves_share_no_form() -> None:
    halves = {h: {r["form"] for r in table("fields") if r["half"] == h} for h in HALVES}
    assert not halves["tune"] & halves["test"]


@pytest.mark.parametrize("half", HALVES)
def test_there_is_enough(half: str) -> None:
    fields = [r for r in table("fields") if r["half"] == half]
    pairs = [r for r in table("pairs") if r["half"] == half]
    assert len({r["form"] for r in fields}) >= 12
    assert len({r["department"] for r in fields}) >= 9
    assert {Path(r["file"]).suffix for r in fields} == {".xlsx", ".xls", ".csv"}
    assert len(pairs) >= 220
    assert sum(r["trap"] == "yes" for r in pairs) >= 60
    assert {r["relation"] for r in pairs} == {"same", "broader", "narrower", "derived", "alike"}
    values = [r for r in table("values") if r["half"] == half]
    assert {"缺", "不适用"} <= {r["value"] for r in values}


def test_all_of_it_stays_small() -> None:
    assert sum(p.stat().st_size for p in HERE.rglob("*") if p.is_file()) < 6_000_000


@pytest.mark.parametrize("half", HALVES)
def test_who_reads_as_the_truth_says_scores_in_full(half: str) -> None:
    truth = Truth(HERE, half)
    said: dict[str, list[dict[str, object]]] = {}
    for row in truth.fields:
        said.setdefault(row["file"], [{"fields": []}])[0]["fields"].append(row)  # type: ignore[attr-defined]
    for row in truth.values:
        said.setdefault(row["file"], [{"values": []}])[0]["values"].append(row)  # type: ignore[attr-defined]
    fields, missed = reading.fields(truth, said)
    assert missed == []
    assert fields["right"] == fields["fields"]
    values, lost = reading.values(truth, said)
    assert lost == []
    assert values["right"] == values["values"]


def test_a_wrong_unit_an_invented_field_and_a_wrong_place_cost() -> None:
    truth = Truth(HERE, "tune")
    row = next(r for r in truth.fields if r["unit"] == "万元")
    told = [{"fields": [{**row, "unit": "元", "multiplier": "1"}, {"cell": "A1", "label": "表名"}]}]
    fields, _ = reading.fields(truth, {row["file"]: told})
    assert (fields["cells"], fields["right"], fields["invented"]) == (1, 0, 1)
    value = next(r for r in truth.values if r["value"] not in ("缺", "不适用"))
    values, _ = reading.values(
        truth, {value["file"]: [{"values": [{**value, "place": "440000000000"}]}]}
    )
    assert values["right"] == 0


def test_who_matches_as_the_truth_says_scores_in_full() -> None:
    truth = Truth(HERE, "test")
    said: dict[str, list[dict[str, object]]] = {}

    def add(a: str, b: str, row: dict[str, str], x: str, y: str) -> None:
        source = {"sheet": row[f"sheet_{x}"], "cell": row[f"cell_{x}"]}
        target = {"sheet": row[f"sheet_{y}"], "cell": row[f"cell_{y}"]}
        candidate = {"target": target, "score": 1, "relation": "same"}
        said.setdefault(f"{a}|{b}", []).append({"source": source, "candidates": [candidate]})

    for row in truth.pairs:
        if row["relation"] == "same":
            add(f"{row['form_a']}-2025", f"{row['form_b']}-2025", row, "a", "b")
    for row in truth.versions:
        if row["cell_2024"] and row["cell_2025"] and row["change"] != "split":
            add(f"{row['form']}-2024", f"{row['form']}-2025", row, "2024", "2025")
    got, missed = matching.score(truth, matching.answers(truth, said))
    assert missed == []
    assert (got.recall, got.mrr, got.versions) == (1, 1, 1)
    trap = next(r for r in truth.pairs if r["trap"] == "yes")
    add(f"{trap['form_a']}-2025", f"{trap['form_b']}-2025", trap, "a", "b")
    assert matching.score(truth, matching.answers(truth, said))[0].traps_same == 1


def test_answers_written_down_are_scored_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "reads.json"
    said.write_text(json.dumps({}), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["score.py", "read", "--half", "tune", "--json", str(said)])
    score.main()
    assert "field recall, right cell and unit   0.0000" in capsys.readouterr().out


def test_units_are_units() -> None:
    """A slip in a definition puts words where a unit belongs."""
    known = {
        "", "%", "万元", "万千瓦时", "个", "亩", "人", "人次", "元", "元/学期", "元/户", "元/月", "公斤/亩",
        "公斤/公顷", "公里", "公顷", "千元", "只", "吨", "场次", "处", "头", "套", "宗", "平方米", "座", "张",
        "户", "栋", "班次", "盏", "米", "间",
    }  # fmt: skip
    assert {r["unit"] for r in table("fields")} <= known
