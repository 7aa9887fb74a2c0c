"""What happens to a round puts work on desks and takes it off again."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lingnan.kernel.cases import queries as tasks
from lingnan.kernel.cases.models import Task
from lingnan.kernel.cases.terms import View
from lingnan.kernel.evidence import queries as proofs
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.models import OutboxCursor
from lingnan.kernel.evidence.services import outbox
from lingnan.kernel.evidence.terms import Stamp
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.statutes import services as statutes
from lingnan.systems.reporting import services
from lingnan.web.live.reading import Reader
from lingnan.web.live.terms import Listener

from .conftest import AT, DAY, SYSTEM, YEAR, full, later

COUNTY, TOWN, VILLAGE, OTHER = "440112", "440112001000", "440112001201", "440112001202"
VILLAGES = ("荔湾村", "石门村", "水口村", "白沙村", "龙潭村", "新桥村")
CLERK, REVIEWER = ("village_clerk", VILLAGE), ("town_reviewer", TOWN)


@pytest.fixture
def desk(official):
    """What waits for a role at a place, after everybody has heard: the kinds, in order."""
    known = {}

    def look(post, view=View.WAITING):
        if post not in known:
            known[post] = official(*post)
        evidence.drain(at=later(60))
        to = parties.actor_of(known[post], at=AT)
        return [task.kind.split(".")[1] for task in tasks.desk(to, DAY, view)]

    return look


@pytest.fixture
def asked(village_form, party_form, opened):
    """Two forms of a round; a function that submits one for a village."""

    found = opened(village_form, party_form)

    def submit(form, place, by, at=2):
        kept = services.save_draft(
            form.id, YEAR, services.Draft(place, full(form)), by=by, at=later(at)
        )
        return services.submit_report(kept.uuid, by=by, at=later(at))

    return found, village_form, party_form, submit


def test_from_an_open_round_to_the_last_report(desk, asked, county, clerk, reviewer):
    found, first, second, submit = asked
    by = clerk("荔湾村")
    assert desk(CLERK) == ["fill"] and desk(REVIEWER) == []
    assert Task.objects.count() == 6  # one a village, not one a form
    one = submit(first, county["荔湾村"], by)
    assert desk(CLERK) == ["fill"] and desk(REVIEWER) == ["review"]
    two = submit(second, county["荔湾村"], by)
    assert desk(CLERK) == [] and desk(CLERK, View.DONE) == ["fill"]
    assert desk(REVIEWER) == ["review"]  # the one that waits already
    services.return_report(one.uuid, "户数少了一半", by=reviewer, at=later(3))
    assert desk(CLERK) == ["amend"] and desk(REVIEWER) == ["review"]
    services.approve_report(two.uuid, by=reviewer, at=later(4))
    assert desk(REVIEWER) == [] and desk(CLERK) == ["amend"]
    services.submit_report(one.uuid, by=by, at=later(5))
    assert desk(CLERK) == [] and desk(REVIEWER) == ["review"]
    services.approve_report(one.uuid, by=reviewer, at=later(6))
    assert desk(REVIEWER) == [] and desk(REVIEWER, View.DONE) == ["review", "review"]
    assert not [f for f in proofs.verify() if f.noun.startswith("cases")]


def test_a_correction_by_its_own_village_stands_on_its_desk(desk, asked, county, clerk, reviewer):
    _, first, _, submit = asked
    by = clerk("荔湾村")
    done = submit(first, county["荔湾村"], by)
    services.approve_report(done.uuid, by=reviewer, at=later(3))
    services.correct_report(done.uuid, {}, "多数了一户", by=by, at=later(4))
    assert desk(CLERK) == ["amend", "fill"]
    services.submit_report(done.uuid, by=by, at=later(5))
    assert desk(CLERK) == ["fill"]


def test_a_closed_round_takes_everything_back(desk, asked, county, clerk, reviewer):
    found, first, _, submit = asked
    sent = submit(first, county["荔湾村"], clerk("荔湾村"))
    services.return_report(sent.uuid, "请核对", by=reviewer, at=later(3))
    assert desk(CLERK) == ["amend", "fill"]
    services.close_round(found.uuid, by=SYSTEM, at=later(4))
    assert desk(CLERK) == [] and desk(REVIEWER) == []
    assert not Task.objects.filter(closed_at=None).exists()


def test_levels_in_order_move_the_task_up(desk, asked, county, clerk):
    _, first, _, submit = asked
    services.order_review(first.id, levels=[4, 3], by=SYSTEM, at=later(1))
    sent = submit(first, county["荔湾村"], clerk("荔湾村"))
    above = ("county_reviewer", COUNTY)
    assert desk(REVIEWER) == ["review"] and desk(above) == []
    services.approve_report(sent.uuid, by=SYSTEM, at=later(3))
    assert desk(REVIEWER) == [] and desk(above) == ["review"]
    services.approve_report(sent.uuid, by=SYSTEM, at=later(4))
    assert desk(above) == []


def test_reminding_counts_on_the_desks_of_the_late(desk, asked, county, clerk):
    found, first, second, submit = asked
    statutes.load_content(by=SYSTEM, at=AT)
    for form in (first, second):
        submit(form, county["荔湾村"], clerk("荔湾村"))
    assert desk(CLERK) == [] and desk(("village_clerk", OTHER)) == ["fill"]
    services.remind(found.uuid, by=SYSTEM, at=later(3))
    evidence.drain(at=later(60))
    counted = dict(Task.objects.filter(kind="reporting.fill").values_list("place", "reminded"))
    assert counted[county["石门村"]] == 1 and county["荔湾村"] not in counted


def test_everything_heard_again_changes_nothing(desk, asked, county, clerk, reviewer):
    """Every event delivered a second time, in the order of the listeners' names."""
    _, first, second, submit = asked
    by = clerk("荔湾村")
    sent = [submit(form, county["荔湾村"], by) for form in (first, second)]
    evidence.drain(at=later(60))
    services.return_report(sent[0].uuid, "请核对", by=reviewer, at=later(3))
    services.approve_report(sent[1].uuid, by=reviewer, at=later(4))
    evidence.drain(at=later(60))
    before = list(Task.objects.order_by("pk").values())
    OutboxCursor.objects.filter(listener__startswith="cases.").update(seq=0)
    evidence.drain(at=later(61))
    assert list(Task.objects.order_by("pk").values()) == before


