"""The words of what is given out: kinds of files, rows of a tidy table, jobs that make many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from lingnan.base.errors import Clash, Invalid, NotFound
from lingnan.base.events import Event

from .works import Step


class Kind(StrEnum):
    """A department's workbook; tidy rows; sums of the places below; all of them with a manifest."""

    WORKBOOK = "workbook"
    CSV = "csv"
    JSON = "json"
    ROLLUP = "rollup"
    BUNDLE = "bundle"
    BLOCK = "block"
    PACKAGE = "package"


MEDIA = {
    Kind.WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.ROLLUP: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.CSV: "text/csv; charset=utf-8",
    Kind.JSON: "application/json; charset=utf-8",
    Kind.BUNDLE: "application/zip",
    Kind.BLOCK: "text/csv; charset=utf-8",
    Kind.PACKAGE: "application/zip",
}


@dataclass(frozen=True, slots=True)
class TidyRow:
    """One figure of one place. `value` is in `unit`, the element's own; a text stands in `text`.

    `reported` of `expected` villages are in a sum, `estimated` of them guessed; 0 of 0: an own answer.
    """

    place: str
    name: str
    level: int
    element: str
    field: str
    label: str
    unit: str
    value: Decimal | None
    text: str
    mark: str
    reported: int
    expected: int
    estimated: int
    source: str


@dataclass(frozen=True, slots=True)
class Output:
    """One file to be given out. `label`: how secret; the same arguments give the same bytes."""

    kind: Kind
    name: str
    data: bytes
    sha256: str
    seq: int
    as_of: datetime
    label: str = "internal"


@dataclass(frozen=True, slots=True)
class ProductionFileInfo:
    place: int
    form: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class ProductionInfo:
    """A job that makes a workbook of each form for each place of a level. `folder` empty: kept here."""

    uuid: str
    forms: Sequence[str]
    place: int
    level: int
    tree: str
    period: int
    seq: int
    as_of: datetime
    state: Step
    total: int
    done: int
    folder: str
    ordered_at: datetime
    ended_at: datetime | None
    manifest: str
    why: str = ""
    mine: bool = False


@dataclass(frozen=True, kw_only=True)
class OutputTaken(Event):
    """Somebody took figures out: what, of where, as of which evidence, and the very bytes."""

    kind = "reporting.output_taken"
    format: str
    forms: list[str]
    period: int
    seq: int
    sha256: str
    tree: str = "code"


@dataclass(frozen=True, kw_only=True)
class ProductionOrdered(Event):
    kind = "reporting.production_ordered"
    forms: list[str]
    level: int
    period: int
    seq: int
    files: int


@dataclass(frozen=True, kw_only=True)
class ProductionEnded(Event):
    """`manifest`: sha256 of the list of all files with theirs; empty when it was cancelled."""

    kind = "reporting.production_ended"
    state: str
    files: int
    manifest: str


class NoFormsChosen(Invalid):
    code = "reporting.no_forms_chosen"
    tell = "请至少选一张报表。"


class NothingBelow(Invalid):
    code = "reporting.nothing_below"
    tell = "“{place}”以下没有这一级的地方，无表可生成。"


class NoSuchProduction(NotFound):
    code = "reporting.no_such_production"
    tell = "没有这项生成任务，或您无权查看。"


class ProductionOver(Clash):
    code = "reporting.production_over"
    tell = "这项任务{state}，不能取消。"


class NotWhole(Invalid):
    code = "reporting.household_form_by_place"
    tell = "“{form}”一户一表，不能按地方汇总；请选村表或一村一行的表。"
