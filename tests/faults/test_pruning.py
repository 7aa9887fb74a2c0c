"""What the retention keeps, what it removes, and that nothing given out loses its point in time."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.site.pruning import Retention, _newest, staying

from .stores import Store, Zygote

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
RULE = Retention.parse("7,35,12")
HOURS = st.integers(0, 24 * 800)


def ago(**how: float) -> datetime:
    return NOW - timedelta(**how)


def test_all_of_a_week_then_one_a_day_then_one_a_month() -> None:
    taken = sorted(ago(hours=6 * n) for n in range(4 * 800))
    kept = staying(taken, RULE, [], NOW)
    by_age = [(NOW - one).days for one in kept]
    assert sum(age < 6 for age in by_age) == 6 * 4
    assert len({one for one in by_age if 8 <= one < 34}) == 26
    assert sum(age >= 40 for age in by_age) <= 12
    assert max(by_age) < 366


@given(st.lists(HOURS, min_size=1, max_size=60), st.lists(HOURS, max_size=20))
def test_a_moment_that_was_given_out_finds_the_same_snapshot(
    taken_at: list[int], given_at: list[int]
) -> None:
    taken = sorted({ago(hours=one) for one in taken_at})
    moments = [ago(hours=one - 0.5) for one in given_at]
    kept = staying(taken, RULE, moments, NOW)
    assert taken[-1] in kept
    for moment in moments:
        assert _newest(sorted(kept), moment) == _newest(taken, moment)


@pytest.mark.parametrize("text", ["", "7", "7,3,1", "-1,3,1", "a,b,c"])
def test_a_rule_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Retention.parse(text)


@pytest.mark.faults
def test_pruned_by_command_what_stays_is_whole(
    zygote: Zygote, told: Store, file_database: Callable[[Store], Store], tmp_path: Path
) -> None:
    store, folder = file_database(told), tmp_path / "kept"
    names = []
    for day in ("2025-03-10", "2025-03-11", "2025-06-02"):
        made = json.loads(store.cli("backup", str(folder), "--json").stdout)
        manifest = folder / "snapshots" / made["name"] / "manifest.json"
        raw = json.loads(manifest.read_text()) | {"taken_at": f"{day}T08:00:00+00:00"}
        if not names:  # a file that only this one names
            (folder / "objects" / "ff").mkdir(exist_ok=True)
            (folder / "objects" / "ff" / ("f" * 64)).write_bytes(b"x")
            raw["objects"].append({"path": "files/x", "sha256": "f" * 64, "bytes": 1})
        manifest.write_text(json.dumps(raw))
        names.append(made["name"])
    dry = json.loads(store.cli("backup", str(folder), "--prune", "--dry-run", "--json").stdout)
    assert len(list((folder / "snapshots").iterdir())) == 3
    done = json.loads(store.cli("backup", str(folder), "--prune", "--json").stdout)
    assert dry["gone"] == done["gone"] == [names[0]] and done["objects"] == 1
    left = {one.name for one in (folder / "snapshots").iterdir()}
    assert left == set(names[1:])
    assert not (folder / "objects" / "ff" / ("f" * 64)).exists()
    store.cli("restore", str(folder), "--replace")
