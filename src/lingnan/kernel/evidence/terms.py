"""The words of evidence: what a reader, a listener and a verifier are handed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal, NamedTuple

from lingnan.base.events import Event

TILE = 256  # hashes in a full tile; its root is one hash of the level above
HASH = 32  # bytes of a SHA-256
SECRECY = ("public", "internal", "personal", "secret")
Noun = Literal["event", "body", "tile", "head", "key", "state", "subject"]


class Leaf(NamedTuple):
    """Everything that is hashed of one event. `facts` is the canonical JSON text as stored."""

    seq: int
    id: int
    kind: str
    version: int
    subject: str
    subject_n: int
    place: int | None
    label: str
    by: str
    at: datetime
    facts: str
    commitment: str


@dataclass(frozen=True)
class Head:
    """A signed tree head. `root`, `key_id`, `signature` and `public_key` are lower-case hex."""

    tree_size: int
    root: str
    at: datetime
    key_id: str
    signature: str
    public_key: str = ""


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was sealed: which noun, which row, what is wrong with it."""

    noun: str
    row: str
    what: str

    def __str__(self) -> str:
        return f"{self.noun} {self.row}: {self.what}"


@dataclass(frozen=True)
class Stamp:
    """What a listener learns beside the event; (name, seq) makes its work idempotent."""

    seq: int
    event_id: int
    at: datetime
    by: str


@dataclass(frozen=True)
class Drained:
    """What one drain did. `waiting` counts listeners that failed and will be tried again."""

    sequenced: int = 0
    delivered: int = 0
    dead: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Entry:
    """One event as a reader sees it. `seq` is None until sequenced, `event` if its kind is gone."""

    id: int
    seq: int | None
    kind: str
    version: int
    subject: str
    subject_n: int
    place: int | None
    label: str
    by: str
    at: datetime
    facts: Mapping[str, Any]
    commitment: str
    event: Event | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Letter:
    """A delivery that was given up."""

    id: int
    listener: str
    seq: int
    kind: str
    subject: str
    attempts: int
    error: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class KeyRotated(Event):
    """`certified` is False when the old key was lost and could not vouch for the new one."""

    kind: ClassVar[str] = "evidence.key_rotated"
    old_key: str
    new_key: str
    public_key: str
    certified: bool


@dataclass(frozen=True, kw_only=True)
class BodyErased(Event):
    """The erasable part of an event is gone; its commitment stays. Same subject as the event."""

    kind: ClassVar[str] = "evidence.body_erased"
    event: int
    basis: str


@dataclass(frozen=True, kw_only=True)
class DeliveriesRetried(Event):
    """Somebody had dead letters of one listener delivered again."""

    kind: ClassVar[str] = "evidence.deliveries_retried"
    listener: str
    delivered: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class StatesAdopted(Event):
    """Rows no event told of are proved from now on as they were found: somebody answers for them."""

    kind: ClassVar[str] = "evidence.states_adopted"
    rows: int
    basis: str
