"""What is told to an open page."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from lingnan.base.actors import Actor


@dataclass(frozen=True)
class Progress:
    """How far a piece of long work is: `words` in the language of the page; `over`: no more will come."""

    done: int
    total: int
    words: str
    over: bool = False

    def told(self) -> dict[str, Any]:
        return asdict(self)


# The identifier of the work and who looks; Refused when there is none for these eyes.
Watch = Callable[[str, Actor], Progress]


@dataclass
class Listener:
    """One open page: the cookie of its session, its language, what it watches and what it was told."""

    session: str
    lang: str
    watching: str = ""  # a subject, such as `reporting.production:…`
    stamp: str = ""  # of the desk as the page shows it
    account: int = 0
    progress: Progress | None = None
    fresh: bool = True  # not looked at since it came or since something happened


@dataclass(frozen=True)
class Told:
    """A line of the stream; `end`: the last one, because the session is over."""

    event: str
    data: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    end: bool = False
