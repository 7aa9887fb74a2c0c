"""How matching holds up where its words were not chosen for the forms at hand, on the tuning half as
the reader reads it: with half of the vocabulary taken away, and with weights that have not seen the
department that is judged. `python -m bench.matching.crossing`"""

import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import fmean

from bench.forms.scoring.truth import Truth
from bench.matching import forms
from bench.matching.sets import Labelled
from lingnan.systems.reporting.content import reading_words, vocabulary
from lingnan.systems.reporting.rules.matching import match_fields
from lingnan.systems.reporting.rules.xlsform import read_forms
from lingnan.systems.reporting.terms import FormDraft, Vocabulary

SEEDS = range(5)
Place = tuple[str, str, str]


@cache
def truth() -> Truth:
    return Truth(forms.HOME, "tune")


@cache
def read(form_year: str) -> tuple[FormDraft, ...]:
    """A blank form of the tuning half, through the reader."""
    file = truth().path(form_year)
    return tuple(read_forms(file.read_bytes(), file.name, reading_words()))


def place_of(form_year: str, draft: FormDraft, code: str) -> Place | None:
    found = next(one for one in draft.fields if one.code == code)
    said = {"cell": found.cell, "sheet": found.sheet, "label": found.label}
    return truth().find(form_year, said)


@cache
def true_pairs() -> Mapping[tuple[str, str], frozenset[tuple[Place, Place]]]:
    found: defaultdict[tuple[str, str], set[tuple[Place, Place]]] = defaultdict(set)
    for row in truth().pairs:
        if row["relation"] == "same":
            a, b = f"{row['form_a']}-{forms.YEAR}", f"{row['form_b']}-{forms.YEAR}"
            found[a, b].add(
                ((a, row["sheet_a"], row["cell_a"]), (b, row["sheet_b"], row["cell_b"]))
            )
    return {pair: frozenset(some) for pair, some in found.items()}


def as_read() -> Iterator[Labelled]:
    """Every two forms that share a fact, as the reader reads them; what it misses is missing."""
    for (a, b), true in true_pairs().items():
        for one in read(a):
            for other in read(b):
                codes = frozenset(
                    (x.code, y.code)
                    for x in one.fields
                    for y in other.fields
                    if (place_of(a, one, x.code), place_of(b, other, y.code)) in true
                )
                if codes:
                    yield Labelled(f"{a} {b}", one, other, codes)


def thinned(words: Vocabulary, seed: int, *, limits: bool = False) -> Vocabulary:
    """Half of the synonyms and of the words of topics are gone; with `limits` a third of the words
    that may not be mixed up too."""
    chance = random.Random(seed)
    synonyms = {
        word: keep
        for word, keep in sorted(words.synonyms.items())
        if word == keep or chance.random() < 0.5
    }
    topics = {word: some for word, some in sorted(words.topics.items()) if chance.random() < 0.5}
    families = words.distinctions
    if limits:
        families = tuple(
            replace(
                family,
                members={
                    member: kept
                    for member, some in family.members.items()
                    if (kept := tuple(word for word in some if chance.random() > 1 / 3))
                },
            )
            for family in families
        )
    return replace(words, synonyms=synonyms, topics=topics, distinctions=families)


@dataclass
class Seen:
    """Reciprocal ranks by department, hits and true pairs, what was called same."""

    ranks: list[float]
    hits: int = 0
    true: int = 0
    same: int = 0
    false: int = 0
    traps: int = 0

    def __str__(self) -> str:
        return (
            f"Recall@GT {self.hits / max(self.true, 1):.3f}, MRR {fmean(self.ranks or [0]):.3f}, "
            f"same {self.same / max(self.true, 1):.3f}, false same {self.false} (traps {self.traps})"
        )


def judged(words: Vocabulary, pairs: Iterable[tuple[str, str]], verbose: bool = False) -> Seen:
    seen = Seen([])
    for a, b in pairs:
        _judge(words, a, b, seen, verbose)
    return seen


def _judge(words: Vocabulary, a: str, b: str, seen: Seen, verbose: bool) -> None:
    true = true_pairs().get((a, b), frozenset())
    said: dict[Place, list[tuple[Place, float, str]]] = defaultdict(list)
    for one in read(a):
        for match in (m for other in read(b) for m in match_fields(one, other, words)):
            source = place_of(a, one, match.source.field.code)
            for found in match.candidates if source else ():
                target = _target(b, found.target.field.code, found.target.form)
                if target:
                    said[source].append((target, found.score, found.relation.value))
    ranked = {s: sorted(c, key=lambda x: -x[1])[:10] for s, c in said.items()}
    every = sorted(
        ((s, t, p) for s, c in ranked.items() for t, p, _ in c), key=lambda x: (-x[2], x[:2])
    )
    seen.hits += sum((s, t) in true for s, t, _ in every[: len(true)])
    seen.true += len(true)
    for source in {s for s, _ in true}:
        order = [t for t, _, _ in ranked.get(source, [])]
        at = [n for n, t in enumerate(order, 1) if (source, t) in true]
        seen.ranks.append(1 / at[0] if at else 0.0)
    called = {(s, t) for s, c in ranked.items() for t, _, r in c if r == "same"}
    seen.same += len(called & true)
    for pair in called - true:
        seen.false += 1
        seen.traps += pair in _traps()
        if verbose:
            names = (truth().row(at)["label"] for at in pair)
            print("    same:", pair in _traps(), " – ".join(names), pair[0][0], pair[1][0])


def _target(form_year: str, code: str, form: str) -> Place | None:
    for draft in read(form_year):
        if draft.form == form and any(found.code == code for found in draft.fields):
            return place_of(form_year, draft, code)
    return None


@cache
def _traps() -> frozenset[tuple[Place, Place]]:
    return frozenset(
        (
            (f"{row['form_a']}-{forms.YEAR}", row["sheet_a"], row["cell_a"]),
            (f"{row['form_b']}-{forms.YEAR}", row["sheet_b"], row["cell_b"]),
        )
        for row in truth().pairs
        if row["trap"] == "yes"
    )


def departments() -> Mapping[str, Sequence[tuple[str, str]]]:
    """Department → the pairs of forms it is a side of."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for a, b in truth().form_pairs():
        for form in (a, b):
            found[truth().of[form][0]["department"]].append((a, b))
    return found


def main(verbose: bool) -> None:
    words, pairs = vocabulary(), truth().form_pairs()
    print("as it ships            ", judged(words, pairs, verbose))
    for limits in (False, True):
        for seed in SEEDS:
            few = thinned(words, seed, limits=limits)
            print(
                "half the words",
                "and limits" if limits else "          ",
                judged(few, pairs, verbose),
            )


if __name__ == "__main__":
    main("-v" in sys.argv)
