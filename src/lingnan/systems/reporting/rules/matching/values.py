"""What a column's values are like: numbers and their spread, letters and their pattern, words."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Row = npt.NDArray[np.float64]

FEWEST = 2
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
_DECOR = re.compile(r"(?<=\d),(?=\d{3})|[%％￥$€£]|\s")
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T].*)?")
_OTHER_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: .*)?")
_CLASSES = (str.isdigit, str.islower, str.isupper, lambda x: x > "\u2e7f", str.isspace)
_RUNS = re.compile(r"9+|a+|A+|中+|\s+")


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """`numbers`: quantiles of the values as numbers or days, empty when they are neither;
    `shape`: shares of letter classes, mean and spread of length, distinctness."""

    count: int
    distinct: frozenset[str]
    kind: str
    numbers: Row
    shape: Row
    pattern: Counter[str]
    grams: Counter[str]
    words: Counter[str]


@lru_cache(maxsize=4096)
def profile_of(samples: tuple[str, ...]) -> Profile | None:
    """None when there are too few values to say anything."""
    said = [text for value in samples if (text := value.strip())]
    if len(said) < FEWEST:
        return None
    low = [text.lower() for text in said]
    kind, numbers = _numbers(low)
    return Profile(
        len(said),
        frozenset(map(_bare, low)),
        kind,
        numbers,
        _shape(said, len(set(low))),
        Counter(_pattern(text) for text in said),
        _grams(low),
        Counter(word for text in low for word in re.findall(r"\w+", text)),
    )


def foreign(a: Profile, b: Profile) -> bool:
    """Texts of which none is the other's, nor any of their words: addresses of entries beside names, lobes
    of the brain beside organs. M and female may still be one question in two codes."""
    if min(a.count, b.count) < TELLING or a.kind != "text" or b.kind != "text":
        return False
    if a.distinct & b.distinct or a.words.keys() & b.words.keys() or _coded(a, b):
        return False
    written = {pattern.lower() for pattern in a.pattern}
    apart = written.isdisjoint(pattern.lower() for pattern in b.pattern)
    return apart or _closed(a) and _closed(b)


TELLING, REPEATED = 8, 2


def _closed(found: Profile) -> bool:
    """A few values again and again: had the other side been asked the same, some would be there."""
    return found.count >= REPEATED * len(found.distinct)


def _coded(a: Profile, b: Profile) -> bool:
    """Each value of the shorter begins one of the longer."""
    short, long = sorted((a.distinct, b.distinct), key=lambda some: sum(map(len, some)) / len(some))
    return all(any(value.startswith(code) for value in long) for code in short)


def _bare(value: str) -> str:
    """1,200.0 and 1200 are one value."""
    short = value.rstrip("0").rstrip(".") if re.fullmatch(r"-?\d+\.\d*", value) else value
    return re.sub(r"[\s_\-,]+", " ", short) if len(short) > 1 else short


def _numbers(values: Sequence[str]) -> tuple[str, Row]:
    """What nine values in ten are: `number`, `day` or `text`; a code with leading zeros is text."""
    days = [found for value in values if (found := _day(value)) is not None]
    if len(days) >= 0.9 * len(values):
        return "day", np.quantile(np.array(days, dtype=np.float64), QUANTILES)
    bare = [_DECOR.sub("", value) for value in values]
    read = [float(value) for value in bare if _NUMBER.fullmatch(value)]
    finite = [number for number in read if abs(number) < 1e18]
    if len(finite) < 0.9 * len(values):
        return "text", np.empty(0)
    return "number", np.quantile(np.array(finite, dtype=np.float64), QUANTILES)


def _day(value: str) -> int | None:
    found = _DAY.fullmatch(value) or _OTHER_DAY.fullmatch(value)
    if found is None:
        return None
    parts = [int(part) for part in found.groups()]
    year, month, day = parts if parts[0] > 31 else (parts[2], *sorted(parts[:2]))
    if not 1800 < year < 2200:
        return None
    try:
        return date(year, max(month, 1), max(day, 1)).toordinal()
    except ValueError:
        return None


def _shape(values: Sequence[str], distinct: int) -> Row:
    letters = "".join(values)
    size = max(len(letters), 1)
    shares = [sum(map(of, letters)) / size for of in _CLASSES]
    shares.append(1 - min(sum(shares), 1.0))
    lengths = np.log1p([len(value) for value in values])
    return np.array([*shares, lengths.mean(), lengths.std(), distinct / len(values)])


def _pattern(value: str) -> str:
    """`GD-4403 号` → `A-9 中`."""
    marks = "".join(_class(letter) for letter in value[:40])
    return _RUNS.sub(lambda run: run[0][0], marks)


def _class(letter: str) -> str:
    if letter.isdigit():
        return "9"
    if letter > "\u2e7f":
        return "中"
    if letter.isalpha():
        return "A" if letter.isupper() else "a"
    return letter


def _grams(values: Sequence[str]) -> Counter[str]:
    return Counter(
        padded[n : n + 3]
        for value in values
        for padded in (f"^{value[:60]}$",)
        for n in range(max(len(padded) - 2, 1))
    )


def closeness(a: Row, b: Row) -> Row:
    """Rows of quantiles → 0..1: how far apart they are, seen against the wider spread."""
    spread = np.maximum(a[:, -1] - a[:, 0], b[:, -1] - b[:, 0])
    scale = np.maximum(spread, 1e-9 + 0.01 * np.abs(a[:, 2]))
    near: Row = np.exp(-2.5 * np.abs(a - b).mean(axis=1) / scale)
    return near
