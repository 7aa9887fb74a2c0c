"""A workbook of many households in eight villages, taken in by a child; and what is there of it."""

import io
import time
from collections.abc import Iterator
from typing import Any

import openpyxl

from lingnan.base import clock
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.jobs import BY
from lingnan.systems.reporting.models import Filing, Household
from lingnan.systems.reporting.terms.works import Order, WorkKind

from . import judge, world

Said = Iterator[dict[str, Any]]
A_VILLAGE = 150  # four villages in one transaction
WRONG = "两百"


def late() -> list[int]:
    """The villages where nothing was reported before."""
    return world.villages()[world.EARLY :]


def workbook() -> bytes:
    """The same for every child; the first household of each village has one answer that is none."""
    rows = [
        row
        for number, village in enumerate(late())
        for row in world.household_rows(f"sent{number}", village, A_VILLAGE)
    ]
    codes = sorted({code for row in rows for code in row["answers"]})
    wrong = next(f.code for f in world.form("S2").asked if f.type == "integer" and f.code in codes)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("各户")
    sheet.append(["地区代码", "户编号", *codes])
    for n, row in enumerate(rows):
        said = row["answers"] | ({wrong: WRONG} if n % A_VILLAGE == 0 else {})
        sheet.append([row["place"], row["household"], *(said.get(code) for code in codes)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload() -> Said:
    done = services.upload_file(
        world.form("S2").id,
        workbook(),
        "各户.xlsx",
        world.YEAR,
        by=world.actor("collector"),
        at=clock.now(),
    )
    yield {"saved": len(done.uploaded.saved), "problems": done.uploaded.problems}


def order() -> Said:
    """What is acknowledged is there, whatever comes next."""
    about = {"form": world.form("S2").id, "place": None, "household": ""}
    files = [("各户.xlsx", workbook())]
    found = Order(WorkKind.UPLOAD, world.county(), world.YEAR, about, files, "personal")
    yield {"work": services.order_work(found, by=world.actor("collector"), at=clock.now()).uuid}
    time.sleep(60)


def work() -> Said:
    yield {"work": services.work_next(by=BY, at=clock.now())}


def ended(uuid: str) -> Said:
    by, on = world.actor("collector"), clock.today()
    found = queries.work(uuid, to=by, on=on)
    _, where = services.take_back(uuid, by=by, at=clock.now())
    back = openpyxl.load_workbook(io.BytesIO(where.read_bytes()))["问题"]
    marked = sorted(str(row[0]) for row in back.iter_rows(min_row=2, values_only=True))
    yield {"state": str(found.state), "kept": found.kept, "faults": found.faults, "marked": marked}


def look() -> Said:
    """Reports begun and households entered by village; and what the verifier finds."""
    judge.wait_for_the_dead()
    held = Household.objects.filter(place__in=late())
    numbers = dict(held.values_list("entry_id", "number"))
    filings = Filing.objects.filter(form=world.form("S2").id, place__in=late())
    rows = filings.values_list("place", "subject", "state", "answers")
    kept = [[place, numbers[entry], state, answers] for place, entry, state, answers in rows]
    world.drain()
    yield {
        "kept": sorted(kept, key=lambda one: (one[0], one[1])),
        "households": sorted([one.place, one.number] for one in held),
        "findings": [str(one) for one in world.verify()],
    }
