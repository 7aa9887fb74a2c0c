"""Settings tell every fault at once; logs hold no personal data; a failing job stops no other."""

import logging
import os
import re
import subprocess
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from lingnan.kernel import parties
from lingnan.kernel.evidence.models import Event
from lingnan.site import cli, logs, schedule
from lingnan.site.settings import environment
from lingnan.site.settings.environment import PREFIX, Environment, Misconfigured

PARTIES = Path(parties.__file__).parent / "content"
ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 20, 8, tzinfo=UTC)


def test_every_fault_is_told_at_once():
    with pytest.raises(Misconfigured) as wrong:
        environment.read(
            {
                "LINGNAN_ENV": "production",
                "LINGNAN_WORKERS": "many",
                "LINGNAN_LISTEN": "8000",
                "LINGNAN_ALLOWED_HOSTS": "*",
                "LINGNAN_DEMO": "on",
                "LINGNAN_DATABASE_URL": "mysql://x/y",
                "LINGNAN_LOG_LEVEL": "LOUD",
                "LINGNAN_MEMORY_LIMIT": "much",
                "LINGNAN_WORKRES": "2",
                "LINGNAN_DATA": "var",
            }
        )
    named = "\n".join(wrong.value.faults)
    for name in ("WORKERS", "LISTEN", "ALLOWED_HOSTS", "DEMO", "DATABASE_URL", "LOG_LEVEL",
                 "MEMORY_LIMIT", "WORKRES", "SECRET_KEY", "DATA=", "METRICS_TOKEN"):  # fmt: skip
        assert f"LINGNAN_{name}" in named
    assert len(wrong.value.faults) == 11


def test_the_list_of_commands_is_told_without_loading_them():
    look = "from lingnan.site.cli import lingnan; lingnan(['--help'], standalone_mode=False)"
    tell = "import sys; print(sorted({'django', 'duckdb'} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", f"{look}; {tell}"], capture_output=True, text=True, check=True
    )
    assert "报表一次填报" in done.stdout and "主体" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_repeated_letter_is_no_secret():
    with pytest.raises(Misconfigured, match="SECRET_KEY"):
        environment.read({"LINGNAN_ENV": "production", "LINGNAN_SECRET_KEY": "x" * 64})


def test_production_is_https_unless_told_otherwise():
    base = {
        "LINGNAN_ENV": "production",
        "LINGNAN_SECRET_KEY": "a1b2c3d4e5f6g7h8" * 4,
        "LINGNAN_METRICS_TOKEN": "t",
        "LINGNAN_DATA": "/srv/lingnan",
    }
    assert environment.read(base).https
    assert not environment.read(base | {"LINGNAN_HTTPS": "off"}).https


def test_the_right_settings_are_read():
    env = environment.read({"LINGNAN_DATABASE_URL": "postgresql://u:p%40ss@h:5/n?sslmode=require"})
    found = environment.database(env)
    assert (found["PASSWORD"], found["PORT"], found["NAME"]) == ("p@ss", "5", "n")
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_every_setting_is_in_the_guide_and_nothing_else_is():
    text = (ROOT / "docs" / "guide" / "settings.md").read_text()
    told = {line.split("`")[1] for line in text.splitlines() if line.startswith("| `LINGNAN_")}
    assert told == {PREFIX + f.name.upper() for f in fields(Environment)}


def test_config_show_hides_what_is_secret(monkeypatch):
    monkeypatch.setenv("LINGNAN_SECRET_KEY", "very-secret-value")
    monkeypatch.setenv("LINGNAN_DATABASE_URL", "postgresql://u:hidden@h/n")
    out = CliRunner().invoke(cli.lingnan, ["config", "show"])
    assert out.exit_code == 0
    assert "very-secret-value" not in out.output
    assert "hidden" not in out.output
    assert "postgresql://u:***@h/n" in out.output


def test_config_check_says_so_when_all_is_well():
    assert "设置无误" in CliRunner().invoke(cli.lingnan, ["config", "check"]).output


def test_the_data_folder_is_tried_and_nothing_is_left(tmp_path):
    (tmp_path / "file").write_text("x")
    assert environment.unwritable(Environment(data=str(tmp_path / "a" / "b"))) == ""
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    blocked = environment.unwritable(Environment(data=str(tmp_path / "file" / "b")))
    assert "LINGNAN_DATA" in blocked


def test_config_check_refuses_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("x")
    done = run(tmp_path / "file" / "b", "config", "check")
    assert done.returncode == 1
    assert "cannot be written" in done.stderr


@pytest.mark.django_db
def test_loading_content_numbers_its_events_and_speaks_plainly(tmp_path):
    (tmp_path / "statutes").mkdir()
    (tmp_path / "statutes" / "security.yaml").write_text((PARTIES / "security.yaml").read_text())
    done = CliRunner().invoke(cli.lingnan, ["content", "load", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert re.match(r"statutes: added [1-9]\d*, replaced 0, withdrawn 0, unchanged 0", done.output)
    assert Event.objects.exists()
    assert not Event.objects.filter(seq=None).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}])
