"""One pair: the relation of two fields, and the reasons in words with what each adds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from ...terms import Candidate, Dimension, Distinction, Relation, Unit, Vocabulary
from .facts import TOTAL, Facts, explained
from .names import agreeing
from .sides import QUANTITIES, TEXTS
from .turning import alike, wholes

PART_CAP = 0.75
COUNTED = {Dimension.THINGS, Dimension.TIMES, Dimension.DURATION, Dimension.CODE}
NAMELESS_CAP, LEAST = 0.45, 0.8
EVIDENCE = {"name", "topic", "code", "meaning", "values", "writing", "numbers"}
"""Unit and place in the form alone, less than LEAST log-odds of these, pair nothing."""
ALIKE_IN_ALL = 1.2
"""Log-odds more where nothing is left that one says and the other does not."""
SAME_FROM = 0.9
"""Less sure, it is left to a person: to call two facts one wrongly is worse than to ask."""
PROMISING = math.log(SAME_FROM / (1 - SAME_FROM)) - ALIKE_IN_ALL
"""With less no pair becomes the same."""
TURNED = 0.4
"""Names that say the same in another order are at least so alike."""
BAND = 0.05
"""Below a cap the order of the scores is kept within this."""


class Likeness(NamedTuple):
    """What was measured of a pair: names under their headings, headings; `parts`: log-odds by group
    of reasons, greatest first, those worth showing; `evidence`: of EVIDENCE alone."""

    whole: float
    context: float
    parts: Sequence[tuple[str, float]]
    evidence: float
    total: float


@dataclass(slots=True)
class Ledger:
    """Collects what keeps two fields apart; `cap` is the most the score may still be; `part`: one
    is surely a part of the other."""

    reasons: list[str] = field(default_factory=list)
    clash: bool = False
    target_narrower: bool = False
    target_broader: bool = False
    cap: float = 1.0
    part: bool = False

    def against(self, reason: str, cap: float) -> None:
        self.clash, self.cap = True, min(self.cap, cap)
        self.reasons.append(reason)


def judge(a: Facts, b: Facts, like: Likeness, words: Vocabulary) -> Candidate:
    """Score, relation and reasons; whatever excludes that both are one fact caps the score."""
    ledger = Ledger()
    _units(a, b, ledger)
    if a.marks != b.marks:
        known = families(words)
        for name in _differing(a, b):
            _family(known[name], a, b, ledger)
    _numbers(a, b, ledger)
    options = _options(a, b, ledger)
    relation = _relation(a, b, like, ledger, options, words)
    if ledger.part:
        ledger.cap = min(ledger.cap, PART_CAP)
    if like.evidence < LEAST:
        ledger.cap = min(ledger.cap, NAMELESS_CAP)
    total = like.total + (ALIKE_IN_ALL if relation is Relation.SAME else 0.0)
    score = _capped(1 / (1 + math.exp(-max(min(total, 40), -40))), ledger.cap)
    if relation is Relation.SAME and score < SAME_FROM:
        relation = Relation.ALIKE
    reasons = (*_said(a, b, like), *ledger.reasons, *_of_relation(relation))
    return Candidate(b.ref, round(score, 4), relation, reasons)


@lru_cache(maxsize=8)
def families(words: Vocabulary) -> Mapping[str, Distinction]:
    return {family.family: family for family in words.distinctions}


def _differing(a: Facts, b: Facts) -> list[str]:
    """Families the two do not name alike, in a fixed order."""
    one, other = a.marks, b.marks
    mine = [name for name, some in one.items() if other.get(name) != some]
    return mine + [name for name in other if name not in one]


def _capped(score: float, cap: float) -> float:
    """Two capped scores keep their order."""
    return score if score <= cap - BAND else cap - BAND + BAND * (score - cap + BAND) / (1.05 - cap)


def _units(a: Facts, b: Facts, ledger: Ledger) -> None:
    one, other = a.ref.field, b.ref.field
    if a.dimension and b.dimension and a.dimension is not b.dimension:
        ledger.against(f"计量单位不同：{_unit(a)}与{_unit(b)}", 0.4)
    elif one.unit and other.unit:
        if one.unit.per != other.unit.per:
            ledger.against("一个按时段或人头计，一个不是", 0.7)
        elif (one.unit.base, one.unit.multiplier) != (other.unit.base, other.unit.multiplier):
            ledger.reasons.append(_two_units(one.unit, other.unit))
    elif _mixed(a, b):
        ledger.against("一个是数量，一个不是", 0.5)


def _two_units(one: Unit, other: Unit) -> str:
    """Measure words (个, 所, 盏) may be chosen freely; the rest converts."""
    counted = one.base != other.base and one.dimension in COUNTED
    return f"{'量词不同' if counted else '单位需换算'}：{one.written}与{other.written}"


def _mixed(a: Facts, b: Facts) -> bool:
    """Columns of a register are what their values are; a name alone may only seem a text."""
    types = {a.ref.field.type, b.ref.field.type}
    return bool(types & QUANTITIES and types & TEXTS) and not (a.profile or b.profile)


def _unit(fact: Facts) -> str:
    unit = fact.ref.field.unit
    return unit.written if unit else fact.ref.field.label


def _family(family: Distinction, a: Facts, b: Facts, ledger: Ledger) -> None:
    one = a.marks.get(family.family, frozenset())
    other = b.marks.get(family.family, frozenset())
    if one and other:
        pair = f"{'、'.join(sorted(one))}≠{'、'.join(sorted(other))}"
        ledger.against(f"{family.family}不同：{pair}", 0.55)
    elif family.silent == "whole":
        ledger.target_narrower |= bool(other)
        ledger.target_broader |= bool(one)
        ledger.part |= (one or other) != {family.usual}
        said = "、".join(sorted(one or other))
        ledger.reasons.append(f"只有一方限定{family.family}：{said}")
    elif family.silent == "any" and family.inherit:
        ledger.target_narrower |= bool(other)
        ledger.target_broader |= bool(one)
        said = "、".join(sorted(one or other))
        ledger.reasons.append(f"只有一方限定{family.family}：{said}")
    elif family.silent != "any" and (one or other) != {family.silent}:
        said = "、".join(sorted(one or other))
        ledger.against(f"{family.family}不同：{said}≠{family.silent}（未写明）", 0.55)
    elif family.silent != "any":
        ledger.reasons.append(f"一方未写明{family.family}，按{family.silent}理解")


def _numbers(a: Facts, b: Facts, ledger: Ledger) -> None:
    if a.numbers == b.numbers:
        return
    ledger.part = True
    if a.numbers < b.numbers:
        ledger.target_narrower = True
    elif b.numbers < a.numbers:
        ledger.target_broader = True
    else:
        ledger.against("限定的数字不同", 0.6)


def _options(a: Facts, b: Facts, ledger: Ledger) -> float | None:
    if not a.ref.field.options or not b.ref.field.options:
        return None
    one = {o.label for o in a.ref.field.options}
    other = {o.label for o in b.ref.field.options}
    if one != other:
        alike = len(one & other) / len(one | other)
        if alike < 0.5:
            ledger.against("选项不同", 0.6)
        return alike
    if {(o.code, o.label) for o in a.ref.field.options} != {
        (o.code, o.label) for o in b.ref.field.options
    }:
        ledger.reasons.append("选项相同而代码不同")
    return 1.0


def _relation(
    a: Facts,
    b: Facts,
    like: Likeness,
    ledger: Ledger,
    options: float | None,
    words: Vocabulary,
) -> Relation:
    if ledger.clash or (options is not None and options < 1) or a.among != b.among:
        return Relation.ALIKE
    if _same_words(a, b, like, words):
        if ledger.target_narrower or ledger.target_broader:
            if ledger.target_narrower and ledger.target_broader:
                return Relation.ALIKE
            return Relation.NARROWER if ledger.target_narrower else Relation.BROADER
        return Relation.SAME if a.level == b.level else Relation.DERIVED
    if a.level != b.level or ledger.target_narrower and ledger.target_broader:
        return Relation.ALIKE
    return _part(a, b, ledger)


def _same_words(a: Facts, b: Facts, like: Likeness, words: Vocabulary) -> bool:
    """Stems alike, and whatever parents and headings add is said by the other side too. Columns with
    Latin names say the same words, and values of one kind."""
    if a.name and b.name and a.stem != b.stem:
        return _kind(a) == _kind(b) and agreeing(a.name.kept, b.name.kept, words)
    plainly = a.stem == b.stem or a.whole in {b.whole, b.stem} or a.stem == b.whole
    promising = like.total >= PROMISING and like.whole >= TURNED
    if not plainly and not (promising and alike(a, b, words)):
        return False
    if not (explained(a, b) and explained(b, a)):
        return False
    if a.parent and b.parent:
        return a.parent == b.parent or wholes(a, b, words)
    if wholes(a, b, words) and a.whole != TOTAL or _clear(a) and _clear(b):
        return True
    return like.context >= 0.5 and a.stem == b.stem


def _kind(found: Facts) -> str:
    return found.profile.kind if found.profile else ""


def _clear(found: Facts) -> bool:
    """Understood without its headings: the only one of its name in the form and not a mere word."""
    if found.stem == TOTAL:
        return bool(found.marks)
    long = len(found.stem) > 3 or len(found.raw) > 5
    return found.alone and (long or not found.context)


def _part(a: Facts, b: Facts, ledger: Ledger) -> Relation:
    """One label is the other with a qualifier more, or names the other as its whole."""
    if _within(a.stem, b.stem):
        return Relation.NARROWER if not ledger.target_broader else Relation.ALIKE
    if _within(b.stem, a.stem):
        return Relation.BROADER if not ledger.target_narrower else Relation.ALIKE
    if b.parent and b.parent == a.stem and len(a.stem) >= 3:
        return Relation.NARROWER
    if a.parent and a.parent == b.stem and len(b.stem) >= 3:
        return Relation.BROADER
    return Relation.ALIKE


def _within(short: str, long: str) -> bool:
    """A qualifier stands before the noun (女党员, 新党员) in Chinese: the noun ends the label."""
    return (
        not short.isascii()
        and short not in {long, TOTAL}
        and len(short) > 1
        and long.endswith(short)
    )


def _of_relation(relation: Relation) -> tuple[str, ...]:
    if relation is Relation.SAME:
        return (f"所说的完全对应（{ALIKE_IN_ALL:+.1f}）",)
    if relation is Relation.DERIVED:
        return ("一方按户填写，一方汇总填写：可由明细汇总",)
    if relation in (Relation.NARROWER, Relation.BROADER):
        return ("对方只问其中一部分" if relation is Relation.NARROWER else "对方问的范围更大",)
    return ()


GROUPS = {
    "name": "name", "name_high": "name", "exact": "name", "synonym": "name", "bare": "name",
    "raw": "name", "letters": "name", "cover": "topic", "cover_low": "topic",
    "unheld": "topic", "apart": "topic", "context": "headings", "ambiguous": "headings",
    "topic": "topic", "off_topic": "topic", "near": "near", "code": "code", "meaning": "meaning",
    "unit_same": "unit", "unit_differs": "unit", "base_differs": "unit",
    "type_differs": "type", "v_kind": "type", "level_differs": "level", "role_differs": "level",
    "options": "options", "yes_no": "options", "v_options": "options",
    "clash": "limits", "numbers_differ": "limits", "partial": "limits", "usual": "limits",
    "limits_shared": "limits",
    "v_known": "values", "v_overlap": "values", "v_shared": "values", "v_words": "values",
    "v_grams": "writing", "v_pattern": "writing", "v_shape": "writing", "v_distinct": "writing",
    "v_number": "numbers", "v_number_like": "numbers",
    "base": "start", "rivals": "rivals",
}  # fmt: skip
WORDS = {
    "headings": ("所在章节相近", "所在章节不同"),
    "topic": ("所问事项相近", "所问事项不同"),
    "near": ("前后项目也相近", ""),
    "code": ("项目编号相同", ""),
    "meaning": ("语义模型认为相近", "语义模型认为不同"),
    "unit": ("计量单位相同", "计量单位不同"),
    "type": ("类型相同", "类型不同"),
    "level": ("", "填报对象不同"),
    "options": ("选项相近", "选项不同"),
    "limits": ("限定相同", "限定不同"),
    "values": ("样例值有重合", "样例值不重合"),
    "writing": ("样例值写法相近", "样例值写法不同"),
    "numbers": ("数值分布相近", "数值分布不同"),
    "start": ("", "起点"),
    "rivals": ("没有更相近的其他项目", "另有更相近的项目"),
}
SHOWN = 0.15


def _said(a: Facts, b: Facts, like: Likeness) -> list[str]:
    """Named contributions, greatest first; together they are the log-odds of the score."""
    said = []
    for group, value in like.parts:
        words = WORDS[group][value < 0] if group != "name" else _name(value, a, b)
        if words:
            said.append(f"{words}（{value:+.1f}）")
    return said or ["文字有相近之处"]


def _name(value: float, a: Facts, b: Facts) -> str:
    if a.raw == b.raw:
        return "名称相同"
    if a.stem == b.stem:
        return "名称同义"
    return "名称相近" if value > 1.5 else "名称略有相近"
