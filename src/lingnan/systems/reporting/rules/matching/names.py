"""Latin column names: `tbl_custBirthDt` is customer, birth, date, however it is written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from ...terms import Vocabulary
from .likeness import Matrix

Flags = npt.NDArray[np.bool_]

_CUT = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
_DIGITS = re.compile(r"\d+|[a-z]+")
_STOP = {"of", "the", "in", "a", "an", "and", "for", "by", "to", "is", "with", "at", "on", "or"}
_VOWELS = re.compile(r"(?<!^)[aeiou]")
_LONGEST = 4
_INITIALS, _CONTAINED = 0.88, 0.72


@dataclass(frozen=True, slots=True)
class Name:
    """A Latin name's words as they stand and as the words kept for them."""

    spelt: tuple[str, ...]
    kept: tuple[str, ...]


def name_of(label: str, words: Vocabulary) -> Name | None:
    """None for what is not Latin."""
    return Name(spelt(label), tokens_of(label, words)) if is_latin(label) else None


def is_latin(label: str) -> bool:
    return label.isascii() and any(letter.isalpha() for letter in label)


@lru_cache(maxsize=65_536)
def tokens_of(label: str, words: Vocabulary) -> tuple[str, ...]:
    """Words kept for the words of a name, without stop words: `DOB` → birth, date."""
    parts = [_single(word, words) for part in spelt(label) for word in _unjoined(part, words)]
    kept = _replaced(parts, words.english)
    return tuple(word for word in kept if word not in _STOP) or tuple(kept)


def _single(word: str, words: Vocabulary) -> str:
    """`males` → male; status and address are none of several."""
    known = len(word) < 4 or word in _known(words) or (word,) in words.english
    return word if known or not word.endswith("s") or word[-2] in "suia" else word[:-1]


SURE = 0.85
"""So like, one word is the other cut short or mistyped."""


@lru_cache(maxsize=65_536)
def agreeing(a: tuple[str, ...], b: tuple[str, ...], words: Vocabulary) -> bool:
    """Whether two names say the same words, in any order, each perhaps cut short: `male_cnt` and
    NumberOfMales. A word more on either side may limit it."""
    if len(a) != len(b) or not a:
        return False
    left = list(b)
    for word in sorted(a, key=len, reverse=True):
        nearest = max(left, key=lambda other: _one_word(word, other, words))
        if _one_word(word, nearest, words) < SURE:
            return False
        left.remove(nearest)
    return True


@lru_cache(maxsize=65_536)
def _one_word(a: str, b: str, words: Vocabulary) -> float:
    """County is not country cut short: both are words of their own."""
    if a == b:
        return 1.0
    known = _known(words)
    if a.isdigit() or b.isdigit() or (a in known and b in known):
        return 0.0
    short, long = sorted((a, b), key=len)
    return _abbreviates(short, long)


def spelt(label: str) -> tuple[str, ...]:
    """The words as they stand: `fmlyNm` → fmly, nm."""
    return tuple(p for piece in _CUT.split(label) for p in _DIGITS.findall(piece.lower()))


def _replaced(parts: Sequence[str], table: Mapping[tuple[str, ...], tuple[str, ...]]) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(parts):
        for length in range(min(_LONGEST, len(parts) - at), 0, -1):
            phrase = tuple(parts[at : at + length])
            if phrase in table:
                kept += table[phrase]
                at += length
                break
        else:
            kept.append(parts[at])
            at += 1
    return kept


@lru_cache(maxsize=8)
def _known(words: Vocabulary) -> frozenset[str]:
    names = (*words.english.keys(), *words.english.values())
    return frozenset(word for name in names for word in name if len(word) > 2)


@lru_cache(maxsize=65_536)
def _unjoined(part: str, words: Vocabulary) -> tuple[str, ...]:
    """`postalcode` → postal, code, when all of it is known words; else as it is."""
    known = _known(words)
    if len(part) < 6 or part in known or (part,) in words.english:
        return (part,)
    best: list[tuple[str, ...] | None] = [(), *([None] * len(part))]
    for end in range(3, len(part) + 1):
        for start in range(end - 2):
            before = best[start]
            if before is not None and part[start:end] in known:
                found = (*before, part[start:end])
                held = best[end]
                if held is None or len(found) < len(held):
                    best[end] = found
    return best[-1] or (part,)


def skeleton(word: str) -> str:
    return _VOWELS.sub("", word)


def _abbreviates(short: str, long: str) -> float:
    """How sure `short` is `long` cut short: same skeleton, its beginning, or letters in order."""
    if len(short) < 2 or short[0] != long[0] or len(short) >= len(long):
        return 0.0
    share = len(short) / len(long)
    if short == skeleton(long):
        return 0.95
    if long.startswith(short):
        return 0.6 + 0.35 * share
    letters = iter(long)
    if all(letter in letters for letter in short):
        return 0.45 + 0.4 * share
    return 0.0