def test_returned_twice_before_anybody_heard_is_one_task(desk, asked, county, clerk, reviewer):
    _, first, _, submit = asked
    by = clerk("荔湾村")
    sent = submit(first, county["荔湾村"], by)
    services.return_report(sent.uuid, "请核对", by=reviewer, at=later(3))
    services.submit_report(sent.uuid, by=by, at=later(4))
    services.return_report(sent.uuid, "再核对", by=reviewer, at=later(5))
    assert desk(CLERK) == ["amend", "fill"] and desk(REVIEWER) == []
    before = list(Task.objects.order_by("pk").values())
    for name in ("cases.report_returned", "cases.report_submitted"):
        listener = evidence.listeners()[name]
        told = [e for e in proofs.tail(to=SYSTEM) if e.kind == listener.event_type.kind]
        for one in reversed(told):  # late, twice, and out of order
            listener.hear([(one.event, Stamp(one.seq, one.id, one.at, one.by))])
    assert list(Task.objects.order_by("pk").values()) == before


def test_many_reports_are_heard_with_the_queries_of_one(asked, county, clerk, monkeypatch):
    """Submitted, then approved: one village, then five at once."""
    monkeypatch.setattr(outbox, "BUDGET", 60)
    _, first, _, submit = asked
    evidence.drain(at=later(1))
    asked_for: dict[int, list[int]] = {}
    for names in (VILLAGES[:1], VILLAGES[1:]):
        for act in ("submit", "approve"):
            if act == "submit":
                sent = [submit(first, county[name], clerk(name)).uuid for name in names]
            else:
                services.approve_many(sent, by=SYSTEM, at=later(3))
            evidence.sequence(at=later(4))
            with CaptureQueriesContext(connection) as told:
                evidence.drain(at=later(4))
            asked_for.setdefault(len(names), []).append(len(told))
    one, many = asked_for.values()
    assert all(b <= a for a, b in zip(one, many, strict=True))


def test_the_desk_by_http(browser, program, asked, county, clerk):
    """Seen, taken, let go; the work itself is one link away."""
    evidence.drain(at=later(60))
    page = browser(*CLERK)
    text = page.get(reverse("web:desk")).content.decode()
    task = Task.objects.get(place=county["荔湾村"])
    assert "填报 · 2026年度报表" in text and "领办" in text
    there = f"/zh-hans/desk/{task.uuid}/"
    taken = page.post(f"{there}claim/", {"version": task.version}, follow=True)
    assert "您在办" in taken.content.decode()
    old = page.post(f"{there}release/", {"version": task.version})
    assert old.status_code == 409 and "请刷新后再试" in old.content.decode()
    assert "您在办" not in page.post(f"{there}release/", follow=True).content.decode()
    by_hand = page.post(f"{there}done/")
    assert by_hand.status_code == 409 and "自动销号" in by_hand.content.decode()
    assert page.post(f"{there}nothing/").status_code == 404
    assert page.get(f"{there}claim/").status_code == 405
    village = page.get(f"/zh-hans/reporting/rounds/{task.subject[-36:]}/", follow=True)
    assert "本村要填的报表" in village.content.decode()


