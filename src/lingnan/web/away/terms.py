"""The words of work away from signal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from lingnan.base.errors import Refused
from lingnan.base.events import Event

DEEDS = ("keep", "discard")


@dataclass(frozen=True, kw_only=True)
class DeviceAdmitted(Event):
    """A device may keep sealed work for the account that signed in on it."""

    kind: ClassVar[str] = "away.device_admitted"


@dataclass(frozen=True, kw_only=True)
class DeviceRevoked(Event):
    """Its secret is gone: what it keeps can no longer be opened."""

    kind: ClassVar[str] = "away.device_revoked"


@dataclass(frozen=True, kw_only=True)
class WorkLeft(Event):
    """Somebody signed out with unsent work. `deed`: keep (sealed, on the device) or discard."""

    kind: ClassVar[str] = "away.work_left"
    deed: str
    drafts: int
    waiting: int


class DeviceIsRevoked(Refused):
    code = "device_revoked"
    status = 410
    tell = "这台设备已被停用，存在上面的草稿不能再打开。"


@dataclass(frozen=True)
class Page:
    """A page to keep: with it the work can be done away from signal."""

    title: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Ledger:
    """Rows to look things up in, as the actor sees them (masked)."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Packet:
    pages: Sequence[Page] = ()
    ledgers: Sequence[Ledger] = ()


@dataclass(frozen=True)
class DeviceInfo:
    uuid: str
    label: str
    admitted_at: datetime
    seen_at: datetime
    revoked_at: datetime | None
