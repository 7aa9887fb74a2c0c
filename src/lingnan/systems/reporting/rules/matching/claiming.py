"""Before two fields are called the same: whatever one of them says, the other must say too. What is left
over on either side makes it a part, or only alike; the order of the candidates is not touched."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from lingnan.base.periods import Kind

from ...terms import Candidate, Dimension, Relation, Vocabulary
from ..labels import take_numbering
from ..vocabulary import Marks, canonical, marks_of, qualifiers_of, topics_of
from .facts import EVERYBODY, TOTAL, Facts, stem_of
from .values import foreign

SCOPE = "口径"
LIMITING = ("身份", SCOPE, "城乡")
"""Families by which the title of a form limits those it counts."""
OFTEN = {
    Kind.YEAR: "一年", Kind.HALF: "半年", Kind.QUARTER: "一季", Kind.MONTH: "一月", Kind.WEEK: "一周",
    Kind.SCHOOL_YEAR: "一学年",
}  # fmt: skip
SAYINGS = {"套语", "何人"}
"""Families whose members under different headings tell nothing: 老人, 现有."""
PEOPLE = {Dimension.PERSONS, Dimension.HOUSEHOLDS, Dimension.PERSON_TIMES}
ALL = ("总", "全村", "全镇", "全部")


@dataclass(frozen=True, slots=True)
class Left:
    """Words that only one of two fields says."""

    here: tuple[str, ...] = ()
    there: tuple[str, ...] = ()

    @property
    def relation(self) -> Relation:
        if self.here and self.there:
            return Relation.ALIKE
        return Relation.BROADER if self.here else Relation.NARROWER

    def __bool__(self) -> bool:
        return bool(self.here or self.there)


def claimed(a: Facts, one: Candidate, b: Facts, words: Vocabulary) -> Candidate:
    """`one` as it is, or no longer the same, with what stands against it."""
    if one.relation is not Relation.SAME:
        return one
    if against := _unlike(a, b, words) or _elsewhere(a, b, words):
        return _less(one, Relation.ALIKE, against)
    if left := left_over(a, b, words):
        said = "、".join((*left.here, *left.there))
        return _less(one, left.relation, f"只有一方写明“{said}”")
    return one


def _less(one: Candidate, relation: Relation, why: str) -> Candidate:
    return replace(one, relation=relation, reasons=(*one.reasons[:-1], f"{why}，不认作同一事实"))


def left_over(a: Facts, b: Facts, words: Vocabulary) -> Left:
    return Left(tuple(_left(a, b, words)), tuple(_left(b, a, words)))


def _left(a: Facts, b: Facts, words: Vocabulary) -> Iterator[str]:
    """What `a` says of itself and `b` nowhere."""
    yield from sorted(_limits(a, words) - _limits(b, words, whole=True))
    yield from _unsaid(a, b, words)
    yield from _headed(a, b, words)
    if a.level == "place":
        yield from _titled(a, b, words)


def _unsaid(a: Facts, b: Facts, words: Vocabulary) -> Iterator[str]:
    """Parents and headings the other does not name in so many words, unless both labels are written
    alike (科技下乡 under any heading); a bare 人数 is of its heading."""
    above = [text for text, _ in a.above if a.raw != b.raw]
    if _bare_label(a, words) and a.ref.field.path:
        above.append(stem_of(take_numbering(a.ref.field.path[-1])[1], words))
    for text in dict.fromkeys(above):
        if text != TOTAL and text not in b.whole and text not in b.around:
            yield text


def _bare_label(found: Facts, words: Vocabulary) -> bool:
    """人数, or 栋数 in 栋."""
    unit = found.ref.field.unit
    return found.raw in words.bare or bool(unit and found.raw.removesuffix("数") == unit.written)


def _limits(found: Facts, words: Vocabulary, whole: bool = False) -> frozenset[str]:
    """Qualifiers of the label, its parents and headings; `whole`: and of the title."""
    texts = (found.ref.field.label, *found.parents, *found.ref.field.path)
    some = frozenset[str]().union(*(qualifiers_of(text, words) for text in texts))
    return some | qualifiers_of(found.title, words) if whole else some


def _headed(a: Facts, b: Facts, words: Vocabulary) -> Iterator[str]:
    """Under 上半年 a plain 出生人数 is of half a year, though headings of that kind are not inherited."""
    yours = _heads(b, words)
    for family, members in _heads(a, words).items():
        if family not in a.marks and members not in (b.marks.get(family), yours.get(family)):
            yield from sorted(members)


def _elsewhere(a: Facts, b: Facts, words: Vocabulary) -> str:
    """在校学生 under 小学 and under 初中: headings that exclude one another, where labels say neither."""
    mine, yours = _named_above(a, words), _named_above(b, words)
    for family in mine.keys() & yours.keys() - a.marks.keys() - b.marks.keys() - SAYINGS:
        if mine[family].isdisjoint(yours[family] | EVERYBODY) and yours[family] - EVERYBODY:
            both = "、".join(sorted(mine[family])), "、".join(sorted(yours[family]))
            return f"所在章节的{family}不同：{both[0]}与{both[1]}"
    return ""


def _heads(found: Facts, words: Vocabulary) -> Marks:
    """What single headings and parents limit; a heading of several members is a matter, no limit."""
    limiting = _limiting(words)
    return {
        family: members
        for family, members in _named_above(found, words).items()
        if family in limiting and members != {limiting[family]} and members.isdisjoint(EVERYBODY)
    }


def _named_above(found: Facts, words: Vocabulary) -> Marks:
    some: dict[str, frozenset[str]] = {}
    for text in (*reversed(found.ref.field.path), *found.parents):
        for family, members in heading_marks(text, words).items():
            some.setdefault(family, members)
    return some


@lru_cache(maxsize=8)
def _limiting(words: Vocabulary) -> dict[str, str]:
    """Families that limit by a heading → what is meant by none of their members."""
    return {family.family: family.silent for family in words.distinctions if family.heads}


@lru_cache(maxsize=16_384)
def heading_marks(text: str, words: Vocabulary) -> Marks:
    found = marks_of(canonical(text, words), words)
    return {family: members for family, members in found.items() if len(members) == 1}


def _titled(a: Facts, b: Facts, words: Vocabulary) -> Iterator[str]:
    """The title of a form of the disabled limits its 就业人数; a bare 人数 is what the title says."""
    mine, yours = _title_marks(a.title, words), _title_marks(b.title, words)
    for family, members in mine.items() if a.dimension in PEOPLE else ():
        said = members in (b.marks.get(family), yours.get(family))
        if not said and not _outside(a, family, members):
            yield from sorted(members)
    if _bare(a, words) and _bare(b, words):
        yield from sorted(_matter(a.title, words) - _matter(b.title, words))


def _outside(found: Facts, family: str, members: frozenset[str]) -> bool:
    """A field that says whom it counts, or that it counts all, is not limited by the title; but
    户籍人口 of a form on people from elsewhere are some of those."""
    own = found.marks.get(family)
    if own is not None:
        return family != SCOPE or not own.isdisjoint(members)
    return (family != "城乡" and SCOPE in found.marks) or any(word in found.raw for word in ALL)


def _bare(found: Facts, words: Vocabulary) -> bool:
    """Only its title says what it is of."""
    alone = found.whole == found.stem and not any(word in found.raw for word in ALL)
    return alone and found.raw in words.bare


@lru_cache(maxsize=1024)
def _title_marks(title: str, words: Vocabulary) -> Marks:
    found = marks_of(canonical(title, words), words)
    some = {family: found[family] - EVERYBODY for family in LIMITING if family in found}
    return {family: members for family, members in some.items() if members}


@lru_cache(maxsize=1024)
def _matter(title: str, words: Vocabulary) -> frozenset[str]:
    return topics_of(title, words) - words.plain.topics


def _day(found: Facts) -> str:
    return f"{found.moment}月" if found.moment.isdigit() else found.moment or "年末"


def _unlike(a: Facts, b: Facts, words: Vocabulary) -> str:
    """Another day or length of time; units that only one may have; from here to there and back;
    values of which none is the other's."""
    if a.level == "place" and (a.moment != b.moment or a.often is not b.often):
        if a.moment != b.moment:
            return f"时点不同：{_day(a)}与{_day(b)}"
        return f"报告期不同：{OFTEN[a.often]}与{OFTEN[b.often]}"
    if a.raw != b.raw and words.plain.directed.search(a.raw) and sorted(a.raw) == sorted(b.raw):
        return "去向相反"
    if a.profile and b.profile and foreign(a.profile, b.profile):
        return "样例值没有一个相同，也没有共同的词"
    return _measured_apart(a, b, words)


def _measured_apart(a: Facts, b: Facts, words: Vocabulary) -> str:
    one, other = a.ref.field.unit, b.ref.field.unit
    money = one and other and one.dimension is other.dimension is Dimension.MONEY
    if one and other and money and one.base != other.base:
        return f"币种不同：{one.written}与{other.written}"
    if one and other and one.dimension is other.dimension:
        groups = words.counters.get(one.base), words.counters.get(other.base)
        if one.base != other.base and groups[0] != groups[1]:
            return f"量词不能互换：{one.written}与{other.written}"
    silent = (a.dimension is None) != (b.dimension is None) and a.raw != b.raw
    if silent and Dimension.HOUSEHOLDS in (a.dimension, b.dimension):
        return "只有一方写明按户计"
    return ""
