import json
from datetime import timedelta
from decimal import Decimal

import pytest
from click.testing import CliRunner

from lingnan.base.errors import Invalid, NotFound
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.observations import cli, jobs, services
from lingnan.kernel.observations.models import (
    Contender,
    CurrentValue,
    Element,
    PendingValue,
    Segment,
    segments_folder,
)
from lingnan.kernel.observations.services import compaction, sealing
from lingnan.kernel.observations.terms import Quality

from .samples import (
    NOON,
    NOVEMBER,
    OCTOBER,
    SYSTEM,
    all_rows,
    big,
    bring,
    define,
    held_total,
    history_total,
    number,
    number_sequence,
    record,
)

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


@pytest.fixture
def e():
    return define("population")["population"]


def fill(e, batches=5):
    """Small batches over two periods; what is known after each, by sequence number."""
    totals = {}
    for i in range(batches):
        record(f"b{i}", [number(p, e, p * 10 + i, t) for p in (1, 2, i + 3) for t in
                         (OCTOBER, NOVEMBER)])  # fmt: skip
        number_sequence()
        totals[Event.objects.latest("seq").seq] = held_total()
    return totals


def test_only_numbered_batches_are_sealed(e):
    record("1", [number(1, e, 1)])
    assert services.seal(by=SYSTEM, at=NOON).rows == 0
    number_sequence()
    assert services.seal(by=SYSTEM, at=NOON) == services.Sealed(1, 1)
    assert not PendingValue.objects.exists()


def test_sealing_and_compacting_change_nothing_that_can_be_read(e):
    totals = fill(e)
    before = all_rows()
    assert len(before) == 30
    for _ in range(2):
        assert {s: history_total(s) for s in totals} == totals
        services.seal(by=SYSTEM, at=NOON)
        assert all_rows() == before
    fill_again = [record(f"c{i}", [number(1, e, i)]) for i in range(3)]
    for _ in fill_again:
        number_sequence()
        services.seal(by=SYSTEM, at=NOON)
    bring("i1", big(range(1, 9), [e]))
    number_sequence()
    before = all_rows()
    done = services.compact(by=SYSTEM, at=NOON, fewest=2)
    assert (done.segments, done.rows) == (1, 26)
    assert all_rows() == before
    assert {s: history_total(s) for s in totals} == totals
    assert history_total() == held_total()


def test_a_merged_file_says_what_its_parts_said(e):
    for i in range(4):
        bring(f"i{i}", big(range(1, 5), [e], start=i))
    number_sequence()
    services.compact(by=SYSTEM, at=NOON)
    merged = Segment.objects.get(replaced_at=None)
    assert (merged.rows, merged.superseded, merged.batch) == (16, 12, None)
    seqs = Event.objects.filter(kind="observations.values_recorded").values_list("seq", flat=True)
    assert (merged.min_seq, merged.max_seq) == (min(seqs), max(seqs))


def test_a_backlog_is_sealed_in_pieces_of_whole_batches(e, monkeypatch):
    monkeypatch.setattr(sealing, "CHUNK", 10)
    fill(e)
    assert services.seal(by=SYSTEM, at=NOON) == services.Sealed(30, 10)


def test_a_sealer_that_comes_second_gives_its_file_up(e, monkeypatch):
    fill(e, 1)
    real = sealing._publish

    def after_another(*args, **kwargs):
        monkeypatch.setattr(sealing, "_publish", real)
        services.seal(by=SYSTEM, at=NOON)
        return real(*args, **kwargs)

    before = all_rows()
    monkeypatch.setattr(sealing, "_publish", after_another)
    assert services.seal(by=SYSTEM, at=NOON).rows == 0
    assert all_rows() == before
    assert len(list(segments_folder().glob("*/*/*"))) == Segment.objects.count() == 2


def test_a_compactor_that_comes_second_gives_its_file_up(e, monkeypatch):
    for i in range(2):
        bring(f"i{i}", big(range(1, 5), [e], start=i))
    number_sequence()
    real = compaction._replace

    def after_another(*args, **kwargs):
        monkeypatch.setattr(compaction, "_replace", real)
        services.compact(by=SYSTEM, at=NOON, fewest=2)
        return real(*args, **kwargs)

    before = all_rows()
    monkeypatch.setattr(compaction, "_replace", after_another)
    assert services.compact(by=SYSTEM, at=NOON, fewest=2).segments == 0
    assert all_rows() == before
    assert len(list(segments_folder().glob("*/*/*"))) == 3


