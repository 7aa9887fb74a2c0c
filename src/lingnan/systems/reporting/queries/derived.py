"""What follows from a village's household reports, worked out from the approved ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ..models import Filing
from ..rules.filing import answers_of, is_rate, stored, worth
from ..rules.filing.deriving import NONE_SUCH, Household
from ..terms.filings import (
    FieldInfo,
    FormInfo,
    Mark,
    ProposalInfo,
    State,
)


@dataclass(frozen=True, slots=True)
class Village:
    """`households` in base units; empty `as_of` when a report of one of them is still open."""

    place: int
    households: tuple[Household, ...]
    as_of: datetime | None


def villages(form: FormInfo, period: int, places: Iterable[int]) -> dict[int, Village]:
    """Villages whose reports of this household form are all approved, by place. One query."""
    rows = Filing.objects.filter(
        form=form.id, period=period, place__in=list(places), subject__gt=0
    ).order_by("place", "subject")
    fields = {field.code: field for field in form.asked}
    grouped: dict[int, list[Filing]] = {}
    for row in rows:
        grouped.setdefault(row.place, []).append(row)
    return {
        place: Village(
            place,
            tuple(_household(fields, one) for one in group),
            max(one.approved_at for one in group if one.approved_at),
        )
        for place, group in grouped.items()
        if all(one.state == State.APPROVED for one in group)
    }


def derived(
    proposals: Sequence[ProposalInfo], found: Mapping[int, Village]
) -> dict[tuple[int, int], Decimal]:
    """(place, field id) → the item in the element's unit; what cannot be known is left out."""
    values: dict[tuple[int, int], Decimal] = {}
    for place, village in found.items():
        for rule in proposals:
            if is_rate(rule.formula):
                continue
            value = worth(rule.formula, village.households)
            if value is not None:
                values[place, rule.field.id] = value
    return values


def rates(
    form: FormInfo, proposals: Iterable[ProposalInfo], items: Mapping[str, Decimal | None]
) -> dict[str, Decimal]:
    """Accepted rates of a form made from its own items (in base units), by field code."""
    found: dict[str, Decimal] = {}
    for rule in proposals:
        if rule.village_form == form.id and is_rate(rule.formula):
            value = worth(rule.formula, items=items)
            if value is not None:
                found[rule.field.code] = value
    return found


def _household(fields: Mapping[str, FieldInfo], row: Filing) -> Household:
    found: dict[str, Decimal | str | None] = {}
    for code, answer in answers_of(row.answers).items():
        field = fields.get(code)
        if field is None:
            continue
        if answer.mark is Mark.NOT_APPLICABLE:
            found[code] = NONE_SUCH
            continue
        value, words = stored(field, answer)
        found[code] = value if value is not None else words
    return found
