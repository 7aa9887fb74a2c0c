from datetime import timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lingnan.kernel.evidence.models import Event
from lingnan.kernel.observations import services
from lingnan.kernel.observations.models import (
    Batch,
    Contender,
    CurrentValue,
    ImportProjection,
    PendingValue,
    PeriodHead,
    Segment,
    segments_folder,
)
from lingnan.kernel.observations.services import imports, projections, storage
from lingnan.kernel.observations.terms import ValueType

from .samples import (
    NOON,
    NOVEMBER,
    OCTOBER,
    big,
    bring,
    define,
    held_total,
    history_total,
    number,
    record,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def e():
    return define("population")["population"]


def files():
    return list(segments_folder().glob("**/*.*"))


def test_an_import_is_one_event_and_reaches_the_current_values(e):
    info = bring("i1", big(range(1, 101), [e]), chunk=7)
    assert info.rows == 100
    assert Event.objects.filter(kind="observations.values_recorded").count() == 1
    assert CurrentValue.objects.count() == 100
    assert not ImportProjection.objects.exists()
    assert not PendingValue.objects.exists()
    segment = Segment.objects.get()
    assert (segment.batch_id, segment.rows, segment.superseded) == (info.id, 100, 0)
    assert segment.sha256 in Event.objects.get(pk=info.event).facts
    assert storage.file_sha256(segment.file) == segment.sha256


def test_the_same_import_twice_is_one_batch(e):
    first = bring("i1", big(range(1, 11), [e]))
    again = bring("i1", big(range(1, 11), [e]))
    assert again.repeated
    assert again.id == first.id
    assert Segment.objects.count() == len(files()) == 1


def test_a_large_approval_takes_the_way_of_imports(e, settings):
    settings.ENV = type(settings.ENV)(**{**settings.ENV.__dict__, "seal_rows": 5})
    record("1", [number(p, e, p) for p in range(1, 10)])
    assert Segment.objects.get().rows == 9
    assert CurrentValue.objects.count() == 9


def test_a_second_import_carries_what_it_replaced(e):
    bring("i1", big(range(1, 11), [e], start=0))
    info = bring("i2", big(range(1, 11), [e], start=1))
    assert info.superseded == 10
    rows = pq.read_table(Segment.objects.get(batch=info.id).file)
    assert rows.column("prior").to_pylist() == [Decimal(i) for i in range(10)]
    assert history_total() == held_total() == (Decimal(55), 10)


def test_an_import_sees_small_approvals_and_is_seen_by_them(e):
    record("1", [number(3, e, 100)])
    info = bring("i1", big(range(1, 11), [e]))
    assert info.superseded == 1
    record("2", [number(4, e, 7)])
    assert PendingValue.objects.get(batch=Batch.objects.get(key="2")).prior == 3
    assert history_total() == held_total()


def test_an_import_of_a_worse_source_disputes(e):
    e = define("residents", precedence=("police", "form_a"))["residents"]
    bring("i1", big(range(1, 11), [e]), source="police")
    info = bring("i2", big(range(1, 16), [e], start=5))
    assert (info.contenders, info.rows, info.superseded) == (10, 15, 0)
    assert Contender.objects.count() == 10
    assert CurrentValue.objects.filter(disputed=True).count() == 10
    again = bring("i3", big(range(1, 11), [e], start=5))
    assert (again.rows, again.unchanged) == (0, 10)


def test_a_stopped_projection_is_finished_by_the_next_run(e, monkeypatch):
    real, calls = projections._project, []

    def dies_at_the_third(*args):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(projections, "_project", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        bring("i1", big(range(1, 11), [e]), chunk=3)
    monkeypatch.undo()
    assert CurrentValue.objects.count() == 6
    assert ImportProjection.objects.get().from_place == 7
    # Whoever writes meanwhile sees the import's values all the same, and stays the newer.
    late = record("1", [number(9, e, 500), number(2, e, 600)])
    assert late.superseded == 2
    assert services.finish_projections() == 1
    assert services.finish_projections() == 0
    assert CurrentValue.objects.count() == 10
    assert CurrentValue.objects.get(place=9).value == 500
    assert history_total() == held_total()


def test_an_import_overtaken_on_the_same_keys_decides_again(e, monkeypatch):
    real, once = imports._show, []

    def after_somebody_else(*args, **kwargs):
        if not once:
            once.append(1)
            record("quick", [number(3, e, 1000)])
        return real(*args, **kwargs)

    monkeypatch.setattr(imports, "_show", after_somebody_else)
    info = bring("i1", big(range(1, 11), [e]))
    assert info.superseded == 1
    assert len(files()) == 1
    assert history_total() == held_total()


def test_an_import_overtaken_again_and_again_gives_up_and_leaves_nothing(e, monkeypatch):
    real, calls = imports._show, []

    def always_late(*args, **kwargs):
        calls.append(1)
        record(f"quick{len(calls)}", [number(3, e, len(calls))])
        return real(*args, **kwargs)

    monkeypatch.setattr(imports, "_show", always_late)
    with pytest.raises(services.ImportOvertaken):
        bring("i1", big(range(1, 11), [e]))
    assert not files()
    assert not Batch.objects.filter(key="i1").exists()


def test_other_keys_of_the_same_period_overtake_nobody(e, monkeypatch):
    other = define("households")["households"]
    real, calls = imports._show, []

    def after_somebody_else(*args, **kwargs):
        calls.append(1)
        record(f"quick{len(calls)}", [number(3, other, 1)])
        return real(*args, **kwargs)

    monkeypatch.setattr(imports, "_show", after_somebody_else)
    bring("i1", big(range(1, 11), [e]))
    assert len(calls) == 1


def test_texts_and_wide_numbers_are_read_back_exactly(e):
    word = define("kind", type=ValueType.TEXT)["kind"]
    table = pa.table(
        {
            "place": [1, 2, 3],
            "element": [e, word, word],
            "period": [OCTOBER] * 3,
            "value": [Decimal("-999999999999999999.999999"), None, None],
            "text": [None, "甲、乙", ""],
        }
    )
    bring("i1", table)
    segment = Segment.objects.get()
    assert (segment.is_wide, segment.has_text) == (True, True)
    rows = pq.read_table(segment.file)
    assert rows.column("value").to_pylist() == table.column("value").to_pylist()
    assert rows.column("text").to_pylist() == [None, "甲、乙", ""]


def test_large_periods_have_files_of_their_own(e, monkeypatch):
    monkeypatch.setattr(imports, "SMALL_PERIOD", 5)
    table = pa.concat_tables([big(range(1, 11), [e], p) for p in (OCTOBER, NOVEMBER)])
    bring("i1", table)
    assert sorted(s.periods for s in Segment.objects.all()) == [[OCTOBER], [NOVEMBER]]
    assert history_total() == held_total()


@pytest.mark.parametrize("column", ["float", "text"])
def test_numbers_that_are_not_exact_are_refused(e, column):
    value = [0.1] if column == "float" else ["one"]
    table = pa.table({"place": [1], "element": [e], "period": [OCTOBER], "value": value})
    with pytest.raises(services.WrongValues):
        bring("i1", table)


def test_pruned_periods_are_still_compared_with_history(e):
    bring("i1", big(range(1, 11), [e]))
    record("0", [number(1, e, 1, NOVEMBER)])
    for period in (OCTOBER, NOVEMBER):
        services.close_period(period, by=_system(), at=NOON)
    assert services.prune() == [OCTOBER, NOVEMBER]
    assert not CurrentValue.objects.exists()
    late = record("1", [number(3, e, 77), number(4, e, 3)], at=NOON + timedelta(days=400))
    assert (late.superseded, late.unchanged) == (1, 1)
    assert not CurrentValue.objects.exists()
    services.open_period(OCTOBER, by=_system(), at=NOON)
    assert services.prune() == [OCTOBER]
    assert PeriodHead.objects.get(period=OCTOBER).is_kept
    assert CurrentValue.objects.get(place=3).value == 77
    assert CurrentValue.objects.count() == 10


def _system():
    from .samples import SYSTEM

    return SYSTEM


def test_a_full_disk_leaves_no_row_and_no_file(e, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(services.StorageFull, match="存储空间不足"):
        bring("i1", big(range(1, 11), [e]))
    monkeypatch.undo()
    assert not [p for p in files() if p.is_file()]
    assert not Batch.objects.exists()
    assert bring("i1", big(range(1, 11), [e])).rows == 10
