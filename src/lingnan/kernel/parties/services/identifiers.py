"""Numbers from registers: checked, sealed, and shown in full only for a reason."""

from datetime import date, datetime
from typing import ClassVar

from django.db import IntegrityError, transaction

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Clash, Forbidden, Invalid, NotFound, Problem
from lingnan.kernel.evidence import services as evidence

from .. import queries, rules
from ..models import Party, PartyIdentifier
from ..queries import vault
from ..terms import (
    Checked,
    IdentifierAdded,
    IdentifierEnded,
    IdentifierUnmasked,
    PartyKind,
    Scheme,
    UnmaskRefused,
    new_uuid,
    party_subject,
)

UNMASK = "parties.unmask"


class IdentifierTaken(Clash):
    code: ClassVar[str] = "parties.identifier_taken"
    tell: ClassVar[str] = "该号码已登记在另一主体名下；如为同一主体，请办理合并。"


class UnmaskForbidden(Forbidden):
    code: ClassVar[str] = "parties.unmask_forbidden"
    tell: ClassVar[str] = "您现在的岗位不能查看完整证件号码。"


@transaction.atomic
def add_identifier(
    party_id: int,
    scheme: Scheme,
    value: str,
    *,
    issuer: str = "",
    valid_from: date | None = None,
    by: Actor,
    at: datetime,
) -> int:
    """The row's id. `issuer`: the state of a passport (GB/T 2659.1, three letters).

    Adding what the party (or an alias) already holds returns that row. Invalid, IdentifierTaken.
    """
    party = Party.objects.filter(pk=party_id).first()
    if party is None:
        raise NotFound
    day = clock.legal_day(at)
    checked = queries.check_identifier(value, scheme=scheme, on=day)
    raise_faults(checked, party.kind, issuer)
    held = queries.holder_of(checked, issuer=issuer, on=day)
    if held is not None:
        return _held_by(held.party, party, checked, issuer)
    row = sealed_row(party, checked, issuer, valid_from or day, at)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # another process was first
        raise IdentifierTaken from None
    event = IdentifierAdded(
        subject=party_subject(party.uuid),
        label="personal",
        identifier=str(row.uuid),
        scheme=scheme.value,
    )
    evidence.record(event, by=by, at=at)
    return row.pk


@transaction.atomic
def end_identifier(identifier_id: int, *, on: date, by: Actor, at: datetime) -> None:
    """The document was replaced or withdrawn; the number may then be registered again."""
    row = (
        PartyIdentifier.objects.select_for_update().filter(pk=identifier_id, valid_to=None).first()
    )
    if row is None:
        raise NotFound
    if on <= row.valid_from:
        raise Invalid(problems=[Problem("on", "终止日期须晚于启用日期。")])
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    event = IdentifierEnded(
        subject=party_subject(row.party.uuid),
        label="personal",
        identifier=str(row.uuid),
        valid_to=on,
    )
    evidence.record(event, by=by, at=at)


def unmask(identifier_id: int, *, reason: str, by: Actor, at: datetime) -> str:
    """The number in full. Who saw it and why is evidence, the refusal too.

    UnmaskForbidden without `parties.unmask`, Invalid without a reason, SealBroken when the stored
    bytes were changed.
    """
    row = PartyIdentifier.objects.select_related("party").filter(pk=identifier_id).first()
    if row is None:
        raise NotFound
    decision = queries.decide(by, UNMASK)
    if not decision.allowed:
        with transaction.atomic():
            refusal = UnmaskRefused(
                subject=party_subject(row.party.uuid),
                label="personal",
                identifier=str(row.uuid),
                why=decision.why_code,
            )
            evidence.record(refusal, by=by, at=at)
        raise UnmaskForbidden(decision.why_words)
    if len(reason.strip()) < 4:
        raise Invalid(problems=[Problem("reason", "请写明查看完整号码的事由（至少 4 个字）。")])
    value = vault.unseal(bytes(row.sealed), row.uuid)
    with transaction.atomic():
        seen = IdentifierUnmasked(
            subject=party_subject(row.party.uuid),
            label="personal",
            identifier=str(row.uuid),
            scheme=row.scheme,
        )
        evidence.record(seen, by=by, at=at, private={"reason": reason.strip()})
    return value


def raise_faults(checked: Checked, kind: str, issuer: str) -> None:
    """Invalid with every error of the number, and when its scheme does not suit the party."""
    problems = list(checked.errors)
    if (checked.scheme is Scheme.USCC) != (kind == PartyKind.ORGANISATION):
        problems.append(Problem("scheme", "证件类型与主体类型不符。"))
    if checked.scheme is Scheme.PASSPORT and not (len(issuer) == 3 and issuer.isalpha()):
        problems.append(Problem("issuer", "请填写护照签发国三字母代码。"))
    if problems:
        raise Invalid(problems=problems)


def sealed_row(
    party: Party, checked: Checked, issuer: str, valid_from: date, at: datetime
) -> PartyIdentifier:
    """Not saved yet."""
    uuid = new_uuid(at)
    return PartyIdentifier(
        uuid=uuid,
        party=party,
        scheme=checked.scheme.value,
        issuer=issuer,
        sealed=vault.seal(checked.value, uuid),
        blind=vault.blind(checked.scheme, issuer, checked.value),
        masked=rules.mask_identifier(checked.scheme, checked.value),
        valid_from=valid_from,
    )


def _held_by(holder: int, party: Party, checked: Checked, issuer: str) -> int:
    if holder != (party.alias_of_id or party.pk):
        raise IdentifierTaken
    index = vault.blind(checked.scheme, issuer, checked.value)
    return PartyIdentifier.objects.get(scheme=checked.scheme.value, blind=index, valid_to=None).pk
