"""Lock-out and rate limits: instants in, seconds to wait out."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil

from ..terms import SecurityPolicy, Wait


def wait_until(moment: datetime | None, at: datetime) -> Wait:
    return Wait(max(0, ceil((moment - at).total_seconds()))) if moment else Wait()


def limited(tries: Sequence[datetime], at: datetime, *, most: int, minutes: int) -> Wait:
    """At most `most` tries in any `minutes`; the next when the oldest of them is that old."""
    window = timedelta(minutes=minutes)
    recent = sorted(moment for moment in tries if moment > at - window)
    return wait_until(recent[-most] + window, at) if len(recent) >= most else Wait()


def after_wrong(
    tries: int, tried_at: datetime | None, at: datetime, policy: SecurityPolicy
) -> tuple[int, datetime | None]:
    """The count after one more wrong try, and until when that locks (None: it does not).

    A pause as long as the lock itself begins a new count.
    """
    pause = timedelta(minutes=policy.lockout_minutes)
    count = 1 if tried_at is None or at - tried_at >= pause else tries + 1
    return count, at + pause if count >= policy.lockout_tries else None


def lock_of(wrong: Iterable[datetime], policy: SecurityPolicy) -> datetime | None:
    """Until when these wrong tries lock: for unknown usernames, which must look like known ones."""
    count, last, until = 0, None, None
    for moment in sorted(wrong):
        if until and moment < until:
            continue
        count, until = after_wrong(count, last, moment, policy)
        last = moment
    return until
