"""The days of the story: thirteen months that end today, so that desks have work due now."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from lingnan.base import clock
from lingnan.base.periods import Kind, Period, period_of

MONTHS = 12


def months(today: date) -> list[Period]:
    """The last twelve whole months, oldest first."""
    this = period_of(today, Kind.MONTH)
    return [this.shift(-back) for back in range(MONTHS, 0, -1)]


@dataclass
class Days:
    """Where the story is. It never goes back, and never beyond the present."""

    end: datetime = field(default_factory=clock.now)
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.months = months(clock.legal_day(self.end))
        self.now = self.moment(self.months[0].start)

    @property
    def today(self) -> date:
        return clock.legal_day(self.now)

    def moment(self, day: date, hour: int = 9) -> datetime:
        return datetime.combine(day, time(hour), clock.LEGAL_ZONE)

    def go(self, day: date, hour: int = 9) -> None:
        self.now = max(self.now, min(self.moment(day, hour), self.end - timedelta(minutes=10)))

    def tick(self) -> datetime:
        """The next act: a second later than the one before."""
        self.now += timedelta(seconds=1)
        return self.now
