"""From a question of a form to an element of the province: its code, unit and how it adds up."""

import hashlib
import re
from collections.abc import Iterable, Mapping

from lingnan.base.periods import Kind
from lingnan.kernel.observations.terms import (
    ElementDefinition,
    OverPlaces,
    OverTime,
    ValueType,
)

from ...terms.forms import Dimension, FieldDraft, FieldType, Role

TYPES = {
    FieldType.INTEGER: ValueType.INTEGER,
    FieldType.NUMBER: ValueType.NUMBER,
    FieldType.MONEY: ValueType.MONEY,
    FieldType.PERCENT: ValueType.PERCENT,
    FieldType.CODE: ValueType.CODE,
    FieldType.TEXT: ValueType.TEXT,
    FieldType.NAME: ValueType.TEXT,
    FieldType.PLACE: ValueType.TEXT,
    FieldType.DATE: ValueType.DATE,
}
SUMMED = {FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY}
# An average or a rate says nothing when it is added; a count of people of an age does.
AVERAGED = re.compile(r"人均|户均|亩均|平均|均价|率(?:[（(]|$)|比重|占比|单价|指数")
NEVER_SUMMED = {Dimension.RATIO, Dimension.AGE, Dimension.CODE}
EVENTS = {Dimension.TIMES, Dimension.PERSON_TIMES}
LEDGER = "ledger"
ESTIMATE = "estimate"
LONGEST = 96
Words = Mapping[str, tuple[str, ...]]
"""Of flows: `any`, `stock`, `within_year`, and by dimension."""


def source_of(form_code: str) -> str:
    return f"form:{form_code}"


def element_code(form_code: str, field_code: str) -> str:
    """`GZ-S1-2012`, `141` → `gz_s1_2012_141`; of a Chinese column name a digest keeps it apart."""
    slug = re.sub(r"[^a-z0-9]+", "_", f"{form_code}_{field_code}".lower()).strip("_")
    if not field_code.isascii():
        slug = f"{slug[: LONGEST - 9]}_{hashlib.sha256(field_code.encode()).hexdigest()[:8]}"
    return (slug if slug[:1].isalpha() else f"f_{slug}")[:LONGEST].rstrip("_")


def code_apart(code: str, form_code: str, field_code: str) -> str:
    """For a code that is another question's: `CL01` has a question `2-5` and `CL01-2` a question `5`."""
    digest = hashlib.sha256(f"{form_code}\0{field_code}".encode()).hexdigest()[:8]
    return f"{code[: LONGEST - 9]}_{digest}"


def definition_of(
    form_code: str, draft: FieldDraft, *, subject: str, period_kind: int, flows: Words
) -> ElementDefinition:
    """A household's answers are personal; a village's are internal."""
    path = [part for part in draft.path if part and part != draft.label]
    words = "".join([draft.label, *path[-1:]])
    unit = draft.unit
    return ElementDefinition(
        code=element_code(form_code, draft.code),
        titles={"zh-hans": " · ".join([*path, draft.label])},
        type=TYPES[draft.type],
        unit=unit.base + (f"/{unit.per}" if unit.per else "") if unit else "",
        period_kind=period_kind,
        over_places=_over_places(draft, words),
        over_time=_over_time(draft, words, _is_flow(draft, words, period_kind, flows)),
        label="internal" if subject == "place" else "personal",
        subject_kind=subject,
        options=tuple((option.code, option.label) for option in draft.options),
        precedence=(LEDGER, source_of(form_code)),
        owner=form_code,
    )


def is_kept(draft: FieldDraft) -> bool:
    """Whose row it is needs no element: the place says so already."""
    return draft.role is not Role.PLACE


def _over_places(draft: FieldDraft, words: str) -> OverPlaces:
    dimension = draft.unit.dimension if draft.unit else Dimension.OTHER
    if draft.type not in SUMMED or dimension in NEVER_SUMMED or AVERAGED.search(words):
        return OverPlaces.NONE
    return OverPlaces.SUM


def _over_time(draft: FieldDraft, words: str, is_flow: bool) -> OverTime:
    """An average of what flowed neither adds up nor stands."""
    if draft.type in SUMMED and is_flow:
        return OverTime.NONE if AVERAGED.search(words) else OverTime.SUM
    return OverTime.LAST


def _is_flow(draft: FieldDraft, words: str, period_kind: int, flows: Words) -> bool:
    """What happens during the period is a flow; 累计 and what stands at its end are stocks."""
    dimension = draft.unit.dimension if draft.unit else Dimension.OTHER
    says = (*flows["any"], *flows.get(dimension.value, ()))
    if period_kind == Kind.YEAR and _has(words, flows["within_year"]):
        return True
    if _has(words, flows["stock"]):
        return False
    return dimension in EVENTS or _has(words, says)


def _has(words: str, any_of: Iterable[str]) -> bool:
    return any(one in words for one in any_of)
