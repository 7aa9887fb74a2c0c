"""Names, telephones and numbers of persons as they are shown to who need not know them."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from lingnan.kernel.parties.rules import mask_identifier, mask_name
from lingnan.kernel.parties.terms import Scheme

from ..terms.filings import Answer, FieldInfo, FormInfo
from ..terms.forms import Dimension, FieldType
from ..terms.ledgers import LedgerKind
from ..terms.masking import SENSITIVE, Masking, Personal
from .filing import NUMERIC, Figure
from .labels import simplified

ABOUT_PLACES = {"place", "village"}
FEWEST = 8
"""Shorter telephones, accounts and the like have too little to hide behind."""
WORDS = {FieldType.TEXT, FieldType.NAME, FieldType.PLACE}
TOLD_BY_NUMBERS = {Personal.PHONE, Personal.NUMBER, Personal.BIRTH}
MEASURED = {one.value for one in Dimension} - {Dimension.OTHER, Dimension.CODE}
LEAST_DIGITS, PHONE_DIGITS = 8, 13
"""Of a number in free words: years, sums and the like are shorter. With an area or a country before it."""
_NUMBERED = re.compile(
    r"(?:(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{2,3}))?([\s，,：:（(]*)"
    r"(?<![\d.])(\+?\d(?:[\d ‑-]{5,20})\d[Xx]?)(?![\d.])"
)
_YEAR = re.compile(r"(?:18|19|20)\d\d")
_AFTER = re.compile(r"[（(][^（()）]*[）)]\s*$|[:：*＊\s]+$")


def build_masking(editions: Sequence[Mapping[str, Any]]) -> list[Masking]:
    """Oldest first. KeyError names what an edition lacks."""
    found = [
        Masking(
            valid_from=one["valid_from"],
            source=one["source"],
            verified=one["verified"],
            words={kind: tuple(one[kind.value]) for kind in Personal},
        )
        for one in editions
    ]
    return sorted(found, key=lambda one: one.valid_from)


def personal_of(label: str, rule: Masking, *, of_person: bool) -> Personal | None:
    """By the end of the label. An address tells of a person only where the answers are about some."""
    found = _kind(label, tuple((kind, words) for kind, words in rule.words.items()))
    return None if found is Personal.ADDRESS and not of_person else found


@lru_cache(maxsize=8192)
def _kind(label: str, words: tuple[tuple[Personal, tuple[str, ...]], ...]) -> Personal | None:
    text = simplified(label).strip()
    while (less := _AFTER.sub("", text)) != text:
        text = less
    hits = [(len(word), kind) for kind, ends in words for word in ends if text.endswith(word)]
    return max(hits)[1] if hits else None


def personal_fields(form: FormInfo, rule: Masking) -> dict[str, Personal]:
    """Field code → what its answers tell of a person."""
    of_person = form.subject not in ABOUT_PLACES
    found = {f.code: personal_field(f, rule, of_person=of_person) for f in form.asked}
    return {code: kind for code, kind in found.items() if kind}


def personal_field(field: FieldInfo, rule: Masking, *, of_person: bool) -> Personal | None:
    """Counts and amounts tell of nobody; a telephone that was taken for a whole number does."""
    kind = personal_of(field.label, rule, of_person=of_person) if _says_words(field) else None
    if field.type is FieldType.DATE:
        return kind if kind is Personal.BIRTH else None
    return kind if field.type in WORDS or kind in TOLD_BY_NUMBERS else None


def personal_attributes(kind: LedgerKind, rule: Masking) -> dict[str, Personal]:
    """Those that tell who somebody is; `sensitive_attributes`: what somebody is."""
    return {
        key: found
        for key, one in kind.attributes.items()
        if one.personal and (found := personal_of(one.title, rule, of_person=True))
    }


def sensitive_attributes(kind: LedgerKind) -> frozenset[str]:
    return frozenset(key for key, one in kind.attributes.items() if one.sensitive)


def veiled_data(
    data: Mapping[str, str], kinds: Mapping[str, Personal], sensitive: Collection[str] = ()
) -> dict[str, str]:
    """Of a sensitive attribute not even whether anything was said."""
    shown = {key: masked(kinds[key], text) if key in kinds else text for key, text in data.items()}
    return shown | dict.fromkeys(sensitive, SENSITIVE)


def _says_words(field: FieldInfo) -> bool:
    if field.options:
        return False
    is_said = field.type in WORDS or field.type is FieldType.DATE
    return is_said or (field.type in NUMERIC and field.dimension not in MEASURED)


def masked(kind: Personal, text: str) -> str:
    """`陈*`, `138****5678`, `4401**********123X`, `黄埔区****`, `1946-**-**`."""
    if not text:
        return text
    if kind is Personal.NAME:
        return mask_name(text)
    if kind is Personal.BIRTH:
        year = _YEAR.match(text)
        return f"{year[0]}-**-**" if year else "****"
    if kind is Personal.ADDRESS:
        kept = min(3, len(text) // 2)
        return text[:kept] + "****"
    if len(text) < FEWEST:
        return "*" * len(text)
    if kind is Personal.PHONE:
        return text[:3] + "*" * (len(text) - 7) + text[-4:]
    return mask_identifier(Scheme.CITIZEN, text)


def masked_figures(
    figures: Mapping[str, Figure], kinds: Mapping[str, Personal]
) -> dict[str, Figure]:
    return {code: masked_figure(one, kinds.get(code)) for code, one in figures.items()}


def masked_figure(one: Figure, kind: Personal | None) -> Figure:
    """A telephone held as a number becomes text: half of it is none any more."""
    if kind is None or (one.text is None and one.value is None):
        return one
    text = one.text if one.text is not None else format(one.value or 0, "f").split(".")[0]
    return replace(one, value=None, text=masked(kind, text))


def masked_answers(
    answers: Mapping[str, Answer], kinds: Mapping[str, Personal]
) -> dict[str, Answer]:
    return {
        code: replace(one, text=masked(kinds[code], one.text)) if code in kinds else one
        for code, one in answers.items()
    }


def unchanged(
    given: Mapping[str, str], held: Mapping[str, str], kinds: Mapping[str, Personal]
) -> set[str]:
    """What came back as it had been shown, masked: whoever sends it did not mean to change it."""
    return {
        code
        for code, kind in kinds.items()
        if held.get(code)
        and given.get(code) not in {None, held[code]}
        and given[code] == masked(kind, held[code])
    }


def masked_words(text: str, rule: Masking) -> str:
    """Free words: numbers of persons, telephones, and the name a telephone or a word for it stands beside."""
    names = "|".join(sorted(rule.words[Personal.NAME], key=len, reverse=True))
    beside = re.compile(
        rf"((?:{names})\s*(?:[：:是为叫]\s*)?)([\u4e00-\u9fff·]{{2,4}})(?![\u4e00-\u9fff])"
    )
    text = beside.sub(lambda found: found[1] + mask_name(found[2]), text)
    return _NUMBERED.sub(_without_number, text)


def _without_number(found: re.Match[str]) -> str:
    name, between, number = found[1] or "", found[2] or "", found[3]
    digits = re.sub(r"\D", "", number)
    if len(digits) < LEAST_DIGITS:
        return found[0]
    kept = masked(Personal.PHONE if len(digits) <= PHONE_DIGITS else Personal.NUMBER, number)
    return (mask_name(name) if name else "") + between + kept
