"""Every forgery of a ledger is found and named: batches, pending rows, files, manifest, entries."""

import shutil
from datetime import date, timedelta
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import transaction

from lingnan.base.ids import uuid_of
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import services
from lingnan.kernel.observations.models import (
    Batch,
    LedgerEntry,
    PendingLedger,
    Segment,
    Source,
    segments_folder,
)
from lingnan.kernel.observations.queries.verify import verify
from lingnan.kernel.observations.services.storage import file_sha256
from lingnan.kernel.observations.terms import LedgerVersion, ValueType

from .samples import NOON, SYSTEM, define, number_sequence

pytestmark = pytest.mark.django_db
JANUARY, MARCH, AUGUST = date(2026, 1, 1), date(2026, 3, 1), date(2026, 8, 1)
MANY = 1300  # two blocks


def version(i, begins=JANUARY, kind="household", **data):
    return LedgerVersion(
        entry=0, uuid=str(uuid_of("test", kind, str(i))), kind=kind, place=i, party=None,
        valid_from=begins, valid_to=None, data=data,
    )  # fmt: skip


def keep(key, rows, kind="household"):
    services.keep_ledger(kind, list(rows), key=key, source="survey", by=SYSTEM, at=NOON)


def build():
    """Two sealed files of one kind and one of another, versions that wait, one that came late."""
    define("members", subject_kind="household")
    define("holder", subject_kind="household", type=ValueType.TEXT)
    define("age", subject_kind="person")
    keep("first", (version(i, members="3.0", holder=None if i % 2 else "甲") for i in range(MANY)))
    keep("people", (version(i, kind="person", age="40") for i in range(1, 9)), "person")
    number_sequence()
    services.seal_ledgers(by=SYSTEM, at=NOON)
    keep("second", (version(i, AUGUST, members="4") for i in range(20)))
    number_sequence()
    services.seal_ledgers(by=SYSTEM, at=NOON)
    keep("third", (version(i, MARCH, members="1,000") for i in range(10, 40)))
    number_sequence()
    assert list(verify()) == []


@pytest.fixture(scope="module")
def store(django_db_setup, django_db_blocker, tmp_path_factory):
    """Built once; each test forges on a fresh copy of the files."""
    copy = tmp_path_factory.mktemp("segments") / "copy"
    with django_db_blocker.unblock(), transaction.atomic():
        build()
        shutil.copytree(segments_folder(), copy)
        yield copy
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def undone(store, empty_segments, db):
    """A forgery breaks keys that the database would check at the end."""
    shutil.copytree(store, segments_folder(), dirs_exist_ok=True)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def told(noun, *words):
    findings = [str(f) for f in verify()]
    assert any(all(w in f for w in (f"observations.{noun}", *words)) for f in findings), findings
    return findings


def uuid(i, kind="household"):
    return str(uuid_of("test", kind, str(i)))


def file_of(key):
    seq = Batch.objects.get(key=key).event.seq
    kind = "person" if key == "people" else "household"
    return Segment.objects.get(
        shape="ledger", min_seq__lte=seq, max_seq__gte=seq, path__startswith=f"ledgers/{kind}/"
    )


def rewrite(segment, change):
    """The file and its manifest made to agree."""
    rows = pq.read_table(segment.file).to_pylist()
    rows = change(rows) or rows
    pq.write_table(pa.Table.from_pylist(rows, schema=pq.read_schema(segment.file)), segment.file)
    Segment.objects.filter(pk=segment.pk).update(
        sha256=file_sha256(segment.file), bytes=segment.file.stat().st_size, rows=len(rows)
    )


@pytest.mark.parametrize(
    "change",
    [
        {"rows": 1},
        {"row_root": "0" * 64},
        {"sketch": b""},
        {"payload": "0"},
        {"key": "x"},
        {"shape": "value"},
        {"recorded_at": NOON + timedelta(hours=1)},
        {"place_low": 9},
        {"place_high": 9},
        {"superseded": 1},
        {"periods": [1]},
        {"event": None},
        {"source": "other"},
    ],
    ids=str,
)
def test_an_edited_batch_is_named(change):
    if "source" in change:
        change = {"source": Source.objects.create(code="other")}
    Batch.objects.filter(key="second").update(**change)
    told(
        "batch", "x（" if "key" in change else "second（", "被改动" if "event" not in change else ""
    )


