"""Sentences with places to write in: `全村共有（　）户，其中低保户（　）户`, `户主____　电话____`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from ..terms import Unit
from .labels import squeeze
from .units_words import parse_unit

_PLACE = re.compile(r"[_＿]{2,}|(?P<open>[（(])[_＿\s\u3000]*(?P<close>[）)])")
_BREAK = re.compile(r"[，,；;。！!]")
_HAS = re.compile(r"(?:共有|共计|合计有|现有|拥有|总共|共|有|为|是|达到?|计)$")
_DATED = re.compile(r"[\s\u3000]*(?:年|月|日|时)")
_NOUN = re.compile(r"[\u4e00-\u9fffA-Za-z]*")
_COUNTED = {"户": "户数", "人": "人数"}
_EDGES = " \t\r\n\u3000：:、，,。；;（("
_LONGEST_UNIT = 4
MAX_TEXT = 400


@dataclass(frozen=True, slots=True)
class Blank:
    """`number` from 1, among all places of the text; `boxed`: between brackets."""

    number: int
    label: str
    unit: Unit | None
    boxed: bool
    dated: bool


@lru_cache(8192)
def blanks_of(text: str) -> tuple[Blank, ...]:
    """The places of a text and what is asked at each; `dated`: 年 月 日 of a date."""
    if len(text) > MAX_TEXT:
        return ()
    found, since = [], 0
    places = list(_PLACE.finditer(text))
    for number, place in enumerate(places, start=1):
        end = places[number].start() if number < len(places) else len(text)
        unit, noun, used = _after(text[place.end() : end])
        label = _label(text[since : place.start()], noun, unit)
        dated = bool(_DATED.match(text[place.end() :]))
        found.append(Blank(number, label, unit, place["open"] is not None, dated))
        since = place.end() + used
    return tuple(found)


def _after(text: str) -> tuple[Unit | None, str, int]:
    """`户，…` → its unit; `个自然村，…` → the unit and what is counted; and how many letters."""
    lead = len(text) - len(text.lstrip(" \u3000"))
    run = _NOUN.match(text[lead:])
    said = run[0] if run else ""
    slashed = re.match(r"[^\s，,；;。、（()）]{1,6}", text[lead:])
    if slashed and "/" in slashed[0] and (unit := parse_unit(slashed[0])):
        return unit, "", lead + slashed.end()
    for size in range(min(_LONGEST_UNIT, len(said)), 0, -1):
        unit = parse_unit(said[:size])
        if unit is not None:
            return unit, said[size:], lead + len(said)
    percent = text[lead : lead + 1]
    return (parse_unit("%"), "", lead + 1) if percent in {"%", "％"} else (None, "", 0)


def _label(before: str, noun: str, unit: Unit | None) -> str:
    """What stands before, back to the last comma, without 共有; and what is counted behind it."""
    said = squeeze(_BREAK.split(before)[-1]).strip(_EDGES)
    bare = _HAS.sub("", said).strip(_EDGES)
    if noun:
        return f"{bare}{noun}"
    if bare != said and bare and unit is not None and unit.written in _COUNTED:
        return f"{bare}{_COUNTED[unit.written]}"
    return bare


def filled_in(text: str, told: Mapping[int, Decimal | str | None]) -> str:
    """The text with what is told written at its places; the others stay blank."""
    parts, at = [], 0
    for number, place in enumerate(_PLACE.finditer(text), start=1):
        parts.append(text[at : place.start()])
        one = told.get(number)
        said = format(one, "f") if isinstance(one, Decimal) else one
        parts.append(f"{place['open'] or ''}{said}{place['close'] or ''}" if said else place[0])
        at = place.end()
    return "".join((*parts, text[at:]))


def written_in(text: str, filled: str) -> dict[int, str] | None:
    """What stands at each place of a filled copy of the text; None when it is another text."""
    found = _pattern(text).fullmatch(squeeze(filled)) if len(filled) <= 4 * MAX_TEXT else None
    if found is None:
        return None
    return {n: said.strip(" _＿\u3000") for n, said in enumerate(found.groups(), start=1)}


@lru_cache(1024)
def _pattern(text: str) -> re.Pattern[str]:
    """Blanks between words are layout."""
    parts, at = [], 0
    for place in _PLACE.finditer(text):
        parts.append(_printed(text[at : place.start()]))
        parts.append(r"[（(](.*?)[）)]" if place["open"] else r"(.*?)")
        at = place.end()
    return re.compile("".join((*parts, _printed(text[at:]))), re.DOTALL)


def _printed(text: str) -> str:
    return (
        r"\s*" + r"\s*".join(re.escape(letter) for letter in text if not letter.isspace()) + r"\s*"
    )
