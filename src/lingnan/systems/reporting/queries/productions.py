"""Jobs that make many workbooks: what was ordered, how far it is, what there is to fetch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, QuerySet

from lingnan.base.actors import Actor
from lingnan.base.ids import parse_uuid
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo

from ..models import Form, Production, ProductionFile, Release
from ..terms.filings import FormInfo
from ..terms.outputs import (
    NoSuchProduction,
    NothingBelow,
    ProductionFileInfo,
    ProductionInfo,
)
from ..terms.works import Step
from .drawing import Moment
from .filings import in_ranges
from .forms import forms_by_id
from .gate import need
from .outputs import Cut
from .tables import places_below

PAGE = 50


@dataclass(frozen=True)
class Order:
    """What a job makes: one form of each file (its whole file is filled), each place."""

    forms: Sequence[FormInfo]
    places: Sequence[PlaceInfo]

    @property
    def total(self) -> int:
        return len(self.forms) * len(self.places)


def order_of(forms: Sequence[int], place: int, level: int, cut: Cut) -> Order:
    """NothingBelow; forms of one file are made once."""
    by_file: dict[str, FormInfo] = {}
    found = forms_by_id(forms)
    for number in forms:
        by_file.setdefault(found[number].file_sha256, found[number])
    top = places.place(place, on=cut.day, tree=cut.tree)
    chosen = places_below(top, cut, level)
    if not chosen:
        raise NothingBelow(place=top.name)
    return Order(list(by_file.values()), chosen)


def moments_given_out(*, to: Actor, on: date) -> list[datetime]:
    """As of which moments something was given out and must be made again alike: no backup of these goes."""
    need(to, "reporting.administer", on=on)
    tables: list[Any] = [Release.objects, Production.objects]
    return sorted({m for rows in tables for m in rows.values_list("as_of", flat=True).distinct()})


def moment_of(row: Production) -> Moment:
    """As the orderer saw it when it was ordered, no more."""
    to = Actor(
        party=row.party,
        role=row.role,
        scopes=places.scopes(row.place),
        permissions=frozenset(row.permissions),
        labels=frozenset(row.labels),
        channel="job",
    )
    day = Period.from_code(row.period).end
    return Moment(Cut(row.period, row.seq, to, day, row.tree), row.as_of)


def productions(*, to: Actor, on: date, limit: int = PAGE) -> list[ProductionInfo]:
    """Those over places within reach, newest first. Three queries."""
    need(to, "reporting.produce", on=on)
    rows = Production.objects.filter(in_ranges(to.ranges_on(on)))
    return _infos(rows.order_by("-pk")[:limit], to)


def production(uuid: str, *, to: Actor, on: date) -> ProductionInfo:
    return _infos([_row(uuid, to, on)], to)[0]


def production_files(uuid: str, *, to: Actor, on: date) -> list[ProductionFileInfo]:
    """In the order of forms and places."""
    row = _row(uuid, to, on)
    files = list(row.files.order_by("form", "place"))
    codes = dict(Form.objects.filter(pk__in={f.form for f in files}).values_list("pk", "code"))
    return [
        ProductionFileInfo(f.place, codes.get(f.form, ""), f.name, f.sha256, f.size) for f in files
    ]


def production_file(uuid: str, sha256: str, *, to: Actor, on: date) -> ProductionFileInfo:
    """NoSuchProduction also for a file that is not of this job."""
    row = _row(uuid, to, on)
    found = ProductionFile.objects.filter(production=row, sha256=sha256).first()
    if found is None or row.folder:
        raise NoSuchProduction
    return ProductionFileInfo(found.place, str(found.form), found.name, found.sha256, found.size)


def _row(uuid: str, to: Actor, on: date) -> Production:
    need(to, "reporting.produce", on=on)
    rows = Production.objects.filter(in_ranges(to.ranges_on(on)), uuid=parse_uuid(uuid))
    row = rows.first()
    if row is None or not set(row.labels) <= set(to.labels):
        raise NoSuchProduction
    return row


def _infos(rows: Sequence[Production] | QuerySet[Any], to: Actor) -> list[ProductionInfo]:
    held = list(rows)
    made = ProductionFile.objects.filter(production__in=held).values("production").order_by()
    done = {one["production"]: one["n"] for one in made.annotate(n=Count("id"))}
    wanted = {number for row in held for number in row.forms}
    codes = dict(Form.objects.filter(pk__in=wanted).values_list("pk", "code"))
    return [
        ProductionInfo(
            uuid=str(row.uuid),
            forms=tuple(codes.get(number, "") for number in row.forms),
            place=row.place,
            level=row.level,
            tree=row.tree,
            period=row.period,
            seq=row.seq,
            as_of=row.as_of,
            state=Step(row.state),
            total=row.total,
            done=done.get(row.pk, 0),
            folder=row.folder,
            ordered_at=row.ordered_at,
            ended_at=row.ended_at,
            manifest=row.manifest,
            why=row.why,
            mine=row.party == to.party,
        )
        for row in held
    ]
