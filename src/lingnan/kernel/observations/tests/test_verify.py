"""Every forgery is found and named, in SQL rows and in raw, sealed and merged files."""

import random
import shutil
from datetime import timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import transaction

from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.observations import services
from lingnan.kernel.observations.models import (
    Batch,
    Contender,
    CurrentValue,
    Element,
    PendingValue,
    PeriodHead,
    Segment,
    Source,
    segments_folder,
)
from lingnan.kernel.observations.queries.verify import (
    check_batches,
    check_contenders,
    check_current,
    check_elements,
    check_heads,
    check_rows,
    check_segments,
    verify,
)
from lingnan.kernel.observations.services.storage import file_sha256

from .samples import (
    NOON,
    NOVEMBER,
    SYSTEM,
    big,
    bring,
    define,
    number,
    number_sequence,
    record,
)

pytestmark = pytest.mark.django_db
BETTER = ("police", "form_a")


def build():
    """Merged, sealed, raw and pending rows; disputes open, taken and dismissed."""
    e = define("population", precedence=BETTER)["population"]
    for i in range(2):
        bring(f"i{i}", big(range(1, 1300), [e], start=i))
    number_sequence()
    services.compact(by=SYSTEM, at=NOON, fewest=2)
    record("1", [number(p, e, p, NOVEMBER) for p in range(1, 30)], source="police")
    record("2", [number(p, e, p + 1, NOVEMBER) for p in range(20, 40)])
    number_sequence()
    services.seal(by=SYSTEM, at=NOON)
    taken, kept = Contender.objects.order_by("n")[:2]
    services.resolve_contender(taken.pk, take=True, by=SYSTEM, at=NOON)
    services.resolve_contender(kept.pk, take=False, by=SYSTEM, at=NOON)
    bring("i2", big(range(1, 50), [e], start=7))
    record("3", [number(p, e, p + 3, NOVEMBER) for p in range(25, 60)], source="police")
    number_sequence()
    assert list(verify()) == []
    return e


@pytest.fixture(scope="module")
def store(django_db_setup, django_db_blocker, tmp_path_factory):
    """Built once; each test forges inside its savepoint and on a fresh copy of the files."""
    copy = tmp_path_factory.mktemp("segments") / "copy"
    with django_db_blocker.unblock(), transaction.atomic():
        e = build()
        shutil.copytree(segments_folder(), copy)
        yield e, copy
        transaction.set_rollback(True)


@pytest.fixture
def e(store, empty_segments, db):
    element, copy = store
    shutil.copytree(copy, segments_folder(), dirs_exist_ok=True)
    return element


def found():
    return [str(f) for f in verify()]


CHECKS = {
    "observations.value": check_rows,
    "observations.segment": check_segments,
    "observations.batch": check_batches,
    "observations.current_value": check_current,
    "observations.contender": check_contenders,
    "observations.element": lambda until: check_elements(),
    "observations.period": lambda until: check_heads(),
}


def one_about(noun, *words):
    """The check of that noun names it; `verify` runs them all, see the last test."""
    findings = [str(f) for f in CHECKS[noun](evidence.watermark())]
    words = (noun, *words)
    assert any(all(w in f for w in words) for f in findings), findings


def test_batches_numbered_later_are_left_for_the_next_time(e):
    record("4", [number(99, e, 1)])
    PendingValue.objects.filter(batch__key="4").update(value=Decimal(2))
    assert [f for f in found() if "99" in f] == []
    number_sequence()
    one_about("observations.value", "批次 4", "地点 99", "population", "2026-10", "被改动")


@pytest.mark.parametrize(
    "change",
    [
        {"value": Decimal("1.5")},
        {"value": None},
        {"text": "甲"},
        {"quality": 3},
        {"effect": 1},
        {"prior": Decimal(9)},
        {"prior_present": None},
        {"source": 77},
        {"place": 777},
        {"period": 2026312},
        {"recorded_at": NOON + timedelta(seconds=1)},
    ],
    ids=str,
)
def test_an_edited_pending_row_is_named(e, change):
    row = PendingValue.objects.filter(batch__key="3").order_by("?").first()
    if "prior_present" in change:
        change = {"prior_present": not row.prior_present}
    PendingValue.objects.filter(pk=row.pk).update(**change)
    place = change.get("place", row.place)
    one_about("observations.value", f"第 {row.n} 行", f"地点 {place}", "被改动")


