"""One process of the concurrency tests, on the database that the environment names."""

import json
import sys
import time
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


if __name__ == "__main__":
    verbs = {"migrate": migrate, "write": write, "sequence": sequence, "stall": stall}
    verbs["verify"] = verify
    (verbs | {"report": report})[sys.argv[1]](*sys.argv[2:])
