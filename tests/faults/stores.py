"""Data folders with databases of their own, and the client of the zygote."""

import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).parents[2]
SERVER = os.environ.get("LINGNAN_DATABASE_URL", "")
MODULES = (
    *("acts", "judge", "world", "rivals", "fullness", "forgery", "keeping"),
    "uploading",
)


@dataclass(frozen=True)
class Store:
    """One installation: a data folder and a database; `url` is empty for SQLite."""

    data: Path
    url: str

    @property
    def told(self) -> dict[str, str]:
        return {"data": str(self.data), "url": self.url}

    @property
    def env(self) -> dict[str, str]:
        mine = {"LINGNAN_DATA": str(self.data), "LINGNAN_DATABASE_URL": self.url}
        return environment() | mine

    @property
    def file(self) -> Path:
        return self.data / "lingnan.sqlite3"

    def sql(self, *statements: str) -> list[tuple[Any, ...]]:
        """What a writer of the database does by hand; the rows of the last statement."""
        if self.url:
            with psycopg.connect(self.url) as con:
                con.execute("SET session_replication_role = replica")  # no foreign keys
                done = [con.execute(s.encode()) for s in statements][-1]
                return done.fetchall() if done.description else []
        with closing(sqlite3.connect(self.file, timeout=30)) as con, con:
            return [con.execute(s) for s in statements][-1].fetchall()

    def clone(self, data: Path) -> "Store":
        """A whole copy. Nobody may be connected to the original."""
        shutil.copytree(self.data, data, dirs_exist_ok=True)
        return Store(data, make_database(self.url) if self.url else "")

    def cli(self, *words: str, ok: Sequence[int] = (0,)) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from lingnan.site.cli import main; main()", *words]
        done = subprocess.run(
            command, env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=120
        )
        assert done.returncode in ok, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def drop(self) -> None:
        if self.url:
            administer(f'DROP DATABASE IF EXISTS "{_name(self.url)}" WITH (FORCE)')
        shutil.rmtree(self.data, ignore_errors=True)


def new_store(data: Path) -> Store:
    data.mkdir(parents=True, exist_ok=True)
    return Store(data, make_database("") if SERVER else "")


def make_database(template: str) -> str:
    name = f"lingnan_faults_{secrets.token_hex(5)}"
    like = f' TEMPLATE "{_name(template)}"' if template else ""
    administer(f'CREATE DATABASE "{name}"{like}')
    return SERVER.rpartition("/")[0] + "/" + name


def administer(statement: str) -> None:
    url = SERVER.rpartition("/")[0] + "/postgres"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(statement.encode())


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def environment() -> dict[str, str]:
    """Only what is set on purpose: the test run's own data folder must not leak in."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LINGNAN_")}
    return kept | {
        "LINGNAN_ENV": "test",
        "LINGNAN_DEMO": "on",
        "LINGNAN_LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "lingnan.site.settings.test",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "PYTHONHASHSEED": "0",
    }


@dataclass
class Told:
    """What became of a child."""

    died: bool
    said: list[dict[str, Any]]
    seconds: float

    @property
    def error(self) -> str:
        wrong = [one for one in self.said if "error" in one]
        return f"{wrong[0]['error']}\n{wrong[0]['trace']}" if wrong else ""


class Zygote:
    """See `zygote.py`."""

    def __init__(self, data: Path) -> None:
        env = environment() | {"LINGNAN_DATA": str(data), "LINGNAN_DATABASE_URL": SERVER}
        modules = [f"tests.faults.{name}" for name in MODULES]
        self.errors = (data / "zygote.err").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote", *modules],
            env=env,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        self._hear(expected="ready")

    def run(self, store: Store, call: str, after: float | None = None, **given: Any) -> Told:
        """One child; unless it was to be killed, what it could not do fails the test."""
        told = self.together(store, (call, given), after=after)[0]
        assert after is not None or not told.error, told.error
        return told

    def together(
        self, store: Store, *calls: tuple[str, dict[str, Any]], after: float | None = None
    ) -> list[Told]:
        """All let go at one moment."""
        children = [_child(store, call, given, after) for call, given in calls]
        return [Told(**one) for one in self._ask({"run": children})]

    def start(self, store: Store, call: str, **given: Any) -> int:
        number: int = self._ask({"start": _child(store, call, given, None)})
        return number

    def stop(self, number: int) -> Told:
        return Told(**self._ask({"stop": number}))

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(timeout=20)

    def _ask(self, order: dict[str, Any]) -> Any:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return json.loads(self._hear())

    def _hear(self, expected: str = "") -> str:
        assert self.process.stdout
        line = self.process.stdout.readline().strip()
        if not line or (expected and line != expected):
            self.errors.seek(0)
            raise AssertionError(f"the zygote is gone: {line}\n{self.errors.read()[-3000:]}")
        return line


def _child(store: Store, call: str, given: dict[str, Any], after: float | None) -> dict[str, Any]:
    return {
        "store": store.told,
        "call": f"tests.faults.{call}",
        "with": given,
        "after": after,
    }
