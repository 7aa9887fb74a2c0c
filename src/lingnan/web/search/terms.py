"""What can be looked for, and what is found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lingnan.base.actors import Actor

EXACT, BEGINS, HOLDS = range(3)
LONGEST = 64


@dataclass(frozen=True)
class Asked:
    """`text` as typed, `folded` as it is looked for; at most `limit` are wanted."""

    text: str
    folded: str
    on: date
    lang: str
    limit: int


@dataclass(frozen=True)
class Found:
    """One result with its chip: `kind` in words, `code`, `path` from the top of where it belongs.

    `key` names it for programs; `rank`: EXACT, BEGINS or HOLDS.
    """

    key: str
    title: str
    url: str
    kind: str = ""
    code: str = ""
    path: Sequence[str] = ()
    rank: int = HOLDS


@dataclass(frozen=True)
class Source:
    """`find` reads through gates with the actor it is given and answers best first.

    Of two sources of one kind the later system's counts for whoever holds its permission: it knows
    more of the same thing.
    """

    kind: str
    title: Mapping[str, str]
    find: Callable[[Asked, Actor], Sequence[Found]]
    permission: str = ""


@dataclass(frozen=True)
class Group:
    kind: str
    title: str
    found: Sequence[Found]
    more: bool  # there is more than what was asked for
