"""What is told to an open page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..progress import Progress


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