def test_a_deleted_batch_is_named_and_its_rows():
    batch = Batch.objects.get(key="third")
    Batch.objects.filter(pk=batch.pk)._raw_delete("default")
    told("batch", "third（", "被删除")
    told("ledger_version", "不存在", uuid(12), "自行插入")
    PendingLedger.objects.filter(batch_id=batch.pk).delete()
    told("batch", "third（", "被删除")


@pytest.mark.parametrize(
    "change",
    [
        {"uuid": UUID(int=5)},
        {"kind": "person"},
        {"place": 777},
        {"party": 7},
        {"valid_from": AUGUST},
        {"valid_to": AUGUST},
        {"data": {"members": "999"}},
        {"data": {"members": 1000}},
        {"data": {"members": "1,000", "holder": None}},
    ],
    ids=str,
)
def test_an_edited_pending_version_is_named(change):
    PendingLedger.objects.filter(batch__key="third", n=3).update(**change)
    told("ledger_version", "批次 third 第 3 行", str(change.get("uuid", uuid(13))), "被改动")


@pytest.mark.parametrize("name", ["recorded_at", "entry"])
def test_what_no_block_covers_is_compared_too(name):
    other = LedgerEntry.objects.get(uuid=uuid(500)).pk
    change = {"recorded_at": NOON + timedelta(hours=1), "entry": other}[name]
    PendingLedger.objects.filter(batch__key="third", n=3).update(**{name: change})
    assert len(told("ledger_version", "批次 third 第 3 行", uuid(13), "被改动")) == 1


def test_deleted_inserted_and_doubled_pending_versions_are_named():
    row = PendingLedger.objects.get(batch__key="third", n=3)
    PendingLedger.objects.filter(pk=row.pk).delete()
    told("ledger_version", "批次 third 第 3 行", "被删除")
    row.pk, row.n = None, 99
    row.save()
    told("ledger_version", "批次 third 第 99 行", uuid(13), "自行插入")
    PendingLedger.objects.filter(batch__key="third").delete()
    told("ledger_version", "批次 third 第 0 块", "第 0–29 行都不在了")


def test_a_version_of_a_batch_that_never_was_is_named():
    PendingLedger.objects.filter(batch__key="third", n=3).update(batch_id=5)
    told("ledger_version", f"{5:016x}（不存在）", uuid(13), "自行插入")


@pytest.mark.parametrize("then", ["", "seal"])
def test_two_edited_versions_point_at_their_block(then):
    PendingLedger.objects.filter(batch__key="third", n__in=[3, 4]).update(place=777)
    if then:
        services.seal_ledgers(by=SYSTEM, at=NOON)
        evidence.drain(at=NOON)
    told("ledger_version", "批次 third 第 0 块", "不止一行")


def test_a_forged_version_stays_forged_in_its_file():
    PendingLedger.objects.filter(batch__key="third", n=3).update(data={"members": "999"})
    services.seal_ledgers(by=SYSTEM, at=NOON)
    evidence.drain(at=NOON)
    told("ledger_version", "批次 third 第 3 行", uuid(13), "被改动")


CELLS = {
    "place": 777,
    "uuid": str(UUID(int=5)),
    "party": 7,
    "valid_from": MARCH,
    "valid_to": AUGUST,
    "_data": '{"holder":"甲","members":"9"}',
}


@pytest.mark.one_database
@pytest.mark.parametrize("name", [*CELLS, "members", "holder", "entry", "seq", "recorded_at"])
@pytest.mark.parametrize("n", [5, 1100])
def test_a_changed_row_of_a_file_is_named(name, n):
    batch, segment = Batch.objects.get(key="first"), file_of("first")

    def change(rows):
        row = next(r for r in rows if (r["batch"], r["n"]) == (batch.pk, n))
        moved = {"recorded_at": NOON + timedelta(hours=1), "holder": "乙"}
        row[name] = (CELLS | moved).get(name) or row[name] + 1

    rewrite(segment, change)
    # Of an entry and its only version either may have been turned to another id.
    noun = "ledger_entry" if (name, n) == ("entry", 1100) else "ledger_version"
    findings = told(noun, f"批次 first 第 {n} 行", "被改动")
    assert any(f"{segment.uuid}" in f and "observations.segment" in f for f in findings)


def test_cut_and_added_rows_of_a_file_are_named():
    rewrite(file_of("second"), lambda rows: [r for r in rows if r["n"] != 7])
    told("ledger_version", "批次 second 第 7 行", "被删除")
    rewrite(file_of("people"), lambda rows: [*rows, rows[0] | {"n": 50}])
    told("ledger_version", "批次 people 第 50 行", "自行插入")


