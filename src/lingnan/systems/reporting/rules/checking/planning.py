"""What one form can be checked by: its sums, its 其中, its accepted formulas."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...terms.checking import Formula, Identity, Pair, Plan, Thresholds
from ...terms.filings import FieldInfo, FormInfo, ProposalInfo
from ...terms.forms import FieldType, FormDraft
from ..filing import is_rate

ADDED = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY})
Fields = Mapping[str, FieldInfo]


def plan_of(
    form: FormInfo,
    draft: FormDraft,
    accepted: Iterable[ProposalInfo],
    thresholds: Thresholds,
    confirmed: Iterable[str] = (),
) -> Plan:
    """The reader's hints as they can be checked: members that are asked, of one unit. `confirmed`:
    totals whose sum the bureau confirmed."""
    fields = {f.code: f for f in form.asked}
    return Plan(
        fields=form.asked,
        thresholds=thresholds,
        identities=tuple(_identities(draft, fields, frozenset(confirmed))),
        pairs=tuple(_pairs(draft, fields)),
        formulas=tuple(
            Formula(rule.field.code, rule.formula)
            for rule in accepted
            if rule.village_form == form.id and rule.field.code in fields and is_rate(rule.formula)
        ),
    )


def counts_of(plan: Plan) -> dict[str, str]:
    """Field code → the kind of ledger whose entries it counts."""
    found = {}
    for kind, words in plan.thresholds.counts.items():
        for field in plan.fields:
            if field.label.strip().rstrip("（户）()") in words and field.type in ADDED:
                found[field.code] = kind
    return found


def _identities(draft: FormDraft, fields: Fields, confirmed: frozenset[str]) -> Iterator[Identity]:
    for hint in draft.sums:
        members = [fields.get(code) for code in (hint.total, *hint.parts)]
        if all(members) and is_sum_of_alike([one for one in members if one]):
            yield Identity(hint.total, hint.parts, hint.why, hint.total in confirmed)


def _pairs(draft: FormDraft, fields: Fields) -> Iterator[Pair]:
    for one in draft.fields:
        part, whole = fields.get(one.code), fields.get(one.parent)
        if part and whole and is_sum_of_alike([part, whole]):
            yield Pair(part.code, whole.code, one.among)


def is_sum_of_alike(members: Sequence[FieldInfo]) -> bool:
    """Quantities of one kind: persons are no part of households."""
    kinds = {(one.dimension, one.base_unit) for one in members}
    return len(kinds) == 1 and all(one.type in ADDED for one in members)
