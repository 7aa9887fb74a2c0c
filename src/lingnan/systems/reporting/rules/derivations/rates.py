"""率: a part over its whole, both among the village's own items."""

import re
from collections.abc import Sequence
from decimal import Decimal

from ...terms import Quality, Vocabulary
from ..expressions import Number, Op, Ref
from ..matching.facts import TOTAL, Facts, stem_of
from .counting import Draft

_BRACKET = re.compile(r"[（(][^（()）]*[)）]")
_DUE = re.compile(r"[（(]\s*(?:应|计划|目标|任务)")
_HUNDRED = Number(Decimal(100))


def propose_rate(index: int, facts: Sequence[Facts], words: Vocabulary) -> Draft | None:
    """`贫困户劳动力培训率` ← trained / labour force: the whole is named at the beginning, the part
    is the item right before it or one that shares the rest of the name."""
    rate = facts[index]
    if not rate.stem.endswith("率"):
        return None
    said = rate.stem.removesuffix("率")
    before = [fact for fact in facts[:index] if _countable(fact)]
    wholes = [(fact, stem) for fact in before if (stem := _named_in(fact, said, rate, words))]
    best = max((len(stem) for _, stem in wholes), default=0)
    for whole, stem in wholes:
        if len(stem) < best or _stands_for_done(whole, before):
            continue
        part = _part(index, facts, whole, said.removeprefix(stem), before)
        if part is not None:
            ratio = Op("/", Ref(part.ref.field.code), Ref(whole.ref.field.code))
            names = f"“{part.ref.field.label}”÷“{whole.ref.field.label}”"
            reasons = (f"按名称推断：{names}", "由本表其他项目计算，口径需人工确认")
            return Draft(Op("*", ratio, _HUNDRED), Quality.APPROXIMATE, reasons)
    return None


def _countable(fact: Facts) -> bool:
    return fact.ref.field.unit is not None and fact.ref.field.unit.base not in {"%", "代码"}


def _named_in(fact: Facts, said: str, rate: Facts, words: Vocabulary) -> str:
    """The words of the rate's name that name this whole; TOTAL needs the same population."""
    stem = stem_of(_BRACKET.sub("", fact.ref.field.label), words)
    if stem == TOTAL:
        same = fact.marks.get("对象") == rate.marks.get("对象")
        return TOTAL if same and fact.marks.get("对象") else ""
    return stem if len(stem) > 1 and said.startswith(stem) and stem != said else ""


def _part(
    index: int, facts: Sequence[Facts], whole: Facts, rest: str, before: Sequence[Facts]
) -> Facts | None:
    """The item right before the rate, when it is part of the whole or shares a word with the name;
    otherwise the nearest item under the same heading that does."""
    previous = facts[index - 1] if index else None
    same = [f for f in before if _same_unit(f, whole) and f is not whole and not _is_due(f)]
    if previous in same:
        if _is_due(whole) and previous.ref.field.path == whole.ref.field.path:
            return previous
        child = previous.ref.field.parent == whole.ref.field.code
        if child or _share(previous.stem, rest):
            return previous
    near = [f for f in same if f.ref.field.path == facts[index].ref.field.path]
    sharing = [f for f in reversed(near) if _share(f.stem, rest)]
    return sharing[0] if len(sharing) == 1 else None


def _is_due(fact: Facts) -> bool:
    """`高血压患者（应管理数）`: what ought to be is the whole, never the part."""
    return bool(_DUE.search(fact.ref.field.label))


def _stands_for_done(fact: Facts, before: Sequence[Facts]) -> bool:
    """Beside one that says what ought to be under the same heading, another says what was done."""
    path = fact.ref.field.path
    beside = [one for one in before if path and one.ref.field.path == path]
    return not _is_due(fact) and any(_is_due(one) for one in beside)


def _same_unit(one: Facts, other: Facts) -> bool:
    a, b = one.ref.field.unit, other.ref.field.unit
    return a is not None and b is not None and (a.base, a.multiplier) == (b.base, b.multiplier)


def _share(one: str, rest: str) -> bool:
    return any(rest[n : n + 2] in one for n in range(len(rest) - 1))
