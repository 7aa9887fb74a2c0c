"""Readers see what they reach, and the command line says the same as the queries."""

import json
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from django.db import transaction

from lingnan.base.actors import PUBLIC, Actor, Scope
from lingnan.base.errors import Refused
from lingnan.kernel.evidence import queries
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.cli import OPERATOR, commands
from lingnan.kernel.evidence.models import Event, EventBody
from lingnan.kernel.evidence.rules import proof
from lingnan.kernel.evidence.services import outbox

from .samples import AT, CLERK, Counted, Moved, counted, drain, keep, subject

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)  # the legal day of AT


def reader(*scopes, labels=("public", "internal")):
    return Actor(party=1, scopes=scopes, labels=frozenset(labels))


def seen(to):
    return [entry.facts["amount"] for entry in queries.tail(to=to)]


def test_a_reader_sees_places_within_reach_and_labels_it_holds():
    keep(
        counted(1, 1, place=10),
        counted(1, 2, place=20),
        counted(1, 3, place=None),
        counted(1, 4, place=10, label="secret"),
        counted(1, 5, place=30, label="public"),
    )
    drain()
    assert seen(reader(Scope(1, ((10, 19),)))) == [1, 3]
    assert seen(reader(Scope(1, ((10, 10), (20, 20))), Scope(2, ((30, 40),)))) == [1, 2, 3, 5]
    assert seen(reader(Scope(1, ((10, 19),)), labels=("secret",))) == [4]
    assert seen(PUBLIC) == []
    assert seen(reader()) == [3]
    history = queries.history_of(subject(1), to=reader(Scope(1, ((10, 19),))))
    assert [entry.subject_n for entry in history] == [1, 3]


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "sees"),
    [
        (date.min, None, True),
        (TODAY, None, True),
        (TODAY + timedelta(days=1), None, False),
        (date.min, TODAY, False),
        (date.min, TODAY + timedelta(days=1), True),
    ],
)
def test_reach_is_that_of_the_legal_day_of_the_event(valid_from, valid_to, sees):
    # 16:00 and 15:59 UTC are midnight and the minute before it in the legal zone.
    keep(counted(1, 1, place=10))
    drain()
    scope = Scope(1, ((10, 10),), valid_from, valid_to)
    for hour, minute in ((0, 0), (23, 59)):
        at = AT.replace(hour=16, minute=0) + timedelta(days=-1, hours=hour, minutes=minute)
        Event.objects.update(at=at)
        assert bool(seen(reader(scope))) is sees
        assert reader(scope).reaches(10, TODAY) is sees


def test_history_and_tail_are_paged():
    keep(*(counted(1, n) for n in range(1, 8)))
    drain()
    to = reader()
    assert [e.subject_n for e in queries.history_of(subject(1), to=to, limit=3)] == [5, 6, 7]
    earlier = queries.history_of(subject(1), to=to, limit=3, before=5)
    assert [e.subject_n for e in earlier] == [2, 3, 4]
    assert [e.seq for e in queries.tail(to=to, after_seq=3, limit=2)] == [4, 5]


def test_a_body_is_for_those_who_may_see_persons():
    pk, bare = keep(counted(1, place=10), private={"name": "甲"}) + keep(counted(1, place=10))
    scope = Scope(1, ((10, 10),))
    may = reader(scope, labels=("internal", "personal"))
    assert queries.body_of(pk, to=may) == {"name": "甲"}
    assert queries.body_of(bare, to=may) is None
    with pytest.raises(queries.BodyClosed):
        queries.body_of(pk, to=reader(scope))
    with pytest.raises(queries.NoSuchEvent):
        queries.body_of(pk, to=reader(labels=("internal", "personal")))
    evidence.erase_body(pk, basis="申请", by=CLERK, at=AT)
    assert queries.body_of(pk, to=may) is None


def test_a_dead_letter_is_seen_by_those_who_see_its_event(monkeypatch):
    monkeypatch.setattr(outbox, "_listeners", {})
    monkeypatch.setattr(outbox, "ATTEMPTS", 1)
    evidence.listen(Moved, lambda event, stamp: 1 / 0, name="broken")
    keep(Moved(subject=subject(1), to="x", place=10))
    assert drain().dead == 1
    assert queries.dead_letters(to=reader()) == []
    assert len(queries.dead_letters(to=reader(Scope(1, ((10, 10),))))) == 1


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(outbox, "_listeners", {})

    def invoke(*words, code=0):
        done = CliRunner().invoke(commands, [str(word) for word in words])
        if done.exception and isinstance(done.exception, Refused):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.output

    return invoke


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def log():
    keep(counted(1, 1, place=10), counted(2, 2), private={"who": "乙"})
    keep(counted(1, 3))
    drain()


