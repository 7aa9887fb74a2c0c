"""What leaves the house: workbooks, tables, bundles; every number equal to the roll-up."""

import csv
import hashlib
import io
import json
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingnan.base.errors import Invalid
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.rules.filing import Figure, rounding_notes
from lingnan.systems.reporting.rules.tabulating import neutral, table_csv
from lingnan.systems.reporting.terms.outputs import Kind, NotWhole, ProductionOver
from lingnan.systems.reporting.terms.plans import SumInfo
from lingnan.systems.reporting.terms.works import Step

from .conftest import AT, SYSTEM, YEAR, later, let_in

VILLAGES = ("荔湾村", "石门村", "水口村", "白沙村", "龙潭村")


def say(form, place, number, at):
    """What an approved report would have left: `number` in every number, the first of the options."""
    new = [
        NewValue(
            place=place,
            element=f.element,
            period=YEAR,
            value=None if f.options or f.type == "text" else f.multiplier * number,
            text=f.options[0].code if f.options else "字" if f.type == "text" else None,
        )
        for f in form.asked
    ]
    values.record_values(f"{place}:{at}", new, source=f"form:{form.code}", by=SYSTEM, at=at)


@pytest.fixture
def reported(county, village_form):
    """Five of six villages reported: 1, 2, 3 … in every number."""
    for number, name in enumerate(VILLAGES, 1):
        say(village_form, county[name], number, AT)
    evidence.drain(at=later(3))
    return village_form


def take(kind, form, place, **more):
    return services.take_output(kind, [form.id], place, YEAR, by=SYSTEM, at=later(5), **more)


def rows_of(made):
    return list(csv.DictReader(io.StringIO(made.data.decode("utf-8-sig"))))


def test_csv_and_json_hold_every_question_of_the_place_and_those_below(county, reported):
    made = take(Kind.CSV, reported, county["黄埔区"])
    rows = rows_of(made)
    assert len(rows) == 3 * len(reported.asked)
    assert {row["地区"] for row in rows} == {"黄埔区", "东岸镇", "西岸镇"}
    number = next(f for f in reported.asked if not f.options and f.multiplier == 1)
    by_place = {r["地区"]: r for r in rows if r["报表项目"] == number.code}
    assert by_place["东岸镇"]["数值"] == "6" and by_place["西岸镇"]["数值"] == "9"
    assert (by_place["西岸镇"]["已报村数"], by_place["西岸镇"]["应报村数"]) == ("2", "3")
    assert by_place["黄埔区"]["来源"] == "sum"
    told = json.loads(take(Kind.JSON, reported, county["黄埔区"]).data)
    assert len(told["rows"]) == len(rows)
    assert told["evidence"]["seq"] == made.seq and len(told["evidence"]["root"]) == 64
    assert [row["value"] or "" for row in told["rows"]] == [row["数值"] for row in rows]


def test_a_village_says_whose_word_each_figure_is(county, reported):
    rows = rows_of(take(Kind.CSV, reported, county["荔湾村"]))
    assert {row["来源"] for row in rows} == {f"form:{reported.code}"}
    assert {(row["已报村数"], row["应报村数"]) for row in rows} == {("1", "1")}
    silent = rows_of(take(Kind.CSV, reported, county["新桥村"]))
    assert {row["标识"] for row in silent} == {"missing"}


def test_the_roll_up_workbook_puts_sums_on_top_in_the_forms_own_order(county, reported):
    made = take(Kind.ROLLUP, reported, county["黄埔区"])
    workbook = openpyxl.load_workbook(io.BytesIO(made.data))
    sheet = workbook.worksheets[0]
    names = [sheet.cell(row, 2).value for row in range(1, sheet.max_row + 1)]
    start = names.index("黄埔区合计")
    assert names[start:] == ["黄埔区合计", "东岸镇", "西岸镇"]
    heads = [sheet.cell(start, column).value for column in range(4, sheet.max_column + 1)]
    assert len(heads) == len(reported.asked)
    for column, field in enumerate(reported.asked, 4):
        cells = [sheet.cell(start + n, column).value for n in (1, 2, 3)]
        if not field.options and all(isinstance(one, int) for one in cells):
            assert cells[0] == cells[1] + cells[2]
    notes = [row[0].value for row in workbook["说明"].iter_rows()]
    assert any("6 个村已报 5" in line for line in notes)


