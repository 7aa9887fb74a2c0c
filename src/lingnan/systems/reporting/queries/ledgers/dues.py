"""What falls due in a place between two days, by what its ledgers keep."""

from collections.abc import Mapping
from datetime import date

from lingnan.base.actors import Actor, system_actor
from lingnan.base.errors import Invalid, Problem
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import LedgerVersion

from ... import content
from ...rules.checking import in_force
from ...rules.ledgers import due_on
from ...terms.dues import Due, DueRule
from ...terms.ledgers import LedgerKind
from ...terms.masking import Seen
from ..gate import need
from .entries import entries_of, name_of
from .veiling import closed_to, day_beside, sensitive_of, veiled


def dues(
    place: int, first: date, last: date, *, to: Actor, on: date, in_full: Seen | None = None
) -> list[Due]:
    """By day, in the order of the content. Persons masked as everywhere; whoever has died or left by
    then is not listed, and what tells something sensitive only to who may know it."""
    need(to, "reporting.read", [place], on=on)
    if last < first:
        raise Invalid(problems=[Problem("month", "起止日期不对。")])
    rules: dict[str, list[DueRule]] = {}
    for rule in in_force(content.dues(), last).rules:
        rules.setdefault(rule.kind, []).append(rule)
    found = []
    for kind, mine in rules.items():
        told = content.ledgers()[kind]
        # What is due is judged on what is held; what is shown goes through the reader's gate.
        held = observations.ledger(kind, place, to=system_actor(), on=max(last, on))
        days = {
            (v.uuid, rule): day
            for v in held
            if to.reaches(v.place, on)
            for rule in mine
            if (day := due_on(rule, _said(told, v))) and first <= day <= last
        }
        shown = observations.entries(sorted({uuid for uuid, _ in days}), to=to, on=on)
        entries = veiled(entries_of(list(shown.values())), to=to, on=on, in_full=in_full)
        by_uuid = {one.uuid: one for one in entries}
        found += [
            Due(
                rule=rule,
                uuid=uuid,
                place=one.place,
                name=name_of(one),
                masked=one.masked,
                day=day_beside(day, one, rule.attribute, to=to, on=on, in_full=in_full),
            )  # fmt: skip
            for (uuid, rule), day in days.items()
            if (one := by_uuid.get(uuid))
            and not _tells(rule) & closed_to(one, to=to, on=on, in_full=in_full)
        ]
    order = {rule: n for n, rule in enumerate(r for each in rules.values() for r in each)}
    return sorted(found, key=lambda one: (one.day, order[one.rule], one.place, one.uuid))


def _tells(rule: DueRule) -> set[str]:
    """That it falls due at all tells that something sensitive is so."""
    return {rule.attribute, *(key for key, _ in rule.where)} & sensitive_of(rule.kind)


def _said(kind: LedgerKind, version: LedgerVersion) -> Mapping[str, str]:
    return {key: version.data.get(kind.element(key)) or "" for key in kind.attributes}
