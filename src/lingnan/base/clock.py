"""The only place that asks what time it is. Doors call it and pass the answer down."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LEGAL_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """The legal day, in Asia/Shanghai."""
    return legal_day(now())


def legal_day(at: datetime) -> date:
    return at.astimezone(LEGAL_ZONE).date()
