"""Processes that race and processes that are killed, on a database and files of their own."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from lingnan.kernel.observations import services
from lingnan.kernel.observations.models import Batch
from lingnan.kernel.observations.services import record as recording

from .harness import KILLS, SHARED
from .samples import define, number, record

pytestmark = [pytest.mark.django_db, pytest.mark.faults]


@pytest.fixture
def province(tmp_path):
    """Runs the harness; on PostgreSQL with a database of its own beside the test's."""
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE,
        "LINGNAN_ENV": "test",
        "LINGNAN_DATA": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    env.pop("PYTEST_XDIST_WORKER", None)  # its folder is already its own
    name = f"{connection.settings_dict['NAME']}_kills"
    if connection.vendor == "postgresql":
        url = os.environ["LINGNAN_DATABASE_URL"]
        env["LINGNAN_DATABASE_URL"] = url.rpartition("/")[0] + "/" + name
        administer(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')

    def run(mode, seed):
        module = "lingnan.kernel.observations.tests.harness"
        command = [sys.executable, "-m", module, mode, str(seed)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=280)
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout.splitlines()[-1])

    yield run
    if connection.vendor == "postgresql":
        administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def administer(*statements):
    """Outside of the test's transaction, where databases are made."""
    import psycopg

    url = os.environ["LINGNAN_DATABASE_URL"].rpartition("/")[0] + "/postgres"
    with psycopg.connect(url, autocommit=True) as admin:
        for statement in statements:
            admin.execute(statement)


def is_right(answer):
    names = ("lost", "twice", "before_recovery", "after_recovery", "history", "findings", "wrong")
    right = ([], 0, True, True, True, [], [])
    assert [answer.get(name) for name in names] == list(right), answer


def test_kills_at_any_moment_lose_nothing_and_show_nothing_half(province):
    answer = province("kill", 1)
    is_right(answer)
    assert answer["kills"] == KILLS
    assert answer["acknowledged"] >= KILLS // 3


def test_racing_writers_sealers_and_compactors_agree(province):
    answer = province("race", 2)
    is_right(answer)
    assert answer["statuses"] == [0] * 4
    assert answer["batches"] == SHARED + 1


def test_a_full_database_is_said_plainly(monkeypatch):
    e = define("population")["population"]

    def full(*args, **kwargs):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(recording.writing, "write_pending", full)
    with pytest.raises(services.StorageFull, match="存储空间不足"):
        record("1", [number(1, e, 1)])
    monkeypatch.undo()
    assert not Batch.objects.exists()
    assert record("1", [number(1, e, 1)]).rows == 1


def test_other_faults_of_the_database_are_not_called_a_full_disk(monkeypatch):
    e = define("population")["population"]

    def broken(*args, **kwargs):
        raise OperationalError("no such table")

    monkeypatch.setattr(recording.writing, "write_pending", broken)
    with pytest.raises(OperationalError):
        record("1", [number(1, e, 1)])
