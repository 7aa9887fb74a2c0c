"""The words of history taken in from filled forms: files, tables, values, what happened to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from lingnan.base.errors import Invalid, NotFound, Refused
from lingnan.base.events import Event

NO_HOUSEHOLD = "没有写明是哪一户（编号）。"


class HistoryState(StrEnum):
    STAGED = "staged"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    """Another file of the same form said otherwise; a person decides."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class HistorySheetInfo:
    """`counts`: values by state; `open` of the staged ones wait for a person. `names`: words that
    name no single place → how many values hang on them."""

    uuid: str
    sheet: str
    title: str
    form: str
    state: HistoryState
    periods: tuple[int, ...]
    period_why: str
    counts: Mapping[str, int]
    open: int
    unknown_period: int
    unnamed: int = 0
    """Values of a household nobody named."""
    names: Mapping[str, int] = field(default_factory=dict)
    doubts: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryFileInfo:
    uuid: str
    sha256: str
    name: str
    place: int
    why: str
    taken_at: datetime
    sheets: tuple[HistorySheetInfo, ...] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class HistoryValueInfo:
    id: int
    sheet: str
    cell: str
    code: str
    label: str
    place: int | None
    place_text: str
    spots: tuple[str, ...]
    subject: str
    period: int | None
    text: str
    value: Decimal | None
    said: str | None
    mark: str
    doubt: str
    state: HistoryState


@dataclass(frozen=True, slots=True)
class Rival:
    """A value that disagrees with the one held. `kind` `file`: from another file of the same form;
    `source`: from another source, kept by the store as a contender."""

    kind: str
    id: int
    element: str
    label: str
    place: int
    period: int
    held: str
    held_source: str
    held_at: datetime | None
    said: str
    said_source: str
    said_at: datetime
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a confirmation did; `left` values still wait, `disputed` disagree with another file."""

    recorded: int
    left: int
    disputed: int
    contenders: int


@dataclass(frozen=True, kw_only=True)
class HistoryTakenIn(Event):
    kind = "reporting.history_taken_in"
    sha256: str
    sheets: int
    values: int
    doubts: int


@dataclass(frozen=True, kw_only=True)
class HistoryAmended(Event):
    """A person said which place or period the values are of."""

    kind = "reporting.history_amended"
    values: int
    places: list[str]
    period: int | None


@dataclass(frozen=True, kw_only=True)
class HistoryConfirmed(Event):
    kind = "reporting.history_confirmed"
    form: str
    sha256: str
    values: int
    left: int
    disputed: int


@dataclass(frozen=True, kw_only=True)
class HistoryWithdrawn(Event):
    kind = "reporting.history_withdrawn"
    form: str
    sha256: str
    values: int


@dataclass(frozen=True, kw_only=True)
class HistorySettled(Event):
    kind = "reporting.history_settled"
    element: str
    period: int
    taken: bool


class NoSuchHistory(NotFound):
    code = "reporting.no_such_history"
    tell = "没有这份历史表，或您无权查看。"


class NoHistoryForm(Refused):
    code = "reporting.no_history_form"
    tell = "这张表“{title}”不是已登记的报表，请先登记它的空白表，再重新导入。"


class NothingToConfirm(Invalid):
    code = "reporting.nothing_to_confirm"
    tell = "没有可以入库的数据：{left} 个数值还待确认。"


class NeedScope(Invalid):
    code = "reporting.need_scope"
    tell = "请指明这些表属于哪个地方。"
