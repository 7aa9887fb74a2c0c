"""Repeats that seem sure and that nobody has decided on: what a form would ask if they were confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from lingnan.base.actors import Actor

from ..terms.filings import FieldInfo, FormInfo, RepeatInfo, Verdict
from .proposals import repeats


def likely_of(
    form: FormInfo, others: Sequence[FormInfo], to: Actor, on: date
) -> dict[str, RepeatInfo]:
    """By field: the surest `same` with a form in force that nobody has decided on."""
    codes = {one.code for one in others}
    found: dict[str, RepeatInfo] = {}
    for one in repeats(to=to, on=on, state=Verdict.PROPOSED, form=form.id):
        mine, there = (
            (one.source, one.target_form) if one.source.form == form.id
            else (one.target, one.source_form)
        )  # fmt: skip
        if one.relation == "same" and there in codes:
            found.setdefault(mine.code, one)
    return found


def joined_by(form: FormInfo, likely: Mapping[str, RepeatInfo]) -> FormInfo:
    """The form as it were if each likely repeat were confirmed."""
    fields = []
    for field in form.fields:
        one = likely.get(field.code)
        if one is not None:
            other = one.target if one.source.form == form.id else one.source
            field = replace(field, element=other.element, element_code=other.element_code)
        fields.append(field)
    return replace(form, fields=tuple(fields))


def words_of_likely(one: RepeatInfo, field: FieldInfo) -> str:
    mine = one.source.id == field.id
    other, form = (one.target, one.target_form) if mine else (one.source, one.source_form)
    return f"{form}:{other.code} {other.label.strip()}（{one.score:.2f}）"