@pytest.mark.one_database  # a reader of streams gives its connection back: on a server, this test's own
def test_what_is_watched_stands_apart_from_what_waits(browser, asked, county, clerk):
    """A round that others fill is no work of the county's; a report that came is, and is counted."""
    evidence.drain(at=later(60))
    page = browser("county_reviewer", "440112000000")
    text = page.get(reverse("web:desk")).content.decode()
    waits, _, watched = text.partition("别人在办、您在看的")
    assert "待办 <b>0</b>" in waits and "现在没有等您办的事" in waits and "进行中" not in waits
    assert "2026年度报表" in watched and "进行中" in watched
    _, form, _, submit = asked
    submit(form, county["荔湾村"], clerk("荔湾村"))
    waits = page.get(reverse("web:desk")).content.decode().partition("别人在办、您在看的")[0]
    assert "待办 <b>1</b>" in waits and "待审核" in waits
    told = page.get(reverse("api:desk_counts")).json()  # what the masthead shows
    assert told["waiting"] == 1 and f'data-stamp="{told["stamp"]}"' in waits
    bureau = browser("data_bureau", "440000000000")  # a post without tasks hears of what waits too
    both = [Listener(one.session.session_key, "zh-hans") for one in (page, bureau)]
    heard = Reader().turn(both, again=True)
    assert [line.event for _, line in heard] == ["desk", "desk"]
    [line] = [line for who, line in heard if who is both[0]]
    assert (line.data["waiting"], line.data["stamp"]) == (1, told["stamp"])


def test_another_village_finds_no_such_task(browser, asked, county):
    evidence.drain(at=later(60))
    task = Task.objects.get(place=county["荔湾村"])
    page = browser("village_clerk", OTHER)
    assert page.get(f"/zh-hans/desk/{task.uuid}/").status_code == 404
    assert page.post(f"/zh-hans/desk/{task.uuid}/claim/").status_code == 404


def test_the_desk_for_programs(program, asked, county):
    evidence.drain(at=later(60))
    client = program(*CLERK)
    counts = client.get("/api/v1/platform/tasks/counts")
    assert counts.json()["waiting"] == 1
    again = client.get("/api/v1/platform/tasks/counts", HTTP_IF_NONE_MATCH=counts["ETag"])
    assert again.status_code == 304 and not again.content
    [task] = client.get("/api/v1/platform/tasks").json()["items"]
    assert (task["kind"], task["title"]) == ("reporting.fill", "2026年度报表")

    def post(verb, **body):
        return client.post(
            f"/api/v1/platform/tasks/{task['uuid']}/{verb}",
            body,
            content_type="application/json",
            HTTP_IDEMPOTENCY_KEY=verb + str(body),
        )

    assert post("claim", version=task["version"]).json()["state"] == "claimed"
    assert post("claim", version=99).json()["state"] == "claimed"
    assert post("release", version=99).status_code == 409
    assert post("release").json()["state"] == "open"
    assert post("give-back").json()["code"] == "cases.not_in_your_hands"
    nobody = "00000000-0000-7000-8000-000000000001"
    assert post("delegate", duty=nobody, reason="外出").status_code == 403
    assert post("done").json()["code"] == "cases.not_by_hand"
    assert client.get("/api/v1/platform/tasks/counts").json()["stamp"] != counts.json()["stamp"]


def test_a_desk_asks_no_more_than_its_budget(
    browser, village_form, opened, county, django_assert_max_num_queries
):
    """The same for one round as for twenty."""
    opened(village_form)
    days, place = (date(2020, 1, 1), date(2099, 12, 31)), county["黄埔区"]
    for n in range(1, 20):
        services.open_round(
            "往年",
            [village_form.id],
            place=place,
            period=YEAR - n * 1000,
            days=days,
            by=SYSTEM,
            at=AT,
        )
    evidence.drain(at=later(60))
    page = browser(*CLERK)
    page.get(reverse("web:desk"))
    with django_assert_max_num_queries(16):
        text = page.get(reverse("web:desk")).content.decode()
    assert text.count("领办") == 20
    with django_assert_max_num_queries(16):
        assert page.get("/zh-hans/").content.decode().count("领办") == 10
