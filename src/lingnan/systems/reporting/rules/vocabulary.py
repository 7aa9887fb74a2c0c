"""Synonyms and distinctions made ready for comparing, and what a label says by them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ..terms import Dimension, Distinction, Vocabulary
from ..terms.forms import PlainWords
from ..terms.matching import Weights
from .frequency import build_frequencies
from .labels import plain, simplified

Marks = Mapping[str, frozenset[str]]
_DIGITS = {digit: n for n, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_NUMERAL = re.compile(r"([〇零一二两三四五六七八九十百]+)(?=周?岁|[级类孩胎星档代年]|季度|个月)")
_SEX = re.compile(r"(?<![妇子儿孙侄男])(女)(?![性儿婿])|(男)(?![性女])")
_AGED = re.compile(
    r"(\d+)周?岁[(（]?[及含和或]?[)）]?(以上|以下)的?(常住|户籍)?(?:老年人口|老年人|老人|人口)?"
)
_AMONG = re.compile(r"(?<=[户人口象员童生])中的?(?![心小学等央位间专型])")
_PEOPLE = re.compile(r"人口(?=\d+(?:至\d+)?岁)")
_RANGE = re.compile(r"(?<=\d)(周岁|岁)?\s*(?:[-–—―~〜至到]{1,2})\s*(?=\d)")


def build_vocabulary(
    synonyms: Sequence[Any],
    distinctions: Sequence[Any],
    english: Sequence[Any] = (),
    topics: Mapping[str, Sequence[Any]] | None = None,
    weights: Mapping[str, Any] | None = None,
    common: Mapping[str, Any] | None = None,
    qualifiers: Mapping[str, Any] | None = None,
) -> Vocabulary:
    """From the lists of the content files. ValueError when a phrase stands in two synonym lines."""
    table: dict[str, str] = {}
    for line in synonyms:
        keep = plain(written_alike(str(line[0])))
        for word in (plain(written_alike(str(word))) for word in line):
            if table.setdefault(word, keep) != keep:
                raise ValueError(f"synonym twice: {word}")
    return Vocabulary(
        table,
        tuple(_distinction(found) for found in distinctions),
        _english(english),
        _topics(topics or {}),
        Weights(**weights) if weights else Weights(),
        _plain_words(common["matching"], common["frequencies"]) if common else PlainWords(),
        _qualifiers(qualifiers) if qualifiers else {},
        frozenset(map(plain, qualifiers["bare"])) if qualifiers else frozenset(),
        _counters(qualifiers["counters"]) if qualifiers else {},
        _moment(qualifiers["moments"]) if qualifiers else re.compile(r"(?!)"),
    )


def _english(lines: Sequence[Any]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The first of a line is kept, as words. ValueError when a name stands in two lines."""
    table: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in lines:
        keep = tuple(str(line[0]).split())
        for name in (tuple(str(name).split()) for name in line):
            if table.setdefault(name, keep) != keep:
                raise ValueError(f"name twice: {' '.join(name)}")
    return table


def _topics(lines: Mapping[str, Sequence[Any]]) -> dict[str, tuple[str, ...]]:
    table: defaultdict[str, list[str]] = defaultdict(list)
    for topic, some in lines.items():
        for word in {plain(written_alike(str(word))) for word in some}:
            table[word].append(topic)
    return {word: tuple(named) for word, named in table.items()}


def _qualifiers(found: Mapping[str, Any]) -> dict[str, str]:
    """ValueError when a word stands in two lines."""
    table: dict[str, str] = {}
    for name, some in (("", found["nothing"]), *found["limits"].items()):
        for word in {plain(written_alike(str(word))) for word in some}:
            if table.setdefault(word, name) != name:
                raise ValueError(f"qualifier twice: {word}")
    return table


def _counters(groups: Sequence[Sequence[str]]) -> dict[str, int]:
    return {str(word): n for n, some in enumerate(groups) for word in some}


def _moment(words: Sequence[str]) -> re.Pattern[str]:
    """`截至2025年6月30日`, `统计时点：6月底`."""
    before = "|".join(map(re.escape, words))
    return re.compile(
        rf"(?:{before})[^\d。；;]{{0,8}}(?:\d{{4}}年)?(\d{{1,2}})月(?:(\d{{1,2}})日)?"
    )


