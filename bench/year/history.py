"""Last year's filled forms, where the benchmark has any of the county, taken in as history."""

from datetime import datetime

from bench.world import US
from bench.year.forms import FOLDER
from lingnan.base.errors import Refused
from lingnan.kernel.places import queries as places
from lingnan.systems.reporting import services

COUNTY = "440117"


def take_in(at: datetime) -> int:
    """Values recorded: only what is sure; doubts stay with the bureau, as they do in life."""
    county = places.by_code(COUNTY, on=at.date())
    books = [
        (path.name, path.read_bytes())
        for half in ("tune", "test")
        for path in sorted((FOLDER / half / "filled").glob("*-2025*"))
    ]
    taken = services.take_in_workbooks(books, place=county.id, by=US, at=at)
    rows = 0
    for sheet in (one for book in taken for one in book.sheets):
        try:
            rows += services.confirm_history(sheet.uuid, by=US, at=at).recorded
        except Refused:
            continue
    return rows
