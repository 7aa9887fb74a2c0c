"""Who reaches an age between two days: 谁下月满80岁."""

from calendar import monthrange
from datetime import date

from lingnan.base.actors import Actor, system_actor
from lingnan.base.errors import Invalid, Problem
from lingnan.kernel.observations import queries as observations

from ...content import ledgers
from ...rules.ledgers import turns_on
from ...terms.ledgers import Turning
from ...terms.masking import Seen
from ..gate import need
from .entries import entries_of
from .veiling import day_beside, veiled

OLDEST = 150


def turning(
    place: int,
    age: int,
    first: date,
    last: date,
    *,
    to: Actor,
    on: date,
    in_full: Seen | None = None,
) -> list[Turning]:
    """By birthday. Names by right: `to` sees them masked without the label. Whoever has died or left
    by the birthday is not listed; nobody without a birth date either."""
    need(to, "reporting.read", [place], on=on)
    if not 0 <= age <= OLDEST:
        raise Invalid(problems=[Problem("age", "年龄应在 0 到 150 之间。")])
    if last < first:
        raise Invalid(problems=[Problem("month", "起止日期不对。")])
    kind = ledgers()["person"]
    birth = kind.element("birth")
    # Born long enough ago is judged on what is held; what is shown goes through the reader's gate.
    held = observations.ledger("person", place, to=system_actor(), on=max(last, on))
    days = {
        v.uuid: turns_on(date.fromisoformat(v.data[birth] or ""), age)
        for v in held
        if v.data.get(birth) and to.reaches(v.place, on)
    }
    chosen = {uuid: day for uuid, day in days.items() if first <= day <= last}
    shown = observations.entries(sorted(chosen), to=to, on=on)
    found = [
        Turning(
            uuid=one.uuid,
            place=one.place,
            name=one.data.get("name", ""),
            masked=one.masked,
            birth=one.data.get("birth", ""),
            day=day_beside(chosen[one.uuid], one, "birth", to=to, on=on, in_full=in_full),
            household=one.data.get("household", ""),
        )
        for one in veiled(entries_of(list(shown.values())), to=to, on=on, in_full=in_full)
    ]
    return sorted(found, key=lambda t: (t.day, t.place, t.uuid))


def month_days(month: str) -> tuple[date, date]:
    """The first and the last day of `2026-12`. Invalid for no month."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Invalid(problems=[Problem("month", "应为月份，例如 2026-12。")]) from None
    return first, first.replace(day=monthrange(first.year, first.month)[1])