def _plain_words(found: Mapping[str, Any], often: Mapping[str, Any]) -> PlainWords:
    return PlainWords(
        letters=frozenset(found["common_letters"]),
        topics=frozenset(found["common_topics"]),
        headings=frozenset(found["common_headings"]),
        counting=re.compile(f"(?:{'|'.join(found['counting'])})$"),
        said=counted(found["said"]),
        named=counted(found["named"]),
        measures={
            Dimension(name): re.compile(f"(?:{'|'.join(some)})$")
            for name, some in found["measures"].items()
        },
        whole=re.compile(f"总(?={'|'.join(found['totalled'])})"),
        acts=tuple(found["acts"]),
        directed=re.compile("|".join(found["directed"])),
        frequencies=build_frequencies(often),
        flows=re.compile("|".join(found["flows"])),
        bodies=re.compile(f"(?:{'|'.join(found['bodies'])})$"),
    )


def counted(lines: Iterable[Mapping[str, Any]]) -> tuple[tuple[re.Pattern[str], Dimension], ...]:
    """Lines of one dimension each, in the order in which they are tried."""
    pairs = (pair for line in lines for pair in line.items())
    return tuple((re.compile("|".join(some)), Dimension(name)) for name, some in pairs)


def _distinction(found: Mapping[str, Any]) -> Distinction:
    return Distinction(
        found["family"],
        str(found["silent"]),
        {m: tuple(plain(w) for w in words) for m, words in found["members"].items()},
        bool(found.get("inherit")),
        bool(found.get("strip")),
        str(found.get("usual", "")),
        bool(found.get("adds")),
        bool(found.get("heads")),
    )


def written_alike(text: str) -> str:
    """`六十周岁` → `60岁`, `16—59岁` and `16到59岁` → `16至59岁`, `女党员` → `女性党员`,
    `低保对象中女性` → `低保对象女性`; simplified letters."""
    text = _NUMERAL.sub(lambda m: str(_number(m[1])), simplified(text))
    text = _AGED.sub(r"\1岁\2\3", text)
    text = _PEOPLE.sub("", _AMONG.sub("", text))
    return _SEX.sub(r"\1\2性", _RANGE.sub("至", text))


