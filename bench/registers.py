"""A county's register of 40,000 persons in 13,334 households, taken into the ledgers from workbooks.

Every person has an identity number of the unassigned area 4499 with its check digit, sealed on the way.
"""

from bench.world import AT, FOLDER, US, child, found_reporting  # noqa: I001 - sets up Django

import io
import json
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import openpyxl

from bench.gates import Report, peak
from lingnan.kernel.observations.models import LedgerEntry
from lingnan.kernel.parties.rules.citizen import check_character
from lingnan.kernel.places import queries as places
from lingnan.systems.reporting.models import LedgerNumber
from lingnan.systems.reporting.services import ledgers

PERSONS, A_HOME = 40_000, 3
SECONDS, MEBIBYTES = 30, 512


def run() -> bool:
    county, villages = found_reporting()
    codes = [one.code for one in places.infos(villages, on=AT.date())]
    for kind, rows in (("household", _households(codes)), ("person", _persons(codes))):
        (Path(FOLDER) / f"{kind}.xlsx").write_bytes(_book(rows))
    report = Report()
    for kind, wanted in (("household", -(-PERSONS // A_HOME)), ("person", PERSONS)):
        told = json.loads(child("-m", "bench.registers", kind, str(county)))
        name = f"register of {wanted:,} {kind}s"
        report.gate(name, f"{told['clock']:.1f} s", f"< {SECONDS} s", told["clock"] < SECONDS)
        report.note("the same, of processors", f"{told['spent']:.1f} s")
        memory = told["peak"]
        report.gate(
            "its peak memory", f"{memory:.0f} MiB", f"< {MEBIBYTES} MiB", memory < MEBIBYTES
        )
        kept = LedgerEntry.objects.filter(kind=kind).count()
        report.gate("entries", f"{kept:,}", f"{wanted:,}", kept == told["new"] == wanted)
    sealed = LedgerNumber.objects.count()
    report.gate("numbers sealed", f"{sealed:,}", f"{PERSONS:,}", sealed == PERSONS)
    return report.held


def work(kind: str, county: int) -> None:
    """In a process of its own, as an upload is."""
    data = (Path(FOLDER) / f"{kind}.xlsx").read_bytes()
    spent, clock = time.process_time(), time.perf_counter()
    at = AT + timedelta(minutes=1)
    done = ledgers.take_in_register(kind, data, f"{kind}.xlsx", county, complete=True, by=US, at=at)
    clock, spent = time.perf_counter() - clock, time.process_time() - spent
    if done.problems:
        raise ValueError(done.problems[:5])
    print(json.dumps({"clock": clock, "spent": spent, "peak": peak(), "new": done.new}))


def _households(codes: list[str]) -> list[list[str]]:
    count = -(-PERSONS // A_HOME)
    told = [[_of(codes, n, count), f"H{n:05}", f"户主{n}", "一般户"] for n in range(count)]
    return [["村代码", "户编号", "户主姓名", "保障类型"], *told]


def _persons(codes: list[str]) -> list[list[str]]:
    count = -(-PERSONS // A_HOME)
    told = []
    for n in range(PERSONS):
        born = date(1940, 1, 1) + timedelta(days=n // 999)
        first17 = f"449900{born:%Y%m%d}{n % 999 + 1:03}"
        home = n // A_HOME
        number = first17 + check_character(first17)
        told.append([_of(codes, home, count), f"H{home:05}", f"居民{n}", number])
    return [["村代码", "户编号", "姓名", "公民身份号码"], *told]


def _of(codes: list[str], n: int, count: int) -> str:
    return codes[n * len(codes) // count]


def _book(rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("登记")
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        work(sys.argv[1], int(sys.argv[2]))
    else:
        raise SystemExit(0 if run() else 1)