def test_a_body_beyond_the_limit_is_413_and_names_it(headers, auditor, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20
    body = b"x" * (2**20 + 1)
    said = auditor.post(
        "/api/v1/reporting/approvals", body, content_type="application/json", headers=headers
    )
    assert said.status_code == 413
    assert said["Content-Type"] == "application/problem+json"
    assert "1 MiB" in said.json()["detail"]


def test_a_form_beyond_the_limit_gets_a_page_that_names_it(client, db, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20
    words = b"username=" + b"x" * 2**20
    said = client.post("/zh-hans/sign-in/", words, content_type="application/x-www-form-urlencoded")
    assert said.status_code == 413
    assert "一次最多 1 MiB" in said.content.decode()


def run(data: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`lingnan WORDS` in a process of its own, on SQLite in that data folder."""
    own = {n: v for n, v in os.environ.items() if not n.startswith(PREFIX)}
    own.pop("DJANGO_SETTINGS_MODULE", None)
    own |= {"LINGNAN_DATA": str(data), **settings}
    command = [sys.executable, "-c", "from lingnan.site.cli import main; main()", *words]
    return subprocess.run(command, env=own, capture_output=True, text=True, umask=0o022)


def test_a_folder_that_is_not_ready_is_told_in_one_sentence(tmp_path):
    done = run(tmp_path / "none", "places", "find", "从化")
    assert done.returncode == 1
    assert done.stderr.strip() == cli.NOT_READY


def test_a_backup_is_restored_into_a_folder_that_does_not_exist(tmp_path):
    first, second, store = tmp_path / "first", tmp_path / "a" / "second", tmp_path / "store"
    assert run(first, "migrate").returncode == 0
    assert run(first, "backup", str(store)).returncode == 0
    done = run(second, "restore", str(store))
    assert done.returncode == 0, done.stderr
    for made in (first, second, store):
        assert made.stat().st_mode & 0o777 == 0o700
    for database in (first / "lingnan.sqlite3", second / "lingnan.sqlite3"):
        assert database.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--at", "yesterday"], "“yesterday”不是时刻"),
        (["missing"], "没有这个备份文件夹"),
    ],
)
def test_restore_says_what_is_wrong_with_its_words(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = [] if "missing" in words else [str(tmp_path)]
    done = CliRunner().invoke(cli.lingnan, ["restore", *store, *words])
    assert done.exit_code == 2
    assert said in done.output


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("id 44990119900101123X of", "id [id] of"),
        ("call 13800138000 now", "call [phone] now"),
        ("+86 13800138000", "[phone]"),
        ("Authorization: Bearer abcdefghijklmnop", "Authorization: [secret] [token]"),
        ("password=hunter2&x=1", "password=[secret]&x=1"),
        ('{"token": "abc"}', '{"token": [secret]}'),
        ("place 440112012001 in 2026-10", "place 440112012001 in 2026-10"),
    ],
)
def test_a_log_line_is_masked(said, written):
    masked = logs.masked(said)
    assert masked == written or ("Bearer" in said and "abcdefghijklmnop" not in masked)


def test_a_traceback_is_masked_too(capsys):
    handler = logging.StreamHandler()
    settings = logs.logging_settings("INFO", as_json=True)["formatters"]["one"]
    handler.setFormatter(logs.Masking(
        processors=settings["processors"], foreign_pre_chain=settings["foreign_pre_chain"]
    ))  # fmt: skip
    try:
        raise ValueError("person 449901199001011237 refused")
    except ValueError:
        record = logging.getLogger("x").makeRecord(
            "x", logging.ERROR, "f", 1, "broken", (), __import__("sys").exc_info()
        )
    line = handler.format(record)
    assert "449901199001011237" not in line
    assert "ValueError" in line
    assert line.startswith("{")


@pytest.mark.django_db
def test_a_failing_job_stops_no_other_and_waits_longer():
    ran = []

    def fails(*, at):
        raise OSError("disk")

    plan = [
        schedule.Task("bad", 1.0, fails),
        schedule.Task("good", 1.0, lambda *, at: ran.append(at)),
    ]
    schedule.step(plan, now=0.0, at=AT)
    schedule.step(plan, now=1.0, at=AT)
    assert len(ran) == 2
    assert plan[0].failures == 1  # tried once: its wait has doubled
    assert plan[0].next == 2.0


def test_the_schedule_runs_for_real(province, monkeypatch):
    monkeypatch.setattr(schedule, "close_old_connections", lambda: None)  # the test's own
    plan = [*schedule.tasks(), *schedule.tasks("LONG")]
    names = {"evidence.drain", "observations.tick", "web.collect", "reporting.work"}
    assert names <= {task.name for task in plan}
    schedule.step(plan, now=0.0, at=AT)
    assert [task.name for task in plan if task.failures] == []
