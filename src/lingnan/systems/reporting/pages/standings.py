"""What pages of a form say of its admission: 表号, 批准文号, 有效期限 (统计法第十七条)."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext

from .. import queries
from ..terms.admission import Standing
from ..terms.filings import FormInfo

MARKS = {
    Standing.OFFERED: "near",
    Standing.REFUSED: "late",
    Standing.WAITING: "near",
    Standing.IN_FORCE: "done",
    Standing.EXPIRED: "late",
    Standing.WITHDRAWN: "quiet",
}


WORDS = {
    Standing.OFFERED: "待批准",
    Standing.REFUSED: "不予批准",
    Standing.WAITING: "已批准，未到起始日",
    Standing.IN_FORCE: "在用",
    Standing.EXPIRED: "已过期",
    Standing.WITHDRAWN: "已停用",
}


@dataclass(frozen=True)
class Admitted:
    state: str
    mark: str
    code: str = ""
    number: str = ""
    office: str = ""
    expires_on: date | None = None
    url: str = ""


def admitted(form: FormInfo, on: date) -> Admitted:
    """A handful of queries."""
    one = queries.of_forms([form.id], on).get(form.id)
    if one is None:
        return Admitted(gettext("未准入"), "late", form.code)
    now = queries.standing(one, on)
    return Admitted(
        gettext(WORDS[now]),
        MARKS[now],
        form.code,
        one.number,
        one.department_name,
        one.conditions.expires_on if one.conditions else None,
        reverse("reporting:admission", args=[one.uuid]),
    )
