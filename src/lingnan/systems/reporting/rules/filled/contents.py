"""What one filled cell says: a number in base units, an option, a day, a text, or why none of it."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from lingnan.base.numbers import number

from ...terms.filings import Answer, FieldInfo, Mark
from ...terms.filled import Content, FilledWords
from ...terms.forms import FieldDraft, FieldType, Unit
from ..filing import NUMERIC, asked_of, day_of, problem_of, stored, typed
from ..units_words import parse_unit
from .choices import chosen
from .days import day_said

_NUMBER = re.compile(r"^([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*(\D{0,8})$")
_GROUPS = re.compile(r"^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$")
_GROUPED = re.compile(r"(?<=\d)\s(?=\d{3}(?:\D|$))")
_DIGITS_KEPT = 15  # a spreadsheet's number keeps no more

ABOUT = "是约数，不是确数：“{text}”。"
NO_NUMBER = "应为数字，现为“{text}”。"
NO_RATE = "比率写“{text}”，可能是零，也可能是不适用。"
OTHER_UNIT = "单位与表上的“{unit}”不同：“{text}”。"
LOST_DIGITS = "长号码存成了数字，末几位可能已丢失：“{text}”。"
NO_DAY = "应为日期，现为“{text}”。"
TWO_MONTHS = "可能是 1 月，也可能是 10 月：“{text}”。"


def content_of(
    field: FieldDraft, raw: object, number_format: str, text: str, words: FilledWords
) -> Content:
    """`raw` as the file holds it, `text` as it shows. Nothing written is missing, with no text."""
    shown = text.strip()
    if raw is None or not shown:
        return Content("", mark=Mark.MISSING)
    plain = folded(shown)
    if plain in words.not_applicable:
        return Content(shown, mark=Mark.NOT_APPLICABLE)
    if plain in words.missing:
        return Content(shown, mark=Mark.MISSING)
    if field.type in NUMERIC:
        return _number(field, raw, number_format, shown, words)
    if field.type is FieldType.CODE and field.options:
        return _choice(field, raw, shown, words)
    if field.type is FieldType.DATE:
        return _day(raw, number_format, shown)
    return _words(raw, shown, words)


def folded(text: str) -> str:
    """For looking up: NFKC, no blanks, lower case; the marks that NFKC unfolds are kept whole."""
    if text.strip() in {"…", "——", "—"}:
        return text.strip()
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def _number(
    field: FieldDraft, raw: object, number_format: str, shown: str, words: FilledWords
) -> Content:
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        amount = Decimal(format(raw, f".{_DIGITS_KEPT}g")) if isinstance(raw, float) else raw
        if "%" in number_format and field.type is FieldType.PERCENT:
            amount = Decimal(amount) * 100
        return _checked(field, Decimal(amount), shown, words)
    plain = _GROUPED.sub("", unicodedata.normalize("NFKC", shown).strip())
    if folded(plain) in words.zero:
        if field.type is FieldType.PERCENT and folded(plain) in words.no:
            return Content(shown, fault=NO_RATE.format(text=shown))
        return Content(shown, value=Decimal(0))
    if any(word in plain for word in words.about):
        return Content(shown, fault=ABOUT.format(text=shown))
    found = _NUMBER.match(plain)
    if found is None:
        return Content(shown, fault=NO_NUMBER.format(text=shown))
    amount = Decimal(found[1].replace(",", ""))
    return _with_unit(field, amount, found[2].strip(), shown, words)


def _with_unit(
    field: FieldDraft, amount: Decimal, suffix: str, shown: str, words: FilledWords
) -> Content:
    """`120人` where people are counted; `3.5万` and `3500元` where the form says 万元."""
    unit = field.unit
    if not suffix:
        return _checked(field, amount, shown, words)
    if field.type is FieldType.PERCENT and suffix == "%":
        return _checked(field, amount, shown, words)
    if unit and suffix in {unit.written, unit.base}:
        said: Unit | None = unit if suffix == unit.written else parse_unit(unit.base)
    else:
        said = parse_unit(suffix) or (parse_unit(suffix + unit.base) if unit else None)
    if unit is None:
        if said is not None and said.multiplier == 1:
            return _checked(field, amount, shown, words)
        return Content(shown, fault=NO_NUMBER.format(text=shown))
    if said is None or said.base != unit.base:
        return Content(shown, fault=OTHER_UNIT.format(unit=unit.written, text=shown))
    return _checked(field, amount * said.multiplier / unit.multiplier, shown, words)


def _checked(field: FieldDraft, amount: Decimal, shown: str, words: FilledWords) -> Content:
    """In base units, after what every answer must pass: whole where counted, not below zero."""
    info = asked_of(field, words.reading)
    answer = Answer(format(amount, "f"))
    wrong = problem_of(info, answer)
    if wrong is not None:
        return Content(shown, fault=wrong.words())
    value, _ = stored(info, answer)
    return Content(shown, value=value)


def _choice(field: FieldDraft, raw: object, shown: str, words: FilledWords) -> Content:
    info = asked_of(field)
    code = chosen(field.options, shown, words)
    answer = Answer(code) if code else typed(info, raw)
    if answer.text not in {option.code for option in field.options}:
        answer = typed(info, shown)
    return _said(info, answer, shown)


def _said(info: FieldInfo, answer: Answer, shown: str) -> Content:
    wrong = problem_of(info, answer)
    if wrong is not None:
        return Content(shown, fault=wrong.words())
    return Content(shown, said=answer.text)


def _day(raw: object, number_format: str, shown: str) -> Content:
    if isinstance(raw, float) and 1900 <= raw < 2100 and format(raw, ".15g")[4:] == ".1":
        return Content(shown, fault=TWO_MONTHS.format(text=shown))
    said = day_said(raw, number_format, shown)
    if not said or (len(said) == 10 and day_of(said) is None):
        return Content(shown, fault=NO_DAY.format(text=shown))
    return Content(shown, said=said)


def _words(raw: object, shown: str, words: FilledWords) -> Content:
    if isinstance(raw, float) and abs(raw) >= 10**_DIGITS_KEPT:
        return Content(shown, fault=LOST_DIGITS.format(text=shown))
    if isinstance(raw, datetime | date):
        return Content(shown, said=shown[:10])
    plain = unicodedata.normalize("NFKC", shown)
    if plain[0] in words.about and plain[1:].strip().isdecimal():
        return Content(shown, fault=ABOUT.format(text=shown))
    return Content(shown, said=plain.replace(",", "") if _GROUPS.match(plain) else shown)


def in_base(value: Decimal, said: Unit | None, wanted: Unit | None) -> Decimal | None:
    """A value of this file's unit for a form whose unit may be written otherwise; None when the
    two measure different things."""
    left, right = said.base if said else "", wanted.base if wanted else ""
    if left != right and left and right:
        return None
    return number(value)
