"""Loading the law and publishing calendars. A changed rule closes the old row; nothing is
overwritten.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.canonical import sha256
from lingnan.base.errors import Invalid, Problem
from lingnan.base.ids import uuid7
from lingnan.kernel.evidence import services as evidence

from .models import CalendarDay, CalendarYear, LibraryState, Region, Rule
from .rules import content
from .terms import (
    SUBJECT,
    CalendarPublished,
    ContentLoaded,
    DayEntry,
    Entry,
    Loaded,
    RegionsLoaded,
    UnknownRegion,
)

CONTENT = Path(__file__).parent / "content"


@transaction.atomic
def load_content(folder: Path = CONTENT, *, by: Actor, at: datetime) -> Loaded:
    """Rules (`*.yaml`), regions and calendars (`regions.csv`, `calendar_*.csv`, `notices.csv`) of a
    folder.

    The same content again changes nothing. A rule changed in its file is closed and added anew; one
    that has
    left its file is withdrawn; files that the folder does not have are left alone. Raises Invalid
    with every fault.
    """
    _lock()
    found = _read_rules(folder)
    _load_regions(folder, by, at)
    calendars = _read_calendars(folder)
    added, replaced, withdrawn, unchanged = _write_rules(found, at)
    changed = sorted({e.key for e in added} | {row.key for row in withdrawn})
    if changed:
        evidence.record(
            ContentLoaded(
                subject=SUBJECT,
                digest=sha256([content.digest(entry) for entry in found]),
                added=len(added) - replaced,
                replaced=replaced,
                withdrawn=len(withdrawn) - replaced,
                keys=tuple(changed),
            ),
            by=by,
            at=at,
            also=_rules_of(changed),
        )
    years = {
        region: held
        for region, of_region in calendars.items()
        if (held := _publish(region, of_region, _notices(folder, region), by, at))
    }
    done = Loaded(len(added) - replaced, replaced, len(withdrawn) - replaced, unchanged, years)
    if done.changed or not LibraryState.objects.filter(pk=1).exists():
        _stamp(at)
    return done


@transaction.atomic
def publish_calendar(
    region: str,
    year: int,
    days: Sequence[DayEntry],
    *,
    notice: str,
    by: Actor,
    at: datetime,
) -> bool:
    """A year's notice, new or amended; False when it says what is held already.

    Raises UnknownRegion, and Invalid for days told twice or outside the year and the month before
    it.
    """
    _lock()
    if not Region.objects.filter(pk=region).exists():
        raise UnknownRegion(region=region)
    problems = _day_faults(year, days)
    if problems:
        raise Invalid(problems=problems)
    fresh = _publish(region, {year: list(days)}, {year: notice}, by, at)
    if fresh:
        _stamp(at)
    return bool(fresh)


def _read_rules(folder: Path) -> list[Entry]:
    found: list[Entry] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        entries, faults = content.entries(path.stem, path.read_text(encoding="utf-8"))
        found += entries
        problems += faults
    problems += content.overlaps(found)
    if problems:
        raise Invalid(problems=problems)
    return found


def _read_calendars(folder: Path) -> dict[str, dict[int, list[DayEntry]]]:
    """Days by region and year."""
    known = set(Region.objects.values_list("pk", flat=True))
    found = {}
    for path in sorted(folder.glob("calendar_*.csv")):
        region = path.stem.removeprefix("calendar_")
        if region not in known:
            raise UnknownRegion(region=region)
        try:
            found[region] = content.days(path.read_text(encoding="utf-8"))
        except (ValueError, KeyError) as wrong:
            raise Invalid(
                problems=[Problem(path.name, "{what}", (("what", str(wrong)),))]
            ) from wrong
    return found


def _load_regions(folder: Path, by: Actor, at: datetime) -> None:
    """Regions not known yet are added, those that differ are told."""
    path = folder / "regions.csv"
    held = {row.code: row for row in Region.objects.all()}
    changed = []
    for row in content.table(path.read_text(encoding="utf-8")) if path.exists() else []:
        wanted = Region(
            code=row["code"],
            name=row["name"],
            weekend=row["weekend"],
            basis=row["basis"],
            verified=row["verified"] == "true",
        )
        before = held.get(wanted.code)
        if before is None or any(
            getattr(before, f.name) != getattr(wanted, f.name) for f in Region._meta.concrete_fields
        ):
            wanted.save()
            changed.append(wanted.code)
    if changed:
        also = [f"statutes.region:{code}" for code in changed]
        evidence.record(
            RegionsLoaded(subject=SUBJECT, regions=tuple(changed)), by=by, at=at, also=also
        )


def _notices(folder: Path, region: str) -> dict[int, str]:
    """Addresses of a region's notices by year; a year with several keeps them all, one a line."""
    path = folder / "notices.csv"
    found: dict[int, str] = {}
    for row in content.table(path.read_text(encoding="utf-8")) if path.exists() else []:
        if row["region"] == region:
            year = int(row["year"])
            found[year] = f"{found[year]}；{row['url']}" if year in found else row["url"]
    return found


