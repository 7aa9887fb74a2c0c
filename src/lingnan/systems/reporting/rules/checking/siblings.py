"""What is usual among villages of one county: median and median deviation, on a log scale."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...terms.checking import Unusual

MAD = 1.4826  # of a normal distribution: a median deviation times this is a standard deviation


@dataclass(frozen=True, slots=True)
class Usual:
    """`centre` and `spread` on the scale of `bent`."""

    centre: float
    spread: float
    among: int

    def distance(self, value: float) -> float:
        return abs(bent(value) - self.centre) / self.spread

    def is_far(self, value: float, limits: Unusual) -> bool:
        return self.distance(value) > limits.times and abs(value - self.middle) >= limits.least

    @property
    def middle(self) -> float:
        return math.copysign(math.expm1(abs(self.centre)), self.centre)


def bent(value: float) -> float:
    return math.copysign(math.log1p(abs(value)), value)


def usual_of(values: npt.NDArray[np.float64], limits: Unusual) -> Usual | None:
    """None when there are too few siblings to say what is usual. Values finite."""
    if len(values) < limits.among:
        return None
    held = np.copysign(np.log1p(np.abs(values)), values)
    centre = float(np.median(held))
    spread = MAD * float(np.median(np.abs(held - centre)))
    return Usual(centre, max(spread, limits.floor), len(held))
