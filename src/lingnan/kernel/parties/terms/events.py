"""What parties announce. Facts hold kinds and keyed hashes: no names, no identity numbers."""

from dataclasses import dataclass
from datetime import date, datetime

from lingnan.base.events import Event


@dataclass(frozen=True, kw_only=True)
class PartyCreated(Event):
    kind = "parties.party_created"
    tells_state = True
    party_kind: str
    organisation: str = ""


@dataclass(frozen=True, kw_only=True)
class PartyRenamed(Event):
    kind = "parties.party_renamed"
    tells_state = True
    lang: str
    valid_from: date


@dataclass(frozen=True, kw_only=True)
class PartiesMerged(Event):
    kind = "parties.parties_merged"
    tells_state = True
    keeper: str


@dataclass(frozen=True, kw_only=True)
class MergeUndone(Event):
    kind = "parties.merge_undone"
    tells_state = True
    keeper: str


@dataclass(frozen=True, kw_only=True)
class IdentifierAdded(Event):
    kind = "parties.identifier_added"
    tells_state = True
    identifier: str
    scheme: str


@dataclass(frozen=True, kw_only=True)
class IdentifierEnded(Event):
    kind = "parties.identifier_ended"
    tells_state = True
    identifier: str
    valid_to: date


@dataclass(frozen=True, kw_only=True)
class IdentifierUnmasked(Event):
    """Someone saw a number in full. The reason is free text, so it is an erasable body."""

    kind = "parties.identifier_unmasked"
    identifier: str
    scheme: str


@dataclass(frozen=True, kw_only=True)
class UnmaskRefused(Event):
    kind = "parties.unmask_refused"
    identifier: str
    why: str


@dataclass(frozen=True, kw_only=True)
class AccountCreated(Event):
    kind = "parties.account_created"
    tells_state = True
    party: str


@dataclass(frozen=True, kw_only=True)
class AccountsImported(Event):
    """`digest`: sha256 of the canonical rows, to show later which file it was."""

    kind = "parties.accounts_imported"
    digest: str
    rows: int
    accounts: int
    parties: int
    organisations: int
    duties: int


@dataclass(frozen=True, kw_only=True)
class AccountStateChanged(Event):
    kind = "parties.account_state_changed"
    tells_state = True
    state: str


@dataclass(frozen=True, kw_only=True)
class AccountLocked(Event):
    kind = "parties.account_locked"
    until: datetime


@dataclass(frozen=True, kw_only=True)
class AccountUnlocked(Event):
    kind = "parties.account_unlocked"
    tells_state = True


@dataclass(frozen=True, kw_only=True)
class ActivationIssued(Event):
    kind = "parties.activation_issued"
    tells_state = True
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PasswordSet(Event):
    kind = "parties.password_set"
    tells_state = True
    by_owner: bool
    must_change: bool


@dataclass(frozen=True, kw_only=True)
class SignInTried(Event):
    """`who` and `address` are keyed hashes: tries can be told apart, never read back."""

    kind = "parties.sign_in_tried"
    outcome: str
    who: str
    address: str


@dataclass(frozen=True, kw_only=True)
class DutyGiven(Event):
    kind = "parties.duty_given"
    tells_state = True
    party: str
    role: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, kw_only=True)
class DutyRefused(Event):
    """A duty was not given because of `held`, another administrator's role of the same party."""

    kind = "parties.duty_refused"
    role: str
    held: str


@dataclass(frozen=True, kw_only=True)
class DutyEnded(Event):
    kind = "parties.duty_ended"
    tells_state = True
    valid_to: date


@dataclass(frozen=True, kw_only=True)
class AbsenceCovered(Event):
    """Without the reason, which may tell of illness."""

    kind = "parties.absence_covered"
    tells_state = True
    stand_in: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True, kw_only=True)
class CoverEnded(Event):
    kind = "parties.cover_ended"
    tells_state = True
    valid_to: date


@dataclass(frozen=True, kw_only=True)
class TokenIssued(Event):
    kind = "parties.token_issued"
    tells_state = True
    prefix: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    kind = "parties.token_revoked"
    tells_state = True
    prefix: str


@dataclass(frozen=True, kw_only=True)
class AttemptsForgotten(Event):
    kind = "parties.attempts_forgotten"
    rows: int
    before: datetime


@dataclass(frozen=True, kw_only=True)
class FactorAdded(Event):
    kind = "parties.factor_added"
    tells_state = True
    factor: str
    factor_kind: str


@dataclass(frozen=True, kw_only=True)
class FactorRemoved(Event):
    """`by_owner` False: an administrator took it away, the device being lost."""

    kind = "parties.factor_removed"
    tells_state = True
    factor: str
    factor_kind: str
    by_owner: bool


@dataclass(frozen=True, kw_only=True)
class FactorTried(Event):
    """`outcome` as of `SignInTried`; `address` is a keyed hash."""

    kind = "parties.factor_tried"
    factor_kind: str
    outcome: str
    address: str


@dataclass(frozen=True, kw_only=True)
class RecoveryCodesIssued(Event):
    """The earlier ones end."""

    kind = "parties.recovery_codes_issued"
    codes: int


@dataclass(frozen=True, kw_only=True)
class SessionBegun(Event):
    kind = "parties.session_begun"
    session: str
    assurance: str
    address: str


@dataclass(frozen=True, kw_only=True)
class SessionEnded(Event):
    """`why`: signed_out, revoked, expired, password, factor."""

    kind = "parties.session_ended"
    session: str
    why: str


@dataclass(frozen=True, kw_only=True)
class PortalRegistered(Event):
    """`direction`: in (it signs our people in) or out (its users sign in through us)."""

    kind = "parties.portal_registered"
    direction: str


@dataclass(frozen=True, kw_only=True)
class PortalClosed(Event):
    kind = "parties.portal_closed"
    direction: str


@dataclass(frozen=True, kw_only=True)
class PortalLinked(Event):
    """`who`: keyed hash of the portal's name for the person."""

    kind = "parties.portal_linked"
    account: str
    who: str


@dataclass(frozen=True, kw_only=True)
class PortalUnlinked(Event):
    kind = "parties.portal_unlinked"
    account: str
    who: str


@dataclass(frozen=True, kw_only=True)
class PortalSignInTried(Event):
    kind = "parties.portal_sign_in_tried"
    outcome: str
    who: str


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Event):
    """The person let a portal know who she is; `scope` names what it learns."""

    kind = "parties.consent_given"
    portal: str
    scope: str


@dataclass(frozen=True, kw_only=True)
class PortalTokenIssued(Event):
    kind = "parties.portal_token_issued"
    account: str


@dataclass(frozen=True, kw_only=True)
class RecordsLookedAt(Event):
    """The security administrator read rows of `table` that tell of persons; `row` when one."""

    kind = "parties.records_looked_at"
    table: str
    row: str
    rows: int
