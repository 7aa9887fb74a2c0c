"""Which days are worked, and how terms are counted in them."""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from ..terms import Day, DayEntry, DayKind, Due, Term, Unit

# Each region's own law says how days are counted; the mainland's words are in content/time.yaml.
FIRST_DAY = {
    "cn": "《中华人民共和国民法典》第二百零一条（起算日不计入）",
    "hk": "香港《释义及通则条例》（第1章）第71条（起算日不计入；未核实）",
    "mo": "澳门《民法典》第二百七十二条（起算日不计入；未核实）",
}
LAST_DAY = {
    "cn": "《中华人民共和国民法典》第二百零三条（末日为法定休假日的顺延）",
    "hk": "香港《释义及通则条例》（第1章）第71条（末日为公众假日的顺延；未核实）",
    "mo": "澳门《民法典》第二百七十二条（末日为假日的顺延；未核实）",
}
AHEAD = 10  # years after the last announced one that are counted by bisection

Counts = Callable[[date], bool]


@dataclass(frozen=True)
class Calendar:
    """A region's days. Years in `notices` are announced; any other is counted by weekdays and
    provisional.
    """

    region: str
    weekend: frozenset[int]
    entries: Mapping[date, DayEntry] = field(hash=False)
    notices: Mapping[int, str] = field(hash=False)

    def is_working_day(self, day: date) -> Day:
        entry = self.entries.get(day)
        provisional = day.year not in self.notices
        if entry is None:
            return Day(day, day.isoweekday() not in self.weekend, provisional)
        if entry.kind is DayKind.HALF:
            worked = day.isoweekday() not in self.weekend
            return Day(day, worked, provisional, entry.name, half=worked)
        return Day(day, entry.kind is DayKind.WORKDAY, provisional, entry.name)

    def works(self, day: date) -> bool:
        return self.is_working_day(day).working

    @cached_property
    def _worked(self) -> list[date]:
        """Working days of the announced years and some after, in order."""
        if not self.notices:
            return []
        day, end = date(min(self.notices), 1, 1), date(max(self.notices) + AHEAD, 12, 31)
        return [d for d in days_after(day - timedelta(days=1), end) if self.works(d)]

    def add_working_days(self, start: date, n: int) -> Due:
        """The n-th working day after `start`; the start day is not counted. n = 0: the start day
        itself.
        """
        if n < 0:
            raise ValueError(f"{n} working days")
        day = self._nth(start, n)
        return Due(day, self.provisional(start, day), self.basis(start, day))

    def _nth(self, start: date, n: int) -> date:
        worked = self._worked
        if worked and worked[0] <= start:
            at = bisect_right(worked, start) + n - 1
            if n and at < len(worked):
                return worked[at]
        day = start
        while n:
            day += timedelta(days=1)
            n -= self.works(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        worked = self._worked
        if worked and worked[0] <= start and end <= worked[-1]:
            return bisect_right(worked, end) - bisect_right(worked, start)
        return sum(self.works(day) for day in days_after(start, end))

    def next_working_day(self, day: date) -> date:
        """The day itself when it is worked."""
        worked = self._worked
        if worked and worked[0] <= day <= worked[-1]:
            return worked[bisect_left(worked, day)]
        while not self.works(day):
            day += timedelta(days=1)
        return day

    def provisional(self, start: date, end: date) -> bool:
        return any(year not in self.notices for year in range(start.year, end.year + 1))

    def basis(self, start: date, end: date) -> tuple[str, ...]:
        """The notices counted with, and the years that have none yet."""
        years = range(start.year, end.year + 1)
        told = [self.notices[y] for y in years if self.notices.get(y)]
        missing = [f"{y}年放假安排尚未公布，日期暂定" for y in years if y not in self.notices]
        return (*_law(FIRST_DAY, self.region), *dict.fromkeys([*told, *missing]))

    def due(self, start: date, term: Term, stopped: Counts = lambda day: False) -> Due:
        """The last day of a term that began on `start`; days for which `stopped` holds are not
        counted.

        Working days: the n-th. Calendar days, months and years: the last day moves to the next
        working day
        when it is a holiday, and months without that day end on their last.
        """
        if term.unit is Unit.WORKING_DAYS:
            last = self._counted(start, term.length, lambda d: self.works(d) and not stopped(d))
            return Due(last, self.provisional(start, last), _joined(term, self.basis(start, last)))
        if term.unit is Unit.DAYS:
            last = self._counted(start, term.length, lambda d: not stopped(d))
        else:
            months = term.length * (12 if term.unit is Unit.YEARS else 1)
            plain = months_after(start, months)
            lost = sum(stopped(d) for d in days_after(start, plain))
            last = self._counted(plain, lost, lambda d: not stopped(d))
        moved = self.next_working_day(last)
        basis = (*self.basis(start, moved), *(_law(LAST_DAY, self.region) if moved != last else ()))
        return Due(moved, self.provisional(last, moved), _joined(term, basis))

    def _counted(self, start: date, n: int, counts: Counts) -> date:
        day = start
        while n:
            day += timedelta(days=1)
            n -= counts(day)
        return day


def _law(said: dict[str, str], region: str) -> tuple[str, ...]:
    return (said[region],) if region in said else ()


def _joined(term: Term, basis: tuple[str, ...]) -> tuple[str, ...]:
    return (term.basis, *basis) if term.basis else basis


def days_after(start: date, end: date) -> Iterator[date]:
    """Every day after `start` up to and with `end`."""
    for number in range(start.toordinal() + 1, end.toordinal() + 1):
        yield date.fromordinal(number)


def months_after(start: date, months: int) -> date:
    """Civil Code 202: the same day of that month, or its last."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
