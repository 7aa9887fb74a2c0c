"""One place on one page: every figure with its source, by right, quickly."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lingnan.base import clock
from lingnan.base.errors import Forbidden
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue
from lingnan.kernel.places import queries as places
from lingnan.systems.reporting import queries, services

from .conftest import AT, DAY, SYSTEM, YEAR, later, wearing

LAST = YEAR - 1000
ALL = queries.BlockWanted()


@pytest.fixture
def told(county, village_form, party_form):
    """Two villages of one town, this year and the last; one item disputed."""
    source = f"form:{village_form.code}"
    numbers = [f for f in village_form.asked if not f.options]
    for period, plus in ((LAST, 0), (YEAR, 5)):
        new = [
            NewValue(place=county[name], element=f.element, period=period, value=n + plus)
            for name in ("荔湾村", "石门村")
            for n, f in enumerate(numbers)
        ]
        values.record_values(f"told:{period}", new, source=source, by=SYSTEM, at=AT)
    other = NewValue(place=county["荔湾村"], element=numbers[0].element, period=YEAR, value=99)
    values.record_values("other", [other], source="history:X", by=SYSTEM, at=later(1))
    evidence.drain(at=later(2))
    return village_form, numbers


def block(name, county, wanted=ALL, *, to=SYSTEM, **more):
    return queries.block(places.place(county[name], on=DAY), wanted, to=to, on=DAY, **more)


def test_a_village_shows_the_newest_word_its_source_and_the_year_before(county, told):
    form, numbers = told
    found = block("荔湾村", county)
    known = {one.element: one for one in found.known}
    for n, field in enumerate(numbers):
        one = known[field.element_code]
        assert (one.value, one.period, one.older[LAST]) == (n + 5, YEAR, n)
        assert one.source == f"form:{form.code}" and one.age(DAY) == 0
        assert one.asked_by[0].form == form.code
    assert known[numbers[0].element_code].disputed
    assert [d.value for d in found.disputes] == [99]


def test_days_are_those_of_the_calendar_on_the_wall(county, told):
    """At 23:30 UTC it is the next morning in Lingnan: what was said an hour ago is of today."""
    night = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    one = replace(block("荔湾村", county).known[0], recorded_at=night)
    assert one.age(date(2026, 11, 23)) == 0


def test_a_town_shows_sums_with_their_coverage(county, told):
    _, numbers = told
    known = {one.element: one for one in block("东岸镇", county).known}
    one = next(known[f.element_code] for f in numbers if f.element_code in known)
    assert (one.source, one.reported, one.expected) == ("sum", 2, 3)
    summed = [known[f.element_code] for f in numbers if f.element_code in known]
    assert {k.value for k in summed if k.value is not None} <= {
        2 * (n + 5) for n in range(len(numbers))
    }


def test_the_block_as_of_an_earlier_moment(county, told):
    _, numbers = told
    change = NewValue(place=county["荔湾村"], element=numbers[3].element, period=YEAR, value=777)
    values.record_values("later", [change], source=f"form:{told[0].code}", by=SYSTEM, at=later(8))
    evidence.drain(at=later(9))
    now = {k.element: k.value for k in block("荔湾村", county).known}
    then = {k.element: k.value for k in block("荔湾村", county, as_of=later(5)).known}
    assert now[numbers[3].element_code] == 777
    assert then[numbers[3].element_code] == 8


def test_it_narrows_by_words_form_and_department(county, told):
    form, _ = told
    whole = block("荔湾村", county).known
    some = block("荔湾村", county, queries.BlockWanted(text=whole[3].title)).known
    assert whole[3].element in {k.element for k in some} and len(some) < len(whole)
    assert not block("荔湾村", county, queries.BlockWanted(form="ZZ-DZZ")).known
    assert len(block("荔湾村", county, queries.BlockWanted(form=form.code)).known) == len(whole)


def test_nobody_looks_beyond_the_own_place(county, told, clerk):
    assert block("荔湾村", county, to=clerk("荔湾村")).known
    with pytest.raises(Forbidden):
        block("石门村", county, to=clerk("荔湾村"))


def test_a_secret_element_is_shown_to_those_who_hold_its_label(county, told, clerk):
    from lingnan.kernel.observations.models import Element

    _, numbers = told
    Element.objects.filter(pk=numbers[2].element).update(label="secret")
    assert numbers[2].element_code not in {
        k.element for k in block("荔湾村", county, to=clerk("荔湾村")).known
    }


def test_the_trend_and_the_neighbours_of_one_element(county, told):
    _, numbers = told
    place = places.place(county["荔湾村"], on=DAY)
    info, by_period = queries.trend_of(
        place, numbers[4].element_code, as_of=None, to=SYSTEM, on=DAY
    )
    assert [one.value for one in by_period.values()][-2:] == [4, 9]
    rows = queries.neighbours(place, info, YEAR, as_of=None, to=SYSTEM, on=DAY)
    assert [(r.place.name, r.value) for r in rows] == [
        ("荔湾村", 9),
        ("石门村", 9),
        ("水口村", None),
    ]


def test_the_number_of_queries_does_not_grow_with_what_is_known(county, told, clerk):
    by = clerk("荔湾村")
    block("荔湾村", county, to=by)
    with CaptureQueriesContext(
        connection,
    ) as few:
        block("荔湾村", county, queries.BlockWanted(form="ZZ-DZZ"), to=by)
    with CaptureQueriesContext(connection) as many:
        block("荔湾村", county, to=by)
    assert len(many) <= len(few) <= 16


def test_the_page_draws_the_trend_beside_its_table_and_gives_csv(county, told, browser):
    client = browser("county_reviewer", "440112")
    url = reverse("reporting:block", args=["440112001201"])
    page = client.get(url, {"element": told[1][4].element_code})
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count('<svg class="chart"') == 2 and text.count("看数据表") == 2
    assert "有争议" in text
    cells = text.partition("哪些表在问")[2].partition("</table>")[0]
    title = " ".join(told[0].title.split())
    assert f">{title}</a>" in cells and f"报表 {title}" in cells  # who asks, and where from
    assert f">{told[0].code}<" not in cells and f"报表 {told[0].code}" not in cells
    made = client.get(reverse("reporting:block_csv", args=["440112001201"]))
    rows = list(csv.DictReader(io.StringIO(made.content.decode("utf-8-sig"))))
    assert len(rows) == len(block("荔湾村", county).known)
    assert Event.objects.filter(kind="reporting.output_taken").count() == 1
    upper = client.get(reverse("reporting:block", args=["440112"]))
    assert upper.status_code == 200 and "东岸镇" in upper.content.decode()
    assert client.get(reverse("reporting:block", args=["440100"])).status_code == 403


def test_one_call_of_the_interface_says_the_same(county, told, program):
    client = program("village_clerk", "440112001201")
    answer = client.get("/api/v1/reporting/block", {"place": "440112001201"})
    assert answer.status_code == 200
    body = answer.json()
    assert len(body["figures"]) == len(block("荔湾村", county).known)
    assert body["disputes"][0]["value"] == "99"
    refused = client.get("/api/v1/reporting/block", {"place": "440112001202"})
    assert refused.status_code == 403


def test_jobs_and_tables_through_the_doors(county, told, browser, program):
    form, _ = told
    api = program("county_reviewer", "440112")
    client = browser("county_reviewer", "440112")
    at = clock.now()
    evidence.drain(at=at)
    given = {"form": form.code, "place": "440112", "period": "2026", "level": "4"}
    answer = client.post(reverse("reporting:productions"), given)
    assert answer.status_code == 302
    uuid = answer["Location"].rstrip("/").rsplit("/", 1)[-1]
    assert 'http-equiv="refresh"' in client.get(answer["Location"]).content.decode()
    services.work_all(by=SYSTEM, at=clock.now(), limit=10)
    page = client.get(answer["Location"]).content.decode()
    assert "2 份中已做好 2 份" in page and "refresh" not in page
    files = api.get(f"/api/v1/reporting/productions/{uuid}/files").json()
    assert {f["place"] for f in files} == {"440112001000", "440112002000"}
    got = client.get(reverse("reporting:production_file", args=[uuid, files[0]["sha256"]]))
    assert b"".join(got.streaming_content)[:2] == b"PK"
    again = client.post(reverse("reporting:cancel_production", args=[uuid]), follow=True)
    assert "不能取消" in again.content.decode()
    stranger = browser("county_reviewer", "440100")
    assert stranger.get(reverse("reporting:productions")).status_code == 200
    for kind in ("csv", "json", "rollup", "bundle"):
        made = client.post(reverse("reporting:produce"), given | {"format": kind, "tree": "code"})
        assert made.status_code == 200 and made["X-Lingnan-Sha256"], kind
    sent = api.post(
        f"/api/v1/reporting/products?form={form.code}&place=440112&period=2026&format=csv",
        HTTP_IDEMPOTENCY_KEY="one",
    )
    assert sent.status_code == 200 and sent["X-Lingnan-Seq"]


def test_a_village_clerk_orders_nothing_above(county, told, program):
    api = program("village_clerk", "440112001201")
    body = {"forms": [told[0].code], "place": "440112", "period": "2026"}
    answer = api.post(
        "/api/v1/reporting/productions",
        body,
        content_type="application/json",
        HTTP_IDEMPOTENCY_KEY="two",
    )
    assert answer.status_code == 403


def test_what_a_department_may_not_see_it_does_not_order_for_others(county, told, program):
    """A job shows what its orderer might see; whoever holds fewer labels does not find it."""
    job = services.order_production(
        [told[0].id], county["黄埔区"], YEAR, level=4, by=SYSTEM, at=later(5)
    )
    few = wearing(5, "bureau", county["黄埔区"], frozenset({"reporting.produce"}))
    from lingnan.systems.reporting.terms.outputs import NoSuchProduction

    with pytest.raises(NoSuchProduction):
        queries.production(job.uuid, to=few, on=DAY)


def test_what_was_asked_once_long_ago_is_known_too(county, told):
    """A survey of 2012 nobody repeated, of one village; its period is kept at hand no longer."""
    form, numbers = told
    once, often = numbers[5], numbers[6]
    new = [
        NewValue(place=county["水口村"], element=f.element, period=2012_000, value=7)
        for f in (once, often)
    ]
    new.append(NewValue(place=county["水口村"], element=often.element, period=YEAR, value=8))
    values.record_values("long ago", new, source=f"form:{form.code}", by=SYSTEM, at=AT)
    values.close_period(2012_000, by=SYSTEM, at=later(1))
    values.prune()
    evidence.drain(at=later(2))
    known = {one.element: one for one in block("水口村", county).known}
    assert (known[once.element_code].period, known[once.element_code].value) == (2012_000, 7)
    newer = known[often.element_code]
    assert (newer.period, newer.value, newer.older) == (YEAR, 8, {2012_000: 7})
    then = block("水口村", county, as_of=later(3)).known
    assert {one.element: one.value for one in then} == {k: v.value for k, v in known.items()}


def test_a_town_adds_up_what_was_told_last_of_an_element(county, told):
    form, numbers = told
    field = next(f for f in numbers if f.label.strip() and f.type == "integer")
    new = [NewValue(place=county["白沙村"], element=field.element, period=2012_000, value=7)]
    values.record_values("once", new, source=f"form:{form.code}", by=SYSTEM, at=AT)
    evidence.drain(at=later(2))
    [one] = [k for k in block("西岸镇", county).known if k.element == field.element_code]
    assert (one.period, one.value, one.reported, one.expected) == (2012_000, 7, 1, 3)
    # Where there is a newer figure, it stands.
    [one] = [k for k in block("东岸镇", county).known if k.element == field.element_code]
    assert one.period == YEAR
