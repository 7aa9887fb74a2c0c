"""A form comes back, or its wordings do: what was decided holds without being asked again."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from lingnan.base.actors import Actor
from lingnan.kernel.observations.models import Element

from ...models import Field, Form, Repeat
from ...queries.dictionary.identities import identity
from ...terms.dictionary import Memory
from ...terms.filings import Verdict
from .acts import begin
from .deciding import grouped_without_parted, is_one_kind, keep_decided, record_decided
from .joining import join

Pair = tuple[int, int]


def inherited(form: Form, fields: Sequence[Field]) -> list[Field]:
    """A question worded as in the form's last version means what it meant there by now.

    Two queries. A wording that stands twice in either version tells nothing.
    """
    before = (
        Field.objects.filter(form__code=form.code, form__version=form.version - 1)
        .select_related("element", "form__department")
        .defer("form__profile")
    )
    held = _once(list(before))
    fresh = _once(fields)
    mine_of = {one.element_id for one in fields if one.element_id}
    own = {one.pk: one for one in Element.objects.filter(pk__in=mine_of)}
    for wording, field in fresh.items():
        last = held.get(wording)
        mine = own.get(field.element_id or 0)
        if last and last.element and mine and _is_kind_of(mine, last.element):
            field.element, field.earlier = last.element, last.earlier
    return list(fields)


def apply_memory(memories: Mapping[Pair, Memory], *, by: Actor, at: datetime) -> None:
    """Pairs just written that memory decided: evidence for each, and one element where it is one."""
    settled = [pair for pair, memory in memories.items() if not memory.conflict]
    if not settled:
        return
    rows = list(
        Repeat.objects.filter(
            source__in={source for source, _ in settled}, target__in={t for _, t in settled}
        )
        .select_related("source__element", "target__element", "source__form", "target__form")
        .defer("source__form__profile", "target__form__profile")
        .order_by("-score", "pk")
    )
    act = begin(by, at)
    rows = [row for row in rows if (row.source_id, row.target_id) in memories and row.act is None]
    rows = [row for row in rows if row.state != Verdict.PROPOSED]
    same = [row for row in rows if row.state == Verdict.ACCEPTED]
    kept, groups = grouped_without_parted([row for row in same if is_one_kind(row)])
    left = {row.pk for row in same} - {row.pk for row in kept}
    for row in rows:
        memory = memories[row.source_id, row.target_id]
        row.decided_by, row.decided_at, row.act = memory.decision.by, at, act.uuid
        if row.pk in left:  # another word of memory stands against it: people decide
            row.state, row.said, row.is_disputed, row.act = Verdict.PROPOSED, "", True, None
    keep_decided(rows)
    record_decided([row for row in rows if row.pk not in left], act, remembered=True)
    several = [g for g in {id(group): group for group in groups.values()}.values() if len(g) > 1]
    if several:
        join(several, act)


def _once(fields: Sequence[Field]) -> dict[str, Field]:
    found: dict[str, list[Field]] = {}
    for one in fields:
        found.setdefault(identity(one).wording, []).append(one)
    return {wording: many[0] for wording, many in found.items() if len(many) == 1}


def _is_kind_of(one: Element, other: Element) -> bool:
    kinds = ((e.type, e.unit, e.options, e.subject_kind) for e in (one, other))
    return next(kinds) == next(kinds)