def test_a_bundle_names_the_hash_of_every_part_and_the_evidence(county, reported):
    made = take(Kind.BUNDLE, reported, county["黄埔区"])
    with zipfile.ZipFile(io.BytesIO(made.data)) as pack:
        manifest = json.loads(pack.read("manifest.json"))
        assert {one["path"] for one in manifest["files"]} == set(pack.namelist()) - {
            "manifest.json"
        }
        for one in manifest["files"]:
            assert hashlib.sha256(pack.read(one["path"])).hexdigest() == one["sha256"]
    assert manifest["evidence"]["seq"] == made.seq


@pytest.mark.parametrize("kind", [Kind.CSV, Kind.JSON, Kind.ROLLUP, Kind.BUNDLE])
def test_the_same_moment_gives_the_same_bytes_whatever_comes_after(kind, county, reported):
    before = take(kind, reported, county["黄埔区"], as_of=later(4))
    say(reported, county["新桥村"], 9, later(6))
    evidence.drain(at=later(9))
    again = take(kind, reported, county["黄埔区"], as_of=later(4))
    assert again.sha256 == before.sha256
    assert take(kind, reported, county["黄埔区"], as_of=later(10)).sha256 != before.sha256


def test_every_taking_out_is_evidence_of_its_own(county, reported):
    for _ in range(2):
        services.produce_workbook(
            reported.id, county["东岸镇"], YEAR, as_of=later(4), by=SYSTEM, at=later(5)
        )
    take(Kind.CSV, reported, county["东岸镇"])
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds.count("reporting.workbook_produced") == 1
    assert kinds.count("reporting.output_taken") == 2


def test_the_governed_tree_and_its_own_figures(county, reported):
    made = take(Kind.CSV, reported, county["黄埔区"], tree="governed")
    rows = [r for r in rows_of(made) if r["地区"] == "黄埔区"]
    plain = [
        r for r in rows_of(take(Kind.CSV, reported, county["黄埔区"])) if r["地区"] == "黄埔区"
    ]
    assert [r["数值"] for r in rows] == [r["数值"] for r in plain]
    workbook = services.produce_workbook(
        reported.id, county["黄埔区"], YEAR, as_of=later(4), tree="governed", by=SYSTEM, at=later(5)
    )
    assert workbook.data


def test_a_form_of_households_has_no_table_of_places(county, household_form, reported):
    let_in(household_form, place=county["广东省"], at=later(4))
    with pytest.raises(NotWhole):
        take(Kind.CSV, household_form, county["黄埔区"])


def test_nothing_is_made_of_a_period_a_form_has_not_or_of_a_form_nobody_was_asked(
    county, reported, household_form
):
    with pytest.raises(Invalid) as no:
        services.produce_workbook(reported.id, county["黄埔区"], 2026_310, by=SYSTEM, at=later(5))
    assert [one.where for one in no.value.problems] == ["period"]
    assert "是年报，没有这样的报告期" in no.value.problems[0].words()
    with pytest.raises(Invalid) as no:
        services.order_production(
            [reported.id, household_form.id], county["黄埔区"], YEAR, by=SYSTEM, at=later(5)
        )
    assert [one.where for one in no.value.problems] == ["form"]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-2+3", "@SUM(A1)", "\t=1", " =1", "|cmd", "%0A"])
def test_no_text_of_a_table_is_a_formula(text):
    cell = next(
        csv.reader(io.StringIO(table_csv(["甲"], [[text]]).decode("utf-8-sig").split("\r\n")[1]))
    )
    assert cell[0] == f"'{text}"


@pytest.mark.parametrize("text", ["-2", "-2.5", "村", "12", "a=b"])
def test_plain_words_and_numbers_stay_as_they_are(text):
    assert neutral(text) == text


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(0, 10**7), min_size=5, max_size=5))
def test_what_a_workbook_says_is_the_roll_up(county, village_form, numbers):
    asked = [f for f in village_form.asked if f.type == "integer" and not f.options]
    new = [
        NewValue(place=county[name], element=f.element, period=YEAR, value=f.multiplier * number)
        for number, name in zip(numbers, VILLAGES, strict=True)
        for f in asked
    ]
    source = f"form:{village_form.code}"
    values.record_values(f"try:{numbers}", new, source=source, by=SYSTEM, at=AT)
    evidence.drain(at=later(3))
    place = queries_place(county["黄埔区"])
    sums = queries.rollup_table(village_form, place, YEAR, as_of=None, to=SYSTEM)[place.id]
    made = queries.draw_workbook(village_form.id, place.id, YEAR, as_of=later(4), to=SYSTEM)
    sheet = openpyxl.load_workbook(io.BytesIO(made.data))[village_form.sheet]
    summed = [f for f in asked if sums[f.code].value is not None]
    assert len(summed) > 20
    for field in summed:
        assert sums[field.code].value == sum(numbers) * field.multiplier
        assert sheet.cell(field.row, field.col).value == sum(numbers)


