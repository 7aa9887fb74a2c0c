"""The words of long work: what somebody ordered and the worker does, how far it is, how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from lingnan.base.errors import Clash, NotFound, Refused
from lingnan.base.events import Event


class Step(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


STEP_WORDS = {
    Step.WAITING: "等待办理",
    Step.RUNNING: "正在办理",
    Step.DONE: "已完成",
    Step.CANCELLED: "已取消",
    Step.FAILED: "未能完成",
}
OPEN = frozenset({Step.WAITING, Step.RUNNING})
OVER = frozenset(Step) - OPEN


class WorkKind(StrEnum):
    """Filled reports; a ledger's register; data sent down; forms of earlier years; a round's plan."""

    UPLOAD = "upload"
    REGISTER = "register"
    RETURN = "return"
    HISTORY = "history"
    PLAN = "plan"


class Unit(StrEnum):
    """What is counted as done."""

    ROWS = "rows"
    SHEETS = "sheets"
    FILES = "files"
    FACTS = "facts"


Told = tuple[str, str]
"""Where (a cell, a row, a sheet) and what is wrong there."""


@dataclass(frozen=True)
class Before:
    """What an earlier run, broken off, has already kept: by key (a village, a sheet, a file)."""

    keys: frozenset[str] = frozenset()
    problems: tuple[Told, ...] = ()


class Track(Protocol):
    """Whom work tells how far it is, and who may stop it."""

    @property
    def before(self) -> Before: ...

    def begin(self, total: int, unit: Unit, told: int = 0) -> None:
        """`told` of the total need no work: they are refused already. Nothing is done twice."""

    def tell(self, done: int) -> None:
        """Outside a transaction. Stopped when somebody cancelled."""

    def rest(self) -> None:
        """Between two transactions of many: others write too."""

    def keep(
        self,
        keys: Sequence[object],
        done: int,
        problems: Sequence[Told] = (),
        **counts: int,
    ) -> None:
        """In the transaction that keeps what it speaks of. Stopped when somebody cancelled."""


class Untracked:
    """Work that is answered at once: nobody watches it."""

    before = Before()

    def begin(self, total: int, unit: Unit, told: int = 0) -> None:
        pass

    def tell(self, done: int) -> None:
        pass

    def rest(self) -> None:
        pass

    def keep(
        self, keys: Sequence[object], done: int, problems: Sequence[Told] = (), **counts: int
    ) -> None:
        pass


AT_ONCE = Untracked()


class Stopped(Exception):
    """Cancelled, or taken over by another worker: what is not yet kept is not kept."""


@dataclass(frozen=True)
class Limits:
    """Up to where work is answered at once: bytes of plain text, of the XML in a workbook, files in
    one act, facts × places of a plan. `keep_days`: how long its files are kept."""

    text: int
    xml: int
    files: int
    cells: int
    keep_days: int


@dataclass(frozen=True)
class Order:
    """What is to be done. `about` is as JSON has it; `files` are kept before anything is promised."""

    kind: WorkKind
    place: int
    period: int = 0
    about: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[tuple[str, bytes]] = ()
    label: str = "internal"


@dataclass(frozen=True, slots=True)
class WorkInfo:
    """`kept`: what was acknowledged so far, by what it is (reports, new entries …); not in lists."""

    uuid: str
    kind: WorkKind
    place: int
    period: int
    about: Mapping[str, Any]
    files: tuple[str, ...]
    state: Step
    unit: Unit
    total: int
    done: int
    kept: Mapping[str, int]
    problems: tuple[Told, ...]
    faults: int
    back: str
    to: str
    why: str
    ordered_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class WorkOrdered(Event):
    kind = "reporting.work_ordered"
    work: str
    period: int
    sha256: list[str]


@dataclass(frozen=True, kw_only=True)
class WorkEnded(Event):
    """`done` of `total` are kept, also when it was cancelled or failed."""

    kind = "reporting.work_ended"
    work: str
    state: str
    done: int
    total: int
    faults: int


class NoSuchWork(NotFound):
    code = "reporting.no_such_work"
    tell = "没有这项任务，或您无权查看。"


class WorkOver(Clash):
    code = "reporting.work_over"
    tell = "这项任务{state}，不能取消。"


class BrokenOff(Refused):
    code = "reporting.work_broken_off"
    tell = "办理时几次中断，已停下；已收下的都在。请检查文件后重新提交，或告诉管理员。"
