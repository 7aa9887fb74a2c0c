"""How much of what one field says the other says too, letter by letter: by the same letter, or by any
word of the same matter. 吃低保的家庭 is covered by 最低生活保障户 though they share little."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import sparse

from ...terms import Vocabulary
from ..vocabulary import touches
from .facts import TOTAL, Facts
from .likeness import Column, Index, Matrix

TOUCHED = 0.7
"""A letter covered by its matter only."""
Token = tuple[str, frozenset[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Saying:
    """A side's tokens (letter, its matters) and, sparse, for each field: the shares, rare ones
    greatest, of the tokens it says under its parent and of those its parent says alone; the letters
    it covers; the matters it covers and those of its own (columns: all matters of the vocabulary)."""

    tokens: tuple[Token, ...]
    said: sparse.csr_matrix
    above: sparse.csr_matrix
    letters: dict[str, int]
    around: sparse.csr_matrix
    matters: dict[str, int]
    about: sparse.csr_matrix
    own: sparse.csr_matrix


def saying(facts: Sequence[Facts], words: Vocabulary) -> Saying:
    tokens: dict[Token, int] = {}
    letters: dict[str, int] = {}
    matters = _matters(words)
    said = [_numbered(fact.whole, words, tokens) for fact in facts]
    above = [_numbered(fact.parent, words, tokens) for fact in facts]
    around = [
        [letters.setdefault(letter, len(letters)) for letter in dict.fromkeys(fact.around)]
        for fact in facts
    ]
    about = [[matters[one] for one in sorted(fact.about)] for fact in facts]
    own = [[matters[one] for one in sorted(fact.topics - words.plain.topics)] for fact in facts]
    ones = _ones(said, len(tokens))
    rare = 1 + np.log(max(len(facts), 1) / np.maximum(np.asarray(ones.sum(axis=0)).ravel(), 1))
    return Saying(
        tuple(tokens),
        _shares(ones, rare),
        _shares(_ones(above, len(tokens)), rare),
        letters,
        _ones(around, len(letters)),
        matters,
        _ones(about, len(matters)),
        _ones(own, len(matters)),
    )


@lru_cache(maxsize=8)
def _matters(words: Vocabulary) -> dict[str, int]:
    named = sorted({topic for some in words.topics.values() for topic in some})
    return {topic: n for n, topic in enumerate(named)}


def _numbered(text: str, words: Vocabulary, tokens: dict[Token, int]) -> list[int]:
    if text == TOTAL:
        return []
    pairs = zip(text, touches(text, words), strict=True)
    some = dict.fromkeys(pair for pair in pairs if pair[0] not in words.plain.letters)
    return [tokens.setdefault(token, len(tokens)) for token in some]


def _ones(rows: Sequence[Sequence[int]], width: int) -> sparse.csr_matrix:
    cols = [col for row in rows for col in row]
    ends = np.cumsum([0, *map(len, rows)])
    data = np.ones(len(cols), dtype=np.float32)
    return sparse.csr_matrix((data, cols, ends), shape=(len(rows), max(width, 1)))


def _shares(ones: sparse.csr_matrix, rare: Column) -> sparse.csr_matrix:
    weighed = ones.multiply(rare[None, :] if rare.size else 1.0).tocsr()
    total = np.asarray(weighed.sum(axis=1)).ravel()
    return sparse.diags(1 / np.maximum(total, 1e-9)).dot(weighed).tocsr().astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """Of chosen pairs: `forth`, `back`: share of what the one says that the other covers; `unheld`:
    the greater share of a parent that the other field does not cover; `apart`: 1 where each has
    matters of its own and neither touches the other's."""

    forth: Column
    back: Column
    unheld: Column
    apart: Column


def covering(a: Saying, b: Saying, rows: Index, cols: Index) -> Covered:
    """Only the fields that stand in a pair are looked at, each with all of the other side's."""
    left, at_a = np.unique(rows, return_inverse=True)
    right, at_b = np.unique(cols, return_inverse=True)
    one, other = _Part(a, left), _Part(b, right)
    known_b, known_a = one.known(other), other.known(one)
    above = 1 - one.covered(one.above, known_b, 1.0), 1 - other.covered(other.above, known_a, 1.0).T
    apart = one.apart(other) * other.apart(one).T
    matrices = (
        one.covered(one.said, known_b, 0.5),
        other.covered(other.said, known_a, 0.5).T,
        np.maximum(*above),
        apart,
    )
    return Covered(*(matrix[at_a, at_b].astype(float) for matrix in matrices))


@lru_cache(maxsize=64)
def _filled(whole: Saying) -> tuple[Matrix, Matrix]:
    """Letters × fields and matters × fields: a dictionary is met again and again."""
    return (
        np.ascontiguousarray(whole.around.toarray().T),
        np.ascontiguousarray(whole.about.toarray().T),
    )


class _Part:
    """Some fields of a side, with the tokens they use. Products are of sparse rows: they are short,
    and dense ones would wake every core."""

    def __init__(self, whole: Saying, fields: Index) -> None:
        said, above = whole.said[fields], whole.above[fields]
        used = np.unique(np.concatenate([said.indices, above.indices]))
        self.said, self.above = said[:, used], above[:, used]
        self.tokens = [whole.tokens[n] for n in used.tolist()]
        self.letters = whole.letters
        around, about = _filled(whole)
        self.fields, self.around = fields, around
        self.matters = whole.matters
        self.about: Matrix = about[:, fields]
        self.own = whole.own[fields]

    def known(self, other: "_Part") -> Matrix:
        """Own tokens × fields of the other: 1 by the letter, TOUCHED by a matter, else 0."""
        kinds: dict[frozenset[str], int] = {}
        kind = [kinds.setdefault(matters, len(kinds)) for _, matters in self.tokens]
        some = [[self.matters[one] for one in matters] for matters in kinds]
        touched = np.float32(TOUCHED) * (_ones(some, len(self.matters)) @ other.about > 0)
        found: Matrix = touched[kind]
        at = [(n, other.letters.get(token[0], -1)) for n, token in enumerate(self.tokens)]
        held = np.array([pair for pair in at if pair[1] >= 0], dtype=np.intp).reshape(-1, 2)
        letters, which = np.unique(held[:, 1], return_inverse=True)
        around = other.around[np.ix_(letters, other.fields)]
        found[held[:, 0]] = np.maximum(found[held[:, 0]], around[which])
        return found

    def covered(self, some: sparse.csr_matrix, known: Matrix, empty: float) -> Matrix:
        """A field that says nothing is covered by `empty`."""
        says = np.diff(some.indptr)[:, None] > 0
        found: Matrix = np.where(says, some @ known, np.float32(empty))
        return found

    def apart(self, other: "_Part") -> Matrix:
        """1 where an own field has matters and the other's touches none of them."""
        has = np.diff(self.own.indptr)[:, None] > 0
        found: Matrix = (has & (self.own @ other.about == 0)).astype(np.float32)
        return found