def test_a_deleted_pending_row_is_named(e):
    row = PendingValue.objects.get(batch__key="3", n=17)
    row.delete()
    one_about("observations.value", "批次 3", "第 17 行", "被删除", f"地点 {row.place - 1} ")


def test_deleted_pending_rows_of_a_whole_batch_are_noticed(e):
    PendingValue.objects.filter(batch__key="3").delete()
    one_about("observations.value", "批次 3 第 0 块", "第 0–34 行")


def test_an_inserted_pending_row_is_named(e):
    row = PendingValue.objects.get(batch__key="3", n=17)
    row.pk, row.n, row.place = None, 900, 4242
    row.save()
    one_about("observations.value", "批次 3", "地点 4242", "自行插入")


def edit_segment(segment, change):
    """Rewrite a file as a forger would: with its new checksum in the manifest."""
    rows = pq.read_table(segment.file).to_pylist()
    change(rows)
    schema = pq.read_schema(segment.file)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), segment.file)
    Segment.objects.filter(pk=segment.pk).update(
        sha256=file_sha256(segment.file), bytes=segment.file.stat().st_size, rows=len(rows)
    )


def segments():
    """Merged, sealed, raw."""
    merged = Segment.objects.get(replaced_at=None, rows__gt=2000)
    sealed = Segment.objects.filter(replaced_at=None, periods=[NOVEMBER]).first()
    raw = Segment.objects.get(batch__key="i2")
    return {"merged": merged, "sealed": sealed, "raw": raw}


@pytest.mark.parametrize("kind", ["merged", "sealed", "raw"])
@pytest.mark.parametrize("seed", range(3))
def test_an_edited_row_of_a_file_is_named(e, kind, seed):
    segment = segments()[kind]
    at = {}

    def change(rows):
        at.update(rows[random.Random(seed).randrange(len(rows))])
        index = next(i for i, r in enumerate(rows) if r == at)
        rows[index] = at | {"value": at["value"] + 1}

    edit_segment(segment, change)
    one_about("observations.value", f"第 {at['n']} 行", f"地点 {at['place']} ", "被改动")
    one_about("observations.segment", str(segment.uuid), "校验和与事件不符")


@pytest.mark.parametrize("kind", ["merged", "sealed", "raw"])
def test_a_row_cut_from_a_file_is_named(e, kind):
    gone = []
    edit_segment(segments()[kind], lambda rows: gone.append(rows.pop(5)))
    one_about("observations.value", f"第 {gone[0]['n']} 行", "被删除")


def test_a_changed_sequence_number_inside_a_file_is_named(e):
    edit_segment(segments()["merged"], lambda rows: rows[5].update(seq=1))
    one_about("observations.value", "顺序号与批次不符")


def test_a_changed_file_and_a_lost_file_are_named(e):
    merged, raw = segments()["merged"], segments()["raw"]
    raw.file.write_bytes(raw.file.read_bytes() + b"\0")
    one_about("observations.segment", raw.path, "内容与校验和不符")
    merged.file.unlink()
    one_about("observations.segment", merged.path, "文件不存在")
    one_about("observations.value", "批次 i0 第 0–1 块", "被删除")


@pytest.mark.parametrize(
    "change",
    [
        {"rows": 1},
        {"bytes": 1},
        {"sha256": "0" * 64},
        {"periods": [1]},
        {"place_low": 40},
        {"place_high": 2},
        {"contenders": 3},
        {"superseded": 0},
        {"is_wide": True},
        {"has_text": True},
        {"min_seq": 10**6},
        {"max_seq": 0},
        {"replaced_at": NOON},
        {"event": None},
        {"batch": "3"},
        {"path": "../../elsewhere.parquet"},
    ],
    ids=str,
)
def test_an_edited_manifest_row_is_named(e, change):
    segment = segments()["merged"]
    if "batch" in change:
        change = {"batch": Batch.objects.get(key="3")}
    Segment.objects.filter(pk=segment.pk).update(**change)
    one_about("observations.segment", str(segment.uuid))


def test_manifest_rows_brought_back_deleted_or_added_are_named(e):
    replaced = Segment.objects.filter(replaced_at__isnull=False).first()
    Segment.objects.filter(pk=replaced.pk).update(replaced_at=None)
    one_about("observations.segment", str(replaced.uuid), "又被列为有效")
    Segment.objects.filter(pk=replaced.pk).delete()
    one_about("observations.segment", str(replaced.uuid), "被删除")


