"""What is kept back of a county's figures of one period: one decision for all forms, doors and moments.

It follows from the history of the figures alone, so it needs no memory: whoever asks again, of now or of
an earlier moment, of this form or another that asks the same, is told the same.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from threading import Lock
from typing import Any

from django.db import transaction
from django.db.models import Count, Max

from lingnan.base.actors import system_actor
from lingnan.base.periods import Period
from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import ElementInfo, OverPlaces
from lingnan.kernel.places import queries as places

from .. import content
from ..models import Change, Field, Form, Profile, Proposal
from ..rules.checking import in_force, is_sum_of_alike
from ..rules.filing import NUMERIC, draft_of
from ..rules.keeping_back import Cell, Keeper
from ..rules.suppression import kind_of
from ..terms.filings import FieldInfo, Verdict
from ..terms.forms import SumHint
from ..terms.suppression import Kind, Suppression, Tie, Tree
from .forms import field_info

VILLAGE = 5
UNNUMBERED = 1 << 60
REMEMBERED, NETS = 4_096, 64
Group = frozenset[int]


@dataclass(frozen=True)
class Net:
    """What forms ask in a period and how it hangs together. `rates`: element → those it is made of."""

    kinds: Mapping[int, Kind]
    groups: Mapping[int, Group]
    ties: Sequence[Tie]
    rates: Mapping[int, Group]


@dataclass(frozen=True)
class Outcome:
    """As of all that was said until `last`; `unnumbered`: the watermark, where some of it has no
    evidence position yet."""

    back: frozenset[Cell]
    last: int
    unnumbered: int | None


_known: dict[Any, Net] = {}
_outcomes: dict[Any, Outcome] = {}
_lock = Lock()


def back_of(
    scopes: Sequence[int],
    periods: Mapping[int, Collection[int]],
    as_of: datetime | int | None,
) -> Iterator[tuple[int, int, int]]:
    """(place, element, period) of period → elements that are not told outside, in counties or cities
    without. A handful of queries, where nothing new was said."""
    if isinstance(as_of, datetime):
        as_of = evidence.seq_at(as_of)
        if not as_of:
            return
    if not scopes or not periods:
        return
    # Inside a transaction nothing is remembered: it may be taken back.
    is_kept = not transaction.get_connection().in_atomic_block
    nets = _nets(periods, is_kept=is_kept)
    touched = observations.touched(list(periods))
    asked = _Asked(places.stamp(), evidence.watermark(), as_of or None, is_kept)
    for period, elements in periods.items():
        n = touched.get(period, 0)
        for scope in scopes if n else ():
            cells = _of_period((scope, period, n), elements, nets[period], asked)
            yield from ((*cell, period) for cell in cells)


def _of_period(
    where: tuple[int, int, int], elements: Iterable[int], net: Net, asked: "_Asked"
) -> Iterator[Cell]:
    made_of = {one: net.rates.get(one, frozenset()) for one in elements}
    named = {*made_of, *(use for uses in made_of.values() for use in uses)}
    groups = {net.groups[one] for one in named if one in net.groups}
    for place, one in _outcomes_of(where, groups, net, asked) if groups else ():
        if one in made_of:
            yield place, one
        yield from ((place, rate) for rate, uses in made_of.items() if one in uses)


@dataclass(frozen=True)
class _Asked:
    stamp: Any
    watermark: int
    as_of: int | None
    is_kept: bool

    def holds(self, one: Outcome) -> bool:
        if one.unnumbered is not None and one.unnumbered != self.watermark:
            return False
        return self.as_of is None or self.as_of >= one.last


def _outcomes_of(
    where: tuple[int, int, int], groups: Iterable[Group], net: Net, asked: _Asked
) -> Iterator[Cell]:
    """`where`: scope, period and how often something was said of it: from memory where it is known."""
    keys = {group: (asked.stamp, *where, group, _ties_of(group, net)) for group in groups}
    found: list[Outcome] = []
    missing = []
    for group, key in keys.items():
        one = _outcomes.get(key) if asked.is_kept else None
        if one is not None and asked.holds(one):
            found.append(one)
        else:
            missing.append(group)
    if missing:
        made = _worked_out(where[0], where[1], missing, net, asked)
        found += made.values()
        if asked.is_kept and asked.as_of is None:
            _remember({keys[group]: one for group, one in made.items()})
    for one in found:
        yield from one.back


def _ties_of(group: Group, net: Net) -> frozenset[Tie]:
    return frozenset(tie for tie in net.ties if tie.elements <= group)


def _remember(more: Mapping[Any, Outcome]) -> None:
    with _lock:
        _outcomes.update(more)
        while len(_outcomes) > REMEMBERED:
            _outcomes.pop(next(iter(_outcomes)))


def _worked_out(
    scope: int, period: int, groups: Sequence[Group], net: Net, asked: _Asked
) -> dict[Group, Outcome]:
    """One read of all that was ever said of these elements there."""
    every = sorted(set().union(*groups))
    table = observations.changes(every, period, under=scope, to=system_actor())
    end = Period.from_code(period).end
    tree, rows = _tree(scope, end, table.to_pylist())
    said: dict[Group, list[tuple[int, Cell, Decimal | None]]] = {group: [] for group in groups}
    mine = {element: group for group in groups for element in group}
    for at, cell, value in rows:
        if asked.as_of is None or at <= asked.as_of:
            said[mine[cell[1]]].append((at, cell, value))
    found = {}
    for group, told in said.items():
        keeper = Keeper(tree, {one: net.kinds[one] for one in group}, _ties_in_order(group, net))
        for at, moment in _moments(told):
            keeper.step(at, moment)
        last = told[-1][0] if told else 0
        found[group] = Outcome(keeper.back, last, asked.watermark if last >= UNNUMBERED else None)
    return found


def _ties_in_order(group: Group, net: Net) -> list[Tie]:
    return sorted(_ties_of(group, net), key=lambda tie: (tie.since, sorted(tie.elements)))


def _moments(
    told: Sequence[tuple[int, Cell, Decimal | None]],
) -> Iterator[tuple[int, dict[Cell, Decimal | None]]]:
    """What one batch said came to stand at once."""
    at = 0
    moment: dict[Cell, Decimal | None] = {}
    for when, cell, value in told:
        if moment and when != at:
            yield at, moment
            moment = {}
        at = when
        moment[cell] = value
    if moment:
        yield at, moment


def _tree(
    scope: int, end: date, rows: Sequence[Mapping[str, Any]]
) -> tuple[Tree, list[tuple[int, Cell, Decimal | None]]]:
    """The county with all who said something. Who does not stand in the tree of that day, and what an
    upper place says itself, is shown in a sum only: minus its id."""
    inside = places.hierarchy(on=end, under=scope).to_pylist()
    levels = {row["place"]: row["level"] for row in inside}
    homes: dict[int, int] = {}
    said = []
    for row in rows:
        place, home = row["place"], row["home"]
        number = place if place in levels and place != home else -place
        homes[number] = home
        levels.setdefault(number, levels.get(place, VILLAGE))
        said.append((row["at"], (number, row["element"]), row["value"]))
    size = sum(row["level"] == VILLAGE for row in inside)
    return Tree(scope, homes, levels, size, VILLAGE), said


def _nets(periods: Iterable[int], *, is_kept: bool) -> dict[int, Net]:
    """Remembered until forms, their corrections, the dictionary or a formula change."""
    if not is_kept:
        return _read(periods)
    counted = Field.objects.aggregate(most=Max("pk"), count=Count("pk"))
    corrected = Profile.objects.aggregate(most=Max("pk"))
    changed = Change.objects.aggregate(most=Max("pk"), undone=Count("undone_at"))
    rates = Proposal.objects.filter(state=Verdict.ACCEPTED).aggregate(most=Max("pk"), n=Count("pk"))
    stamps = [tuple(one.values()) for one in (counted, corrected, changed, rates)]
    key = (places.stamp(), *stamps)
    found = {period: net for period in periods if (net := _known.get((period, *key)))}
    if missing := set(periods) - set(found):
        found |= _read(missing)
        with _lock:
            _known.update({(period, *key): found[period] for period in missing})
            while len(_known) > NETS:
                _known.pop(next(iter(_known)))
    return found


def _read(periods: Iterable[int]) -> dict[int, Net]:
    """Four queries for all periods."""
    numbers = Field.objects.filter(element__isnull=False, type__in=[str(t) for t in NUMERIC])
    rows = numbers.select_related("element").order_by("form_id", "position")
    fields = [one for row in rows if (one := field_info(row)).is_asked]
    held = observations.element_map({one.element_code for one in fields} | {
        code for one in fields for _, _, code in one.earlier
    })  # fmt: skip
    sums = _sums({one.form for one in fields})
    rates = Proposal.objects.filter(state=Verdict.ACCEPTED, household_form__isnull=True)
    made = list(rates.values_list("field__form", "field__code", "uses"))
    found = {}
    for period in periods:
        then = [one.at(period) for one in fields]
        rule = in_force(content.suppression(), Period.from_code(period).end)
        kinds, ties = _kinds(then, held, rule), _ties(then, sums)
        found[period] = Net(kinds, _groups(kinds, ties), ties, _rates(then, made))
    return found


def _kinds(
    fields: Iterable[FieldInfo], held: Mapping[str, ElementInfo], rule: Suppression
) -> dict[int, Kind]:
    """Of two forms that ask the same the stricter word counts; public is what the dictionary calls so."""
    found: dict[int, Kind] = {}
    for one in fields:
        known, number = held.get(one.element_code), one.element or 0
        is_public = known is not None and known.label == "public"
        adds = known is None or known.over_places is OverPlaces.SUM
        kind = kind_of(one, rule, is_public=is_public, adds=adds)
        if number not in found or _strictness(kind) > _strictness(found[number]):
            found[number] = kind
    return found


def _strictness(kind: Kind) -> tuple[int, bool]:
    return kind.below, kind.giants is not None


def _sums(forms: Iterable[int]) -> list[tuple[int, int, SumHint]]:
    """(form, the evidence position since when it was there, a sum that its shape suggests)."""
    rows = Form.objects.filter(pk__in=list(forms)).order_by("pk")
    found = []
    for form, profile, registered_at in rows.values_list("pk", "profile", "registered_at"):
        if profile.get("sums"):
            since = evidence.seq_at(registered_at)
            found += [(form, since, hint) for hint in draft_of(profile).sums]
    return found


def _ties(fields: Iterable[FieldInfo], sums: Iterable[tuple[int, int, SumHint]]) -> list[Tie]:
    asked = {(one.form, one.code): one for one in fields}
    found = []
    for form, since, hint in sums:
        codes = (hint.total, *hint.parts)
        members = [asked[form, code] for code in codes if (form, code) in asked]
        if len(members) == len(codes) and is_sum_of_alike(members):
            total, *parts = (one.element or 0 for one in members)
            found.append(Tie(since, total, frozenset(parts)))
    return found


def _groups(kinds: Mapping[int, Kind], ties: Iterable[Tie]) -> dict[int, Group]:
    """Elements that hang together, where one of them may tell of somebody."""
    held: dict[int, Group] = {one: frozenset({one}) for one in kinds}
    for tie in ties:
        whole = frozenset().union(*(held[one] for one in tie.elements))
        held |= dict.fromkeys(whole, whole)
    return {
        one: whole
        for one, whole in held.items()
        if any(kinds[other].below or kinds[other].giants for other in whole)
    }


def _rates(
    fields: Iterable[FieldInfo], made: Iterable[tuple[int, str, Sequence[str]]]
) -> dict[int, Group]:
    """A rate tells what it is made of."""
    mine = {(one.form, one.code): one.element or 0 for one in fields}
    found: dict[int, Group] = {}
    for form, code, uses in made:
        if (element := mine.get((form, code))) is not None:
            parts = frozenset(mine[form, use] for use in uses if (form, use) in mine)
            found[element] = found.get(element, frozenset()) | parts
    return found
