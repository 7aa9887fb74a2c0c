"""The plan and the burden through pages, API and command line."""

from datetime import date

import pytest

from lingnan.base.errors import Forbidden
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.terms.refusals import NotPlanned

from .conftest import AT, DAY, SYSTEM, YEAR, later
from .planned import persons_and_births, say

Draft = services.Draft


@pytest.fixture
def two_forms(county):
    return persons_and_births()


def test_only_who_runs_rounds_plans_them(two_forms, opened, county, clerk):
    found = opened(*two_forms)
    with pytest.raises(NotPlanned):
        queries.summary(found, to=SYSTEM, on=DAY)
    with pytest.raises(NotPlanned):
        queries.plan_of(found, county["石门村"], to=SYSTEM, on=DAY)
    with pytest.raises(Forbidden):
        services.plan_round(found, by=clerk("石门村"), at=AT)
    services.plan_round(found, by=SYSTEM, at=AT)
    with pytest.raises(Forbidden):
        queries.plan_of(found, county["白沙村"], to=clerk("石门村"), on=DAY)


def test_planning_asks_the_database_as_often_for_one_village_as_for_six(two_forms, opened, county):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    whole = opened(*two_forms)
    services.close_round(whole.uuid, by=SYSTEM, at=AT)  # nobody is asked the same twice at once
    one = services.open_round(
        "一村",
        [form.id for form in two_forms],
        place=county["石门村"],
        period=YEAR,
        days=(date(2020, 1, 1), date(2099, 12, 31)),
        by=SYSTEM,
        at=AT,
    )
    for village in ("石门村", "白沙村", "龙潭村"):
        say(county, village, "persons", 100)
    counts = []
    for found in (one, whole, one, whole):
        with CaptureQueriesContext(connection) as caught:
            services.plan_round(found, by=SYSTEM, at=later(len(counts)))
        counts.append(len(caught))
    assert counts[2] == counts[3] <= 60


def test_the_burden_is_counted_by_form_department_and_place(two_forms, opened, county):
    found = opened(*two_forms)
    say(county, "石门村", "persons", 430)
    say(county, "石门村", "working", 200, period=YEAR - 1000)
    services.plan_round(found, by=SYSTEM, at=AT)
    told = queries.burden(found, county["黄埔区"], to=SYSTEM, on=DAY)
    assert told.whole.units == 6 and told.whole.fields == 36 and told.whole.facts == 30
    # 石门村: one of men and women, births, and a look at working; the others four each.
    assert (told.whole.asks, told.whole.confirms) == (2 + 5 * 4, 1)
    assert told.whole.avoided == 36 - 22 - 1
    assert told.whole.seconds_before == 36 * 20
    assert told.whole.seconds_after == 22 * 20 + 3
    assert (told.whole.minutes_before, told.whole.minutes_after) == (12, 8)
    assert [(one.form, one.load.fields, one.load.asks) for one in told.forms] == [
        ("F1", 18, 1 + 5 * 2),
        ("F2", 18, 1 + 5 * 2),
    ]
    assert told.departments == {None: told.whole}
    assert told.places[county["东岸镇"]].asks + told.places[county["西岸镇"]].asks == 22
    town = queries.burden(found, county["西岸镇"], to=SYSTEM, on=DAY)
    assert town.whole == told.places[county["西岸镇"]]
    form = queries.burden_of_form(two_forms[1], to=SYSTEM, on=DAY)
    assert form == told.forms[1]
    say(county, "白沙村", "births", 4)
    services.replan([YEAR], (county["白沙村"],) * 2, "police", at=later(1))
    again = queries.burden(found, county["黄埔区"], to=SYSTEM, on=DAY)
    assert again.whole.asks == 21 and again.whole.units == 6
    assert queries.summary(found, to=SYSTEM, on=DAY).figures["asked"] == 21