def queries_place(number):
    from lingnan.kernel.places import queries as places

    return places.place(number, on=AT.date())


def test_a_sum_that_rounding_breaks_is_told_and_never_adjusted(village_form):
    alike = [f for f in village_form.asked if f.type in {"number", "money"} and f.multiplier == 1]
    total, *parts = alike[:3]
    figures = {
        total.code: Figure(Decimal("1.0")),
        parts[0].code: Figure(Decimal("0.5")),
        parts[1].code: Figure(Decimal("0.5")),
    }
    formats = {field.code: "0" for field in (total, *parts)}
    hint = SumInfo(total.code, tuple(f.code for f in parts), "其中", None)
    (line,) = rounding_notes(village_form.asked, figures, [hint], formats)
    assert "差 1 由 GB/T 8170 修约产生，不作调整" in line
    figures[total.code] = Figure(Decimal(3))
    assert not rounding_notes(village_form.asked, figures, [hint], formats)
    accepted = SumInfo(total.code, hint.parts, "其中", True)
    assert "未核平" in rounding_notes(village_form.asked, figures, [accepted], formats)[0]


def order(form, county, **more):
    return services.order_production(
        [form.id], county["黄埔区"], YEAR, level=4, by=SYSTEM, at=later(5), **more
    )


def test_a_job_makes_a_workbook_of_every_place_as_one_by_one(county, reported):
    job = order(reported, county)
    assert (job.state, job.total, job.done) == (Step.WAITING, 2, 0)
    assert services.work_all(by=SYSTEM, at=later(6), limit=1) == 1
    done = services.work_production(job.uuid, by=SYSTEM, at=later(6))
    assert (done.state, done.done) == (Step.DONE, 2)
    assert len(done.manifest) == 64
    made = queries.production_files(job.uuid, to=SYSTEM, on=AT.date())
    alone = {
        services.produce_workbook(
            reported.id, county[name], YEAR, as_of=later(5), by=SYSTEM, at=later(7)
        ).sha256
        for name in ("东岸镇", "西岸镇")
    }
    assert {one.sha256 for one in made} == alone
    name, path = services.take_file(job.uuid, made[0].sha256, by=SYSTEM, at=later(8))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == made[0].sha256 and name.endswith("xlsx")


def test_a_cancelled_job_makes_no_more(county, reported):
    job = order(reported, county)
    services.work_production(job.uuid, by=SYSTEM, at=later(6), limit=1)
    services.cancel_production(job.uuid, by=SYSTEM, at=later(7))
    done = services.work_production(job.uuid, by=SYSTEM, at=later(8))
    assert (done.state, done.done) == (Step.CANCELLED, 1)
    with pytest.raises(ProductionOver):
        services.cancel_production(job.uuid, by=SYSTEM, at=later(9))


class Killed(BaseException):
    pass


@pytest.mark.parametrize("point", ["write", "rename", "row"])
def test_a_broken_off_job_goes_on_with_the_same_bytes(
    point, county, reported, tmp_path, monkeypatch
):
    """Every file is whole or absent; the second run makes the rest, as of the first one's moment."""
    from lingnan.systems.reporting.services import productions

    kept = productions.write_whole

    def broken(folder, name, data):
        if point == "write":
            (folder / f"{productions.PART}half").write_bytes(data[:100])
        if point == "row":
            kept(folder, name, data)
        raise Killed

    folder = tmp_path / "out"
    whole = tmp_path / "whole"
    first = order(reported, county, folder=whole)
    services.work_production(first.uuid, by=SYSTEM, at=later(6))
    folder.mkdir()
    job = order(reported, county, folder=folder)
    monkeypatch.setattr(productions, "write_whole", broken)
    with pytest.raises(Killed):
        services.work_production(job.uuid, by=SYSTEM, at=later(6))
    monkeypatch.setattr(productions, "write_whole", kept)
    again = services.order_production(
        [reported.id], county["黄埔区"], YEAR, level=4, folder=folder, by=SYSTEM, at=later(20)
    )
    assert (again.uuid, again.as_of) == (job.uuid, job.as_of)
    done = services.work_production(again.uuid, by=SYSTEM, at=later(21))
    assert done.state is Step.DONE
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {
        p.name: p.read_bytes() for p in whole.iterdir()
    }


def test_a_county_without_towns_of_its_own_is_not_forgotten(county, reported):
    """The whole province, county by county."""
    job = services.order_production([reported.id], county["广东省"], YEAR, by=SYSTEM, at=later(5))
    assert job.total == 1
