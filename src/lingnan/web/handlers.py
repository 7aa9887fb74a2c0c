"""Django's last resorts, worded like everything else."""

from django.http import HttpRequest, HttpResponse

from lingnan.base.errors import Forbidden

from .errors import NoSuchPage, Stale, Unclear, answer, refusal_of, unexpected


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, refusal_of(request, exception) if exception else Unclear())


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, Forbidden())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, NoSuchPage())


def broken(request: HttpRequest) -> HttpResponse:
    import sys

    return answer(request, unexpected(request, sys.exc_info()[1] or RuntimeError("unknown")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(request, Stale())
