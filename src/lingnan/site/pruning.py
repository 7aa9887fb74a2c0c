"""Which snapshots of a backup store stay: the newest ones, then one a day, then one a month.

A point in time that something given out refers to is never pruned: what `restore --at` would put back
for the moment of a release or of a made workbook is the same before and after.
"""

import fcntl
import shutil
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from lingnan.base.clock import LEGAL_ZONE

if TYPE_CHECKING:
    from .backup import Snapshot

UNFINISHED = timedelta(days=1)
"""A folder without a manifest that is older than this is a crash's."""


@dataclass(frozen=True)
class Retention:
    """Of the last `whole` days every snapshot, of the last `daily` days the last one of each day, of
    the last `monthly` months the last one of each month; of all time when `monthly` is 0."""

    whole: int
    daily: int
    monthly: int

    @classmethod
    def parse(cls, text: str) -> "Retention":
        """`7,35,120`. ValueError."""
        parts = [int(one) for one in text.split(",")]
        if len(parts) != 3 or min(parts) < 0 or parts[1] < parts[0]:
            raise ValueError("three numbers, the second not below the first, such as 7,35,120")
        return cls(*parts)


@dataclass(frozen=True)
class Pruned:
    kept: int
    gone: tuple[str, ...]
    objects: int


def staying(
    taken: Sequence[datetime], rule: Retention, given_out: Iterable[datetime], now: datetime
) -> set[datetime]:
    """Moments of the snapshots that stay; `taken` oldest first. The newest always does."""
    kept = set(taken[-1:])
    last_of_day: dict[object, datetime] = {}
    last_of_month: dict[object, datetime] = {}
    today = now.astimezone(LEGAL_ZONE).date()
    for one in taken:
        day = one.astimezone(LEGAL_ZONE).date()
        months = (today.year - day.year) * 12 + today.month - day.month
        if (today - day).days < rule.whole:
            kept.add(one)
        if (today - day).days < rule.daily:
            last_of_day[day] = one
        if not rule.monthly or months < rule.monthly:
            last_of_month[day.year, day.month] = one
    kept |= {*last_of_day.values(), *last_of_month.values()}
    return kept | {found for moment in given_out if (found := _newest(taken, moment))}


def _newest(taken: Sequence[datetime], moment: datetime) -> datetime | None:
    """What `restore --at` chooses."""
    at = bisect_right(taken, moment)
    return taken[at - 1] if at else None


def prune(
    store: Path, rule: Retention, given_out: Iterable[datetime], *, at: datetime, dry: bool = False
) -> Pruned:
    """Snapshots first, then the objects that none of the others names. A kill in between leaves
    objects too many, which the next run removes. Waits for a backup that is being taken."""
    from .backup import snapshots

    with locked(store, alone=True):
        found = {datetime.fromisoformat(one.taken_at): one for one in snapshots(store)}
        kept = staying(sorted(found), rule, given_out, at)
        gone = [one.name for moment, one in sorted(found.items()) if moment not in kept]
        if dry:
            return Pruned(len(kept), tuple(gone), 0)
        for name in gone:
            _remove(store / "snapshots" / name)
        _remove_unfinished(store, at)
        objects = _remove_objects(store, [found[moment] for moment in kept])
    return Pruned(len(kept), tuple(gone), objects)


@contextmanager
def locked(store: Path, *, alone: bool) -> Iterator[None]:
    """Backups may be taken together; who prunes is alone."""
    store.mkdir(parents=True, exist_ok=True)
    with (store / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


def _remove(folder: Path) -> None:
    """The manifest first: half a snapshot is none."""
    (folder / "manifest.json").unlink(missing_ok=True)
    shutil.rmtree(folder)


def _remove_unfinished(store: Path, at: datetime) -> None:
    for folder in store.glob("snapshots/*"):
        begun = datetime.fromtimestamp(folder.stat().st_mtime, LEGAL_ZONE)
        if not (folder / "manifest.json").exists() and at - begun > UNFINISHED:
            shutil.rmtree(folder)


def _remove_objects(store: Path, kept: "Sequence[Snapshot]") -> int:
    named = {item.sha256 for one in kept for item in one.objects}
    count = 0
    for path in store.glob("objects/*/*"):
        if path.name not in named:
            path.unlink()
            count += 1
    return count
