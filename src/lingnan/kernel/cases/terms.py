"""The words of cases: a task, its kind, how it stands, what is announced."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from lingnan.base.actors import Range
from lingnan.base.errors import Forbidden, Refused
from lingnan.base.events import Event

MANAGE = "cases.manage"  # opens and settles tasks of others: systems and the operator
RECENT_DAYS = 30  # how far back the desk shows what is done


class State(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"  # `holder` is at it
    DELEGATED = "delegated"  # `holder` gave it to `delegate` and gets it back
    DONE = "done"
    WITHDRAWN = "withdrawn"


FINAL = frozenset({State.DONE, State.WITHDRAWN})


class View(StrEnum):
    """Tabs of the desk. What is overdue waits too; `delegated` lies with somebody else."""

    WAITING = "waiting"
    OVERDUE = "overdue"
    DONE = "done"
    DELEGATED = "delegated"


@dataclass(frozen=True)
class Stand:
    """What the state machine looks at; `holder` and `delegate` are duties."""

    state: State = State.OPEN
    holder: int | None = None
    delegate: int | None = None

    @property
    def is_final(self) -> bool:
        return self.state in FINAL


@dataclass(frozen=True, kw_only=True)
class NewTask:
    """Work for whoever holds `role` at `place` (in `department`, when one is named).

    `key` is stable: opening it twice is once, for ever. `effect` sorts what is due on one day: the
    greater first. `basis`: the article or rule behind the day; `provisional`: it may still move.
    """

    key: str
    kind: str
    role: str
    place: int
    subject: str
    title: str
    due_on: date
    department: int | None = None
    effect: int = 0
    basis: str = ""
    provisional: bool = False


@dataclass(frozen=True)
class TaskInfo:
    id: int
    uuid: str
    key: str
    kind: str
    role: str
    place: int
    department: int | None
    subject: str
    title: str
    effect: int
    opened_at: datetime
    opened_on: date
    due_on: date
    basis: str
    provisional: bool
    stand: Stand
    reason: str
    reminded: int
    reminded_at: datetime | None
    closed_at: datetime | None
    version: int


@dataclass(frozen=True)
class Kind:
    """Registered at start-up by its system. Whoever lacks `permission` never sees such a task.

    `url` is where the work is done. `by_hand`: a person may say that it is done; else only what
    happened says so.
    """

    code: str
    title: Mapping[str, str]
    permission: str
    url: Callable[[TaskInfo], str]
    by_hand: bool = False


@dataclass(frozen=True, kw_only=True)
class Which:
    """Open tasks by key, or all of some subjects; `kind` and `places` narrow further."""

    keys: Sequence[str] = ()
    subjects: Sequence[str] = ()
    kind: str = ""
    places: Sequence[Range] = ()


@dataclass(frozen=True)
class Counts:
    """Of one desk. `stamp` changes whenever anything on it does."""

    waiting: int = 0
    overdue: int = 0
    done: int = 0
    delegated: int = 0
    stamp: str = ""


class AlreadyClosed(Refused):
    code = "cases.already_closed"
    tell = "这件事已经办结或撤回，不能再改。"


class TakenByAnother(Refused):
    code = "cases.taken_by_another"
    tell = "这件事已有别的岗位在办。"


class NotInYourHands(Refused):
    code = "cases.not_in_your_hands"
    tell = "这件事现在不在您手上。"


class NotByHand(Refused):
    code = "cases.not_by_hand"
    tell = "这件事办完后会自动销号，不能手工销号。"


class NeedDelegate(Refused):
    code = "cases.need_delegate"
    status = 422
    tell = "请选择转交给哪个岗位，并写明原因。"


class CannotDelegate(Forbidden):
    code = "cases.cannot_delegate"
    tell = "该岗位不在您的管辖范围内，或无权办理这件事。"


@dataclass(frozen=True, kw_only=True)
class TasksOpened(Event):
    kind: ClassVar[str] = "cases.tasks_opened"
    tasks: int
    kinds: list[str]


@dataclass(frozen=True, kw_only=True)
class TaskClaimed(Event):
    kind: ClassVar[str] = "cases.task_claimed"
    tells_state: ClassVar[bool] = True
    task: str
    duty: int


@dataclass(frozen=True, kw_only=True)
class TaskReleased(Event):
    kind: ClassVar[str] = "cases.task_released"
    tells_state: ClassVar[bool] = True
    task: str


@dataclass(frozen=True, kw_only=True)
class TaskDelegated(Event):
    """`duty` is None when it went back to who had delegated it. The reason can be erased."""

    kind: ClassVar[str] = "cases.task_delegated"
    tells_state: ClassVar[bool] = True
    task: str
    duty: int | None


@dataclass(frozen=True, kw_only=True)
class TasksDone(Event):
    kind: ClassVar[str] = "cases.tasks_done"
    tasks: int
    by_hand: bool = False


@dataclass(frozen=True, kw_only=True)
class TasksWithdrawn(Event):
    kind: ClassVar[str] = "cases.tasks_withdrawn"
    tasks: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class TasksReminded(Event):
    kind: ClassVar[str] = "cases.tasks_reminded"
    tasks: int
