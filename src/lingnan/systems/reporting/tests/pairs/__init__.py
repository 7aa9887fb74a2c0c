"""Pairs of fields as people word them, and what must, or must never, be said of them."""

from collections.abc import Iterator
from importlib import resources

import yaml

from lingnan.systems.reporting.content import reading_words, vocabulary
from lingnan.systems.reporting.rules.matching import match_fields
from lingnan.systems.reporting.rules.matching.claiming import claimed
from lingnan.systems.reporting.rules.matching.facts import facts_of
from lingnan.systems.reporting.rules.matching.judging import Likeness, judge
from lingnan.systems.reporting.rules.reading.surround import period_of_text
from lingnan.systems.reporting.rules.reading.types import type_of
from lingnan.systems.reporting.rules.units_words import parse_unit
from lingnan.systems.reporting.terms import FieldDraft, FormDraft, Layout, Relation, Vocabulary


def pairs(name: str) -> Iterator[tuple[str, str]]:
    text = resources.files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    for some in yaml.safe_load(text).values():
        for one, other in some:
            yield str(one), str(other)


def form_of(written: str, name: str) -> FormDraft:
    """`章节>上级^项目/单位#表名` as a form of one question (and the one it is a part of)."""
    asked, _, title = written.partition("#")
    asked, _, unit = asked.rpartition("/") if "/" in asked else (asked, "", "")
    *path, asked = asked.split(">")
    *above, asked = asked.split("^")
    labels = [*above, asked]
    fields = tuple(
        _field(label, unit, tuple(path), n, f"q{n - 1}" if n else "")
        for n, label in enumerate(labels)
    )
    period = period_of_text([title])
    return FormDraft(name, title, "", Layout.ITEMS, fields, period=period, subject="village")


def _field(label: str, written: str, path: tuple[str, ...], n: int, parent: str) -> FieldDraft:
    unit = parse_unit(written) if written else None
    return FieldDraft(
        f"q{n}", label, path, "", n + 1, 2, f"B{n + 1}", f"A{n + 1}",
        type_of(label, unit, (), reading_words()), unit, parent=parent,
    )  # fmt: skip


def relation(one: str, other: str, words: Vocabulary | None = None) -> Relation | None:
    """Of the last question of one to the last question of the other; None: no candidate at all."""
    a, b = form_of(one, "a"), form_of(other, "b")
    match = match_fields(a, b, words or vocabulary())[-1]
    wanted = b.fields[-1].code
    return next((c.relation for c in match.candidates if c.target.field.code == wanted), None)


def claim(one: str, other: str) -> Relation:
    """What would be claimed of two questions however sure the likeness of their words were."""
    words = vocabulary()
    a, b = (facts_of(form_of(written, written), words)[-1] for written in (one, other))
    sure = Likeness(1.0, 1.0, (), 40.0, 40.0)
    return claimed(a, judge(a, b, sure, words), b, words).relation
