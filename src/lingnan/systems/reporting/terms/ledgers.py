"""The words of ledgers: kinds, acts, entries, what comes back from above."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from lingnan.base.errors import Clash, Invalid, NotFound, Refused
from lingnan.base.events import Event

NOWHERE = 0
"""Where an entry is that was registered by mistake and taken back: no place reaches it."""


class Act(StrEnum):
    REGISTER = "register"
    BORN = "born"
    CHANGE = "change"
    MOVE = "move"
    SPLIT = "split"
    MERGE = "merge"
    DIE = "die"
    CLOSE = "close"
    RETRACT = "retract"


ACT_WORDS = {
    Act.REGISTER: "登记",
    Act.BORN: "出生",
    Act.CHANGE: "变更",
    Act.MOVE: "迁移",
    Act.SPLIT: "分户",
    Act.MERGE: "并户",
    Act.DIE: "去世",
    Act.CLOSE: "注销",
    Act.RETRACT: "撤回",
}


class Proposed(StrEnum):
    """What a row from above would change."""

    NEW = "new"
    CHANGED = "changed"
    DIED = "died"
    MOVED = "moved"
    VALUE = "value"
    DOUBT = "doubt"
    SAME = "same"


PROPOSED_WORDS = {
    Proposed.NEW: "新增",
    Proposed.CHANGED: "变更",
    Proposed.DIED: "去世",
    Proposed.MOVED: "迁移",
    Proposed.VALUE: "数值不一致",
    Proposed.DOUBT: "对不上",
    Proposed.SAME: "一致",
}


class Reply(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_OURS = "not_ours"
    SAME = "same"


REPLY_WORDS = {
    Reply.WAITING: "待核对",
    Reply.ACCEPTED: "已采纳",
    Reply.REFUSED: "不采纳",
    Reply.NOT_OURS: "不是本村",
    Reply.SAME: "与台账一致",
}


@dataclass(frozen=True, slots=True)
class Attribute:
    """`link`: the kind of ledger it points into; `identifier`: the scheme of its register;
    `sensitive`: shown to who keeps the entry, to others for a reason."""

    key: str
    title: str
    also: tuple[str, ...] = ()
    type: str = "text"
    unit: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    identifier: str = ""
    default: str = ""
    personal: bool = False
    sensitive: bool = False
    need: bool = False


@dataclass(frozen=True, slots=True)
class LedgerKind:
    """`name`: the attribute people know an entry by."""

    code: str
    title: str
    name: str
    identifier: str
    attributes: Mapping[str, Attribute]

    def element(self, key: str) -> str:
        return f"ledger_{self.code}_{key}"

    def key_of(self, element: str) -> str:
        return element.removeprefix(f"ledger_{self.code}_")


@dataclass(frozen=True, kw_only=True)
class EntryOf:
    """An entry as it stood on a day; `data` by attribute key, `masked` its number for reading."""

    uuid: str
    entry: int
    kind: str
    place: int
    valid_from: date
    valid_to: date | None
    data: Mapping[str, str]
    masked: str = ""


@dataclass(frozen=True, kw_only=True)
class Touched:
    """One step in the life of an entry; old → new by attribute key, `place` among them."""

    act: str
    name: Act
    day: date
    source: str
    reason: str
    at: datetime
    changes: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Left:
    """Sent to another place by an act that may still be taken back; the entry as it was before."""

    act: str
    entry: EntryOf
    place: int
    day: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of an imported register. `problems`: (cell, words); nothing of these rows is kept."""

    key: str
    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    problems: tuple[tuple[str, str], ...] = ()
    repeated: bool = False


@dataclass(frozen=True, kw_only=True)
class ItemRule:
    """A fact that is counted over a ledger. `state`: proposed, accepted or refused."""

    element: str
    title: str
    kind: str
    formula: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Turning:
    """Somebody who reaches an age; `day` is the birthday on which it happens. Masked: the year of
    `birth` and the month of `day`."""

    uuid: str
    place: int
    name: str
    masked: str
    birth: str
    day: str
    household: str


