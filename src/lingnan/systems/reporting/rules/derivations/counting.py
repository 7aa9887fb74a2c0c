"""Households that qualify are counted; quantities are added up; unions only approximately."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...terms import Dimension, Quality, Vocabulary
from ..expressions import Above, Count, Expression, In, Op, Sum, Where
from ..labels import take_numbering
from ..matching.facts import TOTAL, Facts, stem_of
from ..vocabulary import canonical
from .households import Offer, join_tests, take_facets

_EMPTY = {"", "家庭", "户", TOTAL}
_JOINED = re.compile(r"[、和及与或]|以及")
_HEADING = re.compile(r"(基本情况|有关情况|情况|明细|统计)$")
Limits = tuple[Where, str]
_EXACT, _ROUGH = Quality.EXACT, Quality.APPROXIMATE


@dataclass(frozen=True, slots=True)
class Draft:
    expression: Expression
    quality: Quality
    reasons: tuple[str, ...]


def count_households(fact: Facts, offer: Offer, words: Vocabulary) -> Draft | None:
    """户数: all households, those of some option codes, or those with a quantity above zero."""
    limits = conditions_of(fact, offer, words)
    if limits is None:
        return None
    where, rest = limits
    if rest not in _EMPTY:
        return _with_quantity(fact, rest, where, offer, words)
    if _time_differs(fact, None, words) or part_of_others(fact, offer):
        return None
    reasons = (*_reasons(where, offer), "一户填一张表，户数即表数")
    return Draft(Count(where), _EXACT, reasons)


def _with_quantity(
    fact: Facts, rest: str, where: Where, offer: Offer, words: Vocabulary
) -> Draft | None:
    """`列入危房改造计划` + 户数 ← households whose area so named is above zero. The topic may stand
    in a heading: `已动工未完成` under 危房改造."""
    found = []
    for qualifier, held in offer.qualified:
        topic = qualifier.removeprefix(rest)
        direct = qualifier == rest
        if direct or (topic != qualifier and len(topic) > 1 and topic in fact.context):
            found.append(held)
    if len(found) != 1:
        return None
    held = found[0]
    label = held.ref.field.label
    reasons = [*_reasons(where, offer), f"“{label}”大于零的户即符合条件的户"]
    quality = _EXACT
    if "完成" in rest and "未完成" not in rest:
        quality = _ROUGH
        reasons.append("只完成一部分的户也会计入")
    if _time_differs(fact, held, words):
        quality = _ROUGH
        reasons.append("两表的时段口径不同（累计与当年）")
    return Draft(Count((*where, Above(held.ref.field.code))), quality, tuple(reasons))


def sum_quantity(fact: Facts, offer: Offer, words: Vocabulary) -> Draft | None:
    """Persons, money, areas: the household item of the same name and unit is added up."""
    if "计算" in fact.marks:
        return _weighted_mean(fact, offer, words)
    whole = conditions_of(fact, offer, words, whole=True)
    limits = conditions_of(fact, offer, words)
    same_unit = [held for held in offer.facts if _same_unit(fact, held)]
    # A name that happens to hold an option's words may be an item of its own: the whole name first.
    draft = _named(fact, whole, same_unit, offer, words) if whole else None
    if limits is None or draft is not None:
        return draft
    return (
        _all_persons(fact, limits, same_unit, offer, words)
        or _named(fact, limits, same_unit, offer, words)
        or _union(fact, same_unit, words)
    )


def _all_persons(
    fact: Facts, limits: Limits, same_unit: Sequence[Facts], offer: Offer, words: Vocabulary
) -> Draft | None:
    where, rest = limits
    size = offer.size
    if rest not in _EMPTY or size is None or size not in same_unit:
        return None
    if _time_differs(fact, size, words) or part_of_others(fact, offer):
        return None
    reasons = (*_reasons(where, offer), f"各户“{size.ref.field.label}”相加")
    return Draft(Sum((size.ref.field.code,), where), _EXACT, reasons)


def _named(
    fact: Facts, limits: Limits, same_unit: Sequence[Facts], offer: Offer, words: Vocabulary
) -> Draft | None:
    """The one household item of this name, over the same time; exact when both are part of the
    same whole, approximate when the households are asked about a part of their members only."""
    where, rest = limits
    found = [held for held in same_unit if held.stem == rest]
    parts = [held for held in found if held.parent == fact.parent]
    if part_of_others(fact, offer):
        found = parts
    found = parts or found
    # 其他 or 高中 alone say too little unless the whole is the same.
    if len(found) != 1 or (len(rest) <= 2 and not fact.parent):
        return None
    held = found[0]
    if _time_differs(fact, held, words):
        return None
    label = held.ref.field.label
    reasons = (*_reasons(where, offer), f"与各户“{label}”同名同单位，相加即得")
    whole = held.parent if held.dimension is Dimension.PERSONS else ""
    if whole in {"", TOTAL, fact.parent}:
        return Draft(Sum((held.ref.field.code,), where), _EXACT, reasons)
    reasons = (*reasons, f"户表只在“{held.ref.field.path[-1]}”范围内问")
    return Draft(Sum((held.ref.field.code,), where), _ROUGH, reasons)


def conditions_of(
    fact: Facts, offer: Offer, words: Vocabulary, *, whole: bool = False
) -> Limits | None:
    """What limits the households, and the words left over: from the label, then from the headings.
    None when a heading limits them in words that are not options alone. `whole`: the label stays
    as it is."""
    own = _own(fact.stem, offer)
    where, rest = ((), own) if whole else take_facets(own, offer)
    for part in fact.ref.field.path:
        heading = _HEADING.sub("", stem_of(take_numbering(part)[1], words))
        more, left = take_facets(_own(heading, offer), offer)
        if more and left not in _EMPTY:
            return None
        for test in more:
            joined = join_tests(where, test)
            if joined is None:
                return None
            where = joined
    return where, rest


def part_of_others(fact: Facts, offer: Offer) -> bool:
    """其中 of something that is neither all households nor those of some options."""
    _, left = take_facets(_own(fact.parent, offer), offer) if fact.parent else ((), "")
    return left not in _EMPTY


def _own(stem: str, offer: Offer) -> str:
    return (stem.replace(offer.name, "") if offer.name else stem) or TOTAL


def _union(fact: Facts, same_unit: Sequence[Facts], words: Vocabulary) -> Draft | None:
    """`农技和就业培训` ← 农技培训 + 就业培训; somebody may be counted in both."""
    if not _JOINED.search(fact.ref.field.label):
        return None
    pair = _halves(fact, same_unit) or _endings(fact, same_unit, words)
    if pair is None or any(_time_differs(fact, held, words) for held in pair):
        return None
    labels = "”“".join(held.ref.field.label for held in pair)
    expression: Expression = Sum((pair[0].ref.field.code,))
    for held in pair[1:]:
        expression = Op("+", expression, Sum((held.ref.field.code,)))
    return Draft(expression, _ROUGH, (f"由“{labels}”相加", "同一人可能重复计入"))


def _halves(fact: Facts, same_unit: Sequence[Facts]) -> tuple[Facts, ...] | None:
    """Two names with a common beginning and end whose middles, side by side, make the label."""
    for index, one in enumerate(same_unit):
        for other in same_unit[index + 1 :]:
            begin = _common(one.stem, other.stem)
            end = _common(one.stem[begin:][::-1], other.stem[begin:][::-1])
            first, second = one.stem[begin : len(one.stem) - end], other.stem[begin:]
            if not begin + end or not first or len(second) <= end:
                continue
            last = second[: len(second) - end]
            head, tail = one.stem[:begin], one.stem[len(one.stem) - end :] if end else ""
            if fact.stem == head + first + last + tail:
                return one, other
            if fact.stem == head + last + first + tail:
                return other, one
    return None


def _endings(
    fact: Facts, same_unit: Sequence[Facts], words: Vocabulary
) -> tuple[Facts, ...] | None:
    """`务农、务工` ← 在家务农 + 外出务工: parts of the same whole, each with a short addition."""
    label = re.sub(r"(总)?[人户次]数$", "", fact.ref.field.label)
    parts = [canonical(part, words) for part in _JOINED.split(label)]
    found = []
    for part in parts:
        held = [
            h
            for h in same_unit
            if h.stem.endswith(part) and len(h.stem) - len(part) <= 3 and h.parent
            if h.parent == fact.parent
        ]
        if len(held) != 1 or len(part) < 2:
            return None
        found.append(held[0])
    return tuple(found) if len({f.ref.field.code for f in found}) == len(parts) > 1 else None


def _weighted_mean(fact: Facts, offer: Offer, words: Vocabulary) -> Draft | None:
    """人均: the households' own averages, weighted by their persons."""
    size = offer.size
    if size is None or fact.marks["计算"] != frozenset({"人均"}):
        return None
    limits = conditions_of(fact, offer, words)
    if limits is None:
        return None
    where, rest = limits
    held = [
        h
        for h in offer.facts
        if h.marks.get("计算") == fact.marks["计算"]
        and _same_unit(fact, h)
        and h.stem.removeprefix("家庭") == rest
    ]
    if len(held) != 1 or _time_differs(fact, held[0], words):
        return None
    code, persons = held[0].ref.field.code, size.ref.field.code
    mean = Op("/", Sum((code, persons), where), Sum((persons,), where))
    reason = f"各户“{held[0].ref.field.label}”按人数加权平均，各户填报时已取整"
    return Draft(mean, _ROUGH, (*_reasons(where, offer), reason))


