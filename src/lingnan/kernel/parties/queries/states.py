"""What parties, accounts and duties are by now, for events to tell and verifiers to compare.

Left out is what changes without an event: tries, locks, the last visit, the language.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from lingnan.kernel.evidence.queries import State, grouped, narrowed, numbers_of, wanted

from ..models import (
    AbsenceCover,
    Account,
    ApiToken,
    Duty,
    Party,
    PartyIdentifier,
    PartyMerge,
    PartyName,
    SecondFactor,
)

Keys = Sequence[str] | None
PAGE = 2000
PARTY = ("kind", "organisation", "name", "place", "alias_of", "created_at")
NAME = ("lang", "name", "valid_from", "valid_to")
NUMBER = ("uuid", "scheme", "issuer", "sealed", "blind", "masked", "valid_from", "valid_to")
MERGE = ("uuid", "keeper", "at", "undone_at")
ACCOUNT = ("party", "state", "must_change", "password", "password_set_at", "activation")
TOKEN = ("uuid", "duty", "name", "prefix", "digest", "created_at", "expires_at", "revoked_at")
FACTOR = ("uuid", "kind", "name", "sealed", "credential", "created_at")
DUTY = ("party", "role", "place", "department", "valid_from", "valid_to")
COVER = ("uuid", "stand_in", "valid_from", "valid_to", "reason")


def parties(keys: Keys) -> Iterator[State]:
    these = numbers_of(Party.objects, keys)
    names = grouped(narrowed(PartyName.objects, "party", these), "party", *NAME)
    numbers = grouped(narrowed(PartyIdentifier.objects, "party", these), "party", *NUMBER)
    merges = grouped(narrowed(PartyMerge.objects, "alias", these), "alias", *MERGE)
    rows = narrowed(Party.objects.order_by("pk"), "uuid", keys)
    mine = wanted(keys)
    for pk, uuid, *held in rows.values_list("pk", "uuid", *PARTY).iterator(PAGE):
        if mine(uuid):
            sealed = [[_plain(one) for one in row] for row in numbers.get(pk, [])]
            value = [held, names.get(pk, []), sealed, merges.get(pk, [])]
            yield State(str(uuid), f"{uuid} (#{pk})", value)


def accounts(keys: Keys) -> Iterator[State]:
    these = numbers_of(Account.objects, keys)
    tokens = grouped(narrowed(ApiToken.objects, "account", these), "account", *TOKEN)
    factors = grouped(narrowed(SecondFactor.objects, "account", these), "account", *FACTOR)
    rows = narrowed(Account.objects.order_by("pk"), "uuid", keys)
    mine = wanted(keys)
    columns = ("pk", "uuid", "username", "activation_expires", *ACCOUNT)
    for pk, uuid, username, *held in rows.values_list(*columns).iterator(PAGE):
        if mine(uuid):
            # Nothing is added for who has none: digests from before there were factors still hold.
            extra = [[[_plain(one) for one in row] for row in factors[pk]]] if pk in factors else []
            yield State(str(uuid), username, [username, held, tokens.get(pk, []), *extra])


def duties(keys: Keys) -> Iterator[State]:
    these = numbers_of(Duty.objects, keys)
    covers = grouped(narrowed(AbsenceCover.objects, "duty", these), "duty", *COVER)
    rows = narrowed(Duty.objects.order_by("pk"), "uuid", keys)
    mine = wanted(keys)
    for pk, uuid, *held in rows.values_list("pk", "uuid", *DUTY).iterator(PAGE):
        if mine(uuid):
            yield State(str(uuid), f"{uuid} ({held[1]} #{pk})", [held, covers.get(pk, [])])


def _plain(value: Any) -> Any:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value


STATES = {"parties.party": parties, "parties.account": accounts, "parties.duty": duties}
