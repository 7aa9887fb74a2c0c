"""The processes of the concurrency tests, on the database that the environment names.

Everything is imported once; each order on standard input forks: `start VERB WORDS` answers with the
number of the child, `end NUMBER` waits for it and `kill NUMBER` kills it; both answer with its exit
status and what it printed. The parent never connects, so that a fork inherits nothing.
"""

import json
import os
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from lingnan.kernel.evidence import queries  # noqa: E402
from lingnan.kernel.evidence import services as evidence  # noqa: E402
from lingnan.kernel.evidence.models import Event, TreeHead  # noqa: E402
from lingnan.kernel.evidence.services import keys, sequencing  # noqa: E402

from .samples import AT, CLERK, counted, drain, keep  # noqa: E402

SUBJECTS = 3


def migrate() -> None:
    """All tables: verifying asks every noun and system that keeps something under evidence."""
    call_command("migrate", verbosity=0)


def write(seed: str, count: str) -> None:
    """Short transactions on subjects that the other writer uses too; every fifth is rolled back."""
    for n in range(int(count)):
        number = (n + int(seed)) % SUBJECTS
        with transaction.atomic():
            keep(counted(number, n), counted(number, n))
            evidence.record_many([counted(number, n)] * 2, by=CLERK, at=AT)
            if n % 5 == 4:
                transaction.set_rollback(True)


def sequence(stop: str) -> None:
    sequencing.BATCH = 7
    while not Path(stop).exists():
        evidence.sequence(at=AT)
        time.sleep(0.02)  # the other processes want the lock too


def verify(stop: str) -> None:
    """Verifies and rotates keys beside the others; prints what it found wrongly."""
    while not Path(stop).exists():
        for found in queries.verify(queries.latest_head()):
            print(found)
        evidence.rotate_key(by=CLERK, at=AT)
        time.sleep(0.05)


def stall(marker: str) -> None:
    """Stops for ever with everything written but nothing committed."""

    def sign(*_: Any) -> str:
        Path(marker).touch()
        time.sleep(600)
        return ""

    keys.sign = sign
    evidence.sequence(at=AT)


def report() -> None:
    drain()
    rows = list(Event.objects.order_by("seq").values_list("seq", "subject", "subject_n"))
    print(
        json.dumps(
            {
                "rows": rows,
                "findings": [str(one) for one in queries.verify(queries.latest_head())],
                "heads": TreeHead.objects.count(),
            }
        )
    )


VERBS = {one.__name__: one for one in (migrate, write, sequence, verify, stall, report)}


def start(verb: str, *words: str) -> int:
    """The child's process id; what it prints goes to the file of that number."""
    child = os.fork()
    if child:
        return child
    out = os.open(_said(os.getpid()), os.O_WRONLY | os.O_CREAT)
    os.dup2(out, 1)
    os.dup2(out, 2)
    status = 1
    try:
        VERBS[verb](*words)
        status = 0
    except BaseException:  # a child must never return into the parent's loop
        traceback.print_exc()
    sys.stdout.flush()
    os._exit(status)


def end(number: str) -> tuple[int, str]:
    _, status = os.waitpid(int(number), 0)
    said = _said(int(number))
    return os.waitstatus_to_exitcode(status), said.read_text() if said.exists() else ""


def kill(number: str) -> tuple[int, str]:
    os.kill(int(number), signal.SIGKILL)
    return end(number)


def _said(number: int) -> Path:
    return FOLDER / str(number)


FOLDER = Path(tempfile.mkdtemp(prefix="lingnan-worker-"))
ORDERS = {"start": start, "end": end, "kill": kill}


if __name__ == "__main__":
    for line in sys.stdin:
        order, *rest = json.loads(line)
        print(json.dumps(ORDERS[order](*rest)), flush=True)
