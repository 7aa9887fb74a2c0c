"""Rows of fields as the rules of the dictionary want them."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import QuerySet

from lingnan.base.canonical import decimal_text

from ...models import Field
from ...rules.dictionary import identity_of
from ...rules.filing import draft_of
from ...terms.dictionary import Identity
from ...terms.filings import FormState
from ...terms.forms import Dimension, FieldDraft, FieldRef, FieldType, Option, Role, Unit


def current_fields() -> QuerySet[Field]:
    """Questions of current forms that have an element, with form, department and element; what the
    reader saw stays where it is."""
    return (
        Field.objects.filter(form__state=FormState.CURRENT, element__isnull=False)
        .exclude(role=Role.PLACE)
        .select_related("element", "form__department")
        .defer("form__profile")
    )


def identity(row: Field) -> Identity:
    """`row.form.department` must be there already."""
    owner = row.form.department
    return identity_of(
        draft(row), subject=row.form.subject, department=str(owner.uuid) if owner else ""
    )


def refs(rows: Iterable[Field]) -> dict[int, FieldRef]:
    """As they were read, by field id; each form's profile is opened once. `row.form` is loaded."""
    read: dict[int, dict[str, FieldDraft]] = {}
    found = {}
    for row in rows:
        if row.form_id not in read:
            profile = row.form.profile
            fields = draft_of(profile).fields if profile else ()
            read[row.form_id] = {one.code: one for one in fields}
        found[row.pk] = FieldRef(row.form.code, read[row.form_id].get(row.code) or draft(row))
    return found


def draft(row: Field) -> FieldDraft:
    """From the columns alone: label, path, unit, type and options."""
    base, _, per = row.base_unit.partition("/")
    unit = Unit(
        row.unit,
        base,
        Decimal(decimal_text(row.multiplier)),
        Dimension(row.dimension or Dimension.OTHER),
        per,
    )
    return FieldDraft(
        code=row.code,
        label=row.label,
        path=tuple(row.path),
        sheet=row.sheet,
        row=row.row,
        col=row.col,
        cell=row.cell,
        label_cell="",
        type=FieldType(row.type),
        unit=unit if base else None,
        options=tuple(Option(*pair) for pair in row.options),
        role=Role(row.role),
    )
