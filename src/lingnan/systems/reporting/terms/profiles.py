"""What a person said of a form's cells, kept so that next year's version is understood at once."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from lingnan.base.errors import Invalid

from .forms import FieldType, FormDraft, Option, Role


class Say(StrEnum):
    FIELD = "field"
    """An answer belongs here."""
    HEADING = "heading"
    NOTE = "note"
    NOTHING = "nothing"
    """It asks nothing and means nothing."""
    PART = "part"
    """The field here is part of the total in another cell."""
    READ = "read"
    """As the reader has it: what was said of this cell before is taken back."""
    FORM = "form"
    """Of the whole form: its title, period, subject."""


SAY_WORDS = {
    Say.FIELD: "填报项",
    Say.HEADING: "标题或表头",
    Say.NOTE: "说明",
    Say.NOTHING: "不是填报项",
    Say.PART: "合计的一部分",
    Say.READ: "按系统读出的",
    Say.FORM: "整张表",
}


@dataclass(frozen=True, slots=True)
class Anchor:
    """How a cell is found again: its own words, those left of it and above it (nearest first), and
    the headings it stands under. `cell` is where it was; it only decides between equals."""

    cell: str = ""
    text: str = ""
    left: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of a field or form. None leaves it as the reader has it: only what differs is
    kept, so that next year's own words are not overwritten by this year's."""

    code: str | None = None
    label: str | None = None
    path: tuple[str, ...] | None = None
    unit: str | None = None
    type: FieldType | None = None
    options: tuple[Option, ...] | None = None
    role: Role | None = None
    period: str | None = None
    subject: str | None = None
    breakdown: tuple[str, ...] | None = None
    """As `性别=女`, one an entry."""
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    say: Say
    at: Anchor = Anchor()
    told: Told = Told()
    label_at: Anchor | None = None
    total: Anchor | None = None
    covers: bool = False
    """Of a heading: the fields below it, down to the next heading, belong under it."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A correction that found no place in this version of the form, and why."""

    cell: str
    said: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Applied:
    """`cells` are where each of `done` was applied, in order."""

    draft: FormDraft
    done: tuple[Correction, ...] = ()
    cells: tuple[str, ...] = ()
    lost: tuple[Lost, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileInfo:
    """One version of a form's profile; version 0 is what the reader saw."""

    form: str
    form_version: int
    version: int
    corrections: tuple[Correction, ...]
    lost: tuple[Lost, ...]
    made_at: datetime
    made_by: int | None
    carried_from: int | None = None
    """The version of the form whose profile was carried over."""
    draft: FormDraft | None = field(default=None, repr=False)


class BadProfile(Invalid):
    code = "reporting.bad_profile"
    tell = "这不是报表的更正记录：{why}"


class BadCorrection(Invalid):
    code = "reporting.bad_correction"
    tell = "单元格 {cell} 的更正不能采用：{why}"


class AlreadyFilled(Invalid):
    code = "reporting.already_filled"
    tell = "已有 {count} 份报表填了“{field}”（{cell}），不能改类型、单位、选项，也不能删除；请另登新版。"
