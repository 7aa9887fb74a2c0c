"""Reading the law: what is in force on a day, what it rests on, which days are worked."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import Q, QuerySet

from lingnan.kernel.evidence.queries import State, grouped, narrowed, wanted

from .models import CalendarDay, LibraryState, Region, Rule
from .models import CalendarYear as Year
from .rules.calendar import Calendar
from .rules.content import value_of
from .terms import (
    CalendarYear,
    DayEntry,
    DayKind,
    NoRuleInForce,
    Parameter,
    UnknownRegion,
    Value,
)


def stamp() -> UUID | None:
    """New after every load, in any process; None before the first."""
    return LibraryState.objects.filter(pk=1).values_list("stamp", flat=True).first()


def parameter(key: str, *, on: date, known_at: datetime | None = None) -> Parameter:
    """The rule in force that day. `known_at`: as the library stood at that instant, to explain an
    old decision.

    Raises NoRuleInForce before the rule begins and after it ends.
    """
    found = _in_force(on, known_at).filter(key=key).first()
    if found is None:
        raise NoRuleInForce(key=key, on=on.isoformat())
    return _told(found)


def parameters(prefix: str = "", *, on: date, known_at: datetime | None = None) -> list[Parameter]:
    """Everything in force that day whose key begins so, in the order of keys."""
    rows = _in_force(on, known_at).filter(key__startswith=prefix)
    return [_told(row) for row in rows.order_by("key")]


def table(key: str, *, on: date) -> list[Value]:
    """The rows of a list or table in force that day. Raises NoRuleInForce; ValueError when it is
    neither.
    """
    value = parameter(key, on=on).value
    if not isinstance(value, list):
        raise ValueError(f"{key} is no table")
    return value


def version(rule_id: int) -> Parameter:
    """The very version a decision used, replaced or not. Raises NoRuleInForce."""
    row = Rule.objects.filter(pk=rule_id).first()
    if row is None:
        raise NoRuleInForce(key=f"#{rule_id}", on="")
    return _told(row)


def editions(key: str) -> list[Parameter]:
    """Every span of the key as the library tells it now, oldest first."""
    rows = Rule.objects.filter(key=key, replaced_at__isnull=True).order_by("valid_from")
    return [_told(row) for row in rows]


def keys() -> list[str]:
    rows = Rule.objects.filter(replaced_at__isnull=True)
    return sorted(set(rows.values_list("key", flat=True)))


def _in_force(on: date, known_at: datetime | None) -> QuerySet[Rule]:
    valid = Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    if known_at is None:
        return Rule.objects.filter(valid, replaced_at__isnull=True)
    known = Q(replaced_at__isnull=True) | Q(replaced_at__gt=known_at)
    return Rule.objects.filter(valid & known, loaded_at__lte=known_at)


def _told(row: Rule) -> Parameter:
    return Parameter(
        id=row.pk,
        key=row.key,
        title=row.title,
        value=value_of(row.value),
        unit=row.unit,
        document=row.document,
        number=row.number,
        article=row.article,
        text=row.text,
        source=row.source,
        verified=row.verified,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def calendar(region: str = "cn") -> Calendar:
    """The region's working-day calendar, remembered until the library changes. Raises
    UnknownRegion.
    """
    now = stamp()
    if now is None:
        raise UnknownRegion(region=region)
    return _calendar(region, now)


@lru_cache(maxsize=32)
def _calendar(region: str, stamp: UUID) -> Calendar:
    held = Region.objects.filter(pk=region).first()
    if held is None:
        raise UnknownRegion(region=region)
    years = Year.objects.filter(region=held, replaced_at__isnull=True)
    # By notice: a later year's notice may speak of the last days of the year before, and wins.
    days = CalendarDay.objects.filter(year__in=years).order_by("year__year", "day")
    return Calendar(
        region=region,
        weekend=frozenset(int(number) for number in held.weekend),
        entries={
            day: DayEntry(day, DayKind(kind), name)
            for day, kind, name in days.values_list("day", "kind", "name")
        },
        notices=dict(years.values_list("year", "notice")),
    )


def calendar_years(region: str = "cn") -> list[CalendarYear]:
    rows = Year.objects.filter(region_id=region, replaced_at__isnull=True).order_by("year")
    counts: dict[int, int] = {}
    for pk in CalendarDay.objects.filter(year__in=rows).values_list("year_id", flat=True):
        counts[pk] = counts.get(pk, 0) + 1
    return [
        CalendarYear(
            region, row.year, counts.get(row.pk, 0), row.notice, row.verified, row.published_at
        )
        for row in rows
    ]


RULE = ("set", "key", "title", "value", "unit", "document", "number", "article", "text", "source")
SPAN = ("verified", "valid_from", "valid_to", "digest", "loaded_at", "replaced_at")
YEAR = ("region", "year", "notice", "verified", "digest", "published_at", "replaced_at")


def rule_states(keys: Sequence[str] | None) -> Iterator[State]:
    rows = narrowed(Rule.objects.order_by("pk"), "pk", keys)
    mine = wanted(keys)
    for pk, *held in rows.values_list("pk", *RULE, *SPAN):
        if mine(pk):
            yield State(str(pk), f"{held[1]} #{pk}", held)


def year_states(keys: Sequence[str] | None) -> Iterator[State]:
    days = grouped(narrowed(CalendarDay.objects, "year", keys), "year", "day", "kind", "name")
    rows = narrowed(Year.objects.order_by("pk"), "pk", keys)
    mine = wanted(keys)
    for pk, *held in rows.values_list("pk", *YEAR):
        if mine(pk):
            yield State(str(pk), f"{held[0]} {held[1]} #{pk}", [held, days.get(pk, [])])


def region_states(keys: Sequence[str] | None) -> Iterator[State]:
    rows = narrowed(Region.objects.order_by("pk"), "pk", keys)
    for pk, *held in rows.values_list("pk", "name", "weekend", "basis", "verified"):
        yield State(pk, pk, held)


STATES = {
    "statutes.rule": rule_states,
    "statutes.year": year_states,
    "statutes.region": region_states,
}
