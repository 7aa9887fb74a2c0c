"""The words of places: trees, kinds, what a reader is told, what is announced."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar

from lingnan.base.events import Event
from lingnan.base.ids import subject

BEGINNING = date.min  # "since before our records"


class Tree(StrEnum):
    """`code`: how codes nest. `governed`: who answers for the place (zones differ from their
    codes).
    """

    CODE = "code"
    GOVERNED = "governed"


class ChangeKind(StrEnum):
    SPLIT = "split"
    MERGE = "merge"
    RENAME = "rename"  # name, kind or code; the place stays the same place
    TRANSFER = "transfer"
    ESTABLISH = "establish"


class Level(StrEnum):
    """Names of the five rungs, in the order of `level` 1..5."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"


RUNGS = tuple(Level)


@dataclass(frozen=True)
class PlaceInfo:
    """A place as it stood on the day asked. `codes` by scheme; `parent` in the tree asked (None: a
    root).
    """

    id: int
    uuid: str
    level: int
    kind: str
    name: str
    codes: Mapping[str, str] = field(hash=False)
    parent: int | None
    valid_from: date
    valid_to: date | None

    @property
    def subject(self) -> str:
        return place_subject(self.uuid)

    @property
    def code(self) -> str:
        """The statistical code, else any other, else empty (a zone that has none)."""
        return self.codes.get("nbs") or next(iter(self.codes.values()), "")


@dataclass(frozen=True)
class OutlineInfo:
    """`geojson`: a GeoJSON geometry as text, in `crs`. `drawn`: the day whose borders it shows."""

    place: int
    geojson: str
    crs: str
    source: str
    approximate: bool
    drawn: date


@dataclass(frozen=True)
class ChangeInfo:
    id: int
    kind: str
    effective: date
    document: str
    source: str
    verified: bool
    steps: tuple["Step", ...] = ()


@dataclass(frozen=True)
class Step:
    """One step from an old code (or name) to a new one; `old` and `new` are place ids."""

    kind: str
    effective: date
    old: int
    old_code: str
    old_name: str
    new: int
    new_code: str
    new_name: str
    document: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class Part:
    """A place to be made: by a split, by a merge into something new, or established.

    `level` counts when it is established (0: one rung below its parent).
    """

    name: str
    kind: str = ""
    code: str = ""
    scheme: str = "nbs"
    level: int = 0
    children: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Why:
    """The document behind a change. `verified`: read at the source, not from memory.

    `key` names the change where it comes from a list, so that it is never made twice.
    """

    document: str = ""
    source: str = ""
    verified: bool = False
    key: str = ""


NO_DOCUMENT = Why()


@dataclass(frozen=True)
class Loaded:
    """What a load did; `repeated`: the same content was there already."""

    places: int
    names: int
    codes: int
    closure: int
    changes: int
    outlines: int
    unmatched: tuple[str, ...]
    repeated: bool = False


def place_subject(uuid: str) -> str:
    return subject("places", "place", uuid)


@dataclass(frozen=True, kw_only=True)
class DivisionsLoaded(Event):
    kind: ClassVar[str] = "places.divisions_loaded"
    label: str = "public"
    digest: str
    places: int
    names: int
    codes: int
    closure: int
    changes: int
    outlines: int


@dataclass(frozen=True, kw_only=True)
class TreeChanged(Event):
    """What every change of the trees tells; listeners that hold ranges read them again from
    `effective` on.
    """

    label: str = "public"
    change: int
    effective: date
    document: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class PlaceSplit(TreeChanged):
    kind: ClassVar[str] = "places.place_split"
    old: int
    new: tuple[int, ...]
    kept: bool


@dataclass(frozen=True, kw_only=True)
class PlacesMerged(TreeChanged):
    kind: ClassVar[str] = "places.places_merged"
    old: tuple[int, ...]
    new: int


@dataclass(frozen=True, kw_only=True)
class PlaceRenamed(TreeChanged):
    kind: ClassVar[str] = "places.place_renamed"
    renamed: int
    old_code: str
    new_code: str


@dataclass(frozen=True, kw_only=True)
class PlaceTransferred(TreeChanged):
    kind: ClassVar[str] = "places.place_transferred"
    moved: int
    trees: tuple[str, ...]
    old_parent: int | None
    new_parent: int


@dataclass(frozen=True, kw_only=True)
class PlaceEstablished(TreeChanged):
    kind: ClassVar[str] = "places.place_established"
    established: int
    trees: tuple[str, ...]
    parent: int