def word_likeness(a: Sequence[str], b: Sequence[str]) -> Matrix:
    """Equal words 1, abbreviations 0.5–0.95, spelling mistakes up to 0.9, else 0."""
    ratio = process.cdist(a, b, scorer=fuzz.ratio, dtype=np.float32, workers=1) / 100
    typed = (ratio >= 0.72) & _same_start(a, b)
    matrix: Matrix = np.where(ratio >= 0.999, 1.0, np.where(typed, 0.9 * ratio, 0.0))
    first: dict[str, list[int]] = {}
    for col, word in enumerate(b):
        first.setdefault(word[:1], []).append(col)
    for row, word in enumerate(a):
        if word.isdigit():
            matrix[row] = np.where(ratio[row] >= 0.999, 1.0, 0.0)
            continue
        for col in first.get(word[:1], ()):
            short, long = sorted((word, b[col]), key=len)
            matrix[row, col] = max(matrix[row, col], _abbreviates(short, long))
    return matrix.astype(np.float32)


def _same_start(a: Sequence[str], b: Sequence[str]) -> Flags:
    """Who mistypes or cuts a name rarely touches its first letter: height is not weight."""
    first, second = np.array([word[:1] for word in a]), np.array([word[:1] for word in b])
    same: Flags = first[:, None] == second[None, :]
    return same


def name_likeness(a: Sequence[Name], b: Sequence[Name]) -> Matrix:
    """The better of two readings: the words as they stand, and the words kept for them."""
    kept = _likeness([name.kept for name in a], [name.kept for name in b])
    return np.maximum(kept, _likeness([name.spelt for name in a], [name.spelt for name in b]))


def _likeness(a: Sequence[tuple[str, ...]], b: Sequence[tuple[str, ...]]) -> Matrix:
    """Word by word, rare words first, both ways; or as one string; or by its initials."""
    left, right = _Bag(a), _Bag(b)
    like = word_likeness(left.words, right.words)
    forth = (left.best(like, axis=0) @ right.shares.T).astype(np.float32)
    back = (left.shares @ right.best(like.T, axis=0).T).astype(np.float32)
    both: Matrix = np.sqrt(forth * back) * 0.8 + np.minimum(forth, back) * 0.2
    joined_a, joined_b = ["".join(name) for name in a], ["".join(name) for name in b]
    ratio = process.cdist(joined_a, joined_b, scorer=fuzz.ratio, dtype=np.float32) / 100
    ratio = np.where(_same_start(joined_a, joined_b), ratio, 0.7 * ratio)
    both = np.maximum(both, np.where(ratio >= 0.7, 0.95 * ratio, 0.5 * ratio)).astype(np.float32)
    _raise(both, a, b)
    _raise_contained(both, joined_a, joined_b)
    return both


class _Bag:
    """Names × words: `shares` of a name's weight by word, the rare ones heavier; 0/1 `held`."""

    def __init__(self, names: Sequence[tuple[str, ...]]) -> None:
        self.words = sorted({word for name in names for word in name})
        at = {word: n for n, word in enumerate(self.words)}
        held = np.zeros((len(names), len(self.words)), dtype=np.float32)
        for row, name in enumerate(names):
            held[row, [at[word] for word in name]] = 1
        rare = np.log1p(len(names) / np.maximum(held.sum(axis=0), 1))
        weight = held * rare
        self.held = held > 0
        self.shares = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)

    def best(self, like: Matrix, axis: int) -> Matrix:
        """Names × the other side's words: the likeness of the nearest of its own words."""
        found = np.zeros((len(self.held), like.shape[1]), dtype=np.float32)
        for row, held in enumerate(self.held):
            if held.any():
                found[row] = like[held].max(axis=axis)
        return found


def _raise(matrix: Matrix, a: Sequence[tuple[str, ...]], b: Sequence[tuple[str, ...]]) -> None:
    """`aid` and `agency id`: a single word that is the other's initials."""
    for flip in (False, True):
        singles, longs = (b, a) if flip else (a, b)
        initials: dict[str, list[int]] = {}
        for n, name in enumerate(longs):
            for short in _initials(name):
                initials.setdefault(short, []).append(n)
        for n, name in enumerate(singles):
            for m in initials.get(name[0], ()) if len(name) == 1 else ():
                at = (m, n) if flip else (n, m)
                matrix[at] = max(matrix[at], _INITIALS)


def _initials(name: tuple[str, ...]) -> set[str]:
    """`date of birth` → dob; `agency id` → ai and aid."""
    if len(name) < 2:
        return set()
    last = name[-1] if len(name[-1]) < 3 else name[-1][0]
    return {"".join(word[0] for word in name), "".join(w[0] for w in name[:-1]) + last}


def _raise_contained(matrix: Matrix, a: Sequence[str], b: Sequence[str]) -> None:
    """`cntrymsrmnt` and `country measurement`: the letters of one, in order, within the other."""
    first: dict[str, list[int]] = {}
    for col, name in enumerate(b):
        first.setdefault(name[:1], []).append(col)
    for row, name in enumerate(a):
        for col in first.get(name[:1], ()):
            if matrix[row, col] < _CONTAINED:
                short, long = sorted((name, b[col]), key=len)
                if len(short) > 2 and _abbreviates(short, long) >= 0.6:
                    matrix[row, col] = _CONTAINED
