"""Pairs of fields by the author's judgement: equal facts are `same`; `relations.txt` says the rest."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .fill import PER
from .form import DEFINITIONS, Form
from .grid import Field

FACTOR = PER


@dataclass(frozen=True)
class Rule:
    """`left < right`: left is part of right. `~` alike. `=>` right follows from the rows of left."""

    left: re.Pattern[str]
    kind: str
    right: str
    trap: str
    note: str

    def targets(self, fact: str) -> str | None:
        found = self.left.fullmatch(fact)
        return self.right.replace("*", found[1] if found.groups() else "") if found else None


@dataclass(frozen=True)
class Pair:
    a: tuple[Form, Field]
    b: tuple[Form, Field]
    relation: str
    trap: str
    note: str


def rules() -> list[Rule]:
    found = []
    for line in (DEFINITIONS / "relations.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        words, _, rest = line.partition("|")
        left, kind, right = words.split()
        trap, _, note = rest.partition("|")
        pattern = re.escape(left).replace(r"\*", "(.+)").replace("@", "[^/]+")
        found.append(Rule(re.compile(pattern), kind, right, trap.strip(), note.strip()))
    return found


def factor(a: Field, b: Field) -> str:
    """What a number in a's unit is multiplied by to stand in b's unit."""
    if a.unit == b.unit or not (a.unit and b.unit):
        return "1"
    return f"{FACTOR.get(a.unit, 1) / FACTOR.get(b.unit, 1):.10g}"


def pairs(forms: list[Form], year: int) -> list[Pair]:
    """Every related pair between forms of different departments, a before b in the order of codes."""
    fields = [(f, x) for f in forms for s in f.draw(year) for x in s.fields]
    by_fact: dict[str, list[tuple[Form, Field]]] = {}
    for form, asked in fields:
        by_fact.setdefault(asked.fact, []).append((form, asked))
    found: dict[tuple[str, ...], Pair] = {}
    for form, asked in fields:
        for pair in _of(form, asked, by_fact):
            a, b = pair.a, pair.b
            found.setdefault(
                (a[0].code, a[1].sheet, a[1].cell, b[0].code, b[1].sheet, b[1].cell), pair
            )
    return list(found.values())


def _of(form: Form, asked: Field, by_fact: dict[str, list[tuple[Form, Field]]]) -> Iterator[Pair]:
    for other in by_fact[asked.fact]:
        if form.code < other[0].code and _apart(form, other[0]):
            yield Pair((form, asked), other, "same", "", "")
    for rule in rules():
        target = rule.targets(asked.fact)
        for other in by_fact.get(target or "", []):
            if not _apart(form, other[0]) or target == asked.fact:
                continue
            if form.code < other[0].code:
                kind = {"<": "broader", "~": "alike", "=>": "derived"}[rule.kind]
                yield Pair((form, asked), other, kind, rule.trap, rule.note)
            else:
                kind = {"<": "narrower", "~": "alike", "=>": "derived"}[rule.kind]
                yield Pair(other, (form, asked), kind, rule.trap, rule.note)


def _apart(a: Form, b: Form) -> bool:
    return str(a.spec["department"]) != str(b.spec["department"])
