"""One side of a comparison, prepared once: a dictionary of thousands meets a hundred forms."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ...terms import FieldType, FormDraft, Vocabulary
from ..labels import plain
from .covering import Saying, saying
from .facts import Facts, facts_of
from .likeness import (
    Column,
    Index,
    Matrix,
    all_pairs,
    bags,
    bigrams,
    dense,
    of_pairs,
    rarity,
    sets,
    texts,
    unit_rows,
    weighted,
)
from .names import Name
from .values import QUANTILES, Profile

Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
QUANTITIES = {FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY, FieldType.PERCENT}
TEXTS = {FieldType.TEXT, FieldType.NAME, FieldType.PLACE, FieldType.DATE, FieldType.CODE}
KINDS = {"": 0, "number": 1, "day": 2, "text": 3}
SHAPES = 9


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Facts in the order of the form and, row by row, what of them can be compared as numbers.
    Words become checksums, 0 for none; `marks` has a column for each family of distinctions;
    `under`: headings make its name longer; `about`: it touches a topic."""

    facts: tuple[Facts, ...]
    stem: sparse.csr_matrix
    whole: sparse.csr_matrix
    context: sparse.csr_matrix
    topics: sparse.csr_matrix
    letters: sparse.csr_matrix
    stems: Codes
    wholes: Codes
    contexts: Codes
    dimension: Codes
    base: Codes
    per: Codes
    kind: Codes
    level: Codes
    role: Codes
    code: Codes
    marks: Codes
    alone: Flags
    latin_named: Flags
    numbered: Flags
    under: Flags
    about: Flags
    offers: Flags
    stem_texts: tuple[str, ...]
    whole_texts: tuple[str, ...]
    raws: tuple[str, ...]
    numbers: tuple[frozenset[str], ...]
    options: tuple[frozenset[str], ...]
    latin: tuple[Name | None, ...]
    saying: Saying
    values: "Values | None"

    def __len__(self) -> int:
        return len(self.facts)


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """Profiles of the columns as rows: `kind` 0 where nothing is known."""

    kind: Codes
    numbers: npt.NDArray[np.float64]
    shape: npt.NDArray[np.float64]
    distinct: sparse.csr_matrix
    pattern: sparse.csr_matrix
    grams: sparse.csr_matrix
    words: sparse.csr_matrix


def mark(text: str) -> int:
    return crc32(text.encode()) + 1 if text else 0


@contextmanager
def uncollected() -> Iterator[None]:
    """Much is made here and none of it in circles: to look for circles meanwhile costs a sixth."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _Same:
    """A form as a key by identity: equal forms are rare and costly to compare."""

    __slots__ = ("form",)

    def __init__(self, form: FormDraft) -> None:
        self.form = form

    def __hash__(self) -> int:
        return id(self.form)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.form is self.form


@lru_cache(maxsize=16)
def _side_of(form: _Same, words: Vocabulary) -> Side:
    with uncollected():
        return side(facts_of(form.form, words), words)


def side_of(form: FormDraft, words: Vocabulary) -> Side:
    """Remembers the last few forms."""
    return _side_of(_Same(form), words)


def side(facts: Sequence[Facts], words: Vocabulary) -> Side:
    def codes(of: Callable[[Facts], str]) -> Codes:
        return np.array([mark(of(fact)) for fact in facts], dtype=np.int64)

    def flags(of: Callable[[Facts], bool]) -> Flags:
        return np.array([of(fact) for fact in facts], dtype=bool)

    return Side(
        facts=tuple(facts),
        stem=texts(fact.stem for fact in facts),
        whole=texts(fact.whole for fact in facts),
        context=texts(fact.context for fact in facts),
        topics=sets(sorted(fact.topics) for fact in facts),
        letters=sets(_letters(fact.letters, words) for fact in facts),
        stems=codes(lambda fact: fact.stem),
        wholes=codes(lambda fact: fact.whole),
        contexts=codes(lambda fact: fact.context),
        dimension=codes(lambda fact: fact.dimension or ""),
        base=codes(lambda fact: fact.ref.field.unit.base if fact.ref.field.unit else ""),
        per=codes(lambda fact: fact.ref.field.unit.per if fact.ref.field.unit else ""),
        kind=np.array([_kind(fact) for fact in facts], dtype=np.int64),
        level=codes(lambda fact: fact.level),
        role=codes(lambda fact: fact.ref.field.role.value),
        code=codes(_own_code),
        marks=_marks(facts, words),
        alone=flags(lambda fact: fact.alone),
        latin_named=flags(lambda fact: fact.name is not None),
        numbered=flags(lambda fact: bool(fact.numbers)),
        under=flags(lambda fact: fact.whole != fact.stem),
        about=flags(lambda fact: bool(fact.topics)),
        offers=flags(lambda fact: bool(fact.ref.field.options)),
        stem_texts=tuple(fact.stem for fact in facts),
        whole_texts=tuple(fact.whole for fact in facts),
        raws=tuple(fact.raw for fact in facts),
        numbers=tuple(fact.numbers for fact in facts),
        options=tuple(_options(fact) for fact in facts),
        latin=tuple(fact.name for fact in facts),
        saying=saying(facts, words),
        values=_values([fact.profile for fact in facts]),
    )


def _letters(text: str, words: Vocabulary) -> list[str]:
    """Single letters of Chinese text and bigrams."""
    common = words.plain.letters
    single = [] if text.isascii() else [letter for letter in text if letter not in common]
    return list(dict.fromkeys((*single, *bigrams(text))))


def _own_code(fact: Facts) -> str:
    """A code the department gave; a column's letter or name is none."""
    code = fact.ref.field.code
    letters = code.isalpha() and len(code) <= 2
    return "" if letters or code == fact.ref.field.label else code