def test_replaced_files_and_orphans_go_after_the_grace(e):
    for i in range(4):
        bring(f"i{i}", big(range(1, 5), [e], start=i))
    number_sequence()
    services.compact(by=SYSTEM, at=NOON)
    orphan = segments_folder() / "values" / "several" / "left.tmp"
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"half")
    nothing = services.Collected(0, 0)
    assert services.collect(by=SYSTEM, at=NOON, grace=timedelta(hours=1)) == nothing
    assert len(list(segments_folder().glob("*/*/*"))) == 6
    long_after = NOON + timedelta(days=3650)
    before = all_rows()
    assert services.collect(by=SYSTEM, at=long_after) == services.Collected(4, 1)
    assert [p.name for p in segments_folder().glob("*/*/*")] == [Segment.objects.get().file.name]
    assert all_rows() == before


def test_a_decision_wins_until_a_newer_one(e):
    e = define("residents", precedence=("police", "form_a"))["residents"]
    record("1", [number(7, e, 5)], source="police")
    record("2", [number(7, e, 6)])
    contender = Contender.objects.get()
    services.resolve_contender(contender.pk, take=True, by=SYSTEM, at=LATER)
    held = CurrentValue.objects.get(place=7)
    assert (held.value, held.quality, held.disputed) == (6, Quality.CORRECTED, False)
    with pytest.raises(services.AlreadyDecided):
        services.resolve_contender(contender.pk, take=False, by=SYSTEM, at=LATER)
    assert record("3", [number(7, e, 5)], source="police", at=LATER).contenders == 1
    assert CurrentValue.objects.get(place=7).value == 6
    assert history_total() == (Decimal(6), 1)


def test_a_dispute_may_be_dismissed(e):
    e = define("residents", precedence=("police", "form_a"))["residents"]
    record("1", [number(7, e, 5)], source="police")
    record("2", [number(7, e, 6)])
    services.resolve_contender(Contender.objects.get().pk, take=False, by=SYSTEM, at=LATER)
    held = CurrentValue.objects.get(place=7)
    assert (held.value, held.disputed, Contender.objects.get().taken) == (5, False, False)
    with pytest.raises(NotFound):
        services.resolve_contender(10**9, take=True, by=SYSTEM, at=LATER)


def test_the_worker_seals_what_has_waited(e):
    clockwork = jobs.Clockwork()
    record("1", [number(1, e, 1)])
    assert "sealed" not in jobs.tick(LATER, clockwork)
    number_sequence()
    assert "sealed" not in jobs.tick(NOON + timedelta(minutes=4), clockwork)
    assert jobs.tick(NOON + timedelta(minutes=6), clockwork)["sealed"] == 1
    assert jobs.tick(NOON + timedelta(minutes=7), clockwork) == {}


def run(*words):
    done = CliRunner().invoke(cli.commands, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_the_command_line_keeps_the_store(tmp_path):
    file = tmp_path / "elements.yaml"
    file.write_text(
        "- code: residents\n  titles: {zh-hans: 常住人口}\n  type: integer\n  unit: 人\n"
        "  precedence: [police, form_a]\n",
        "utf-8",
    )
    e = run("define", str(file))["residents"]
    assert [(x["code"], x["unit"]) for x in run("elements")] == [("residents", "人")]
    for i in range(2):
        record(f"p{i}", [number(7, e, 5 + i), number(8, e, i)], source="police")
        assert run("seal") == {"rows": 2, "segments": 1, "ledgers": 0}
    record("f", [number(7, e, 9)])
    assert run("compact") == {"files": 2, "rows": 4, "segments": 1}
    assert [s["rows"] for s in run("segments")] == [4]
    assert len(run("segments", "--replaced")) == 3
    assert run("collect") == {"orphans": 0, "segments": 0}
    (dispute,) = run("contenders")
    assert (dispute["element"], dispute["value"], dispute["source"]) == ("residents", "9", "form_a")
    assert run("contenders", "--take", str(dispute["id"])) == []
    assert CurrentValue.objects.get(place=7).value == 9
    assert [c["taken"] for c in run("contenders", "--resolved")] == [True]


def test_a_definition_that_cannot_be_read_is_refused_with_its_number(tmp_path):
    file = tmp_path / "elements.yaml"
    file.write_text("- {code: a, titles: {zh-hans: 甲}, type: integer}\n- {code: b}\n", "utf-8")
    done = CliRunner().invoke(cli.commands, ["define", str(file)])
    assert isinstance(done.exception, Invalid)
    assert [p.where for p in done.exception.problems] == ["第 2 项"]
    assert not Element.objects.exists()
