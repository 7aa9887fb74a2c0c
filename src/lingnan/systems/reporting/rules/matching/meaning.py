"""The plug for sentence embeddings: a function of texts, named by the operator, none by default."""

from collections.abc import Callable

import numpy as np

from ...terms.matching import Embed
from .facts import Facts
from .likeness import Column, Index
from .sides import Side

FROM = 0.3
"""Cosines of unrelated texts are rarely 0: what counts is what lies above."""


def meaning_of(a: Side, b: Side, embed: Embed | None) -> Callable[[Index, Index], Column] | None:
    """A function of pairs (rows, cols) → cosine of their texts above a common floor."""
    if embed is None:
        return None
    vectors = np.asarray(embed([_text(fact) for fact in (*a.facts, *b.facts)]), dtype=np.float64)
    if vectors.ndim != 2 or len(vectors) != len(a) + len(b):
        raise ValueError("an embedding gives one row of numbers for each text")
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    left, right = vectors[: len(a)], vectors[len(a) :]

    def cosine(rows: Index, cols: Index) -> Column:
        found: Column = np.einsum("ij,ij->i", left[rows], right[cols])
        return found - FROM

    return cosine


def _text(fact: Facts) -> str:
    return "，".join((*fact.ref.field.path[-1:], fact.ref.field.label))
