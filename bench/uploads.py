"""An upload of 100,000 rows with 1,000 bad cells: the rows kept, the faults given back in the file.

One row a household, 333 or 334 of each of 300 villages, eight answers a row; through `upload_file`, on
an empty province, so that every household is entered and every report begun.
"""

from bench.world import AT, FOLDER, ON, US, ask, child, found_reporting  # noqa: I001 - sets up Django

import io
import json
import random
import re
import sys
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import openpyxl

from bench.gates import Report, peak
from lingnan.kernel.places import queries as places
from lingnan.systems.reporting import services
from lingnan.systems.reporting.models import Filing
from lingnan.systems.reporting.terms.filings import FormInfo

YEAR, FORM = 2026_000, "survey_2_household_2012.xls"
ROWS, BAD, ANSWERS = 100_000, 1_000, 8
SECONDS, MEBIBYTES = 30, 512
PEER = """
import sys, time, openpyxl
begun, clock, cells = time.process_time(), time.perf_counter(), 0
for line in openpyxl.load_workbook(sys.argv[1], read_only=True).worksheets[0].iter_rows(values_only=True):
    cells += len(line)
print(cells, time.process_time() - begun, time.perf_counter() - clock)
"""


def run() -> bool:
    county, villages = found_reporting()
    form = ask(FORM, county, YEAR)
    data, bad = register(form, villages)
    path = Path(FOLDER) / "upload.xlsx"
    path.write_bytes(data)
    cells, read, _ = (float(one) for one in child("-c", PEER, str(path)).split())
    told = json.loads(child("-m", "bench.uploads", str(form.id), str(path)))
    report = Report()
    report.gate(
        f"upload of {ROWS:,} rows with {BAD:,} bad cells",
        f"{told['clock']:.1f} s",
        f"< {SECONDS} s",
        told["clock"] < SECONDS,
    )
    memory = told["peak"]
    report.gate("its peak memory", f"{memory:.0f} MiB", f"< {MEBIBYTES} MiB", memory < MEBIBYTES)
    report.note("memory before it", f"{told['before']:.0f} MiB")
    report.note("the same, of processors", f"{told['spent']:.1f} s")
    report.note(f"openpyxl reading its {cells:,.0f} cells alone", f"{read:.1f} s of processors")
    report.note("ratio to that floor", f"{told['spent'] / read:.1f} ×")
    kept = Filing.objects.filter(form=form.id, period=YEAR).count()
    report.gate("rows kept", f"{kept:,}", f"{ROWS:,}", kept == told["saved"] == ROWS)
    marked = _marked(path.with_suffix(".back").read_bytes())
    report.gate("bad cells marked", f"{len(marked):,}", f"{BAD:,}, the same ones", marked == bad)
    return report.held


def work(form: int, path: Path) -> None:
    """In a process of its own: what founding a province takes is no memory of an upload."""
    data, before = path.read_bytes(), peak()
    spent, clock = time.process_time(), time.perf_counter()
    at = AT + timedelta(minutes=1)
    done = services.upload_file(form, data, "各户.xlsx", YEAR, by=US, at=at)
    clock, spent = time.perf_counter() - clock, time.process_time() - spent
    path.with_suffix(".back").write_bytes(done.data)
    told = {"clock": clock, "spent": spent, "before": before, "peak": peak()}
    print(json.dumps(told | {"saved": len(done.uploaded.saved)}))


def register(form: FormInfo, villages: list[int]) -> tuple[bytes, set[str]]:
    """The workbook, and its bad cells."""
    numbers = [f for f in form.asked if f.type in {"integer", "number", "money"}][:ANSWERS]
    codes = {one.id: one.code for one in places.infos(villages, on=ON)}
    noise = random.Random(4)
    bad = set(noise.sample(range(ROWS * ANSWERS), BAD))
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("各户")
    sheet.append(["地区代码", "户编号", *(f.code for f in numbers)])
    for row in range(ROWS):
        village = villages[row * len(villages) // ROWS]
        cells: list[object] = [codes[village], f"H{row:06}"]
        for n in range(len(numbers)):
            cells.append("两百" if row * ANSWERS + n in bad else noise.randrange(9))
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    letters = "CDEFGHIJ"
    return out.getvalue(), {f"{letters[at % ANSWERS]}{at // ANSWERS + 2}" for at in bad}


def _marked(data: bytes) -> set[str]:
    """Cells that carry a comment in the file given back."""
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        notes = next(name for name in pack.namelist() if "comments" in name)
        return set(re.findall(r'<comment ref="([A-Z]+[0-9]+)"', pack.read(notes).decode()))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        work(int(sys.argv[1]), Path(sys.argv[2]))
    else:
        raise SystemExit(0 if run() else 1)