def _write_rules(found: list[Entry], at: datetime) -> tuple[list[Entry], int, list[Rule], int]:
    """Entries added, how many replaced a row, rows closed, entries that were there already."""
    sets = {entry.set for entry in found}
    held = {(row.key, row.valid_from): row for row in Rule.objects.filter(replaced_at__isnull=True)}
    digests = {(e.key, e.valid_from): content.digest(e) for e in found}
    added = [
        e for e in found if (k := (e.key, e.valid_from)) not in held or held[k].digest != digests[k]
    ]
    closed = [held[k] for e in added if (k := (e.key, e.valid_from)) in held]
    replaced = len(closed)
    closed += [row for k, row in held.items() if row.set in sets and k not in digests]
    Rule.objects.filter(pk__in=[row.pk for row in closed]).update(replaced_at=at)
    Rule.objects.bulk_create(
        Rule(**_columns(e), digest=digests[e.key, e.valid_from], loaded_at=at) for e in added
    )
    return added, replaced, closed, len(found) - len(added)


def _rules_of(keys: Sequence[str]) -> list[str]:
    """Every version of them: an old one may just have been closed."""
    rows = Rule.objects.filter(key__in=keys)
    return [f"statutes.rule:{pk}" for pk in rows.values_list("pk", flat=True)]


def _columns(entry: Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in Entry.__dataclass_fields__}


def _publish(
    region: str,
    years: Mapping[int, list[DayEntry]],
    notices: Mapping[int, str],
    by: Actor,
    at: datetime,
) -> tuple[int, ...]:
    """Write the years that are new or differ; one event tells which."""
    held = {
        row.year: row
        for row in CalendarYear.objects.filter(region_id=region, replaced_at__isnull=True)
    }
    digests = {year: sha256([notices.get(year, ""), days]) for year, days in years.items()}
    fresh = [y for y in sorted(years) if y not in held or held[y].digest != digests[y]]
    if not fresh:
        return ()
    CalendarYear.objects.filter(pk__in=[held[y].pk for y in fresh if y in held]).update(
        replaced_at=at
    )
    for year in fresh:
        row = CalendarYear.objects.create(
            region_id=region,
            year=year,
            notice=notices.get(year, ""),
            verified=bool(notices.get(year)),
            digest=digests[year],
            published_at=at,
        )
        CalendarDay.objects.bulk_create(
            CalendarDay(year=row, day=d.day, kind=d.kind, name=d.name) for d in years[year]
        )
    event = CalendarPublished(
        subject=SUBJECT,
        region=region,
        years=tuple(fresh),
        notice=notices.get(fresh[-1], ""),
        digest=sha256([digests[year] for year in fresh]),
    )
    touched = CalendarYear.objects.filter(region_id=region, year__in=fresh)
    also = [f"statutes.year:{pk}" for pk in touched.values_list("pk", flat=True)]
    evidence.record(event, by=by, at=at, also=also)
    return tuple(fresh)


def _day_faults(year: int, days: Sequence[DayEntry]) -> list[Problem]:
    """A notice may reach into the December before (New Year's exchange days), no further."""
    problems = []
    seen: set[date] = set()
    for entry in days:
        if entry.day in seen:
            problems.append(Problem(entry.day.isoformat(), "同一天写了两次"))
        if not date(year - 1, 12, 1) <= entry.day <= date(year, 12, 31):
            problems.append(Problem(entry.day.isoformat(), "不在 {year} 年之内", (("year", year),)))
        seen.add(entry.day)
    return problems


def _lock() -> None:
    """Loads wait for one another."""
    LibraryState.objects.select_for_update().filter(pk=1).first()


def _stamp(at: datetime) -> None:
    fresh = {"stamp": uuid7(int(at.timestamp() * 1000))}
    LibraryState.objects.update_or_create(pk=1, defaults=fresh)
