"""When a village's household reports are all approved, what follows from them is known at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from lingnan.base.actors import Actor
from lingnan.base.canonical import sha256
from lingnan.base.ids import subject
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue, Quality

from ..models import Filing
from ..queries.derived import derived, villages
from ..queries.forms import forms_by_id
from ..queries.proposals import accepted_from
from ..rules.filing import LEDGER
from ..terms.filings import FormInfo, ProposalInfo
from ..terms.happenings import (
    ItemsDerived,
)


def derive_after(
    rows: Sequence[Filing], forms: Mapping[int, FormInfo], *, by: Actor, at: datetime
) -> int:
    """Values written, in the transaction that approved `rows`; village reports change nothing."""
    touched: dict[tuple[int, int], set[int]] = {}
    for row in rows:
        if forms[row.form_id].subject == "household":
            touched.setdefault((row.form_id, row.period), set()).add(row.place)
    return sum(
        derive_villages(forms[form], period, sorted(places), by=by, at=at)
        for (form, period), places in touched.items()
    )


def derive_villages(
    household_form: FormInfo, period: int, places: Sequence[int], *, by: Actor, at: datetime
) -> int:
    """Exact derivations only: an approximate one is offered and waits for the village's word."""
    rules = [
        rule
        for rule in accepted_from([household_form.id])
        if rule.quality == "exact" and rule.household_form == household_form.id
    ]
    if not rules:
        return 0
    items = derived(rules, villages(household_form, period, places))
    written = 0
    for form_id, of_form in _by_form(rules).items():
        elements = {rule.field.id: rule.field.at(period).element or 0 for rule in of_form}
        new = [
            NewValue(
                place=place,
                element=elements[field],
                period=period,
                value=value,
                quality=Quality.DERIVED,
            )
            for (place, field), value in sorted(items.items())
            if field in elements
        ]
        written += _record(form_id, period, new, by=by, at=at)
    return written


def _record(form_id: int, period: int, new: Sequence[NewValue], *, by: Actor, at: datetime) -> int:
    if not new:
        return 0
    form = forms_by_id([form_id])[form_id]
    facts = [(v.place, v.element, str(v.value)) for v in new]
    event = ItemsDerived(
        subject=subject("reporting", "form", form.uuid),
        form=form.code,
        period=period,
        places=len({value.place for value in new}),
    )
    key = f"reporting:derived:{form.uuid}:{period}:{sha256([facts, at])}"
    return values.record_values(key, new, source=LEDGER, by=by, at=at, event=event).rows


def _by_form(rules: Sequence[ProposalInfo]) -> dict[int, list[ProposalInfo]]:
    found: dict[int, list[ProposalInfo]] = {}
    for rule in rules:
        found.setdefault(rule.village_form, []).append(rule)
    return found
