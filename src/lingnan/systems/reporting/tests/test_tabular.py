"""Table Schema and data package: the published schemas accept them, and so do their own rows."""

import csv
import io
import json
import zipfile
from decimal import Decimal

import jsonschema_rs
import pytest

from lingnan.systems.reporting.content import reading_words
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.rules.tabular import data_package, table_schema
from lingnan.systems.reporting.terms import Answer, Mark

from .forms import DATA, FORMS, household, village

REAL = sorted(path.name for path in FORMS.glob("*.xls"))


def published(name: str) -> jsonschema_rs.Draft4Validator:
    text = (DATA / "frictionless" / f"{name}.json").read_text(encoding="utf-8")
    return jsonschema_rs.Draft4Validator(json.loads(text))


@pytest.mark.parametrize("name", REAL)
def test_the_published_schema_accepts_every_form(name: str) -> None:
    for draft in read_workbook((FORMS / name).read_bytes(), name, reading_words()):
        found = json.loads(json.dumps(table_schema(draft)))
        published("table-schema").validate(found)
        assert [column["name"] for column in found["fields"]] == [f.code for f in draft.fields]


def test_the_published_schema_would_refuse_a_wrong_one() -> None:
    found = table_schema(village())
    found["fields"][0]["constraints"] = {"enum": []}
    assert not published("table-schema").is_valid(found)


def test_types_options_units_and_paths_are_told() -> None:
    fields = {column["name"]: column for column in table_schema(village())["fields"]}
    yes = fields["102"]
    assert (yes["type"], yes["constraints"]) == ("string", {"enum": ["1", "2"]})
    assert yes["options"][0] == {"code": "1", "label": "是"}
    assert yes["cell"].endswith("!D6")
    integer = next(c for c in fields.values() if c["type"] == "integer")
    assert integer["constraints"] == {"minimum": 0}
    party = read_workbook(
        (FORMS / "village_party_organisation.xls").read_bytes(), "p.xls", reading_words()
    )[0]
    money = [c for c in table_schema(party)["fields"] if c.get("unit") == "万元"]
    assert {(c["baseUnit"], c["multiplier"], c["type"]) for c in money} == {
        ("元", "10000", "number")
    }


def test_a_register_has_a_key() -> None:
    listed = read_workbook(
        (FORMS / "household_list_header.xls").read_bytes(), "l.xls", reading_words()
    )[0]
    found = table_schema(listed)
    titles = {column["name"]: column["title"] for column in found["fields"]}
    assert [titles[name] for name in found["primaryKey"]] == ["所属地区", "编号"]
    assert all(
        column["constraints"]["required"]
        for column in found["fields"]
        if column["name"] in found["primaryKey"]
    )
    assert "primaryKey" not in table_schema(household())


def opened(package: bytes) -> tuple[dict, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(package)) as found:
        told = json.loads(found.read("datapackage.json"))
        rows = list(csv.DictReader(io.StringIO(found.read("data.csv").decode())))
    return told, rows


def test_filled_forms_travel_with_their_schema() -> None:
    draft = household()
    one = {"place": "440112001202", "place_name": "石门村", "household": "1", "period": "2026"}
    answers = {"201": Answer("1"), "202": Answer("4"), "203": Answer("", Mark.NOT_APPLICABLE)}
    rows = [(one, answers), (one | {"household": "2"}, {"202": Answer("", Mark.MISSING)})]
    package = data_package(draft, rows)
    assert package == data_package(draft, rows)
    told, read = opened(package)
    published("tabular-data-package").validate(told)
    schema = told["resources"][0]["schema"]
    assert schema["primaryKey"] == ["place", "household", "period"]
    assert list(read[0]) == [column["name"] for column in schema["fields"]]
    assert [row["203"] for row in read] == ["不适用", ""]
    assert [row["202"] for row in read] == ["4", "缺"]
    assert {"不适用", "缺", ""} <= set(schema["missingValues"])
    for column in schema["fields"]:
        for row in read:
            check(column, row[column["name"]], schema["missingValues"])


def check(column: dict, text: str, missing: list[str]) -> None:
    """As a reader of the package would: the value is of its type and keeps its constraints."""
    if text in missing:
        return
    limits = column.get("constraints", {})
    if column["type"] in {"integer", "number"}:
        assert Decimal(text) >= limits.get("minimum", Decimal("-Infinity"))
    assert text in limits.get("enum", [text])


def test_a_code_called_place_does_not_hide_the_place() -> None:
    from dataclasses import replace

    draft = village()
    draft = replace(draft, fields=(replace(draft.fields[0], code="place"), *draft.fields[1:3]))
    told, read = opened(data_package(draft, [({"place": "44", "period": "2026"}, {})]))
    names = [column["name"] for column in told["resources"][0]["schema"]["fields"]]
    assert len(names) == len(set(names))
    assert read[0]["_place"] == "44" and read[0]["place"] == ""
    assert told["resources"][0]["schema"]["primaryKey"] == ["_place", "period"]
