"""What filled forms said of persons, in full, for a reason that is evidence."""

from datetime import datetime

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.ids import subject

from ...queries import history, rivals
from ...queries.masking import need_persons
from ...terms.histories import HistoryValueInfo, Rival
from ...terms.masking import Seen
from ..telling import checked_reason, tell_persons


def show_history_values(
    sheet: str, *, reason: str, only_open: bool = False, after: int = 0, by: Actor, at: datetime
) -> list[HistoryValueInfo]:
    on, why, seen = legal_day(at), checked_reason(reason), Seen()
    file = history.own_sheet(sheet, to=by, on=on).file
    need_persons(by, [file.place], on=on)
    found = history.history_values(
        sheet, to=by, on=on, only_open=only_open, after=after, in_full=seen
    )
    tell_persons(
        "history", file.place, seen, why,
        about=subject("reporting", "history", file.uuid), by=by, at=at,
    )  # fmt: skip
    return found


def show_rivals(*, reason: str, after: int = 0, by: Actor, at: datetime) -> list[Rival]:
    """Where the duty may see persons; what lies elsewhere stays out."""
    on, why = legal_day(at), checked_reason(reason)
    need_persons(by, [], on=on)
    found = rivals.rivals(to=by, on=on, after=after, in_full=Seen())
    for place in sorted({one.place for one in found if one.is_personal}):
        need_persons(by, [place], on=on)
        told = Seen(persons=sum(one.is_personal and one.place == place for one in found))
        tell_persons("rivals", place, told, why, by=by, at=at)
    return found
