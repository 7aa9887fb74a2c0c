"""The parts every page is made of, as values; `templates/ui/` draws them.

context = {
    "rungs": [Rung(1, "广东省", url), Rung(2, "东莞市", url, current=True)],
    "table": Table(columns=[Column("镇街"), Column("户数", number=True)], rows=[...], caption="…"),
}
{% load ui %} {% ladder rungs %} {% table table %} {% source_chip "公安" day "reported" %}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, gettext_lazy

LEVELS = {
    1: gettext_lazy("省"),
    2: gettext_lazy("市"),
    3: gettext_lazy("县"),
    4: gettext_lazy("镇"),
    5: gettext_lazy("村"),
}
QUALITIES = {
    "reported": gettext_lazy("填报"),
    "derived": gettext_lazy("推算"),
    "estimated": gettext_lazy("估计"),
    "corrected": gettext_lazy("更正"),
    "missing": gettext_lazy("缺报"),
    "not_applicable": gettext_lazy("不适用"),
    "suppressed": gettext_lazy("不公开"),
}


@dataclass(frozen=True)
class Rung:
    """One step of the ladder; a skipped one (towns straight under a city) is not given."""

    level: int
    name: str
    url: str = ""
    current: bool = False

    @property
    def kind(self) -> str:
        return str(LEVELS.get(self.level, ""))


@dataclass(frozen=True)
class Clock:
    """Something that waits. `reason`: why it stands still; `basis`: the article behind it."""

    day: int
    of: int
    basis: str = ""
    reason: str = ""
    provisional: bool = False

    @property
    def state(self) -> str:
        """on_time, near (the last fifth), late or still."""
        if self.reason:
            return "still"
        if self.day > self.of:
            return "late"
        return "near" if self.day * 5 >= self.of * 4 else "on_time"

    @property
    def words(self) -> str:
        known = {
            "still": gettext("暂停计时"),
            "late": gettext("已超期"),
            "near": gettext("即将到期"),
            "on_time": gettext("按时"),
        }
        return known[self.state]

    @property
    def count(self) -> str:
        """The day it is on, of how many; beyond the last only by how many days."""
        over = self.day - self.of
        if over > 0 and not self.reason:
            return gettext("超期 1 天") if over == 1 else gettext("超期 {n} 天").format(n=over)
        return gettext("第 {day} 天，共 {of} 天").format(day=self.day, of=self.of)


@dataclass(frozen=True)
class Waiting:
    """One line of the desk: what waits for this actor, where, how far it is, by when."""

    title: str
    url: str
    note: str = ""
    state: str = ""
    mark: str = "quiet"  # done, near, late, quiet
    clock: Clock | None = None


FITTING = 3  # columns a phone has room for


@dataclass(frozen=True)
class Column:
    """`url`: the same table sorted by it; `order`: how it is sorted by it now, in the words of ARIA."""

    title: str
    number: bool = False
    width: str = ""  # "narrow" for codes and dates, "roomy" for the titles among many columns
    url: str = ""
    order: str = ""  # ascending, descending


@dataclass(frozen=True)
class Cell:
    """A plain value may stand where a Cell may; a Cell adds a link, a chip or a mark."""

    value: Any
    url: str = ""
    note: str = ""
    mark: str = ""  # done, near, late, quiet


@dataclass(frozen=True)
class Table:
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    caption: str = ""
    empty: str = ""

    @property
    def is_wide(self) -> bool:
        """More columns than a phone is wide: there each row is a few lines that name their values."""
        return len(self.columns) > FITTING

    def cells(self) -> list[list[tuple[Column, Cell]]]:
        return [
            [
                (column, cell if isinstance(cell, Cell) else Cell(cell))
                for column, cell in zip(self.columns, row, strict=True)
            ]
            for row in self.rows
        ]


@dataclass(frozen=True)
class Fact:
    """A line of a description list: what, and its value with an optional link or note."""

    title: str
    value: Any
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Answer:
    """One line of 'check your answers': `change` leads back to where it was given."""

    title: str
    value: Any
    change: str = ""
    note: str = ""


@dataclass(frozen=True)
class Step:
    """One line of a task list: what is to be done, in what state it is; no address, not yet."""

    title: str
    state: str
    url: str = ""
    mark: str = "quiet"  # done, near, late, quiet
    hint: str = ""


@dataclass(frozen=True)
class Stage:
    """One step of a timeline: who had it or has it, from when. The one with `now` has it."""

    title: str
    who: str
    at: date | None = None
    now: bool = False


@dataclass(frozen=True)
class Filter:
    """One control of a filter bar; without options a text, a `kind` of input otherwise."""

    name: str
    title: str
    value: str = ""
    options: Sequence[tuple[str, str]] = ()
    kind: str = "text"  # text, search, date

    @property
    def said(self) -> str:
        """The value as the bar repeats it."""
        return next((title for code, title in self.options if code == self.value), self.value)


@dataclass(frozen=True)
class GridCell:
    """A cell under review: `words` say why it is marked, `note` what it was and what it moves."""

    text: str
    mark: str = ""  # near, late
    words: str = ""
    note: str = ""


@dataclass(frozen=True)
class GridRow:
    """One report under review; without `key` it cannot be chosen any more."""

    title: str
    cells: Sequence[GridCell]
    url: str = ""
    state: str = ""
    mark: str = "quiet"
    key: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class ReviewGrid:
    columns: Sequence[Column]
    rows: Sequence[GridRow]
    caption: str


@dataclass(frozen=True)
class Series:
    """Points of a figure: labels along the bottom, one number each; None is a gap, never a zero."""

    labels: Sequence[str]
    values: Sequence[Decimal | float | None]
    title: str = ""
    unit: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)


def shown(value: Any) -> str:
    """A value as people read it: thousands separated, no trailing zeros, a dash for nothing."""
    match value:
        case None | "":
            return "—"
        case bool():
            return gettext("是") if value else gettext("否")
        case int():
            return f"{value:,}"
        case Decimal():
            text = f"{value:,f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        case datetime():
            from lingnan.base.clock import LEGAL_ZONE

            return value.astimezone(LEGAL_ZONE).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
    return str(value)
