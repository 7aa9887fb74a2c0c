"""`/healthz` for whoever restarts us, `/metrics` for whoever watches us."""

import hmac
from collections.abc import Callable
from tempfile import TemporaryFile

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from lingnan.base import clock
from lingnan.base.errors import Forbidden
from lingnan.kernel.evidence import queries as evidence

from . import metrics
from .access import public
from .actors import bearer

LAG = 60  # seconds an event may stay without its number before the worker counts as gone


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when all is well, 503 otherwise, with one word for each part."""
    parts = {name: _try(check) for name, check in CHECKS.items()}
    well = all(word == "ok" for word in parts.values())
    return JsonResponse(
        {"status": "ok" if well else "failing", **parts}, status=200 if well else 503
    )


@public
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Open unless LINGNAN_METRICS_TOKEN is set; then it must come as a bearer token."""
    token = settings.ENV.metrics_token
    if token and not hmac.compare_digest(bearer(request).encode(), token.encode()):
        raise Forbidden
    body, content_type = metrics.text()
    return HttpResponse(body, content_type=content_type)


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _data_folder() -> None:
    with TemporaryFile(dir=settings.ENV.folder) as probe:
        probe.write(b"lingnan")
        probe.flush()


def _evidence() -> None:
    since = evidence.waiting_since()
    if since is not None and (clock.now() - since).total_seconds() > LAG:
        raise TimeoutError  # an OSError: the worker that numbers events is behind or gone


def _try(check: Callable[[], None]) -> str:
    """The kind of fault only: no address, no path."""
    try:
        check()
    except (OSError, DatabaseError) as wrong:
        return type(wrong).__name__
    return "ok"


CHECKS = {"database": _database, "data_folder": _data_folder, "evidence": _evidence}
