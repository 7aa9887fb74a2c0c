"""Who asks what: elements against forms, ordered so that blocks show."""

from datetime import date

from lingnan.base.actors import Actor

from ...models import Field, Form
from ...rules.dictionary import blocks
from ...terms.dictionary import EntryInfo, Grid
from ...terms.filings import FormState
from ...terms.forms import Role
from .entries import entries


def grid(*, to: Actor, on: date, least: int = 2, top: int = 40) -> Grid:
    """The `top` elements that most forms ask, of those asked by `least` forms or more, and the forms
    that ask them. Five queries, however many."""
    known = [one for one in entries(to=to, on=on) if one.forms >= least]
    known.sort(key=lambda one: (-one.forms, -one.asked, one.id))
    chosen = {one.id: one for one in known[:top]}
    asked = (
        Field.objects.filter(element__in=chosen, form__state=FormState.CURRENT)
        .exclude(role=Role.PLACE)
        .values_list("element", "form")
    )
    pairs = {(element or 0, form) for element, form in asked}
    forms = {
        form.pk: (form.code, " ".join(form.title.split()), _department(form))
        for form in Form.objects.filter(state=FormState.CURRENT)
        .select_related("department")
        .defer("profile")
        .order_by("department", "code")
    }
    used = {form for _, form in pairs}
    asking = [number for number in forms if number in used]
    return _ordered(list(chosen.values()), asking, forms, pairs, len(known), len(forms))


def _department(form: Form) -> str:
    return form.department.name if form.department else ""


def _ordered(
    elements: list[EntryInfo],
    asking: list[int],
    forms: dict[int, tuple[str, str, str]],
    pairs: set[tuple[int, int]],
    of_elements: int,
    of_forms: int,
) -> Grid:
    marks = [[(one.id, form) in pairs for form in asking] for one in elements]
    rows, cols = blocks(marks)
    return Grid(
        elements=tuple(elements[i] for i in rows),
        forms=tuple(forms[asking[j]] for j in cols),
        marks=frozenset(
            (r, c) for r, i in enumerate(rows) for c, j in enumerate(cols) if marks[i][j]
        ),
        of_elements=of_elements,
        of_forms=of_forms,
    )