def _same_unit(one: Facts, other: Facts) -> bool:
    a, b = one.ref.field.unit, other.ref.field.unit
    if a is None or b is None or other.ref.field.options:
        return False
    return (a.base, a.multiplier, a.per) == (b.base, b.multiplier, b.per)


def _time_differs(fact: Facts, held: Facts | None, words: Vocabulary) -> bool:
    """Cumulative, planned or last year's figures do not follow from this year's."""
    for family in words.distinctions:
        if family.inherit or family.silent in {"whole", "any"}:
            continue
        silent = frozenset({family.silent})
        mine = fact.marks.get(family.family, silent)
        theirs = held.marks.get(family.family, silent) if held else silent
        if mine != theirs:
            return True
    return False


def names_time(fact: Facts, words: Vocabulary) -> bool:
    """The label itself says over which time."""
    timed = [
        f.family
        for f in words.distinctions
        if f.strip and not f.inherit and f.silent not in {"whole", "any"}
    ]
    return any(family in fact.marks for family in timed)


def _reasons(where: Where, offer: Offer) -> tuple[str, ...]:
    labels = {held.ref.field.code: held.ref.field.label for held in offer.facts}
    return tuple(
        f"限定条件对应“{labels[test.code]}”的选项 {'、'.join(test.values)}"
        for test in where
        if isinstance(test, In)
    )


def _common(one: str, other: str) -> int:
    """Length of the common beginning."""
    for length, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return length
    return min(len(one), len(other))
