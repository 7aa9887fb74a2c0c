"""Several processes at once, and one that is killed: no gap, no duplicate, no broken order."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import groupby

import pytest
from django.db import connection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


class Workers:
    """See `worker.py`."""

    def __init__(self, environ):
        module = "lingnan.kernel.evidence.tests.worker"
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.running = set()

    def ask(self, *order):
        self.process.stdin.write(json.dumps([*map(str, order)]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def start(self, verb, *words):
        number = self.ask("start", verb, *words)
        self.running.add(number)
        return number

    def end(self, number):
        """What it printed; it must have ended well."""
        self.running.discard(number)
        status, said = self.ask("end", number)
        assert status == 0, said
        return said

    def do(self, verb, *words):
        return self.end(self.start(verb, *words))

    def kill(self, number):
        self.running.discard(number)
        status, _ = self.ask("kill", number)
        return status == -signal.SIGKILL

    def close(self):
        for number in list(self.running):
            self.kill(number)
        self.process.communicate()


def environ(data):
    """On the test's PostgreSQL database, or on an SQLite file of their own."""
    found = dict(os.environ, LINGNAN_ENV="test", LINGNAN_DATA=str(data))
    found["DJANGO_SETTINGS_MODULE"] = "lingnan.site.settings.test"
    if connection.vendor == "postgresql":
        base = os.environ["LINGNAN_DATABASE_URL"].rpartition("/")[0]
        found["LINGNAN_DATABASE_URL"] = f"{base}/{connection.settings_dict['NAME']}"
    return found


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A data folder with empty tables."""
    folder = tmp_path_factory.mktemp("tables")
    if connection.vendor == "sqlite":
        found = Workers(environ(folder))
        found.do("migrate")
        found.close()
    return folder


@pytest.fixture
def workers(tables, tmp_path):
    shutil.copytree(tables, tmp_path, dirs_exist_ok=True)
    found = Workers(environ(tmp_path))
    yield found
    found.close()


def check(report, count):
    assert report["findings"] == []
    assert [seq for seq, _, _ in report["rows"]] == list(range(1, count + 1))
    by_subject = sorted(report["rows"], key=lambda row: (row[1], row[0]))
    for _, rows in groupby(by_subject, key=lambda row: row[1]):
        numbers = [n for _, _, n in rows]
        assert numbers == list(range(1, len(numbers) + 1))


def test_two_writers_and_two_sequencers_and_one_who_verifies(workers, tmp_path):
    stop = tmp_path / "stop"
    sequencers = [workers.start("sequence", stop) for _ in range(2)]
    verifier = workers.start("verify", stop)
    writers = [workers.start("write", seed, 15) for seed in range(2)]
    for writer in writers:
        workers.end(writer)
    stop.touch()
    for sequencer in sequencers:
        workers.end(sequencer)
    assert workers.end(verifier) == ""
    report = json.loads(workers.do("report"))
    rotations = sum(subject.startswith("evidence.key") for _, subject, _ in report["rows"])
    assert rotations
    check(report, 2 * 12 * 4 + rotations)
    assert report["heads"] > 3  # they did work side by side


def test_a_sequencer_killed_in_mid_batch_leaves_nothing_behind(workers, tmp_path):
    marker = tmp_path / "marker"
    workers.do("write", 0, 10)
    stalled = workers.start("stall", marker)
    for _ in range(2000):
        if marker.exists():
            break
        time.sleep(0.01)
    assert marker.exists()
    assert workers.kill(stalled)
    report = json.loads(workers.do("report"))
    check(report, 8 * 4)
    assert report["heads"] == 1
