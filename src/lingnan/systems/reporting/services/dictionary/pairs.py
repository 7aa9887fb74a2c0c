"""Proposed pairs follow what is done with whole elements; one query each."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from lingnan.kernel.observations.models import Element

from ...models import Field, Form, Repeat
from ...terms.dictionary import NotOneFact
from ...terms.filings import Verdict
from ...terms.forms import Relation
from .acts import Act

KEPT = ("state", "said", "decision_id", "act", "decided_by", "decided_at", "is_disputed")


def parted(elements: Iterable[int]) -> set[tuple[int, int]]:
    """Pairs of these elements that somebody parted."""
    ids = list(elements)
    rows = Repeat.objects.filter(
        state=Verdict.REFUSED, source__element__in=ids, target__element__in=ids
    )
    return {
        (min(a, b), max(a, b))
        for a, b in rows.values_list("source__element", "target__element")
        if a is not None and b is not None
    }


def refuse_parted(elements: Mapping[int, Element]) -> None:
    """NotOneFact."""
    for one, other in sorted(parted(elements)):
        first, second = (
            elements[pk].titles.get("zh-hans", elements[pk].code) for pk in (one, other)
        )
        raise NotOneFact(first=first, second=second)


def states_told(fields: Iterable[Field], pairs: Iterable[int | str] = ()) -> list[str]:
    """What an event of the dictionary tells anew: the forms of these fields, these pairs. A query."""
    forms = {one.form_id for one in fields}
    uuids = Form.objects.filter(pk__in=forms).order_by("pk").values_list("uuid", flat=True)
    told = [f"reporting.form:{uuid}" for uuid in uuids] if forms else []
    return [*told, *(f"reporting.repeat:{number}" for number in pairs)]


def settle_inside(elements: Sequence[Element], act: Act) -> list[int]:
    """What is one element now need not be asked about any more. The pairs' ids."""
    inside = Repeat.objects.filter(
        state=Verdict.PROPOSED, source__element__in=elements, source__element=F("target__element")
    )
    settled = list(inside.values_list("pk", flat=True))
    inside.update(
        state=Verdict.ACCEPTED,
        said=Relation.SAME,
        act=act.uuid,
        decided_by=act.by.party,
        decided_at=act.at,
        is_disputed=False,
    )
    return settled


def part_pairs(gone: Sequence[Field], stay: Sequence[Field], act: Act) -> dict[str, Any]:
    """Pairs across a split are refused; answers what they were, by id, so that it can be undone."""
    across = Q(source__in=gone, target__in=stay) | Q(source__in=stay, target__in=gone)
    rows = list(Repeat.objects.select_for_update().filter(across))
    was = {str(row.pk): [_plain(getattr(row, name)) for name in KEPT] for row in rows}
    Repeat.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=Verdict.REFUSED,
        said=Relation.ALIKE,
        decision=None,
        act=None,
        decided_by=act.by.party,
        decided_at=act.at,
        is_disputed=False,
    )
    return was


def restore_pairs(held: Iterable[Mapping[str, Sequence[Any]]]) -> None:
    """As `part_pairs` found them."""
    was = {int(number): words for one in held for number, words in one.items()}
    rows = list(Repeat.objects.filter(pk__in=was))
    for row in rows:
        state, said, decision, act, by, at, disputed = was[row.pk]
        row.state, row.said, row.decision_id, row.decided_by = state, said, decision, by
        row.act = UUID(act) if act else None
        row.decided_at = datetime.fromisoformat(at) if at else None
        row.is_disputed = disputed
    names = [name.removesuffix("_id") for name in KEPT]
    Repeat.objects.bulk_update(rows, names, batch_size=500)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