@pytest.mark.parametrize("content", [None, b"x", "other"])
def test_a_lost_or_broken_file_is_named_and_the_rest_still_checked(content):
    segment = file_of("second")
    if content is None:
        segment.file.unlink()
    elif content == "other":
        shutil.copy(file_of("people").file, segment.file)
    else:
        raw = segment.file.read_bytes()
        segment.file.write_bytes(raw[:4] + bytes(400) + raw[404:])
    PendingLedger.objects.filter(batch__key="third", n=3).update(place=777)
    told("segment", str(segment.uuid))
    told("ledger_version", "批次 second", "被删除")
    told("ledger_version", "批次 third 第 3 行", "被改动")


@pytest.mark.parametrize(
    "change",
    [
        {"rows": 1},
        {"bytes": 1},
        {"sha256": "0" * 64},
        {"shape": "value"},
        {"min_seq": 1},
        {"max_seq": 1},
        {"place_low": 7},
        {"place_high": 7},
        {"periods": [2026310]},
        {"superseded": 1},
        {"contenders": 1},
        {"is_wide": True},
        {"has_text": False},
        {"replaced_at": NOON},
        {"path": "ledgers/person/x.parquet"},
        {"event": None},
    ],
    ids=str,
)
def test_an_edited_manifest_row_is_named(change):
    segment = file_of("second")
    Segment.objects.filter(pk=segment.pk).update(**change)
    told(
        "segment", change.get("path", str(segment.uuid) if "event" not in change else segment.path)
    )


def test_a_manifest_row_of_another_event_or_place_is_named():
    segment, other = file_of("second"), file_of("people")
    Segment.objects.filter(pk=segment.pk).update(event=other.event_id)
    told("segment", str(segment.uuid), "event_id")
    moved = segment.path.replace("household", "person")
    segment.file.rename(segments_folder() / moved)
    Segment.objects.filter(pk=segment.pk).update(path=moved, event=segment.event_id)
    told("ledger_version", "批次 second")


def test_deleted_and_inserted_manifest_rows_are_named():
    segment = file_of("second")
    Segment.objects.filter(pk=segment.pk).delete()
    told("segment", str(segment.uuid), "被删除")
    told("ledger_version", "批次 second", "第 0–19 行都不在了")
    segment.pk, segment.uuid, segment.path = None, UUID(int=9), f"ledgers/person/{UUID(int=9)}"
    segment.save()
    told("segment", str(segment.uuid), "自行插入")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "person"},
        {"place": 777},
        {"party_id": 7},
        {"valid_from": JANUARY},
        {"valid_to": AUGUST},
        {"data": {"members": "5"}},
        {"data": {}},
        {"n": 500},
        {"batch_id": 5},
        {"id": 99_999},
    ],
    ids=str,
)
@pytest.mark.parametrize("i", [5, 35])
def test_an_edited_entry_is_named(i, change):
    if i == 35 and "valid_from" in change:
        change = {"valid_from": AUGUST}
    LedgerEntry.objects.filter(uuid=uuid(i)).update(**change)
    assert len(told("ledger_entry", uuid(i), next(iter(change)), "被改动")) == 1


def test_an_entry_turned_back_to_an_earlier_version_is_named():
    first = Batch.objects.get(key="first")
    LedgerEntry.objects.filter(uuid=uuid(35)).update(
        batch=first, valid_from=JANUARY, n=35, data={"members": "3.0", "holder": None}
    )
    told("ledger_entry", uuid(35), "batch_id", "被改动")


def test_deleted_and_inserted_entries_are_named():
    entry = LedgerEntry.objects.get(uuid=uuid(5))
    LedgerEntry.objects.filter(pk=entry.pk)._raw_delete("default")
    assert len(told("ledger_entry", uuid(5), "被删除")) == 1
    entry.uuid = UUID(int=5)
    entry.save(force_insert=True)
    told("ledger_entry", str(UUID(int=5)), "自行插入")


def test_what_is_numbered_later_is_left_for_the_next_time():
    keep("late", [version(i, AUGUST, members="7") for i in (3, 5000)])
    assert list(verify()) == []
    PendingLedger.objects.filter(batch__key="late", n=0).update(place=777)
    assert list(verify()) == []
    number_sequence()
    told("ledger_version", "批次 late 第 0 行", "被改动")


def test_an_entry_never_becomes_another_kind_of_thing():
    row = LedgerVersion(**{**version(5, AUGUST, age="3").__dict__, "kind": "person"})
    with pytest.raises(services.WrongLedger) as refused:
        keep("person", [row], "person")
    assert [p.where for p in refused.value.problems] == [uuid(5)]