@pytest.mark.parametrize(
    "change",
    [
        {"rows": 1},
        {"superseded": 9},
        {"contenders": 9},
        {"unchanged": 9},
        {"payload": "0"},
        {"periods": [1]},
        {"place_low": 9},
        {"place_high": 9},
        {"row_root": "0" * 64},
        {"sketch": b""},
        {"recorded_at": NOON + timedelta(hours=1)},
        {"key": "x"},
        {"event": None},
        {"source": "police"},
    ],
    ids=str,
)
def test_an_edited_batch_is_named(e, change):
    if "source" in change:
        change = {"source": Source.objects.get(code="police")}
    Batch.objects.filter(key="i2").update(**change)
    one_about("observations.batch", "x（" if "key" in change else "i2（")


def test_a_renamed_source_is_named(e):
    Source.objects.filter(code="police").update(code="form_z")
    one_about("observations.batch", "1（", "source")


@pytest.mark.parametrize(
    "change",
    [
        {"value": Decimal(10**9)},
        {"text": "甲"},
        {"quality": 5},
        {"source": 99},
        {"batch": 5},
        {"n": 500},
        {"recorded_at": NOON - timedelta(days=1)},
        {"disputed": None},
    ],
    ids=str,
)
def test_an_edited_current_value_is_named(e, change):
    rows = CurrentValue.objects.filter(place=23, period=NOVEMBER)
    if "disputed" in change:
        change = {"disputed": not rows.get().disputed}
    rows.update(**change)
    assert [f.row for f in verify()] == ["地点 23 · population · 2026-11"]


def test_deleted_and_inserted_current_values_are_named(e):
    row = CurrentValue.objects.get(place=23, period=NOVEMBER)
    CurrentValue.objects.filter(place=23, period=NOVEMBER).delete()
    one_about("observations.current_value", "地点 23 ", "2026-11", "被删除")
    row.place = 4242
    row.save(force_insert=True)
    one_about("observations.current_value", "地点 4242 ", "自行插入")


@pytest.mark.parametrize(
    "change",
    [{"value": Decimal(3)}, {"source": 99}, {"place": 1}, {"taken": True}, {"resolved_at": NOON}],
    ids=str,
)
def test_an_edited_contender_is_named(e, change):
    row = Contender.objects.filter(resolved_at=None).first()
    Contender.objects.filter(pk=row.pk).update(**change)
    one_about("observations.contender", f"地点 {row.place} ", "population", "被改动")


def test_deleted_inserted_and_reopened_contenders_are_named(e):
    decided = Contender.objects.filter(taken=True).get()
    Contender.objects.filter(pk=decided.pk).update(taken=None, resolved_at=None)
    one_about("observations.contender", f"地点 {decided.place} ", "taken")
    row = Contender.objects.filter(resolved_at=None).last()
    row.delete()
    one_about("observations.contender", f"地点 {row.place} ", "被删除")
    row.pk, row.n = None, 999
    row.save()
    one_about("observations.contender", f"地点 {row.place} ", "自行插入")


def test_elements_and_periods_are_watched_too(e):
    Element.objects.update(precedence=["form_a", "police"])
    one_about("observations.element", "population", "被改动")
    PeriodHead.objects.filter(period=NOVEMBER).update(n=0, is_open=False)
    one_about("observations.period", str(NOVEMBER), "批次数")
    one_about("observations.period", str(NOVEMBER), "开放状态")


def test_a_batch_deleted_with_all_its_rows_is_named(e):
    batch = Batch.objects.get(key="3")
    PendingValue.objects.filter(batch=batch).delete()
    batch.delete()
    one_about("observations.batch", "3（", "被删除")


def test_everything_is_checked_when_evidence_is_verified(e):
    Element.objects.update(unit="户")
    Batch.objects.filter(key="i2").update(unchanged=9)
    PeriodHead.objects.filter(period=NOVEMBER).update(n=0)
    PendingValue.objects.filter(batch__key="3", n=3).update(quality=3)
    CurrentValue.objects.filter(place=1, period=NOVEMBER).update(quality=3)
    Contender.objects.filter(resolved_at=None).update(quality=3)
    Segment.objects.filter(replaced_at=None).update(bytes=1)
    assert {f.noun for f in verify()} == set(CHECKS)


def test_a_replaced_file_still_on_disk_is_compared_too(e):
    replaced = next(s for s in Segment.objects.exclude(replaced_at=None) if s.file.exists())
    replaced.file.chmod(0o600)
    replaced.file.write_bytes(replaced.file.read_bytes()[:-1] + b"x")
    one_about("observations.segment", str(replaced.uuid), "文件内容与校验和不符")