def test_verify_exits_with_1_and_names_the_row(run, log, tmp_path):
    head = tmp_path / "head.json"
    run("head", "--out", head)
    assert "3 条事件与签名一致" in run("verify")
    assert lines(run("verify", "--head", head, "--json"))[-1] == {
        "tree_size": 3,
        "findings": 0,
        "outside_head": True,
    }
    pk = Event.objects.get(seq=2).pk
    Event.objects.filter(pk=pk).update(by="another")
    assert f"evidence.event #{pk} (seq 2" in run("verify", code=1)
    found, total = lines(run("verify", "--json", code=1))
    assert found["noun"] == "evidence.event" and total["findings"] == 1


def test_a_proof_is_checked_without_a_database(run, log, tmp_path, django_db_blocker):
    file, head = tmp_path / "proof.json", tmp_path / "head.json"
    run("head", "--out", head)
    run("prove", subject(1), "--out", file, "--private")
    made = json.loads(file.read_text())
    assert [entry["leaf"]["seq"] for entry in made["entries"]] == [1, 3]
    assert made["entries"][0]["private"]["body"] == {"who": "乙"}
    assert "private" not in made["entries"][1]
    with django_db_blocker.block():
        assert made["head"]["key_id"] in run("check", file)
        told = json.loads(run("check", file, "--head", head, "--json"))
        assert told["holds"] and told["key_compared"]
        assert "不是" in run("check", file, "--key", "00", code=1)
        run("check", head)
        for change in (
            lambda p: p["entries"][0]["leaf"].update(by="another"),
            lambda p: p["entries"][0]["private"]["body"].update(who="丙"),
            lambda p: p["entries"][0]["path"].reverse(),
            lambda p: p["head"].update(tree_size=4),
            lambda p: p["head"].update(at="2026-03-03T00:00:00.000000Z"),
        ):
            forged = json.loads(file.read_text())
            change(forged)
            other = tmp_path / "forged.json"
            other.write_text(json.dumps(forged))
            run("check", other, code=1)


def test_a_long_history_is_proved_in_a_handful_of_queries(django_assert_max_num_queries):
    with transaction.atomic():
        evidence.record_many(
            [counted(1, n) for n in range(300)], by=CLERK, at=AT, private=[{"n": 1}] * 300
        )
    drain()
    with django_assert_max_num_queries(7):
        made = queries.prove(subject(1), to=OPERATOR, private=True)
    assert len(made["entries"]) == 300
    assert proof.check(made)[1] == []
    with pytest.raises(queries.BodyClosed):
        queries.prove(subject(1), to=reader(), private=True)


def test_one_event_is_proved_by_its_seq(run, log):
    made = json.loads(run("prove", 2, "--json"))
    assert [entry["leaf"]["subject"] for entry in made["entries"]] == [subject(2)]
    with pytest.raises(queries.NoSuchEvent):
        run("prove", 99)
    with pytest.raises(queries.NoSuchEvent):
        run("prove", subject(99))


def test_files_that_cannot_be_read_are_a_usage_error(run, tmp_path):
    bad = tmp_path / "bad.json"
    for text in ("", "[]", '{"format": "lingnan.evidence.proof/1"}'):
        bad.write_text(text)
        assert "bad.json" in run("check", bad, code=2)
        run("verify", "--head", bad, code=2)


def test_tail_shows_the_last_events(run, log):
    assert [line["seq"] for line in lines(run("tail", "--limit", 2, "--json"))] == [2, 3]
    assert "sample.counted" in run("tail", "--after", 2)


def test_head_of_an_empty_log_says_so(run):
    assert "还没有任何事件" in run("head", code=1)


def test_the_key_is_rotated_from_the_command_line(run, log):
    told = json.loads(run("rotate-key", "--json"))
    assert told["certified"] and queries.latest_head().key_id == told["key_id"]
    assert "一致" in run("verify")


def test_a_body_is_erased_from_the_command_line(run, log):
    assert "已删除" in run("erase", 1, "--basis", "个人信息保护法第四十七条")
    assert EventBody.objects.exclude(erased_by=None).count() == 1
    with pytest.raises(evidence.AlreadyErased):
        run("erase", 1, "--basis", "again")
    assert "一致" in run("verify")


def test_dead_letters_are_listed_and_retried_from_the_command_line(run, log, monkeypatch):
    monkeypatch.setattr(outbox, "ATTEMPTS", 1)
    assert "没有未送达" in run("dead-letters")
    broken = {"is": True}

    def call(event, stamp):
        if broken["is"]:
            raise OSError("no line")

    evidence.listen(Counted, call, name="line")
    assert json.loads(run("drain", "--json"))["dead"] == 3
    letters = lines(run("dead-letters", "--listener", "line", "--json"))
    assert [letter["seq"] for letter in letters] == [1, 2, 3]
    assert "no line" in run("dead-letters")
    run("retry", code=2)
    run("retry", letters[0]["id"], code=1)
    broken["is"] = False
    assert "送达 3，失败 0" in run("retry", "--all")
