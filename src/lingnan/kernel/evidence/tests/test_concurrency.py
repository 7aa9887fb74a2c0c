"""Several processes at once, and one that is killed: no gap, no duplicate, no broken order."""

import json
import os
import signal
import subprocess
import sys
import time
from itertools import groupby

import pytest
from django.db import connection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.fixture
def start(tmp_path):
    """Starts a worker on the test's PostgreSQL database, or on an SQLite file of its own."""
    environ = dict(os.environ, LINGNAN_ENV="test", LINGNAN_DATA=str(tmp_path))
    environ["DJANGO_SETTINGS_MODULE"] = "lingnan.site.settings.test"
    if connection.vendor == "postgresql":
        base = os.environ["LINGNAN_DATABASE_URL"].rpartition("/")[0]
        environ["LINGNAN_DATABASE_URL"] = f"{base}/{connection.settings_dict['NAME']}"
    started = []

    def run(*words):
        module = "lingnan.kernel.evidence.tests.worker"
        process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, words)],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    if connection.vendor == "sqlite":
        finish(run("migrate"))
    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def finish(process):
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    return out


def check(report, count):
    assert report["findings"] == []
    assert [seq for seq, _, _ in report["rows"]] == list(range(1, count + 1))
    by_subject = sorted(report["rows"], key=lambda row: (row[1], row[0]))
    for _, rows in groupby(by_subject, key=lambda row: row[1]):
        numbers = [n for _, _, n in rows]
        assert numbers == list(range(1, len(numbers) + 1))


def test_two_writers_and_two_sequencers_and_one_who_verifies(start, tmp_path):
    stop = tmp_path / "stop"
    sequencers = [start("sequence", stop) for _ in range(2)]
    verifier = start("verify", stop)
    writers = [start("write", seed, 15) for seed in range(2)]
    for writer in writers:
        finish(writer)
    stop.touch()
    for sequencer in sequencers:
        finish(sequencer)
    assert finish(verifier) == ""
    report = json.loads(finish(start("report")))
    rotations = sum(subject.startswith("evidence.key") for _, subject, _ in report["rows"])
    assert rotations
    check(report, 2 * 12 * 4 + rotations)
    assert report["heads"] > 3  # they did work side by side


def test_a_sequencer_killed_in_mid_batch_leaves_nothing_behind(start, tmp_path):
    marker = tmp_path / "marker"
    finish(start("write", 0, 10))
    stalled = start("stall", marker)
    for _ in range(2000):
        if marker.exists() or stalled.poll() is not None:
            break
        time.sleep(0.01)
    assert stalled.poll() is None
    stalled.send_signal(signal.SIGKILL)
    stalled.wait()
    report = json.loads(finish(start("report")))
    check(report, 8 * 4)
    assert report["heads"] == 1
