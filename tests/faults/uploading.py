"""A workbook of many households in eight villages, taken in by a child; and what is there of it."""

import io
from collections.abc import Iterator
from typing import Any

import openpyxl

from lingnan.base import clock
from lingnan.systems.reporting import services
from lingnan.systems.reporting.models import Filing, Household

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
