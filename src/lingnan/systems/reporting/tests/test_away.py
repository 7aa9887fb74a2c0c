"""What was typed without signal: merged cell by cell, sent once, never over another's word."""

import json

import pytest

from lingnan.kernel.evidence.models import Event
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Filing
from lingnan.systems.reporting.rules.filing import answers_of, merged
from lingnan.systems.reporting.terms.away import Kept, Standing
from lingnan.systems.reporting.terms.filings import Answer, State

from .conftest import DAY, SYSTEM, YEAR, full, later

VILLAGE = "440112001202"


@pytest.fixture
def form(party_form, opened):
    opened(party_form)
    return party_form


@pytest.fixture
def home(county):
    return county["石门村"]


@pytest.fixture
def send(form, home):
    def sent(mine, base=None, minutes=1, **more):
        kept = Kept(home, mine, base or {}, **more)
        return services.send_kept(form, YEAR, kept, by=SYSTEM, at=later(minutes))

    return sent


def write(form, home, minutes, **cells):
    cells = {code.removeprefix("c").replace("_", "."): text for code, text in cells.items()}
    draft = services.Draft(home, cells)
    return services.save_draft(form.id, YEAR, draft, by=SYSTEM, at=later(minutes))


def test_only_cells_that_both_changed_differently_are_asked_about(form):
    a, b, c, d, e = (one.code for one in form.asked[:5])
    mine = {a: "1", b: "2", c: "3", d: "４", e: ""}
    base = {a: "", b: "2", c: "1", d: "", e: "7"}
    theirs = {a: Answer(""), b: Answer("9"), c: Answer("5"), d: Answer("4"), e: Answer("7")}
    fresh, differ = merged(form, mine, base, theirs)
    assert fresh == {a: "1", e: ""}  # mine alone changed; an emptied cell is a change too
    assert [(one.field.code, one.mine, one.theirs) for one in differ] == [(c, "3", "5")]


def test_it_is_saved_then_submitted_and_asked_again_it_is_done_already(form, send):
    whole = full(form, 3)
    done = send(whole, submit=True)
    assert done.standing is Standing.SUBMITTED
    again = send(whole, submit=True, minutes=2)
    assert (again.standing, again.filing.version) == (Standing.SUBMITTED, done.filing.version)
    assert Event.objects.filter(kind="reporting.report_submitted").count() == 1


def test_a_save_that_changes_nothing_writes_nothing(form, send):
    code = form.asked[0].code
    first = send({code: "3"})
    again = send({code: "3"}, minutes=2)
    assert first.filing.version == again.filing.version
    assert Event.objects.filter(kind="reporting.draft_saved").count() == 1


def test_what_is_not_whole_stays_saved_and_says_where(form, send, home):
    code = form.asked[0].code
    done = send({code: "三"}, submit=True)
    assert done.standing is Standing.WRONG
    assert form.asked[0].where in {one.where for one in done.refused.problems}
    assert answers_of(Filing.objects.get(place=home).answers)[code].text == "三"


def test_nothing_is_written_while_a_cell_is_open_to_choose(form, send, home):
    first, second = form.asked[0].code, form.asked[1].code
    held = write(form, home, 1, **{f"c{first}": "8"})
    done = send({first: "4", second: "5"}, {first: "", second: ""}, minutes=2)
    assert done.standing is Standing.DIFFERS
    row = Filing.objects.get(place=home)
    assert (row.version, list(answers_of(row.answers))) == (held.version, [first])
    # Having seen theirs, she chose her own.
    chosen = send({first: "4", second: "5"}, {first: "8", second: ""}, minutes=3)
    assert chosen.standing is Standing.SAVED
    assert [chosen.filing.answers[code].text for code in (first, second)] == ["4", "5"]


def test_an_approved_report_stands_and_every_cell_is_shown(form, send, home):
    whole = full(form, 3)
    uuid = send(whole, submit=True).filing.uuid
    Filing.objects.filter(uuid=uuid).update(state=State.APPROVED)
    code = next(one.code for one in form.asked if not one.options)
    done = send(whole | {code: "4"}, whole, minutes=3, submit=True)
    assert done.standing is Standing.STANDS
    assert [(one.mine, one.theirs) for one in done.differences] == [("4", "3")]
    assert "已通过" in done.refused.words()


def test_a_returned_report_is_not_sent_again_as_it_was(form, send, home):
    whole = full(form, 3)
    began = send(whole).filing.version
    done = send(whole, whole, submit=True, minutes=2)
    Filing.objects.filter(uuid=done.filing.uuid).update(
        state=State.RETURNED, version=done.filing.version + 1
    )
    again = send(whole, whole, submit=True, version=began, minutes=4)
    assert again.standing is Standing.STANDS
    assert again.refused.code == "reporting.returned_meanwhile"
    assert Filing.objects.get(uuid=done.filing.uuid).state == State.RETURNED


def test_a_closed_round_refuses_and_loses_nothing(form, send):
    found = queries.rounds(to=SYSTEM, on=DAY)[0]
    services.close_round(found.uuid, by=SYSTEM, at=later(1))
    code = form.asked[0].code
    done = send({code: "4"}, submit=True, minutes=2)
    assert done.standing is Standing.STANDS
    assert [one.mine for one in done.differences] == ["4"]
    assert Filing.objects.count() == 0


def test_by_api_the_same_key_is_answered_the_same_and_done_once(form, program):
    client = program("village_clerk", VILLAGE)
    body = {"form": form.code, "place": VILLAGE, "period": "2026", "mine": full(form, 3)}
    ask = {
        "data": json.dumps(body | {"submit": True}),
        "content_type": "application/json",
        "headers": {"Idempotency-Key": "a-key-of-the-phone"},
    }
    first = client.post("/api/v1/reporting/kept", **ask)
    second = client.post("/api/v1/reporting/kept", **ask)
    assert (first.status_code, first.json()["standing"]) == (200, "submitted")
    assert second["Idempotency-Replayed"] == "true"
    assert second.json() == first.json()
    assert Event.objects.filter(kind="reporting.report_submitted").count() == 1


def test_another_village_is_out_of_reach(form, program):
    client = program("village_clerk", "440112001201")
    body = {"form": form.code, "place": VILLAGE, "period": "2026", "mine": {}}
    answer = client.post(
        "/api/v1/reporting/kept", json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == 403


def test_a_clerk_takes_along_what_waits_and_nobody_else_anything(
    form, browser, django_assert_max_num_queries
):
    clerk = browser("village_clerk", VILLAGE)
    clerk.get("/zh-hans/away/packet/")
    with django_assert_max_num_queries(40):
        told = clerk.get("/zh-hans/away/packet/")
    assert told["Cache-Control"] == "no-store"
    assert [one["url"].split("/")[-3] for one in told.json()["pages"]] == [VILLAGE]
    county = browser("county_reviewer", "440112000000")
    assert county.get("/zh-hans/away/packet/").json() == {"pages": [], "ledgers": []}
