"""Reading the lines of an import of accounts: what is missing or wrong, line by line."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from lingnan.base.errors import Problem

from ..terms import ImportRow, OrganisationKind, Scheme
from .passwords import normal_username, username_faults

# Headings as people write them.
HEADINGS = {
    "用户名": "username",
    "账号": "username",
    "姓名": "name",
    "岗位": "role",
    "角色": "role",
    "区划代码": "place",
    "部门": "department",
    "部门类型": "department_kind",
    "任职起": "valid_from",
    "任职止": "valid_to",
    "证件类型": "id_scheme",
    "证件号码": "id_number",
    "语言": "lang",
}
FIELDS = frozenset(HEADINGS.values())
REQUIRED = {"username": "用户名", "name": "姓名", "role": "岗位"}
LANGUAGES = frozenset({"zh-hans", "zh-hant", "en", "pt"})


def read_import(
    rows: Iterable[Mapping[str, Any]], *, day: date, roles: Collection[str]
) -> tuple[list[ImportRow], list[Problem]]:
    """`day`: when a duty begins that does not say so. A line with a problem is still read."""
    read, problems = [], []
    for number, raw in enumerate(rows, start=2):
        line = _Line(number, raw, day, frozenset(roles))
        read.append(line.read())
        problems += line.problems
    problems += _repeated(read)
    return read, sorted(problems, key=lambda p: (int(p.where.partition(".")[0]), p.where))


def row_problem(number: int, column: str, tell: str, **params: Any) -> Problem:
    """`where` is `<line>.<field>`."""
    return Problem(f"{number}.{column}", tell, tuple(params.items()))


class _Line:
    def __init__(
        self, number: int, raw: Mapping[str, Any], day: date, roles: frozenset[str]
    ) -> None:
        self.number, self.day, self.roles = number, day, roles
        self.problems: list[Problem] = []
        self.cells = {
            HEADINGS.get(str(key).strip(), str(key).strip()): str(value or "").strip()
            for key, value in raw.items()
            if key is not None
        }

    def read(self) -> ImportRow:
        self._unknown_columns()
        for name, title in REQUIRED.items():
            if not self.cell(name):
                self.wrong(name, "缺少{title}。", title=title)
        begin = self.date("valid_from") or self.day
        end = self.date("valid_to")
        if end and end <= begin:
            self.wrong("valid_to", "结束日期须晚于开始日期。")
        return ImportRow(
            number=self.number,
            username=self.username(),
            name=self.name(),
            role=self.role(),
            place=self.cell("place"),
            department=self.cell("department"),
            department_kind=self.kind(),
            valid_from=begin,
            valid_to=end,
            scheme=self.scheme(),
            value=self.cell("id_number"),
            lang=self.lang(),
        )

    def cell(self, name: str) -> str:
        return self.cells.get(name, "")

    def wrong(self, name: str, tell: str, **params: Any) -> None:
        self.problems.append(row_problem(self.number, name, tell, **params))

    def _unknown_columns(self) -> None:
        for stranger in sorted(set(self.cells) - FIELDS):
            if self.number == 2:  # once for the whole file
                self.wrong(stranger or "?", "没有这一列：{heading}。", heading=stranger)

    def username(self) -> str:
        username = normal_username(self.cell("username"))
        if username:
            for fault in username_faults(username):
                self.wrong("username", fault.tell)
        return username

    def name(self) -> str:
        name = self.cell("name")
        if len(name) > 200:
            self.wrong("name", "名称须为 1–200 个字。")
        return name

    def role(self) -> str:
        role = self.cell("role")
        if role and role not in self.roles:
            self.wrong("role", "没有这个岗位：{role}。", role=role)
        return role

    def date(self, name: str) -> date | None:
        text = self.cell(name)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.wrong(name, "日期须写作 2026-01-31：{text}。", text=text)
            return None

    def kind(self) -> str:
        kind = self.cell("department_kind")
        if kind and kind not in set(OrganisationKind):
            self.wrong("department_kind", "没有这种机构类型：{kind}。", kind=kind)
        return kind

    def scheme(self) -> Scheme | None:
        text, number = self.cell("id_scheme"), self.cell("id_number")
        if not number:
            return None
        try:
            return Scheme(text or Scheme.CITIZEN)
        except ValueError:
            self.wrong("id_scheme", "没有这种证件类型：{text}。", text=text)
            return None

    def lang(self) -> str:
        lang = self.cell("lang") or "zh-hans"
        if lang not in LANGUAGES:
            self.wrong("lang", "没有这种语言：{lang}。", lang=lang)
        return lang


def _repeated(rows: list[ImportRow]) -> list[Problem]:
    """The same duty twice, or one username for two people."""
    problems = []
    duties: dict[tuple[str, ...], int] = {}
    people: dict[str, ImportRow] = {}
    for row in rows:
        if not row.username:
            continue
        if row.duty in duties:
            problems.append(
                row_problem(row.number, "role", "与第 {line} 行重复。", line=duties[row.duty])
            )
        duties.setdefault(row.duty, row.number)
        first = people.setdefault(row.username, row)
        if (first.name, first.value) != (row.name, row.value):
            problems.append(
                row_problem(
                    row.number,
                    "username",
                    "同一用户名在第 {line} 行属于另一人，账号不得共用。",
                    line=first.number,
                )
            )
    return problems
