"""What a form per household offers for adding up: options that qualify, quantities, its name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...terms import Dimension, FormDraft, Vocabulary
from ..expressions import In, Test, Where
from ..labels import plain
from ..matching.facts import TOTAL, Facts, facts_of
from ..vocabulary import canonical, without_marks

_MEASURES = re.compile(r"(面积|金额|数量|人数|数额)$")
_NEGATIONS = "没无未非不"
_SAYS_NOTHING = {"其他", "其它", "无", "有", "是", "否", "男", "女"}
_YES = {"是", "有", "已", "享受", "参加"}


@dataclass(frozen=True, slots=True)
class Facet:
    """Part of an option's label that only some options have: these codes of this field."""

    text: str
    test: In


@dataclass(frozen=True, slots=True)
class Offer:
    """The household form ready for asking."""

    name: str
    facts: tuple[Facts, ...]
    size: Facts | None
    facets: tuple[Facet, ...]
    qualified: tuple[tuple[str, Facts], ...]
    """Quantities as qualifiers: (`列入危房改造计划`, the area so qualified)."""


def offer_of(form: FormDraft, words: Vocabulary) -> Offer:
    facts = tuple(facts_of(form, words))
    sizes = [f for f in facts if f.stem == TOTAL and f.dimension is Dimension.PERSONS]
    return Offer(
        canonical(form.subject_name, words),
        facts,
        sizes[0] if len(sizes) == 1 else None,
        tuple(_facets(facts, words)),
        tuple(_qualified(facts, words)),
    )


def _facets(facts: Sequence[Facts], words: Vocabulary) -> list[Facet]:
    """Longest first; a text that two fields offer would be a guess and is left out."""
    found: dict[str, set[In]] = {}
    for fact in facts:
        options = fact.ref.field.options
        atoms = {option.code: _atoms(option.label, words) for option in options}
        yes = [o.code for o in options if o.label in _YES]
        if len(options) == 2 and len(yes) == 1:
            asked = fact.stem.removeprefix("是否").removeprefix("有无")
            found.setdefault(asked, set()).add(In(fact.ref.field.code, (yes[0],)))
        for text in sorted({atom for some in atoms.values() for atom in some}):
            codes = tuple(code for code, some in atoms.items() if text in some)
            if len(codes) < len(options) and text not in _SAYS_NOTHING and len(text) > 1:
                found.setdefault(text, set()).add(In(fact.ref.field.code, codes))
    certain = [Facet(text, next(iter(tests))) for text, tests in found.items() if len(tests) == 1]
    return sorted(certain, key=lambda facet: -len(facet.text))


def _atoms(label: str, words: Vocabulary) -> set[str]:
    """`有劳动能力的低保户` → itself, `有劳动能力`, `低保户`."""
    whole = canonical(label, words).replace("的", "")
    return {
        whole,
        *(canonical(part, words) for part in re.split(r"[的、，,（(）)]", label) if part),
    }


def _qualified(facts: Sequence[Facts], words: Vocabulary) -> list[tuple[str, Facts]]:
    found = []
    for fact in facts:
        before, joiner, noun = canonical(fact.ref.field.label, words).rpartition("的")
        if joiner and _MEASURES.search(noun) and fact.dimension is not Dimension.RATIO:
            found.append((without_marks(before, words), fact))
    return found


def take_facets(text: str, offer: Offer) -> tuple[Where, str]:
    """The conditions a qualifier makes, and what is left of the text."""
    tests: Where = ()
    for facet in offer.facets:
        at = text.find(facet.text)
        if at < 0 or (at > 0 and text[at - 1] in _NEGATIONS):
            continue
        joined = join_tests(tests, facet.test)
        if joined is None:
            continue
        tests, text = joined, text[:at] + text[at + len(facet.text) :]
    return tests, text


def join_tests(tests: Where, new: Test) -> Where | None:
    """Two facets of one field leave the codes both allow; none left is a contradiction."""
    for index, old in enumerate(tests):
        if isinstance(old, In) and isinstance(new, In) and old.code == new.code:
            both = tuple(value for value in old.values if value in new.values)
            return (*tests[:index], In(old.code, both), *tests[index + 1 :]) if both else None
    return (*tests, new)


def says_population(fact: Facts, offer: Offer) -> bool:
    """The village item is about just these households: named in its label or its headings."""
    said = plain(fact.ref.field.label) + "".join(plain(part) for part in fact.ref.field.path)
    return bool(offer.name) and offer.name in said