def test_pages_show_the_burden_and_take_a_confirmation(
    two_forms, opened, county, browser, django_assert_max_num_queries
):
    found = opened(*two_forms)
    say(county, "石门村", "persons", 430)
    say(county, "石门村", "working", 200, period=YEAR - 1000)
    chief, clerk = browser("data_bureau", "440112"), browser("village_clerk", "440112001202")
    address = f"/zh-hans/reporting/rounds/{found.uuid}/440112/burden/"
    assert "还没有编制填报计划" in chief.get(address).content.decode()
    done = chief.post(f"/zh-hans/reporting/rounds/{found.uuid}/plan/", follow=True)
    text = done.content.decode()
    assert "<svg" in text and "已证明没有更短的清单" in text and "东岸镇" in text
    with django_assert_max_num_queries(50):
        village = clerk.get(f"/zh-hans/reporting/rounds/{found.uuid}/440112001202/burden/")
    assert "上期 200 人，若无变化请确认" in village.content.decode()
    assert clerk.post(f"/zh-hans/reporting/rounds/{found.uuid}/plan/").status_code == 403
    page = "/zh-hans/reporting/fill/F2/440112001202/2026/"
    fields = {field.label: f"f_{field.id}" for field in two_forms[1].asked}
    text = clerk.get(page).content.decode()
    assert f'name="{fields["working"]}_same"' in text and fields["persons"] in text
    blank = dict.fromkeys((fields["working"], fields["births"]), "")
    text = clerk.post(page, blank | {"act": "same"}, follow=True).content.decode()
    assert text.count(" checked>") == 1 and "1 项沿用上期" in text
    given = {fields["working"]: "", f"{fields['working']}_same": "1", fields["births"]: "3"}
    done = clerk.post(page, given | {"act": "submit"}, follow=True)
    assert done.status_code == 200 and "200" in done.content.decode()
    text = chief.get("/zh-hans/reporting/forms/F2/").content.decode()
    assert "最近一轮：6 份，共 18 项" in text
    text = chief.get("/zh-hans/reporting/forms/F1/").content.decode()
    assert "看起来是合计的项目" in text and "已采纳" in text
    chief.post("/zh-hans/reporting/forms/F1/sums/A1/", {"accept": "no"})
    assert queries.sums_of([two_forms[0].id])[two_forms[0].id][0].is_accepted is False


def test_the_api_plans_explains_and_counts(two_forms, opened, county, program):
    found = opened(*two_forms)
    say(county, "石门村", "persons", 430)
    bureau, root = program("data_bureau", "440112"), f"/api/v1/reporting/rounds/{found.uuid}"
    assert bureau.get(f"{root}/plan").status_code == 404
    made_plan = bureau.post(f"{root}/plan", headers={"Idempotency-Key": "p1"})
    assert made_plan.status_code == 201 and made_plan.json()["figures"]["places"] == 6
    assert bureau.get(f"{root}/plan").json()["sha256"] == made_plan.json()["sha256"]
    one = bureau.get(f"{root}/plan/440112001202/F2:A1").json()
    assert (one["means"], one["why"]) == ("known", "police 2026-11-22 已核")
    assert len(bureau.get(f"{root}/plan/440112001202").json()) == 5
    told = bureau.get(f"{root}/burden/440112").json()
    assert told["whole"]["asks"] == 3 + 5 * 4 and set(told["places"]) == {
        "440112001000",
        "440112002000",
    }
    asks = bureau.get(f"{root}/asks/440112001202").json()
    assert {a["title"]: a["held"] for a in asks}["persons"] is True
    clerk = program("village_clerk", "440112001202")
    refused = clerk.post(f"{root}/plan", headers={"Idempotency-Key": "p2"})
    assert refused.status_code == 403
    sums = bureau.get("/api/v1/reporting/forms/F1/sums").json()
    assert sums == [{"total": "A1", "parts": ["A2", "A3"], "why": "其中", "accepted": True}]


def test_the_command_line_plans_and_explains(two_forms, opened, county):
    import json

    from click.testing import CliRunner

    from lingnan.systems.reporting.cli import commands

    found = opened(*two_forms)
    say(county, "石门村", "persons", 430)

    def run(*words):
        done = CliRunner().invoke(commands, [*words, "--json"], catch_exceptions=False)
        assert done.exit_code == 0
        return json.loads(done.output)

    assert run("plan", found.uuid)["figures"]["asked"] == 23
    assert run("burden", found.uuid)["whole"]["avoided"] == 13
    one = run("explain", found.uuid, "--place", "440112001202", "--fact", "persons")
    assert [(e["means"], e["why"]) for e in one] == [("known", "police 2026-11-22 已核")]
    assert run("sums", "F1", "--refuse", "A1")[0]["is_accepted"] is False
