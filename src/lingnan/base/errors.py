"""How a use case says no. Raise a subclass where it happens; one handler at the door words it."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self


class Sentence(str):
    """Chinese words with what fills them: doors translate `tell` by itself, then fill it again."""

    tell: str
    params: tuple[tuple[str, Any], ...]

    def __new__(cls, tell: str, params: tuple[tuple[str, Any], ...] = ()) -> Self:
        self = super().__new__(cls, tell.format(**dict(params)) if params else tell)
        self.tell, self.params = tell, params
        return self

    def __getnewargs__(self) -> tuple[str, tuple[tuple[str, Any], ...]]:  # type: ignore[override]
        return self.tell, self.params

    def filled(self, **params: Any) -> "Sentence":
        """The same template with what belongs in it."""
        return Sentence(self.tell, tuple(params.items()))


@dataclass(frozen=True)
class Problem:
    """One thing wrong, and where: a cell (`Sheet1!D5`), a row (`7`) or a field name.

    `tell` is a Chinese sentence with `{name}` places; doors translate it before filling them.
    """

    where: str
    tell: str
    params: tuple[tuple[str, Any], ...] = ()

    def words(self) -> str:
        return self.tell.format(**dict(self.params))


class Refused(Exception):
    """A rule said no. `tell` is shown to the person; `basis` names the law or rule behind it."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    tell: ClassVar[str] = "不能这样办理。"

    def __init__(
        self, tell: str = "", *, basis: str = "", problems: Sequence[Problem] = (), **params: Any
    ) -> None:
        if isinstance(tell, Sentence):
            params = dict(tell.params) | params
            tell = tell.tell
        self.template = tell or type(self).tell
        self.params = params
        self.basis = basis
        self.problems = tuple(problems)
        super().__init__(self.words())

    def words(self) -> str:
        return self.template.format(**self.params)


class Forbidden(Refused):
    code = "forbidden"
    status = 403
    tell = "您现在的岗位没有这项权限。"


class SignInNeeded(Refused):
    code = "sign_in_needed"
    status = 401
    tell = "请先登录。"


class NotFound(Refused):
    code = "not_found"
    status = 404
    tell = "没有找到，或您无权查看。"


class Invalid(Refused):
    """The input is wrong; every problem names its cell, row or field."""

    code = "invalid"
    status = 422
    tell = "填写的内容有误，请按提示修改。"


class Clash(Refused):
    """Somebody else changed it first; the caller may read again and retry."""

    code = "clash"
    status = 409
    tell = "刚刚有人改动了同一内容，请刷新后再试。"


class StorageFull(Refused):
    """Nothing was written; the same call works once there is room."""

    code = "storage_full"
    status = 503
    tell = "存储空间不足或无法写入，本次内容没有保存，请联系管理员处理后重试。"


NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DISK_FULL = "53100"  # PostgreSQL's own code


def says_full(wrong: BaseException | None) -> bool:
    """Whether the file system, SQLite or PostgreSQL refused for want of room: nothing was kept."""
    while wrong is not None:
        if isinstance(wrong, OSError) and wrong.errno in NO_ROOM:
            return True
        if getattr(wrong, "sqlstate", None) == DISK_FULL or "disk is full" in str(wrong):
            return True
        wrong = wrong.__cause__
    return False
