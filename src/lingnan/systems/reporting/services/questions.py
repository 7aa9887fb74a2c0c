"""One question of a form: its row, and its own element."""

from collections.abc import Iterable
from dataclasses import replace

from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import ElementDefinition, ElementInfo

from ..content import flows
from ..models import Field, Form
from ..rules.filing import code_apart, definition_of, is_kept
from ..terms.forms import FieldDraft

PLACES = {"place", "village", "row"}


def definitions(
    row: Form, drafts: Iterable[FieldDraft], *, subject: str = ""
) -> tuple[dict[str, ElementDefinition], dict[str, ElementInfo]]:
    """Field code → its own element, and elements that are there already by code. An element of
    another form's question is never taken over because the two codes read alike."""
    wanted: dict[str, ElementDefinition] = {}
    subject = subject or row.subject
    for one in drafts:
        if is_kept(one):
            wanted[one.code] = definition_of(
                row.code, one, subject=subject, period_kind=row.period_kind, flows=flows()
            )
    held = observations.element_map([one.code for one in wanted.values()])
    seen: set[str] = set()
    for code, own in wanted.items():
        known = held.get(own.code)
        if own.code in seen or (known and known.owner not in {"", row.code}):
            wanted[code] = replace(own, code=code_apart(own.code, row.code, code))
        seen.add(wanted[code].code)
    left = [own.code for own in wanted.values() if own.code not in held]
    return wanted, dict(held) | dict(observations.element_map(left))


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
