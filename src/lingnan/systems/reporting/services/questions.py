"""One question of a form as its row."""

from ..models import Field, Form
from ..terms.forms import FieldDraft

PLACES = {"place", "village", "row"}


def field_row(row: Form, position: int, one: FieldDraft, element: int | None) -> Field:
    unit = one.unit
    return Field(
        form=row,
        position=position,
        code=one.code,
        label=one.label,
        path=list(one.path),
        sheet=one.sheet,
        row=one.row,
        col=one.col,
        cell=one.cell,
        type=one.type,
        role=one.role,
        unit=unit.written if unit else "",
        base_unit=(unit.base + (f"/{unit.per}" if unit.per else "")) if unit else "",
        dimension=unit.dimension if unit else "",
        multiplier=unit.multiplier if unit else 1,
        options=[[option.code, option.label] for option in one.options],
        element_id=element,
    )
