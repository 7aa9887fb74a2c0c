import os
import threading
from decimal import Decimal

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lingnan.kernel.observations.queries import engine, groups, scan
from lingnan.kernel.observations.rules.rows import NARROW, ROWS

SIMPLE = ibis.table({"place": "int64", "value": "decimal(18, 6)"}, name="lean")


def adding():
    return SIMPLE.agg(total=SIMPLE["value"].sum(), rows=SIMPLE.count())


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "it's a file.parquet"
    table = {"place": [1, 2, 3], "value": pa.array([Decimal("1.5"), None, 2], NARROW)}
    pq.write_table(pa.table(table), path)
    return engine.Files((str(path),), (("place", "BIGINT"), ("value", "DECIMAL(18, 6)")))


def test_an_expression_runs_over_files_and_over_tables(file):
    found = engine.run(adding, (), {"lean": file}).to_pylist()
    assert found == [{"total": Decimal("3.5"), "rows": 3}]
    table = pa.table({"place": [1], "value": pa.array([Decimal(4)], NARROW)})
    assert engine.run(adding, (), {"lean": table})["total"].to_pylist() == [4]
    kept = engine.Kept("test", table)
    assert engine.run(adding, (), {"lean": kept})["total"].to_pylist() == [4]


def test_no_files_are_no_rows(file):
    nothing = engine.Files((), file.columns)
    assert engine.run(adding, (), {"lean": nothing})["rows"].to_pylist() == [0]


def test_a_thousand_calls_leave_nothing_behind(file):
    def left():
        count = "SELECT count(*) FROM duckdb_{}() WHERE NOT internal"
        with engine._connection().cursor() as cursor:
            return [cursor.execute(count.format(k)).fetchone() for k in ("views", "tables")]

    engine.run(adding, (), {"lean": file})
    before = left()
    for _ in range(1_000):
        engine.run(adding, (), {"lean": file})
    assert left() == before


def test_tables_kept_are_few(file, monkeypatch):
    monkeypatch.setattr(engine, "_KEPT", 3)
    for n in range(6):
        table = pa.table({"place": [n], "value": pa.array([Decimal(n)], NARROW)})
        found = engine.run(adding, (), {"lean": engine.Kept(("few", n), table)})
        assert found["total"].to_pylist() == [n]
    assert len(engine._kept) == 3


def test_threads_do_not_meet(file):
    wrong = []

    def work(n):
        table = pa.table({"place": [n], "value": pa.array([Decimal(n)], NARROW)})
        for _ in range(20):
            if engine.run(adding, (), {"lean": table})["total"].to_pylist() != [n]:
                wrong.append(n)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_child_process_opens_its_own(file):
    engine.run(adding, (), {"lean": file})
    child = os.fork()
    if child == 0:
        try:
            found = engine.run(adding, (), {"lean": file})["rows"].to_pylist()
            os._exit(0 if found == [3] and len(engine._connections) == 2 else 1)
        except BaseException:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_nothing_is_fetched_from_outside():
    with engine._connection().cursor() as cursor:
        for name in ("autoinstall_known_extensions", "autoload_known_extensions"):
            assert cursor.execute(f"SELECT current_setting('{name}')").fetchone() == (False,)
        assert cursor.execute("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)


def _history(tmp_path):
    """Two files of one village each: one lean, one with a correction; all homes are node 0."""

    def row(place, value, prior=None, batch=1, seq=1):
        return {
            "place": place, "subject": 0, "element": 1, "period": 2026310, "value": value,
            "quality": 0, "effect": 0, "prior": prior, "prior_present": prior is not None,
            "source": 1, "batch": batch, "n": 0, "seq": seq,
        }  # fmt: skip

    fields = [f.with_type(NARROW) if f.name in {"value", "prior"} else f for f in ROWS]
    found = {}
    for name, rows in {
        "lean": [row(1, Decimal("1.5"))],
        "full": [row(2, Decimal(2)), row(2, Decimal(7), Decimal(2), 2, 2)],
    }.items():
        path = tmp_path / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), path)
        found[name] = engine.Files((str(path),), scan.columns(name), "period = 2026310")
    homes = pa.table({"place": [1, 2], "home": pa.array([0, 0], pa.int32())})
    return {**found, "homes": homes}


def test_sums_telescope_over_corrections(tmp_path):
    found = engine.run(groups.added_up, (("full", "lean"), False), _history(tmp_path))
    assert [(r["home"], r["total"], int(r["reported"])) for r in found.to_pylist()] == [
        (0, Decimal("8.5"), 2)
    ]


def test_the_same_expression_runs_on_spark(tmp_path):
    """Where Spark is installed; the expression is the one of the roll-up."""
    pyspark = pytest.importorskip("pyspark.sql", reason="PySpark is not installed")
    builder = pyspark.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.getOrCreate()
    try:
        tables = _history(tmp_path)
        found = engine.run_on_spark(session, groups.added_up, (("full", "lean"), False), tables)
    finally:
        session.stop()
    assert [(r["home"], r["total"], int(r["reported"])) for r in found.to_pylist()] == [
        (0, Decimal("8.5"), 2)
    ]
