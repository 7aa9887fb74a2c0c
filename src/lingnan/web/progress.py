"""How far long work is, as its page is told."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from lingnan.base.actors import Actor


@dataclass(frozen=True)
class Progress:
    """How far a piece of long work is: `words` and `state` in the language of the page, `mark` as marks
    are named; `over`: no more will come."""

    done: int
    total: int
    words: str
    over: bool = False
    state: str = ""
    mark: str = ""

    def told(self) -> dict[str, Any]:
        return asdict(self)


# The identifier of the work and who looks; Refused when there is none for these eyes.
Watch = Callable[[str, Actor], Progress]
