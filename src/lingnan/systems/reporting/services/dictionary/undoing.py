"""An act of the dictionary is taken back: fields, cards, definitions and memories as they were."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations.models import Element

from ...models import Change, ChangeOf, Decision, Field, Repeat
from ...queries.gate import need
from ...terms.dictionary import AlreadyUndone, ChangedSince, ChangeUndone
from ...terms.filings import Verdict
from .acts import Act, cards_of, keep_cards, move_fields, redefine
from .pairs import restore_pairs, states_told


@transaction.atomic
def undo_act(act: str, *, by: Actor, at: datetime) -> int:
    """How many changes and decisions were taken back. The same few queries however many.

    Values written in between stay where they are; a field with approved answers since then goes back
    from its next period on. Raises AlreadyUndone, ChangedSince.
    """
    need(by, "reporting.administer", on=legal_day(at))
    number = _uuid(act)
    changes = list(Change.objects.select_for_update().filter(act=number, undone_at=None))
    spoken = Decision.objects.filter(act=number, withdrawn_at=None)
    count = spoken.count()
    if not changes and not count:
        raise AlreadyUndone
    doing = Act(number, by, at)
    fields: list[Field] = []
    if changes:
        _check_newest(changes)
        fields = _restore(changes, doing)
    spoken.update(withdrawn_at=at)
    Change.objects.filter(act=number).update(undone_at=at)
    mine = Repeat.objects.filter(act=number)
    pairs = [
        *mine.values_list("pk", flat=True),
        *(n for c in changes for n in c.held.get("repeats", {})),
    ]
    mine.update(
        state=Verdict.PROPOSED, said="", decision=None, act=None, decided_by=None, decided_at=None
    )
    restore_pairs([change.held.get("repeats", {}) for change in changes])
    evidence.record(
        ChangeUndone(
            subject=subject("reporting", "act", number),
            act=str(number),
            changes=len(changes),
            decisions=count,
        ),
        by=by,
        at=at,
        also=states_told(fields, pairs),
    )
    return len(changes) + count


def _uuid(act: str) -> UUID:
    try:
        return UUID(act)
    except ValueError:
        raise AlreadyUndone from None


def _check_newest(changes: list[Change]) -> None:
    """Nothing newer stands on the same elements."""
    last = max(change.pk for change in changes)
    touched = ChangeOf.objects.filter(change__in=changes).values("element")
    newer = (
        ChangeOf.objects.filter(element__in=touched, change__undone_at=None, change__pk__gt=last)
        .exclude(change__act=changes[0].act)
        .select_related("element")
        .order_by("-change")
        .first()
    )
    if newer:
        raise ChangedSince(element=newer.element.titles.get("zh-hans", newer.element.code))


def _restore(changes: list[Change], act: Act) -> list[Field]:
    """The fields that went back."""
    codes = {code for change in changes for code in (*change.before, *change.after)}
    elements = {one.pk: one for one in Element.objects.select_for_update().filter(code__in=codes)}
    back = {field: old for change in changes for field, old, _, _ in change.moves}
    fields = list(
        Field.objects.filter(pk__in=back).select_related("element", "form").order_by("pk")
    )
    move_fields(fields, {}, {one.pk: elements[back[one.pk]] for one in fields})
    was: dict[str, Any] = {}
    for change in sorted(changes, key=lambda one: one.pk):
        was = change.held | was  # the oldest word on each
    cards = cards_of(elements.values())
    for one in elements.values():
        for name, value in was.get(one.code, {}).get("card", {}).items():
            setattr(cards[one.pk], name, value)
    keep_cards(cards.values())
    told = {code: words["told"] for code, words in was.items() if "told" in words}
    redefine([one for one in elements.values() if one.code in told], act, told)
    return fields
