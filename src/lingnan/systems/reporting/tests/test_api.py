"""The API as a program uses it: its answers, its refusals, its number of queries."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lingnan.base import clock
from lingnan.kernel.evidence import services as evidence
from lingnan.systems.reporting import services
from lingnan.systems.reporting.models import Filing
from lingnan.systems.reporting.queries import draft
from lingnan.systems.reporting.rules import workbook as book
from lingnan.systems.reporting.rules.profiles import correction_at, grid_in
from lingnan.systems.reporting.terms.profiles import Say, Told

from .conftest import AT, SYSTEM, YEAR, form_file, full

API = "/api/v1/reporting"
STONE, WHITE, COUNTY = "440112001202", "440112002201", "440112000000"
Draft = services.Draft


def send(client, method, path, body):
    return getattr(client, method)(
        f"{API}{path}", json.dumps(body), content_type="application/json"
    )


@pytest.fixture
def asked(party_form, opened):
    opened(party_form)
    return party_form


def test_a_stranger_and_a_wrong_hat_are_refused(asked, program, client):
    assert client.get(f"{API}/forms").status_code == 401
    clerk = program("village_clerk", STONE)
    assert clerk.get(f"{API}/forms").status_code == 200
    refused = send(clerk, "post", "/rounds", {
        "title": "x", "forms": ["ZZ-DZZ"], "place": COUNTY, "period": "2026",
        "opened_on": "2026-01-01", "due_on": "2026-02-01",
    })  # fmt: skip
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def test_a_new_version_leaves_an_open_round_alone(asked, program, county):
    """Doors that name a form, a place and a period speak of the version the round asks."""
    grid = grid_in(form_file(asked.file_name), asked.file_name, asked.sheet)
    gone = correction_at(grid, draft(asked.id), asked.field("9").cell, Say.NOTHING, Told())
    assert services.correct_form(asked.id, [gone], by=SYSTEM, at=AT).form_version == 2
    clerk = program("village_clerk", STONE)
    given = {"form": "ZZ-DZZ", "place": STONE, "period": "2026", "answers": {"9": "3"}}
    assert send(clerk, "put", "/filings", given).status_code == 200
    (kept,) = clerk.get(f"{API}/filings?form=ZZ-DZZ").json()
    assert kept["answers"]["9"]["text"] == "3" and Filing.objects.get().form_id == asked.id
    page = clerk.get(f"/zh-hans/reporting/fill/ZZ-DZZ/{STONE}/2026/")
    assert f'id="f_{asked.field("9").id}"' in page.content.decode()


def test_a_file_becomes_a_form_with_cells_and_units(program, county):
    department = program("department", "440100000000")
    file = SimpleUploadedFile("party.xls", form_file("village_party_organisation.xls"))
    made = department.post(f"{API}/forms", {"file": file, "codes": "ZZ-DZZ"})
    assert made.status_code == 201, made.content
    fields = department.get(f"{API}/forms/ZZ-DZZ").json()["fields"]
    found = next(f for f in fields if f["code"] == "26")
    assert (found["cell"], found["unit"], found["multiplier"]) == ("E52", "万元", "10000")


def test_a_report_goes_from_draft_to_approved(asked, program):
    clerk, reviewer = program("village_clerk", STONE), program("town_reviewer", "440112001000")
    body = {"form": "ZZ-DZZ", "place": STONE, "period": "2026", "answers": full(asked, 3)}
    draft = send(clerk, "put", "/filings", body)
    assert draft.status_code == 200, draft.content
    uuid = draft.json()["uuid"]
    sent = send(clerk, "post", f"/filings/{uuid}/submit", {"version": draft.json()["version"]})
    assert sent.json()["state"] == "submitted"
    assert send(clerk, "post", f"/filings/{uuid}/approve", {}).status_code == 403
    done = send(reviewer, "post", f"/filings/{uuid}/approve", {"version": sent.json()["version"]})
    assert done.json()["state"] == "approved"
    twice = send(reviewer, "post", f"/filings/{uuid}/approve", {})
    assert (twice.status_code, twice.json()["code"]) == (409, "reporting.already_approved")
    evidence.drain(at=clock.now())
    sums = reviewer.get(f"{API}/rollup?form=ZZ-DZZ&place=440112001000&period=2026").json()
    assert [(row["name"], row["values"]["1"]) for row in sums][0] == ("东岸镇", "3")
    assert sums[0]["expected"]["1"] == 3


def test_what_is_wrong_is_told_by_cell_as_problem_json(asked, program):
    clerk = program("village_clerk", STONE)
    answers = full(asked, 3) | {"1": "三"}
    draft = send(clerk, "put", "/filings", {
        "form": "ZZ-DZZ", "place": STONE, "period": "2026", "answers": answers,
    })  # fmt: skip
    wrong = send(clerk, "post", f"/filings/{draft.json()['uuid']}/submit", {})
    assert wrong.status_code == 422
    assert wrong["Content-Type"].startswith("application/problem+json")
    assert wrong.json()["problems"] == [{"where": "村表!E5", "detail": "应为数字，现为“三”。"}]


def test_another_village_is_out_of_reach(asked, program):
    clerk = program("village_clerk", STONE)
    body = {"form": "ZZ-DZZ", "place": WHITE, "period": "2026", "answers": {"1": "1"}}
    assert send(clerk, "put", "/filings", body).status_code == 403
    assert not Filing.objects.exists()


def test_a_filled_workbook_is_uploaded(asked, program):
    clerk = program("village_clerk", STONE)
    workbook = book.opened(form_file("village_party_organisation.xls"))
    workbook["村表"]["E5"] = "7.5"
    file = SimpleUploadedFile("filled.xlsx", book.packed(workbook))
    done = clerk.post(
        f"{API}/uploads", {"file": file, "form": "ZZ-DZZ", "period": "2026", "place": STONE}
    )
    assert done.status_code == 200, done.content
    first, *blank = done.json()["problems"]
    assert first == {
        "where": "村表!E5", "detail": "应为整数，现为“7.5”。", "field": "1", "severity": "error",
    }  # fmt: skip
    assert len(blank) == len(asked.asked) - 1
    assert all(one["detail"].startswith("未填") for one in blank)


def test_the_workbook_given_back_is_the_same_as_of_the_same_instant(asked, program, county):
    at = clock.now()
    made = services.save_draft(
        asked.id, YEAR, Draft(county["石门村"], full(asked, 2)), by=SYSTEM, at=at
    )
    services.submit_report(made.uuid, by=SYSTEM, at=at)
    services.approve_report(made.uuid, by=SYSTEM, at=at)
    evidence.drain(at=clock.now())
    moment = clock.now().isoformat().replace("+00:00", "Z")
    department = program("department", "440100000000")
    address = f"{API}/products?form=ZZ-DZZ&place={COUNTY}&period=2026&as_of={moment}"
    first, again = department.post(address), department.post(address)
    assert first.status_code == 200, first.content
    assert first.content == again.content
    assert first["X-Lingnan-Sha256"] == again["X-Lingnan-Sha256"]
    releases = department.get(f"{API}/releases").json()
    assert [r["sha256"] for r in releases] == [first["X-Lingnan-Sha256"]]


def test_the_number_of_queries_does_not_grow(
    asked, program, county, clerk, django_assert_max_num_queries
):
    reviewer = program("county_reviewer", COUNTY)
    for name in ("荔湾村", "石门村", "水口村", "白沙村"):
        services.save_draft(
            asked.id, YEAR, Draft(county[name], {"1": "1"}), by=SYSTEM, at=clock.now()
        )
    with django_assert_max_num_queries(22):
        assert len(reviewer.get(f"{API}/filings?state=draft").json()) == 4