@dataclass(frozen=True, kw_only=True)
class ReturnInfo:
    uuid: str
    code: str
    title: str
    kind: str
    day: date
    rows: int
    counts: Mapping[str, int]
    sent_at: datetime
    repeated: bool = False


@dataclass(frozen=True, kw_only=True)
class ReturnedRow:
    id: int
    batch: str
    source: str
    title: str
    row: int
    kind: str
    day: date
    proposed: Proposed
    reply: Reply
    place: int | None
    entry: str
    name: str
    masked: str
    changes: Mapping[str, tuple[str, str]]
    doubt: str
    reason: str
    sent_at: datetime
    days: int


class WrongEntry(Invalid):
    code = "reporting.wrong_entry"
    tell = "台账有 {count} 处需要修改。"


class NotThen(Refused):
    code = "reporting.ledger_not_then"
    tell = "“{name}”在 {day} 当日或之后已有登记，请先更正后面的登记，或改用较晚的日期。"


class NotAlive(Refused):
    code = "reporting.ledger_not_alive"
    tell = "“{name}”在 {day} 不在台账中，不能办理。"


class StillHas(Refused):
    code = "reporting.ledger_still_has"
    tell = "还有 {count} 人在这一户，请先为他们办理迁移、并户或去世登记。"


class NumberTaken(Clash):
    code = "reporting.ledger_number_taken"
    tell = "这个号码已登记在台账中的另一对象名下，不能重复登记。"


class NotLast(Refused):
    code = "reporting.ledger_not_last"
    tell = "这次登记之后又有别的登记，请先撤回后面的。"


class TooLate(Refused):
    code = "reporting.ledger_too_late"
    tell = "迁出已超过 {days} 天，请由现在的村撤回，或由现在的村办理迁回。"


class Answered(Clash):
    code = "reporting.return_answered"
    tell = "这一条已经答复过了。"


class NoSuchEntry(NotFound):
    code = "reporting.no_such_entry"
    tell = "台账里没有这一对象，或您无权查看。"


@dataclass(frozen=True, kw_only=True)
class LedgerActed(Event):
    """One act on a ledger; names, numbers and reasons stay out of the tree."""

    kind = "reporting.ledger_acted"
    tells_state = True
    act: str
    ledger: str
    day: date
    entries: int


@dataclass(frozen=True, kw_only=True)
class LedgerTakenIn(Event):
    """A register came as a file; `sha256` is the file's."""

    kind = "reporting.ledger_taken_in"
    tells_state = True
    ledger: str
    sha256: str
    new: int
    changed: int
    faults: int


@dataclass(frozen=True, kw_only=True)
class LedgerCovered(Event):
    """From that day on a place's ledger is complete: what is not in it does not exist."""

    kind = "reporting.ledger_covered"
    tells_state = True
    ledger: str
    since: date


@dataclass(frozen=True, kw_only=True)
class LedgerItemsProposed(Event):
    """Questions of a form that could be counted over a ledger; nothing is counted yet."""

    kind = "reporting.ledger_items_proposed"
    elements: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LedgerItemDecided(Event):
    """`declared`: by content that knows the wording for sure, not by a person."""

    kind = "reporting.ledger_item_decided"
    tells_state = True
    element: str
    formula: str
    accepted: bool
    declared: bool = False


@dataclass(frozen=True, kw_only=True)
class LedgerUnmasked(Event):
    """Numbers were shown in full; the reason can be erased."""

    kind = "reporting.ledger_unmasked"
    ledger: str
    entries: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class LedgerExported(Event):
    kind = "reporting.ledger_exported"
    ledger: str
    rows: int
    day: date


@dataclass(frozen=True, kw_only=True)
class LedgerDerived(Event):
    kind = "reporting.ledger_derived"
    period: int
    places: int
    elements: int


@dataclass(frozen=True, kw_only=True)
class ReturnSent(Event):
    kind = "reporting.return_sent"
    tells_state = True
    code: str
    ledger: str
    rows: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ReturnAnswered(Event):
    kind = "reporting.return_answered"
    tells_state = True
    reply: str
    rows: int
