"""What is asked twice, and what follows from what: proposed, accepted, refused."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from lingnan.base.actors import Actor

from ..models import Proposal, Repeat
from ..terms.filings import FormState, ProposalInfo, RepeatInfo, Verdict
from .forms import field_info
from .gate import need


def repeats(
    *, to: Actor, on: date, state: Verdict | None = None, form: int | None = None
) -> list[RepeatInfo]:
    """Pairs between current forms, the surest first. One query."""
    need(to, "reporting.read", on=on)
    rows = Repeat.objects.filter(
        source__form__state=FormState.CURRENT, target__form__state=FormState.CURRENT
    ).select_related("source__element", "target__element", "source__form", "target__form")
    if state is not None:
        rows = rows.filter(state=state)
    if form is not None:
        rows = rows.filter(source__form=form) | rows.filter(target__form=form)
    return [
        RepeatInfo(
            id=row.pk,
            source=field_info(row.source),
            target=field_info(row.target),
            source_form=row.source.form.code,
            target_form=row.target.form.code,
            relation=row.relation,
            score=row.score,
            reasons=tuple(row.reasons),
            state=Verdict(row.state),
        )
        for row in rows.order_by("-score", "source_id", "pk")
    ]


def proposals(
    *, to: Actor, on: date, form: int | None = None, state: Verdict | None = None
) -> list[ProposalInfo]:
    """For village items of current forms, in the order of the form. One query."""
    need(to, "reporting.read", on=on)
    rows = _rows().filter(field__form__state=FormState.CURRENT)
    if form is not None:
        rows = rows.filter(field__form=form)
    if state is not None:
        rows = rows.filter(state=state)
    return [_info(row) for row in rows]


def accepted_for(forms: Iterable[int]) -> dict[int, ProposalInfo]:
    """Accepted derivations of these forms, by field id."""
    rows = _rows().filter(field__form__in=list(forms), state=Verdict.ACCEPTED)
    return {row.field_id: _info(row) for row in rows}


def accepted_from(household_forms: Iterable[int]) -> list[ProposalInfo]:
    """Accepted derivations over these household forms, and rates of the same village forms."""
    used = Proposal.objects.filter(
        household_form__in=list(household_forms), state=Verdict.ACCEPTED
    ).values("field__form")
    rows = _rows().filter(field__form__in=used, state=Verdict.ACCEPTED)
    return [_info(row) for row in rows]


def _rows() -> QuerySet[Proposal]:
    rows = Proposal.objects.select_related("field__element")
    return rows.order_by("field__form", "field__position", "pk")


def _info(row: Proposal) -> ProposalInfo:
    return ProposalInfo(
        id=row.pk,
        village_form=row.field.form_id,
        household_form=row.household_form_id,
        field=field_info(row.field),
        formula=row.formula,
        sql=row.sql,
        quality=row.quality,
        reasons=tuple(row.reasons),
        uses=tuple(row.uses),
        state=Verdict(row.state),
    )
