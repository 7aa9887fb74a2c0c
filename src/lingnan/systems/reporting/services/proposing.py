"""What the machine sees when forms are registered: what is asked twice, what follows from what."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import NotFound
from lingnan.base.ids import uuid_of
from lingnan.kernel.evidence import services as evidence

from ..models import Field, Form, Proposal, Repeat
from ..queries import matching
from ..queries.gate import need
from ..rules.derivations import propose_derivations
from ..rules.filing import draft_of, is_rate
from ..rules.matching import match_fields
from ..terms.filings import FormState, Verdict
from ..terms.forms import FormDraft, Layout, Match, Relation
from ..terms.forms import Proposal as Derivation
from ..terms.happenings import DerivationDecided
from .dictionary.memory import recalled
from .dictionary.returning import apply_memory

LIKELY = 0.6
FROM = {Relation.SAME: LIKELY, Relation.BROADER: 0.7, Relation.NARROWER: 0.7, Relation.DERIVED: 0.7}
NO_HOUSEHOLDS = FormDraft("", "", "", Layout.LIST, ())


def propose(form_ids: Sequence[int], *, by: Actor, at: datetime) -> None:
    """Compare new forms with every current one. The matching runs before anything is locked.

    What people decided of the same wordings before is decided at once.
    """
    rows = {row.pk: row for row in Form.objects.filter(state=FormState.CURRENT)}
    drafts = {pk: draft_of(row.profile) for pk, row in rows.items()}
    fields = _fields(rows)
    words = matching.words()
    decided, embed = matching.remembered(words), matching.embedding()
    pairs = [(new, old) for new in form_ids for old in rows if _to_compare(new, old, form_ids)]
    found = {
        (repeat.source_id, repeat.target_id): repeat
        for new, old in pairs
        if rows[new].subject == rows[old].subject
        for repeat in _repeats(
            match_fields(drafts[new], drafts[old], words, decided, embed), fields, new, old
        )
    }
    with transaction.atomic():
        told, memories = recalled(form_ids, found)
        Repeat.objects.bulk_create(told.values(), ignore_conflicts=True, batch_size=500)
        apply_memory(memories, by=by, at=at)
        _propose_derivations(form_ids, rows, drafts, fields)


@transaction.atomic
def decide_proposal(proposal_id: int, *, accept: bool, by: Actor, at: datetime) -> None:
    """Accepted, an item is derived and not asked; an approximate one is offered to be confirmed."""
    need(by, "reporting.administer", on=legal_day(at))
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("field")
    row = rows.filter(pk=proposal_id).first()
    if row is None:
        raise NotFound
    row.state = Verdict.ACCEPTED if accept else Verdict.REFUSED
    row.decided_by, row.decided_at = by.party, at
    row.save(update_fields=["state", "decided_by", "decided_at"])
    evidence.record(
        DerivationDecided(
            subject=f"reporting.field:{uuid_of('reporting', 'field', str(row.field_id))}",
            field=row.field.code,
            formula=row.formula,
            accepted=accept,
        ),
        by=by,
        at=at,
        also=[f"reporting.proposal:{row.pk}"],
    )


def _fields(rows: Iterable[int]) -> dict[tuple[int, str], Field]:
    found = Field.objects.filter(form__in=list(rows), element__isnull=False)
    return {(field.form_id, field.code): field for field in found}


def _to_compare(new: int, old: int, fresh: Sequence[int]) -> bool:
    """Each pair once; two new forms in the order of their ids."""
    return new != old and (old not in fresh or new > old)


def _repeats(
    matches: Sequence[Match], fields: dict[tuple[int, str], Field], new: int, old: int
) -> Iterable[Repeat]:
    """The same fact from LIKELY on; another relation only when it is worth a person's look."""
    for match in matches:
        sure = match.chosen
        if sure is None or sure.score < FROM.get(sure.relation, 2):
            continue
        source = fields.get((new, match.source.field.code))
        target = fields.get((old, sure.target.field.code))
        if source and target:
            yield Repeat(
                source=source,
                target=target,
                relation=sure.relation,
                score=Decimal(str(round(sure.score, 4))),
                reasons=list(sure.reasons),
            )


def _propose_derivations(
    form_ids: Sequence[int],
    rows: dict[int, Form],
    drafts: dict[int, FormDraft],
    fields: dict[tuple[int, str], Field],
) -> None:
    """Rates follow from a form's own items; everything else from one household form."""
    villages = [pk for pk, row in rows.items() if row.subject == "place"]
    households = [pk for pk, row in rows.items() if row.subject == "household"]
    words = matching.words()
    pairs: list[tuple[int, int | None]] = [(one, None) for one in villages if one in form_ids]
    pairs += [(v, h) for v in villages for h in households if v in form_ids or h in form_ids]
    found = [
        _proposal(fields[village, one.village_code], household, one)
        for village, household in pairs
        for one in propose_derivations(
            drafts[village], drafts[household] if household else NO_HOUSEHOLDS, words
        )
        if (village, one.village_code) in fields and is_rate(one.formula) == (household is None)
    ]
    Proposal.objects.bulk_create(found, ignore_conflicts=True, batch_size=500)


def _proposal(field: Field, household: int | None, one: Derivation) -> Proposal:
    return Proposal(
        field=field,
        household_form_id=household,
        formula=one.formula,
        sql=one.sql,
        quality=one.quality,
        reasons=list(one.reasons),
        uses=list(one.uses),
    )