def _number(text: str) -> int:
    """`一百二十三` → 123."""
    total, digit = 0, 0
    for letter in text:
        if letter in "十百":
            total += max(digit, 1) * (10 if letter == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[letter]
    return total + digit


Lengths = Mapping[str, tuple[int, ...]]


@lru_cache(maxsize=8)
def _by_letter(words: Vocabulary) -> tuple[Lengths, Lengths]:
    """First letter → lengths of the phrases it begins, longest first: of synonyms, of topics."""
    return _lengths(words.synonyms), _lengths(words.topics)


def _lengths(phrases: Iterable[str]) -> Lengths:
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for phrase in phrases:
        if phrase:
            lengths[phrase[0]].add(len(phrase))
    return {letter: tuple(sorted(some, reverse=True)) for letter, some in lengths.items()}


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """Letters only, ages, ranges and sexes written alike."""
    return plain(written_alike(text))


@lru_cache(maxsize=65_536)
def canonical(text: str, words: Vocabulary) -> str:
    """`plain` text with every known phrase replaced by the one kept for it, the longest first, so
    that 新型农村合作医疗 is not cut at 农村合作医疗."""
    text, at = folded(text), 0
    kept: list[str] = []
    lengths, synonyms = _by_letter(words)[0], words.synonyms
    while at < len(text):
        for length in lengths.get(text[at], ()):
            if (phrase := text[at : at + length]) in synonyms:
                if kept[-1:] != [synonyms[phrase]]:  # 特困（五保）人员 says it once
                    kept.append(synonyms[phrase])
                at += length
                at += _said_again(phrase, synonyms[phrase], text[at : at + 2])
                break
        else:
            kept.append(text[at])
            at += 1
    return "".join(kept)


def _said_again(phrase: str, keep: str, after: str) -> int:
    """`年末耕地` is kept as 耕地面积: of 年末耕地面积 the last two letters are said already."""
    doubled = len(after) == 2 and keep.endswith(after) and not phrase.endswith(after)
    return 2 if doubled else 0


Named = tuple[tuple[str, str], ...]


@lru_cache(maxsize=8)
def _members(words: Vocabulary) -> Mapping[str, tuple[tuple[int, Named], ...]]:
    """First letter → the families with words that begin with it, and those (word, member) pairs."""
    found: defaultdict[str, defaultdict[int, list[tuple[str, str]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for n, family in enumerate(words.distinctions):
        for word, member in _pairs(family):
            found[word[0]][n].append((word, member))
    return {
        letter: tuple((n, tuple(some)) for n, some in families.items())
        for letter, families in found.items()
    }


def _pairs(family: Distinction) -> list[tuple[str, str]]:
    return [(word, member) for member, some in family.members.items() for word in some]


@lru_cache(maxsize=65_536)
def _marks_of(text: str, words: Vocabulary) -> Marks:
    found: dict[str, frozenset[str]] = {}
    begun, possible = _members(words), defaultdict[int, list[tuple[str, str]]](list)
    for letter in set(text):
        for n, some in begun.get(letter, ()):
            possible[n] += [pair for pair in some if pair[0] in text]
    for n in sorted(possible):
        family = words.distinctions[n]
        if not possible[n]:
            continue
        named, rest = set(), text
        for word, member in sorted(possible[n], key=lambda pair: (-len(pair[0]), pair)):
            if word in rest:
                named.add(member)
                rest = rest.replace(word, "|")
        # 男性 18–60 岁和女性 18–55 岁: who names them all limits nothing.
        if named and (len(named) < len(family.members) or len(family.members) == 1):
            found[family.family] = frozenset(named)
    return found


def marks_of(text: str, words: Vocabulary) -> dict[str, frozenset[str]]:
    """Members named in canonical text, by family; a longer word hides the shorter inside it."""
    return dict(_marks_of(text, words))


@lru_cache(maxsize=8)
def _stripped(words: Vocabulary) -> re.Pattern[str] | None:
    some = [w for f in words.distinctions if f.strip for w, _ in _pairs(f)]
    return re.compile("|".join(map(re.escape, sorted(some, key=len)[::-1]))) if some else None


def without_marks(text: str, words: Vocabulary) -> str:
    """The text without the words of families that are compared on their own."""
    pattern = _stripped(words)
    return pattern.sub("", text) if pattern else text


@lru_cache(maxsize=8)
def _qualifying(words: Vocabulary) -> re.Pattern[str] | None:
    some = sorted(words.qualifiers, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, some))) if some else None


@lru_cache(maxsize=65_536)
def qualifiers_of(text: str, words: Vocabulary) -> frozenset[str]:
    """What a text limits a fact to, as it is written: before synonyms make it alike."""
    pattern = _qualifying(words)
    found = pattern.findall(folded(text)) if pattern else ()
    return frozenset(words.qualifiers[word] for word in found) - {""}


@lru_cache(maxsize=65_536)
def topics_of(label: str, words: Vocabulary) -> frozenset[str]:
    """What a label touches, as it is written and in the words kept for it."""
    lengths, found = _by_letter(words)[1], set[str]()
    for text in {folded(label), canonical(label, words)}:
        for start, letter in enumerate(text):
            for length in lengths.get(letter, ()):
                found.update(words.topics.get(text[start : start + length], ()))
    return frozenset(found)


@lru_cache(maxsize=8)
def _topics_by_word(words: Vocabulary) -> Mapping[str, frozenset[str]]:
    return {word: frozenset(some) for word, some in words.topics.items()}


@lru_cache(maxsize=65_536)
def touches(text: str, words: Vocabulary) -> tuple[frozenset[str], ...]:
    """Letter by letter of a canonical text, the topics of the words it is part of."""
    found = [UNTOUCHED] * len(text)
    lengths, topics = _by_letter(words)[1], _topics_by_word(words)
    for start, letter in enumerate(text):
        for length in lengths.get(letter, ()):
            if named := topics.get(text[start : start + length]):
                for at in range(start, min(start + length, len(text))):
                    found[at] = found[at] | named if found[at] else named
    return tuple(found)


UNTOUCHED: frozenset[str] = frozenset()
