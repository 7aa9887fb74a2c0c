"""Declared content of reporting, read once a process."""

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from ..rules.checking import build_thresholds
from ..rules.filled.words import build_words
from ..rules.labels import plain
from ..rules.ledgers import build_dues, build_kinds
from ..rules.masking import build_masking
from ..rules.planning import costs_on
from ..rules.reading import build_reading_words
from ..rules.suppression import build_suppression
from ..rules.vocabulary import build_vocabulary
from ..rules.works import build_limits
from ..terms import Vocabulary
from ..terms.checking import Thresholds
from ..terms.dues import Dues
from ..terms.filled import FilledWords
from ..terms.forms import Dimension
from ..terms.ledgers import LedgerKind
from ..terms.masking import Masking
from ..terms.planning import Costs, Countable
from ..terms.reading import ReadingWords
from ..terms.suppression import Suppression
from ..terms.works import Limits

LANGUAGES = ("zh-hans", "zh-hant", "en", "pt")


@cache
def vocabulary(weights: Path | None = None) -> Vocabulary:
    """Synonyms, distinctions, words of Latin names, topics and weights that ship with the package,
    or other weights. OSError, ValueError or TypeError when their file is not what it should be."""
    return build_vocabulary(
        _load("synonyms.yaml"),
        _load("distinctions.yaml"),
        _load("english.yaml"),
        _load("topics.yaml"),
        _load("weights.yaml") if weights is None else _read(weights),
        _load("reading.yaml"),
        _load("qualifiers.yaml"),
    )


def _read(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as wrong:
        raise ValueError(str(wrong)) from wrong


@cache
def element_names() -> Mapping[str, Mapping[str, Any]]:
    """Names of common facts by their folded Chinese label: languages, and which were `converted`."""
    found: dict[str, Mapping[str, Any]] = {}
    for line in _load("element_names.yaml"):
        assert isinstance(line, dict)
        for label in (line["zh-hans"], *line.get("also", ())):
            if found.setdefault(plain(label), line) is not line:
                raise ValueError(f"element name twice: {label}")
    return found


@cache
def lags() -> Mapping[str, tuple[str, ...]]:
    """Words of this year's (`now`) and last year's (`ago`) column."""
    return {side: tuple(words) for side, words in _load("lags.yaml").items()}


@cache
def flows() -> Mapping[str, tuple[str, ...]]:
    """Words of what happens during a period: `any`, by dimension, `stock` and `within_year`."""
    found = {name: tuple(words) for name, words in _load("flows.yaml").items()}
    if strange := found.keys() - {*Dimension, "any", "stock", "within_year"}:
        raise ValueError(f"flows.yaml: {sorted(strange)}")
    return found


@cache
def thresholds() -> list[Thresholds]:
    """Editions of the limits of checking, oldest first."""
    return build_thresholds(_load("checks.yaml"))


@cache
def suppression() -> list[Suppression]:
    """Editions of what is kept back, oldest first."""
    return build_suppression(_load("suppression.yaml"))


@cache
def masking() -> list[Masking]:
    """Editions of what tells of a person, oldest first."""
    return build_masking(_load("masking.yaml"))


@cache
def costs(on: date) -> Costs:
    """What asking and confirming cost a clerk that day."""
    return costs_on(_load("costs.yaml"), on)


def _load(name: str) -> Any:
    text = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
    return yaml.safe_load(text)


@cache
def reading_words() -> ReadingWords:
    """By which words a sheet is read."""
    return build_reading_words(_load("reading.yaml"))


@cache
def filled_words() -> FilledWords:
    """Words of filled cells and head lines that ship with the package."""
    return build_words(_load("filled.yaml"), reading_words())


@cache
def ledgers() -> Mapping[str, LedgerKind]:
    """Kinds of ledgers and what each keeps."""
    return build_kinds(_load("ledgers.yaml"))


@cache
def dues() -> list[Dues]:
    """Oldest first."""
    return build_dues(_load("dues.yaml"))


@cache
def limits_at_once() -> Limits:
    """Up to where work is answered at once."""
    return build_limits(_load("works.yaml"))


@cache
def ledger_items() -> Mapping[tuple[str, str], Countable]:
    """By folded label and base unit, what a question of that wording counts."""
    lines = resources.files(__name__).joinpath("ledger_items.csv").read_text(encoding="utf-8")
    return {
        (plain(one["label"]), one["base_unit"]): Countable(
            one["kind"], one["formula"], bool(one["exact"])
        )
        for one in csv.DictReader(lines.splitlines())
    }


@cache
def plain_headings() -> frozenset[str]:
    """Folded headings under which a declared wording means the whole village."""
    return frozenset(plain(one) for one in _load("plain_headings.yaml"))
