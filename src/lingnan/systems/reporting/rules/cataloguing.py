"""The yearly catalogue as rows of words, for CSV and for tables; what begins like a formula is made
text."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from lingnan.base.periods import Period

from ..terms.admission import AdmissionInfo, Standing
from .admission import WORDS

HEAD = (
    *("表号", "报表", "制定机关", "批准文号", "起始日", "有效期至", "报告期", "填报对象"),
    *("项目数", "准许填报", "每年次数", "年分钟（单独填）", "年分钟（与其他表同填）", "现状"),
)  # fmt: skip
KINDS = {0: "年报", 1: "半年报", 2: "季报", 3: "月报", 4: "周报", 5: "学年报"}
SUBJECTS = {"place": "村", "household": "户"}
RISKY = ("=", "+", "-", "@", "\t", "\r")


class Line(Protocol):
    @property
    def admission(self) -> AdmissionInfo: ...
    @property
    def standing(self) -> Standing: ...
    @property
    def times(self) -> int: ...
    @property
    def minutes_alone(self) -> Decimal: ...
    @property
    def minutes(self) -> Decimal | None: ...


def rows_of(lines: Iterable[Line]) -> list[tuple[str, ...]]:
    """With the head."""
    return [HEAD, *(tuple(map(safe, row_of(line))) for line in lines)]


def row_of(line: Line) -> tuple[str, ...]:
    one, terms = line.admission, line.admission.conditions
    kind = KINDS[one.period_kind]
    once = f"一次性（{Period.from_code(terms.period)}）" if terms and terms.period else kind
    return (
        one.form_code,
        one.title,
        one.department_name,
        one.number,
        str(terms.begins_on) if terms else "",
        str(terms.expires_on) if terms else "",
        once,
        SUBJECTS.get(one.subject, one.subject),
        str(one.fields),
        str(len(terms.only) if terms and terms.only else one.fields),
        str(line.times),
        str(line.minutes_alone),
        "" if line.minutes is None else str(line.minutes),
        WORDS[line.standing],
    )


def safe(text: str) -> str:
    return f"'{text}" if text.startswith(RISKY) else text