def _kind(fact: Facts) -> int:
    """1 a quantity, 2 something said, 0 unsure: a text field without values may be either."""
    found = fact.ref.field
    if found.type in QUANTITIES:
        return 1
    return 2 if found.type is not FieldType.TEXT or fact.profile else 0


@lru_cache(maxsize=16_384)
def _folded(label: str) -> str:
    return plain(label)


def _options(fact: Facts) -> frozenset[str]:
    return frozenset(_folded(option.label) for option in fact.ref.field.options)


def _marks(facts: Sequence[Facts], words: Vocabulary) -> Codes:
    at = {family.family: n for n, family in enumerate(words.distinctions)}
    matrix = np.zeros((len(facts), len(at)), dtype=np.int64)
    for row, fact in enumerate(facts):
        for family, some in fact.marks.items():
            matrix[row, at[family]] = mark("|".join(sorted(some)))
    return matrix


def _values(profiles: Sequence[Profile | None]) -> Values | None:
    if not any(profiles):
        return None
    numbers = np.zeros((len(profiles), len(QUANTILES)))
    shape = np.zeros((len(profiles), SHAPES))
    kind = np.zeros(len(profiles), dtype=np.int64)
    for row, profile in enumerate(profiles):
        if profile is not None:
            kind[row] = KINDS[profile.kind]
            shape[row] = profile.shape
            if profile.numbers.size:
                numbers[row] = profile.numbers
    return Values(
        kind,
        numbers,
        shape,
        bags(profile.distinct if profile else () for profile in profiles),
        bags(profile.pattern if profile else {} for profile in profiles),
        bags(profile.grams if profile else {} for profile in profiles),
        bags(profile.words if profile else {} for profile in profiles),
    )


LARGE, TIMES = 400, 8
"""Rows from which, and how often the other side, a side alone says what is rare."""


@lru_cache(maxsize=64)
def _units(side: Side, name: str) -> tuple[Column, sparse.csr_matrix]:
    rows = getattr(side, name)
    rare = rarity(rows)
    return rare, unit_rows(rows, rare)


@lru_cache(maxsize=64)
def _weighed(side: Side, name: str) -> tuple[Column, sparse.csr_matrix]:
    rare, units = _units(side, name)
    return rare, units.T.tocsr()


def _large(b: Side, a: Side) -> bool:
    return len(b) >= LARGE and len(b) >= TIMES * len(a)


def shared_by(a: Side, b: Side, name: str, rows: Index, cols: Index) -> Column:
    """As `shared`, of chosen pairs only."""
    left, right = getattr(a, name), getattr(b, name)
    if not _large(b, a):
        return of_pairs(*weighted(left, right), rows, cols)
    rare, units = _units(b, name)
    return of_pairs(unit_rows(left, rare), units, rows, cols)


def shared(a: Side, one: str, b: Side, other: str) -> Matrix:
    """Cosines of all pairs of two kinds of bags; a large dictionary is weighed once, and what many
    of its fields have in common is compared once."""
    left, right = getattr(a, one), getattr(b, other)
    if not _large(b, a):
        return all_pairs(*weighted(left, right))
    if other in REPEATED:
        first, where = _repeated(b, other)
        rare, units = _units(b, other)
        few: Matrix = dense(unit_rows(left, rare) @ units[first].T)[:, where]
        return few
    rare, turned = _weighed(b, other)
    return dense(unit_rows(left, rare) @ turned)


REPEATED = ("context", "topics")


@lru_cache(maxsize=64)
def _repeated(side: Side, name: str) -> tuple[Index, Index]:
    """A field for each different bag, and for each field which of them is its own."""
    at: dict[bytes, int] = {}
    first, where = [], []
    rows = getattr(side, name)
    for row in range(len(side)):
        bag = rows.indices[rows.indptr[row] : rows.indptr[row + 1]].tobytes()
        if bag not in at:
            at[bag] = len(at)
            first.append(row)
        where.append(at[bag])
    return np.array(first, dtype=np.intp), np.array(where, dtype=np.intp)
