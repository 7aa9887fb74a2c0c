"""The pages of the shell itself; the browser's own reports."""

import json

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from lingnan.kernel.places import queries as places

from . import desk, gallery, identity, metrics
from .access import public
from .away import pages as away
from .looks import choose_look
from .seeking import pages as seeking
from .speech import pages as speech

log = structlog.get_logger("lingnan.web")
KNOWN_DIRECTIVES = {"script-src", "style-src", "img-src", "connect-src", "font-src", "form-action"}


@require_safe
@public
def choose_language(request: HttpRequest) -> HttpResponse:
    """`/`: the language the browser asks for (the locale middleware read it), then home."""
    response = redirect("home")
    response["Vary"] = "Accept-Language"
    return response


@require_safe
@public
def home(request: HttpRequest) -> HttpResponse:
    """What the systems offer to this actor, and who it is at the moment."""
    with places.steady():
        return render(request, "ui/home.html")


@require_safe
@public
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/accessibility.html")


@require_safe
@public
def icon(request: HttpRequest) -> HttpResponse:
    """What browsers ask for beside an answer that is no page of ours and names no icon."""
    return redirect(static("ui/kapok.svg"))


@csrf_exempt
@require_POST
@public
def csp_report(request: HttpRequest) -> HttpResponse:
    """A browser stopped something. Only the directive is kept: addresses may name people."""
    directive = "other"
    try:
        body = json.loads(request.body[:16_384])
        said = str(body.get("csp-report", {}).get("effective-directive", ""))
        directive = next((known for known in KNOWN_DIRECTIVES if said.startswith(known)), "other")
    except (ValueError, AttributeError):
        directive = "unreadable"
    metrics.VIOLATIONS.labels(directive).inc()
    log.warning("csp", directive=directive)
    return HttpResponse(status=204)


urlpatterns = [
    *desk.urlpatterns,
    *away.urlpatterns,
    *seeking.urlpatterns,
    *speech.urlpatterns,
    *identity.urlpatterns,
    path("look/", choose_look, name="look"),
    path("ui/", gallery.show, name="gallery"),
    path("ui/resident/", gallery.resident, name="gallery_resident"),
    path("accessibility/", accessibility, name="accessibility"),
]
