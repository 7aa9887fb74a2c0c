"""A form draft to JSON and back, so that what the reader saw is kept with the form."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from lingnan.base.canonical import compact, plain

from ...terms.filings import Answer, FieldInfo, Mark
from ...terms.forms import FieldDraft, FieldRef, FormDraft
from ...terms.reading import NO_WORDS, ReadingWords
from .answers import below_zero

MOST_SEEN = 100_000
Seen = dict[str | tuple[str | None, ...], Answer]
"""By text, when it says nothing but that."""


def profile_of(draft: FormDraft) -> dict[str, Any]:
    found: dict[str, Any] = plain(draft)
    return found


def draft_of(profile: Mapping[str, Any]) -> FormDraft:
    """Fields a later version of the reader added take their defaults."""
    found: FormDraft = _built(FormDraft, profile)
    return found


def asked_of(draft: FieldDraft, words: ReadingWords = NO_WORDS) -> FieldInfo:
    """A field just read, as the rules for answers take it: no form, no element yet."""
    unit = draft.unit
    return FieldInfo(
        id=0,
        form=0,
        position=0,
        code=draft.code,
        label=draft.label,
        path=draft.path,
        sheet=draft.sheet,
        row=draft.row,
        col=draft.col,
        cell=draft.cell,
        type=draft.type,
        role=draft.role,
        unit=unit.written if unit else "",
        base_unit=(unit.base + (f"/{unit.per}" if unit.per else "")) if unit else "",
        dimension=unit.dimension if unit else "",
        multiplier=unit.multiplier if unit else Decimal(1),
        options=draft.options,
        element=None,
        below_zero=below_zero(unit.dimension if unit else "", (draft.label, *draft.path), words),
    )


def ref_of(raw: Mapping[str, Any]) -> FieldRef:
    """A question as it was kept with a decision."""
    found: FieldRef = _built(FieldRef, raw)
    return found


def answers_to_json(answers: Mapping[str, Answer]) -> dict[str, dict[str, str]]:
    """Blank answers are left out; defaults too."""
    return {code: _slim(answer) for code, answer in sorted(answers.items()) if not answer.is_blank}


class AnswerTexts:
    """Answers as the canonical text of `answers_to_json`. Each different answer of a question is
    written once: an upload has a hundred thousand rows and few different cells."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], str] = {}

    def of(self, answers: Mapping[str, Answer]) -> str:
        parts, seen = [], self._seen
        for code in sorted(answers):
            answer = answers[code]
            if answer.mark is not Mark.REPORTED or answer.source or answer.reason:
                parts.append(_member(code, answer))
            elif answer.text:
                key = code, answer.text
                told = seen.get(key)
                if told is None:
                    told = _member(code, answer)
                    if len(seen) < MOST_SEEN:
                        seen[key] = told
                parts.append(told)
        return f"{{{','.join(parts)}}}"


def _member(code: str, answer: Answer) -> str:
    return f"{compact(code)}:{compact(_slim(answer))}"


def answers_of(raw: Mapping[str, Mapping[str, str]], seen: Seen | None = None) -> dict[str, Answer]:
    """`seen` shares equal answers between the filings of one caller: a county has few different ones."""
    seen = {} if seen is None else seen
    found = {}
    for code, one in raw.items():
        if len(one) == 1 and "text" in one:
            key: str | tuple[str | None, ...] = one["text"]
        else:
            get = one.get
            key = get("text", ""), get("mark"), get("source"), get("reason")
        answer = seen.get(key)
        if answer is None:
            get = one.get
            mark = Mark(get("mark", "reported"))
            answer = Answer(get("text", ""), mark, get("source", ""), get("reason", ""))
            seen[key] = answer
        found[code] = answer
    return found


def _slim(answer: Answer) -> dict[str, str]:
    found = {"text": answer.text}
    if answer.mark is not Mark.REPORTED:
        found["mark"] = answer.mark.value
    if answer.source:
        found["source"] = answer.source
    if answer.reason:
        found["reason"] = answer.reason
    return found


def _built(kind: Any, value: Any) -> Any:
    origin = get_origin(kind)
    if origin in {Union, UnionType}:
        inner = [a for a in get_args(kind) if a is not type(None)]
        return None if value is None else _built(inner[0], value)
    if origin is tuple:
        return tuple(_built(get_args(kind)[0], item) for item in value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        known = {f.name for f in fields(kind)} & set(value)
        return kind(**{name: _built(hints[name], value[name]) for name in known})
    if kind is date:
        return date.fromisoformat(value)
    if kind is Decimal or (isinstance(kind, type) and issubclass(kind, Enum)):
        return kind(value)
    return value
