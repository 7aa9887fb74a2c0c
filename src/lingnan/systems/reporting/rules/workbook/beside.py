"""A list that goes on beside itself is filled like a page of columns: down, then further right."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beside:
    """From line `first`, `height` lines each time its head stands; `rights`: columns to the right."""

    first: int
    rights: Sequence[int]
    height: int

    def at(self, number: int) -> tuple[int, int]:
        """Line, and columns to the right, of the row of that number (from 0)."""
        turn, down = divmod(number, self.height)
        return self.first + down, self.rights[turn]
