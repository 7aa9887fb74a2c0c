"""From what a person typed to a value, and back: units, marks, and what is wrong with it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from lingnan.base.errors import Problem
from lingnan.base.numbers import STEP, number, rounded

from ...terms.filings import (
    CONFIRM_WORDS,
    MISSING_WORDS,
    NOT_APPLICABLE_SHOWN,
    NOT_APPLICABLE_WORDS,
    ZERO_WORDS,
    Answer,
    FieldInfo,
    Mark,
)
from ...terms.forms import Dimension, FieldType, Role
from ...terms.reading import ReadingWords
from ..units_words import parse_unit
from ..workbook import decimals_of

COUNTED = {
    Dimension.PERSONS,
    Dimension.HOUSEHOLDS,
    Dimension.TIMES,
    Dimension.PERSON_TIMES,
    Dimension.THINGS,
}
UNSIGNED = {*COUNTED, Dimension.AREA, Dimension.LENGTH, Dimension.WEIGHT}
NUMERIC = {FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY, FieldType.PERCENT}
VALUELESS = {Mark.MISSING, Mark.NOT_APPLICABLE, Mark.CONFIRMED}
_DATE = re.compile(r"^(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?$")
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_POWER = re.compile(rf"{_PLAIN.pattern}[eE][+-]?\d+", re.ASCII)
_COUNTED = re.compile(rf"({_PLAIN.pattern})\s*([^\d\s.].*)", re.ASCII)
LONGEST = 2000

NOT_A_NUMBER = "应为数字，现为“{text}”。"
IN_FULL = "请写出全部数字，不用科学记数法，现为“{text}”。"
NOT_WHOLE = "应为整数，现为“{text}”。"
NEGATIVE = "不能为负数，现为“{text}”。"
TOO_FINE = "最多保留 {places} 位小数，现为“{text}”。"
TOO_BIG = "数字过大，现为“{text}”。"
NO_OPTION = "应填代码 {options}，现为“{text}”。"
NO_DATE = "应为日期（如 2026-10-31），现为“{text}”。"
TOO_LONG = "文字超过 {limit} 字。"
NOTHING_OFFERED = "没有可供确认的已有数据，请填报。"
BLANK = "未填；没有发生填 0，不适用填“不适用”，暂缺填“缺”。"


def typed(field: FieldInfo, raw: object, *, number_format: str = "") -> Answer:
    """What a cell, a JSON value or a form control holds, as an answer; nothing is refused here."""
    text = _text(field, raw, number_format)
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if text and (text in NOT_APPLICABLE_WORDS or plain in NOT_APPLICABLE_WORDS):
        return Answer("", Mark.NOT_APPLICABLE)
    if text in MISSING_WORDS or plain in MISSING_WORDS:
        return Answer("", Mark.MISSING)
    if text in CONFIRM_WORDS:
        return Answer(text, Mark.CONFIRMED)
    if field.type in NUMERIC and plain in ZERO_WORDS:
        return Answer("0")
    if field.type is FieldType.CODE:
        return Answer(_option(field, text))
    return Answer(text)


def problem_of(field: FieldInfo, answer: Answer) -> Problem | None:
    """What is wrong, worded for the person who typed it; `where` is the cell."""
    if answer.mark in VALUELESS or not answer.text:
        return None
    if field.type in NUMERIC:
        return _number_problem(field, answer.text)
    if field.type is FieldType.CODE and field.options:
        if answer.text not in {option.code for option in field.options}:
            listed = "、".join(f"{o.code}（{o.label}）" for o in field.options)
            return _problem(field, NO_OPTION, text=answer.text, options=listed)
    elif field.type is FieldType.DATE and day_of(answer.text) is None:
        return _problem(field, NO_DATE, text=answer.text)
    if len(answer.text) > LONGEST:
        return _problem(field, TOO_LONG, limit=LONGEST)
    return None


def problems_of(
    fields: Iterable[FieldInfo], answers: Mapping[str, Answer], *, complete: bool
) -> list[Problem]:
    """In the order of the form. `complete`: a question left blank is a problem too."""
    found = []
    for field in fields:
        answer = answers.get(field.code, Answer())
        wrong = problem_of(field, answer)
        if wrong:
            found.append(wrong)
        elif complete and field.role is Role.ASKED and answer.is_blank:
            found.append(_problem(field, BLANK))
        elif complete and answer.mark is Mark.CONFIRMED:
            found.append(_problem(field, NOTHING_OFFERED))
    return found


def may_be_negative(field: FieldInfo) -> bool:
    if field.below_zero is not None:
        return field.below_zero
    return field.type is not FieldType.INTEGER and field.dimension not in UNSIGNED


def below_zero(dimension: str, said: Iterable[str], words: ReadingWords) -> bool | None:
    """What label and headings say of it, where they say more than its dimension."""
    text = " ".join(said)
    if words.signed.search(text):
        return True
    return False if dimension == Dimension.MONEY and words.stocks.search(text) else None


def stored(field: FieldInfo, answer: Answer) -> tuple[Decimal | None, str | None]:
    """The value in the element's unit, or its text. ValueError when `problem_of` finds a fault."""
    if answer.mark in VALUELESS or not answer.text:
        return None, None
    if field.type in NUMERIC:
        return number(_decimal(answer.text) * field.multiplier), None
    if field.type is FieldType.DATE:
        day = day_of(answer.text)
        if day is None:
            raise ValueError(f"not a date: {answer.text!r}")
        return None, day.isoformat()
    return None, answer.text


