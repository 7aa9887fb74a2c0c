"""Fits the weights that ship: `python -m bench.matching.learning` prints the content file.

Trained on fabricated, renamed, clinical and Chinese sets of one seed; the measured sets have other
tables or other seeds (`python -m bench.matching`)."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import yaml

from bench.matching import (
    chinese,
    clinical,
    crossing,
    fabricating,
    forms,
    further,
    renamed,
    tables,
)
from bench.matching.sets import Labelled
from lingnan.systems.reporting.content import vocabulary
from lingnan.systems.reporting.rules.matching.features import compare
from lingnan.systems.reporting.rules.matching.model import Lesson, fit
from lingnan.systems.reporting.rules.matching.sides import side_of
from lingnan.systems.reporting.terms import Vocabulary
from lingnan.systems.reporting.terms.matching import Weights

HOME = Path(os.environ.get("BENCH_FORMS", forms.HOME))
SEED, DAY = 11, "2026-11-26"
THINNED = (101, 102)
TRAINED = ("prospect", "assays", "orders")
PRIOR = {
    "base": -6.0,
    "name": 4.0,
    "exact": 2.0,
    "synonym": 2.0,
    "v_shared": 2.0,
    "v_overlap": 1.0,
    "unit_differs": -3.0,
    "clash": -3.0,
    "numbers_differ": -2.0,
    "partial": -1.0,
    "meaning": 3.0,
}
"""Where the fit starts from, and is drawn to a little; `meaning` has nothing to be fitted on."""


def training(without: str = "") -> Iterator[tuple[Labelled, float, Vocabulary]]:
    """Sets, the weight of each, and the words it is read with: forms also with half of the words
    taken away, so that nothing is learned from words that were chosen for them. `without`: a
    department no form of which is used. The weights that ship were fitted before the words of offices
    were widened on 2026-11-26: fitted after it they leaned on the words and ranked unknown ones worse."""
    words = vocabulary()
    own = {name: tables.made(name, 120, SEED) for name in TRAINED}
    own |= {name: tables.real(name, 120, SEED) for name in ("divisions", "areas")}
    yield from _each(fabricating.fabricated(own, SEED), 0.5, words)
    yield from _each(_only(renamed.renamed(SEED), renamed.TRAINED), 2.0, words)
    yield from _each(_only(clinical.clinical(SEED), clinical.TRAINED), 4.0, words)
    yield from _each(chinese.versions(SEED), 1.0, words)
    for some, share in ((words, 1.0), (crossing.thinned(words, SEED), 1.0)):
        yield from _each(chinese.concepts(), share, some)
        yield from _each(chinese.registers(SEED), share, some)
    yield from _each(chinese.pairs(), 2.0, words)
    yield from _tuned(words, 0.5, without)
    yield from _further(words, 0.7, without)
    for seed in THINNED:
        for limits in (False, True):
            few = crossing.thinned(words, seed, limits=limits)
            yield from _tuned(few, 0.15, without)
            yield from _further(few, 0.2, without)


def _tuned(
    words: Vocabulary, share: float, without: str
) -> Iterator[tuple[Labelled, float, Vocabulary]]:
    half = forms.Half("tune", HOME)
    sets = [(crossing.as_read(), 2 * share)]
    for short in (False, True):
        sets.append((half.across(short=short, asked_same=False), share))
        sets.append((half.years(short=short), share / 2))
    for some, weight in sets:
        kept = (one for one in some if without not in half.departments(one.name))
        yield from _each(kept, weight, words)


def _further(
    words: Vocabulary, share: float, without: str
) -> Iterator[tuple[Labelled, float, Vocabulary]]:
    for one, departments in further.labelled():
        if without not in departments:
            yield one, share, words


def _each(
    sets: Iterable[Labelled], share: float, words: Vocabulary
) -> Iterator[tuple[Labelled, float, Vocabulary]]:
    for one in sets:
        yield one, share, words


def _only(sets: Iterable[Labelled], names: Iterable[str]) -> Iterator[Labelled]:
    wanted = set(names)
    return (one for one in sets if wanted & set(one.name.split()))


def lesson(one: Labelled, share: float, words: Vocabulary) -> Lesson:
    a, b = side_of(one.a, words), side_of(one.b, words)
    pairs = compare(a, b, words)
    codes = [f.ref.field.code for f in a.facts], [f.ref.field.code for f in b.facts]
    told = [
        int((codes[0][row], codes[1][col]) in one.truth)
        for row, col in zip(pairs.rows, pairs.cols, strict=True)
    ]
    return Lesson(pairs, np.array(told), (len(a), len(b)), share)


def learned(sets: Iterable[tuple[Labelled, float, Vocabulary]]) -> Weights:
    lessons = [lesson(*one) for one in sets]
    true = sum(int(one.told.sum()) for one in lessons)
    pairs = sum(len(one.told) for one in lessons)
    on = f"{len(lessons)} 对表，{true} 对相同项目，{pairs} 对候选（bench/matching/learning.py）"
    return fit(lessons, Weights(PRIOR), pull=0.2, on=on, day=DAY)


if __name__ == "__main__":
    weights = learned(training())
    sys.stdout.write(
        "# Log-odds by feature (rules/matching/features.py), fitted by `python -m bench.matching.learning`.\n"
    )
    yaml.safe_dump(
        {
            "fitted_on": weights.fitted_on,
            "on": weights.on,
            "features": dict(weights.features),
            "rivals": dict(weights.rivals),
        },
        sys.stdout,
        allow_unicode=True,
        sort_keys=False,
    )
