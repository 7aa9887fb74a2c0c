"""What people decided of pairs of wordings, whatever form showed them."""

from collections.abc import Iterable

from django.db.models import Q

from lingnan.base.actors import Actor
from lingnan.base.errors import Forbidden

from ...models import Decision
from ...rules.filing import ref_of
from ...terms.dictionary import Decided, DecidedPair, Identity
from ...terms.forms import Relation


def decisions(*, to: Actor) -> tuple[DecidedPair, ...]:
    """Every decision that stands, oldest first, with both questions as they were read. One query."""
    if not to.may("reporting.read"):
        raise Forbidden(permission="reporting.read")
    rows = Decision.objects.filter(withdrawn_at=None).order_by("at", "pk")
    return tuple(
        DecidedPair(ref_of(row.source), ref_of(row.target), Relation(row.relation), row.by, row.at)
        for row in rows
    )


def remembered(wordings: Iterable[str]) -> list[Decided]:
    """Standing decisions that touch one of these wordings. One query."""
    keys = set(wordings)
    rows = (
        Decision.objects.filter(withdrawn_at=None)
        .filter(Q(source_key__in=keys) | Q(target_key__in=keys))
        .defer("source", "target")
    )
    return [decided(row) for row in rows.order_by("at", "pk")]


def decided(row: Decision) -> Decided:
    return Decided(
        id=row.pk,
        source=Identity(row.source_key, row.source_department),
        target=Identity(row.target_key, row.target_department),
        relation=Relation(row.relation),
        by=row.by,
        role=row.role,
        at=row.at,
    )
