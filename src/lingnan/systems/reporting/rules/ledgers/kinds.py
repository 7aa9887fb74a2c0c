"""What a ledger keeps, as declared, and whether given words fit."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from lingnan.base.errors import Problem

from ...terms.ledgers import Attribute, LedgerKind

_DATE = re.compile(r"^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]00:00:00)?$")
LONGEST = 200


def build_kinds(loaded: Mapping[str, Any]) -> dict[str, LedgerKind]:
    """ValueError when a name or link points at nothing."""
    found = {}
    for code, told in loaded.items():
        attributes = {key: _attribute(key, one) for key, one in told["attributes"].items()}
        identifier = told.get("identifier", "")
        if told["name"] not in attributes or (identifier and identifier not in attributes):
            raise ValueError(f"ledger {code}: no such attribute")
        if any(one.link and one.link not in loaded for one in attributes.values()):
            raise ValueError(f"ledger {code}: a link to no ledger")
        found[code] = LedgerKind(code, told["title"], told["name"], identifier, attributes)
    return found


def _attribute(key: str, told: Mapping[str, Any]) -> Attribute:
    known = {
        **told,
        "also": tuple(told.get("also", ())),
        "options": dict(told.get("options", {})),
    }
    return Attribute(key, **known)


def titles_of(kind: LedgerKind) -> dict[str, str]:
    """Column head → attribute key: titles, their other names, and the keys themselves."""
    found: dict[str, str] = {}
    for key, one in kind.attributes.items():
        found |= dict.fromkeys((key, one.title, *one.also), key)
    return found


def given_of(
    kind: LedgerKind, given: Mapping[str, str], *, whole: bool
) -> tuple[dict[str, str], list[Problem]]:
    """Words as they are kept, by key, and what is wrong with each. Blank is nothing said; `whole`:
    a new entry, so needed ones must be there and defaults are put in."""
    kept: dict[str, str] = {}
    problems = []
    for key, raw in given.items():
        text = str(raw).strip()
        one = kind.attributes.get(key)
        if one is None:
            problems.append(Problem(key, "台账没有“{name}”这一项。", (("name", key),)))
        elif text:
            fitted = _fitted(one, text)
            if fitted is None:
                problems.append(Problem(key, _TELL[_sort(one)], (("title", one.title),)))
            else:
                kept[key] = fitted
    if whole:
        problems += _completed(kind, kept, {one.where for one in problems})
    return kept, problems


def _completed(kind: LedgerKind, kept: dict[str, str], wrong: set[str]) -> list[Problem]:
    """Defaults put in; what is needed and neither there nor told already."""
    problems = []
    for key, one in kind.attributes.items():
        if one.default:
            kept.setdefault(key, one.default)
        if one.need and key not in kept and key not in wrong:
            problems.append(Problem(key, "请填写{title}。", (("title", one.title),)))
    return problems


_TELL = {
    "options": "{title}不是可选的答案。",
    "date": "{title}应为日期，例如 1950-03-08。",
    "number": "{title}应为数值。",
    "integer": "{title}应为整数。",
    "text": "{title}太长。",
}


def _sort(one: Attribute) -> str:
    return "options" if one.options else one.type


def _fitted(one: Attribute, text: str) -> str | None:
    if one.options:
        by_word = {word: code for code, word in one.options.items()}
        return text if text in one.options else by_word.get(text)
    match one.type:
        case "date":
            return _date(text)
        case "number" | "integer":
            return _number(text, whole=one.type == "integer")
    return text if len(text) <= LONGEST else None


def _date(text: str) -> str | None:
    found = _DATE.match(text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None


def _number(text: str, *, whole: bool) -> str | None:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    # More digits than a value can keep (DECIMAL(24,6)) are refused, not rounded.
    if not value.is_finite() or abs(value) >= Decimal(10) ** 18 or round(value, 6) != value:
        return None
    return None if whole and value != value.to_integral_value() else f"{value.normalize():f}"
