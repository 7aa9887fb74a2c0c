"""Which of two claims to one key holds."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from ..terms import Quality


class Outcome(IntEnum):
    """What becomes of a new row. UNCHANGED rows are counted, not written."""

    WINS = 0
    DISPUTES = 1
    UNCHANGED = 2


Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Claims:
    """New rows beside the winner of each key, column by column; `found`: there is one.

    `agrees`: number and text are the same. A lower rank is a better source.
    """

    found: Mask
    agrees: Mask
    same_source: Mask
    quality: Numbers
    held_quality: Numbers
    rank: Numbers
    held_rank: Numbers


def decide(claims: Claims) -> npt.NDArray[np.int8]:
    """An `Outcome` for each row; the README says who wins and why."""
    c = claims
    missing, was_missing = c.quality == Quality.MISSING, c.held_quality == Quality.MISSING
    better, worse = c.rank < c.held_rank, c.rank > c.held_rank
    vouched = c.agrees & (better | (~worse & (c.quality != c.held_quality)))
    confirmed = c.agrees & ~vouched
    silent = ~c.agrees & missing & ~c.same_source
    disputed = ~c.agrees & worse & ~missing & ~was_missing
    outcome = np.full(len(c.found), Outcome.WINS, np.int8)
    outcome[c.found & disputed] = Outcome.DISPUTES
    outcome[c.found & (confirmed | silent)] = Outcome.UNCHANGED
    return outcome


def rank_of(source: str, precedence: list[str], decision: str) -> int:
    """0 for a person's decision, then the listed sources in order, then all others alike."""
    if source == decision:
        return 0
    return 1 + (precedence.index(source) if source in precedence else len(precedence))
