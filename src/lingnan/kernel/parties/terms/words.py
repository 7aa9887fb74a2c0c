"""The words of parties: kinds, schemes, hats, decisions and the results callers get back."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from lingnan.base.errors import Problem


class PartyKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


class OrganisationKind(StrEnum):
    GOVERNMENT = "government"
    DEPARTMENT = "department"
    VILLAGE_COMMITTEE = "village_committee"
    RESIDENTS_COMMITTEE = "residents_committee"
    INSTITUTION = "institution"
    ENTERPRISE = "enterprise"
    SOLE_TRADER = "sole_trader"
    COOPERATIVE = "cooperative"
    SOCIAL = "social"
    OTHER = "other"


class Scheme(StrEnum):
    """Which register a number comes from; it decides how the number is checked and masked."""

    CITIZEN = "cn_citizen"
    RESIDENCE = "cn_residence_permit"
    PERMANENT = "cn_permanent_residence"
    HOME_RETURN = "cn_home_return"
    HONG_KONG = "hk_id"
    MACAO = "mo_bir"
    PASSPORT = "passport"
    USCC = "cn_uscc"


SCHEME_TITLES: dict[Scheme, str] = {
    Scheme.CITIZEN: "居民身份证",
    Scheme.RESIDENCE: "港澳台居民居住证",
    Scheme.PERMANENT: "外国人永久居留身份证",
    Scheme.HOME_RETURN: "港澳居民来往内地通行证",
    Scheme.HONG_KONG: "香港身份证",
    Scheme.MACAO: "澳门居民身份证",
    Scheme.PASSPORT: "护照",
    Scheme.USCC: "统一社会信用代码",
}


class AccountState(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a try to sign in ended."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"
    CLOSED = "closed"
    LIMITED = "limited"


class FactorKind(StrEnum):
    """What a person holds besides the password."""

    TOTP = "totp"
    PASSKEY = "passkey"
    RECOVERY = "recovery"


SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN = "system_admin", "security_admin", "audit_admin"
# GB/T 22239-2019 8.1.5: system, audit and security management are different people's work.
ADMINISTRATORS = frozenset({SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN})

# What the three administrators may do in this noun; systems add their own when they register roles.
ADMINISTRATOR_PERMISSIONS: dict[str, frozenset[str]] = {
    SYSTEM_ADMIN: frozenset(
        {"parties.manage_accounts", "parties.manage_parties", "parties.manage_portals"}
    ),
    SECURITY_ADMIN: frozenset(
        {"parties.give_duties", "parties.unlock", "parties.unmask", "parties.administer"}
    ),
    AUDIT_ADMIN: frozenset({"evidence.read", "parties.read_sign_ins"}),
}
ADMINISTRATOR_TITLES: dict[str, dict[str, str]] = {
    SYSTEM_ADMIN: {
        "zh-hans": "系统管理员",
        "zh-hant": "系統管理員",
        "en": "System administrator",
        "pt": "Administrador do sistema",
    },
    SECURITY_ADMIN: {
        "zh-hans": "安全管理员",
        "zh-hant": "安全管理員",
        "en": "Security administrator",
        "pt": "Administrador de segurança",
    },
    AUDIT_ADMIN: {
        "zh-hans": "审计管理员",
        "zh-hant": "審計管理員",
        "en": "Audit administrator",
        "pt": "Administrador de auditoria",
    },
}


@dataclass(frozen=True)
class Checked:
    """One number, checked. `value` is its normal form; a warning never makes it wrong."""

    scheme: Scheme
    value: str
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    birth: date | None = None
    sex: str = ""  # GB/T 2261.1: 1 male, 2 female
    area: str = ""

    @property
    def ok(self) -> bool:
        return not self.errors


@dataclass(frozen=True)
class Wait:
    """Whether a try to sign in may be looked at now; `seconds` until it may (0: now)."""

    seconds: int = 0

    @property
    def allowed(self) -> bool:
        return self.seconds <= 0


@dataclass(frozen=True, kw_only=True)
class SecurityPolicy:
    """The thresholds of one legal day, read from dated content (`content/security.yaml`)."""

    lockout_tries: int
    lockout_minutes: int
    address_tries: int
    address_minutes: int
    password_length: int
    password_classes: int
    password_days: int
    activation_days: int
    token_days: int
    attempt_days: int
    idle_minutes: int
    password_strength: int  # zxcvbn's score from 0 to 4
    factor_grace_days: int
    factor_roles: tuple[str, ...]  # duties for which a second factor is asked


@dataclass(frozen=True)
class Decision:
    """May this actor do it, there, that day; if not, why (code for programs, words for people)."""

    allowed: bool
    why_code: str = "allowed"
    why_words: str = ""


@dataclass(frozen=True, kw_only=True)
class PartyInfo:
    """The party asked for; `alias_of`: what it was merged into; `party`: the one that counts."""

    id: int
    uuid: UUID
    kind: PartyKind
    organisation: str
    name: str
    place: int | None
    alias_of: int | None = None

    @property
    def party(self) -> int:
        return self.alias_of or self.id


@dataclass(frozen=True, kw_only=True)
class IdentifierInfo:
    """A number as it may be shown: masked."""

    id: int
    uuid: UUID
    party: int
    scheme: Scheme
    issuer: str
    masked: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, kw_only=True)
class Hat:
    """One duty an account may wear on a day; `on_behalf_of`: the absent party it stands in for."""

    duty: int
    uuid: UUID
    role: str
    title: str
    place: int | None
    place_name: str
    department: int | None
    department_name: str
    valid_from: date
    valid_to: date | None
    on_behalf_of: int | None = None
    on_behalf_of_name: str = ""


@dataclass(frozen=True, kw_only=True)
class NewAccount:
    """`activation_code` is told once, kept as a keyed hash; empty when a password was set."""

    id: int
    uuid: UUID
    username: str
    activation_code: str = ""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did; `codes` pairs each new username with its one-time activation code."""

    rows: int
    accounts: int
    parties: int
    organisations: int
    duties: int
    unchanged: int
    codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class NewToken:
    """The text is told once; only its hash is kept."""

    uuid: UUID
    prefix: str
    text: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class ImportRow:
    """One line of an import: an account and one duty. `number` counts the heading as line 1."""

    number: int
    username: str
    name: str
    role: str
    place: str
    department: str
    department_kind: str
    valid_from: date
    valid_to: date | None
    scheme: Scheme | None
    value: str
    lang: str

    @property
    def duty(self) -> tuple[str, str, str, str]:
        return self.username, self.role, self.place, self.department


@dataclass(frozen=True, kw_only=True)
class AccountInfo:
    """An account as an administrator sees it."""

    id: int
    uuid: UUID
    username: str
    party: int
    state: AccountState
    must_change: bool
    tries: int
    locked_until: datetime | None
    last_seen_at: datetime | None
    password_set_at: datetime | None
