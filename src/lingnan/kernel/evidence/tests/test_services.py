"""Recording, sequencing, delivering."""

import json
import time
from datetime import datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from lingnan.kernel.evidence import queries
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.models import Event, EventBody, Tile, TreeHead
from lingnan.kernel.evidence.rules import leaf, signing, tree
from lingnan.kernel.evidence.services import sequencing
from lingnan.kernel.evidence.terms import Drained

from .samples import AT, CLERK, Moved, counted, drain, keep, leaves, subject

pytestmark = pytest.mark.django_db


def test_an_event_is_kept_as_it_will_be_hashed():
    (pk,) = keep(counted(1, 5, place=44, note="好"), private={"name": "x"})
    row = Event.objects.get(pk=pk)
    assert row.facts == '{"amount":5,"note":"好"}'
    assert (row.subject_n, row.place_id, row.label, row.seq) == (1, 44, "internal", None)
    assert row.by == "clerk party:7 duty:3 via:api"
    assert row.commitment == leaf.commitment(bytes.fromhex(row.body.salt), row.body.body)
    assert json.loads(row.body.body) == {"name": "x"}


def test_recording_costs_one_query_and_two_with_a_body():
    with CaptureQueriesContext(
        connection,
    ) as one:
        evidence.record(counted(), by=CLERK, at=AT)
    with CaptureQueriesContext(connection) as two:
        evidence.record(counted(), by=CLERK, at=AT, private={"a": 1})
    assert (len(one), len(two)) == (1, 2)


def test_events_are_numbered_without_gaps_in_the_order_of_their_subject():
    for amount in range(5):
        keep(counted(1, amount), counted(2, amount))
    assert drain().sequenced == 10
    assert drain().sequenced == 0
    rows = list(Event.objects.order_by("seq").values_list("seq", "subject", "subject_n"))
    assert [seq for seq, _, _ in rows] == list(range(1, 11))
    for number in (1, 2):
        assert [n for _, s, n in rows if s == subject(number)] == [1, 2, 3, 4, 5]
    assert queries.watermark() == 10


def test_many_at_once_are_kept_in_order():
    with transaction.atomic():
        pks = evidence.record_many(
            [counted(n % 3, n) for n in range(30)],
            by=CLERK,
            at=AT,
            private=[{"n": n} if n % 2 else None for n in range(30)],
        )
    drain()
    rows = Event.objects.in_bulk(pks)
    assert [json.loads(rows[pk].facts)["amount"] for pk in pks] == list(range(30))
    assert [rows[pk].seq for pk in pks] == list(range(1, 31))
    assert [rows[pk].subject_n for pk in pks] == [n // 3 + 1 for n in range(30)]
    assert EventBody.objects.count() == 15


def test_ten_thousand_events_are_sequenced_within_a_second():
    with transaction.atomic():
        evidence.record_many([counted(n, n) for n in range(10_000)], by=CLERK, at=AT)
    started = time.process_time()
    with CaptureQueriesContext(connection) as ran:
        assert evidence.sequence(at=AT) == 10_000
    took = time.process_time() - started
    assert len([q for q in ran if not q["sql"].startswith("SAVE")]) < 20
    assert took < 3  # seconds of our own work: a crowded machine does not matter
    assert queries.latest_head().root == tree.root_of(leaves()).hex()


@pytest.mark.parametrize(
    ("event", "at", "words"),
    [
        (Moved(subject="thing", to=""), AT, "not a subject"),
        (Moved(subject=subject(1), to="", label="top"), AT, "secrecy"),
        (Moved(subject=subject(1), to=""), datetime(2026, 1, 1), "zone"),
    ],
)
def test_an_unfit_event_is_a_fault_of_the_program(event, at, words):
    assert words in refused(event, at)
    assert not Event.objects.exists()


def test_an_identity_number_is_kept_out_of_the_tree():
    numbers = ["44990119900101123" + digit for digit in "0123456789X"]
    said = [refused(Moved(subject=subject(1), to=number), AT) for number in numbers]
    assert sum("identity number" in words for words in said) == 1


def refused(event, at):
    try:
        with transaction.atomic():
            evidence.record(event, by=CLERK, at=at)
            transaction.set_rollback(True)
    except ValueError as wrong:
        return str(wrong)
    return ""


def test_nothing_new_costs_no_lock_and_three_queries():
    keep(counted())
    drain()
    with CaptureQueriesContext(connection) as ran:
        drain()
    assert len(ran) <= 4
    assert not any("FOR UPDATE" in q["sql"] for q in ran)


def test_the_tree_is_the_same_however_it_was_batched(monkeypatch):
    monkeypatch.setattr(sequencing, "BATCH", 7)
    keep(*(counted(n, n) for n in range(20)))
    drain()
    assert list(TreeHead.objects.order_by("id").values_list("tree_size", flat=True)) == [7, 14, 20]
    assert Tile.objects.get().hashes == b"".join(leaves())
    head = queries.latest_head()
    assert head.root == tree.root_of(leaves()).hex()
    assert signing.head_holds(head)


def test_an_empty_log():
    assert drain() == Drained()
    assert (queries.watermark(), queries.latest_head(), queries.seq_at(AT)) == (0, None, 0)
    assert queries.root_at(0) == tree.EMPTY_ROOT
