"""What a labelled set is, and how others would rank it."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from lingnan.systems.reporting.content import reading_words, vocabulary
from lingnan.systems.reporting.rules.matching import match_fields
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.terms import FieldDraft, FormDraft, Vocabulary

Columns = Mapping[str, Sequence[str]]
Score = Callable[[FieldDraft, FieldDraft], float]
Ranked = dict[str, list[tuple[str, float]]]
"""Source code → (target code, score), best first."""


@dataclass(frozen=True)
class Labelled:
    """Two forms and the code pairs that ask the same."""

    name: str
    a: FormDraft
    b: FormDraft
    truth: frozenset[tuple[str, str]]


def form_of(name: str, columns: Columns) -> FormDraft:
    """Through the reader, as from a file."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(columns)
    out.writerows(zip(*columns.values(), strict=True))
    return read_workbook(text.getvalue().encode(), f"{name}.csv", reading_words())[0]


def labelled(
    name: str,
    a: Columns,
    b: Columns,
    truth: set[tuple[str, str]],
    names: tuple[str, str] = ("", ""),
) -> Labelled:
    left, right = names if names[0] else (f"{name}_a", f"{name}_b")
    return Labelled(name, form_of(left, a), form_of(right, b), frozenset(truth))


def by_lingnan(one: Labelled, words: Vocabulary | None = None) -> Ranked:
    return {
        match.source.field.code: [(c.target.field.code, c.score) for c in match.candidates]
        for match in match_fields(one.a, one.b, words or vocabulary())
    }


def by_names(one: Labelled, score: Score) -> Ranked:
    found = {}
    for a in one.a.fields:
        some = [(b.code, score(a, b)) for b in one.b.fields]
        found[a.code] = sorted(some, key=lambda pair: -pair[1])
    return found


def token_sort(a: FieldDraft, b: FieldDraft) -> float:
    return fuzz.token_sort_ratio(a.label, b.label) / 100


def jaccard(a: FieldDraft, b: FieldDraft) -> float:
    one, other = _bigrams(a.label), _bigrams(b.label)
    return len(one & other) / max(len(one | other), 1)


def _bigrams(text: str) -> set[str]:
    return {text[n : n + 2] for n in range(len(text) - 1)} or {text}


def measures(one: Labelled, found: Ranked) -> tuple[float, float]:
    """Recall among the |truth| best pairs of all, and the mean reciprocal rank of the first true
    target over the sources that have one."""
    pairs = [(score, a, b) for a, some in found.items() for b, score in some]
    pairs.sort(key=lambda pair: -pair[0])
    top = {(a, b) for _, a, b in pairs[: len(one.truth)]}
    recall = len(top & one.truth) / len(one.truth)
    ranks = []
    for source in {a for a, _ in one.truth}:
        order = [b for b, _ in found.get(source, [])]
        hits = [n for n, b in enumerate(order, start=1) if (source, b) in one.truth]
        ranks.append(1 / hits[0] if hits else 0.0)
    return recall, sum(ranks) / len(ranks)