def shown(
    field: FieldInfo,
    value: Decimal | None,
    text: str | None,
    mark: Mark = Mark.REPORTED,
    *,
    number_format: str = "",
) -> Decimal | str | None:
    """What belongs into the form's cell: in its unit, rounded (GB/T 8170) only here."""
    if mark is Mark.NOT_APPLICABLE:
        return NOT_APPLICABLE_SHOWN
    if mark is Mark.MISSING:
        return None
    if value is None:
        return text
    amount = value / field.multiplier
    if "%" in number_format:
        amount /= 100
    return _tidy(rounded(amount, _places(field, number_format)))


def retyped(field: FieldInfo, value: Decimal | None, text: str | None) -> str:
    """A stored value as a person would have typed it: full precision, the form's unit."""
    if value is None:
        return text or ""
    amount = value / field.multiplier
    whole = int(amount)
    return str(whole) if whole == amount else format(_tidy(amount.quantize(STEP)), "f")


def same_answer(field: FieldInfo, one: Answer, other: Answer) -> bool:
    """Whether they say the same; a number is the same however it is written."""
    if one.mark in VALUELESS or other.mark in VALUELESS:
        return one.mark is other.mark
    if one.text == other.text or field.type not in NUMERIC:
        return one.text == other.text
    try:
        return _decimal(one.text) == _decimal(other.text)
    except ValueError:
        return False


def day_of(text: str) -> date | None:
    found = _DATE.match(unicodedata.normalize("NFKC", text).strip())
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def _places(field: FieldInfo, number_format: str) -> int:
    if field.type is FieldType.INTEGER:
        return 0
    given = decimals_of(number_format)
    if given is not None:
        return given + 2 if "%" in number_format else given
    if field.type is FieldType.PERCENT:
        return 2
    # Money to the cent in 元, to the yuan in 万元; measures to six places.
    return (2 if field.multiplier == 1 else 4) if field.type is FieldType.MONEY else 6


def _tidy(value: Decimal) -> Decimal:
    whole = value.to_integral_value()
    return whole.quantize(Decimal(1)) if whole == value else value.normalize()


def _text(field: FieldInfo, raw: object, number_format: str) -> str:
    match raw:
        case None:
            return ""
        case bool() if field.type in NUMERIC:
            return str(raw).upper()  # as the sheet shows it: no number
        case bool():
            return "1" if raw else "0"
        case datetime():
            return raw.date().isoformat()
        case date():
            return raw.isoformat()
        case int() | float() | Decimal():
            value = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
            if "%" in number_format and field.type is FieldType.PERCENT:
                value *= 100
            return format(_tidy(value), "f") if value.is_finite() else str(raw)
    text = str(raw).strip()
    return _number_text(field, text) if field.type in NUMERIC and text else text


def _number_text(field: FieldInfo, text: str) -> str:
    """Without what only says how it is written: commas, widths, the unit that is asked for."""
    plain = _in_digits(unicodedata.normalize("NFKC", text).replace(",", "").strip())
    if field.type is FieldType.PERCENT:
        return plain.removesuffix("%").strip()
    counted = _COUNTED.fullmatch(plain)
    return counted[1] if counted and _is_own(field, counted[2]) else plain


def _in_digits(text: str) -> str:
    """Digits of other scripts are digits."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)


def _is_own(field: FieldInfo, said: str) -> bool:
    """`5人` where persons are asked; of `5千人` nobody knows whether the form's unit was seen."""
    if said == unicodedata.normalize("NFKC", field.unit):
        return True
    unit = parse_unit(said)
    return (
        unit is not None
        and not unit.per
        and (unit.base, unit.multiplier) == (field.base_unit, field.multiplier)
    )


def _option(field: FieldInfo, text: str) -> str:
    """`是`, `1`, `1.是`, `（1）是` → `1`; anything else stays as typed."""
    plain = re.sub(r"[\s()（）.、．]", "", unicodedata.normalize("NFKC", text))
    for option in field.options:
        if plain in {option.code, option.label, option.code + option.label}:
            return option.code
    return text


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"not a number: {text!r}") from None


def _number_problem(field: FieldInfo, text: str) -> Problem | None:
    if _POWER.fullmatch(text):
        return _problem(field, IN_FULL, text=text)
    if not _PLAIN.fullmatch(text):
        return _problem(field, NOT_A_NUMBER, text=text)
    value = _decimal(text)
    if field.type is FieldType.INTEGER and value != value.to_integral_value():
        return _problem(field, NOT_WHOLE, text=text)
    if value < 0 and not may_be_negative(field):
        return _problem(field, NEGATIVE, text=text)
    try:
        number(value * field.multiplier)
    except ValueError as wrong:
        if "decimals" in str(wrong):
            return _problem(field, TOO_FINE, places=6, text=text)
        return _problem(field, TOO_BIG, text=text)
    return None


def _problem(field: FieldInfo, tell: str, **params: object) -> Problem:
    return Problem(field.where, tell, tuple(params.items()))
