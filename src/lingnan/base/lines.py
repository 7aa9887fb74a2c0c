"""Many short texts as one long one, so that a search is a scan that stops when it has enough."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

R = TypeVar("R")


@dataclass(frozen=True)
class Lines(Generic[R]):
    """One line a row: `\\nfirst\\nsecond\\n`; `starts` holds where each line begins."""

    joined: str
    starts: list[int]
    rows: list[R]

    def hits(self, needle: str) -> Iterator[R]:
        """Rows whose line holds the needle; one that begins with a newline asks for the line's
        beginning.
        """
        shift = needle.startswith("\n")
        at = self.joined.find(needle)
        while at >= 0:
            line = bisect_right(self.starts, at + shift) - 1
            yield self.rows[line]
            at = self.joined.find(needle, self.joined.index("\n", self.starts[line]))


def lines_of(pairs: Iterable[tuple[str, R]]) -> Lines[R]:
    """Each text with what it stands for, in the order in which hits are to come."""
    texts: list[str] = []
    starts: list[int] = []
    rows: list[R] = []
    at = 1
    for text, row in pairs:
        starts.append(at)
        texts.append(text)
        rows.append(row)
        at += len(text) + 1
    return Lines("\n".join(["", *texts, ""]), starts, rows)
