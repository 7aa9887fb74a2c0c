"""Registered forms and their questions. What departments ask is no secret inside government."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from lingnan.base.actors import Actor, merge
from lingnan.base.canonical import decimal_text
from lingnan.base.ids import parse_uuid
from lingnan.kernel.places import queries as places

from .. import content
from ..models import Field, Form, Round
from ..rules.filing import below_zero, draft_of
from ..terms.filings import FieldInfo, FormInfo, FormState, RoundState
from ..terms.forms import FieldType, FormDraft, Layout, Option, Role
from ..terms.refusals import (
    NoSuchForm,
)
from .gate import need

READ = "reporting.read"


def forms(*, to: Actor, on: date, with_fields: bool = False) -> list[FormInfo]:
    """Current forms by code. One query, two with their fields."""
    need(to, READ, on=on)
    rows = Form.objects.filter(state=FormState.CURRENT).order_by("code", "-version")
    if with_fields:
        rows = rows.prefetch_related(_fields())
    return [form_info(row, with_fields=with_fields) for row in rows]


def form(code: str, *, to: Actor, on: date, version: int | None = None) -> FormInfo:
    """By code (the newest version), or by uuid. NoSuchForm."""
    need(to, READ, on=on)
    rows = Form.objects.prefetch_related(_fields()).order_by("-version")
    named = rows.filter(uuid=parse_uuid(code)) if len(code) == 36 else rows.filter(code=code)
    if version is not None:
        named = named.filter(version=version)
    found = named.first() or rows.filter(code=code).first()
    if found is None:
        raise NoSuchForm(form=code)
    return form_info(found)


def form_asked(code: str, place: int | None, period: int, *, to: Actor, on: date) -> FormInfo:
    """By code, the version that a round asks of the place (None: of any) in the period: an open one
    before others, a later before an earlier; the newest version where no round asked. A round goes on
    with the version it was opened with, whatever was registered since. NoSuchForm."""
    newest = form(code, to=to, on=on)
    if newest.version == 1 or newest.code != code:
        return newest
    held = places.ranges(place, on=on, tree="code") if place is not None else None
    rows = Round.objects.filter(forms__code=code, period=period).order_by("-pk")
    asked = [
        (state != RoundState.OPEN, form_id)
        for form_id, where, state in rows.values_list("forms", "place", "state")
        if held is None or meet(places.ranges(where, on=on, tree="code"), held)
    ]
    found = min(asked, key=lambda one: one[0], default=(True, newest.id))[1]
    return newest if found == newest.id else form_by_id(found)


def meet(first: Sequence[tuple[int, int]], second: Sequence[tuple[int, int]]) -> bool:
    """Whether two places have a village in common, by their runs of ids."""
    whole = merge([*first, *second])
    size = sum(high - low + 1 for low, high in whole)
    return size < sum(h - a + 1 for ranges in (merge(first), merge(second)) for a, h in ranges)


def form_by_id(form_id: int) -> FormInfo:
    """NoSuchForm. Two queries."""
    return forms_by_id([form_id])[form_id]


def forms_by_id(ids: Iterable[int]) -> dict[int, FormInfo]:
    """With their fields; two queries however many. NoSuchForm names the first that is missing."""
    wanted = set(ids)
    rows = Form.objects.filter(pk__in=wanted).defer("profile").prefetch_related(_fields())
    found = {row.pk: form_info(row) for row in rows}
    if missing := wanted - set(found):
        raise NoSuchForm(form=str(min(missing)))
    return found


def siblings(form: FormInfo) -> list[FormInfo]:
    """The forms of one file and department, in order: one workbook gives them all. Of each other form
    the newest version: one sheet may have been corrected further than the next."""
    rows = Form.objects.filter(file_sha256=form.file_sha256, department=form.department)
    found: dict[str, Form] = {}
    for row in rows.prefetch_related(_fields()).order_by("pk"):
        if row.code != form.code or row.pk == form.id:
            found[row.code] = row  # stays where the first version stood
        else:
            found.setdefault(row.code, row)
    return [form_info(row) for row in found.values()]


def draft(form_id: int) -> FormDraft:
    """What the reader saw when the form was registered."""
    found = Form.objects.filter(pk=form_id).values_list("profile", flat=True).first()
    if found is None:
        raise NoSuchForm(form=str(form_id))
    return draft_of(found)


def shared_elements(form_ids: Iterable[int]) -> dict[int, int]:
    """Element id → how many fields of current forms ask it, when more than one does."""
    rows = (
        Field.objects.filter(form__state=FormState.CURRENT, element__isnull=False)
        .values("element")
        .annotate(asks=Count("id"))
        .filter(asks__gt=1, element__in=Field.objects.filter(form__in=form_ids).values("element"))
    )
    return {row["element"]: row["asks"] for row in rows.order_by()}


def fields_of_elements(elements: Iterable[int]) -> list[FieldInfo]:
    rows = Field.objects.filter(element__in=list(elements)).select_related("element")
    return [field_info(row) for row in rows.order_by("form_id", "position")]


def form_info(row: Form, *, with_fields: bool = True) -> FormInfo:
    return FormInfo(
        id=row.pk,
        uuid=str(row.uuid),
        code=row.code,
        version=row.version,
        title=row.title,
        department=row.department_id,
        period_kind=row.period_kind,
        subject=row.subject,
        layout=Layout(row.layout),
        sheet=row.sheet,
        file_sha256=row.file_sha256,
        file_name=row.file_name,
        state=FormState(row.state),
        fields=tuple(field_info(field) for field in row.fields.all()) if with_fields else (),
    )


def field_info(row: Field) -> FieldInfo:
    """`row.element` must be there already (select_related)."""
    return FieldInfo(
        id=row.pk,
        form=row.form_id,
        position=row.position,
        code=row.code,
        label=row.label,
        path=tuple(row.path),
        sheet=row.sheet,
        row=row.row,
        col=row.col,
        cell=row.cell,
        type=FieldType(row.type),
        role=Role(row.role),
        unit=row.unit,
        base_unit=row.base_unit,
        dimension=row.dimension,
        multiplier=Decimal(decimal_text(row.multiplier)),
        options=tuple(Option(*pair) for pair in row.options),
        element=row.element_id,
        element_code=row.element.code if row.element else "",
        earlier=tuple((date.fromisoformat(day), number, code) for day, number, code in row.earlier),
        is_spared=row.is_spared,
        below_zero=below_zero(row.dimension, (row.label, *row.path), content.reading_words()),
    )


def _fields() -> Prefetch[Any]:
    rows: QuerySet[Field] = Field.objects.select_related("element").order_by("position")
    return Prefetch("fields", rows)
