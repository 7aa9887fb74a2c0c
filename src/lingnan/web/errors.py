"""One handler for every way to say no: problem+json for programs, a page for people.

A page that can show its form again catches `Invalid` itself, so that nothing typed is lost:

    try:
        services.submit_report(...)
    except Invalid as wrong:
        context = {"error": summary(wrong), "typed": request.POST}
        return render(request, "reporting/form.html", context, status=422)
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, reverse
from django.utils.translation import gettext

from lingnan.base.errors import (
    Forbidden,
    NotFound,
    Problem,
    Refused,
    Sentence,
    SignInNeeded,
    StorageFull,
    says_full,
)

from .requests import id_of, wants_json

log = structlog.get_logger("lingnan.web")


class Unexpected(Refused):
    """Something broke that nobody foresaw; the log has it under the same number."""

    code = "unexpected"
    status = 500
    tell = "系统出了差错，已记录。请稍后再试；若仍不行，请把编号 {id} 告诉我们。"


class NoSuchPage(NotFound):
    code = "no_such_page"
    tell = "没有这个页面，可能地址有误或已移走。"


class Unclear(Refused):
    code = "bad_request"
    status = 400
    tell = "请求有误，无法处理。"


class NotThatWay(Refused):
    code = "method_not_allowed"
    status = 405
    tell = "这个地址不能这样使用。"


class Stale(Refused):
    """The form's protection against forged requests ran out or is missing."""

    code = "csrf_failed"
    status = 403
    tell = "页面停留过久或来源不明，请返回上一页刷新后重新提交。"


class TooLarge(Refused):
    code = "too_large"
    status = 413
    tell = "提交的内容太大，一次最多 {limit} MiB。"


@dataclass(frozen=True)
class Line:
    """One line of the error summary: `anchor` is the id of the field it names."""

    where: str
    words: str

    @property
    def anchor(self) -> str:
        return self.where if self.where.isidentifier() else ""


@dataclass(frozen=True)
class Summary:
    title: str
    basis: str
    lines: tuple[Line, ...]

    def of(self, where: str) -> str:
        """What the summary says of one field, to be repeated beside it."""
        return next((line.words for line in self.lines if line.where == where), "")


def words_of(said: Refused | Problem) -> str:
    """Translated first, filled afterwards; so is a `why` or a sentence that is filled in."""
    template = said.template if isinstance(said, Refused) else said.tell
    params = said.params if isinstance(said, Refused) else dict(said.params)
    try:
        filled = {name: _word(name, value) for name, value in params.items()}
        return gettext(template).format(**filled)
    except (KeyError, IndexError, ValueError):
        return template


def in_words(said: str) -> str:
    """A sentence in the reader's language; plain words as they are."""
    if not isinstance(said, Sentence):
        return said
    filled = {name: _word(name, value) for name, value in said.params}
    return gettext(said.tell).format(**filled) if filled else gettext(said.tell)


def _word(name: str, value: Any) -> Any:
    if isinstance(value, Sentence):
        return in_words(value)
    return gettext(value) if name == "why" and isinstance(value, str) and value else value


def summary(error: Refused) -> Summary:
    """What `ui/error_summary.html` draws."""
    lines = tuple(Line(p.where, words_of(p)) for p in error.problems)
    return Summary(words_of(error), error.basis, lines)


TITLES = {
    400: "请求有误",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    405: "不能这样使用",
    409: "不能办理",
    413: "内容太大",
    422: "内容有误",
    429: "请求太多",
    500: "系统出错",
    507: "存储空间不足",
}


def problem(request: HttpRequest, error: Refused) -> dict[str, Any]:
    """The body of RFC 9457, with the law behind it and every problem by its place."""
    return {
        "type": f"urn:lingnan:problem:{error.code}",
        "title": gettext(TITLES.get(error.status, "不能办理")),
        "status": error.status,
        "detail": words_of(error),
        "code": error.code,
        "basis": error.basis,
        "instance": f"urn:lingnan:request:{id_of(request)}",
        "problems": [{"where": p.where, "detail": words_of(p)} for p in error.problems],
    }


def answer(request: HttpRequest, error: Refused) -> HttpResponse:
    """The one way out for an error."""
    if wants_json(request):
        return as_json(request, error)
    if isinstance(error, SignInNeeded) and request.method in {"GET", "HEAD"}:
        here = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('web:sign_in')}?{here}")
    if error.code == "password_must_change" and request.method in {"GET", "HEAD"}:
        return redirect(reverse("web:password"))
    if error.code in {"factor_due", "factor_needed"} and request.method in {"GET", "HEAD"}:
        here = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('web:security')}?{here}")
    return as_page(request, error)


def as_json(request: HttpRequest, error: Refused) -> HttpResponse:
    body = json.dumps(problem(request, error), ensure_ascii=False)
    response = HttpResponse(body, status=error.status, content_type="application/problem+json")
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="lingnan"'
    return response


def as_page(request: HttpRequest, error: Refused) -> HttpResponse:
    context = {"error": summary(error), "status": error.status, "request_id": id_of(request)}
    return render(request, "ui/error.html", context, status=error.status)


def unexpected(request: HttpRequest, broken: BaseException) -> Unexpected:
    """Logged with its traceback under the request's number; the person gets only the number."""
    number = id_of(request)
    log.error("unexpected", error_id=number, path=request.path, exc_info=broken)
    return Unexpected(id=number)


def refusal_of(request: HttpRequest, broken: Exception) -> Refused:
    """Any exception as one of ours; what nobody foresaw is logged on the way."""
    match broken:
        case Refused():
            return broken
        case Http404() | Resolver404():
            return NoSuchPage()
        case PermissionDenied():
            return Forbidden()
        case RequestDataTooBig():
            return TooLarge(limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20)
        case SuspiciousOperation() | DataError():
            return Unclear()  # such as a NUL in a text, which PostgreSQL cannot hold
    if says_full(broken):
        log.error("storage_full", path=request.path, exc_info=broken)
        return StorageFull()
    return unexpected(request, broken)
