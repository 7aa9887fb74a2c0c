"""The installed application: its manifest, its worker, the page without signal; keys and devices."""

import base64
import json
from dataclasses import asdict
from functools import cache
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.translation import gettext, override
from django.views.decorators.http import require_POST, require_safe

from lingnan.base import clock
from lingnan.base.canonical import sha256
from lingnan.web.access import public, signed_in
from lingnan.web.actors import actor_of
from lingnan.web.sessions import device_of

from . import queries, services

PAPER, KAPOK = "#fbfaf7", "#b3342d"
ICONS = (("icon-192", 192, "any"), ("icon-512", 512, "any"), ("icon-full-512", 512, "maskable"))
# What the page without signal is made of.
PARTS = (
    "ui/tokens.css",
    "ui/vendor/tabler.css",
    "ui/ui.css",
    "ui/parts.css",
    "ui/work.css",
    "ui/away.css",
    "ui/ui.js",
    "ui/away.js",
    "ui/away-page.js",
    "ui/away-list.js",
    "ui/kapok.svg",
)


@require_safe
@public
def manifest(request: HttpRequest) -> HttpResponse:
    """In the language of its address, so that the icon on a phone is named so."""
    home = reverse("home")
    told = {
        "id": "/",
        "name": gettext("岭南 数字政务"),
        "short_name": gettext("岭南"),
        "description": gettext("一数一源，一次填报，依法共用。"),
        "lang": request.LANGUAGE_CODE,
        "dir": "ltr",
        "start_url": home,
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {"src": static(f"ui/{name}.png"), "sizes": f"{size}x{size}", "type": "image/png",
             "purpose": purpose}
            for name, size, purpose in ICONS
        ],
    }  # fmt: skip
    text = json.dumps(told, ensure_ascii=False)
    answer = HttpResponse(text, content_type="application/manifest+json; charset=utf-8")
    answer["Cache-Control"] = "public, no-cache"
    return answer


@require_safe
@public
def worker(request: HttpRequest) -> HttpResponse:
    """At the root, so that its scope is every page. Its text changes with anything it keeps; then
    the browser takes the new one and the old store goes."""
    answer = HttpResponse(worker_text(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "public, no-cache"
    answer["Content-Security-Policy"] = "default-src 'none'; script-src 'self'; connect-src 'self'"
    return answer


def worker_text() -> str:
    shells = {code: _shell_of(code) for code, _ in settings.LANGUAGES}
    files = [staticfiles_storage.url(name) for name in PARTS]
    version = sha256([files, [_source(name) for name in PARTS], _source("ui/worker.js")])[:16]
    told = {"version": version, "files": files, "core": static("ui/away.js"), "shells": shells}
    return f"const TOLD = {json.dumps(told)};\n{_source('ui/worker.js')}"


def _shell_of(code: str) -> str:
    with override(code):
        return reverse("web:away_shell")


@cache
def _source(name: str) -> str:
    found = finders.find(name)
    assert isinstance(found, str), name
    with open(found, encoding="utf-8") as held:
        return held.read()


@require_safe
@public
def shell(request: HttpRequest) -> HttpResponse:
    """What the worker shows when no answer comes. Names nobody: it is fetched without cookies."""
    return render(request, "ui/away_shell.html")


@require_safe
@signed_in
def kept(request: HttpRequest) -> HttpResponse:
    """What this device keeps; filled by the script, for only the device knows."""
    return render(request, "ui/away.html", {"devices": queries.devices(to=actor_of(request))})


@require_safe
@signed_in
def hello(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and a token for sending; whether this device may still keep anything."""
    to = actor_of(request)
    return _private(
        {
            "account": queries.tag_of(to),
            "csrf": get_token(request),
            "revoked": queries.is_revoked(request.GET.get("device", ""), to=to),
        }
    )


@require_POST
@signed_in
def key(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    label = label_of(request.headers.get("User-Agent", ""))
    device, secret = services.key_for(request.POST.get("device", ""), label, by=by, at=clock.now())
    return _private(
        {
            "account": queries.tag_of(by),
            "device": device,
            "key": base64.b64encode(secret).decode(),
            "seconds": settings.SESSION_COOKIE_AGE,
        }
    )


@require_safe
@signed_in
def packet(request: HttpRequest) -> HttpResponse:
    return _private(asdict(queries.packet_of(request)))


@require_POST
@signed_in
def leave(request: HttpRequest) -> HttpResponse:
    said = request.POST
    counts = tuple(
        int(n) if n.isdecimal() and len(n) < 7 else 0
        for n in (said.get("drafts", ""), said.get("waiting", ""))
    )
    services.leave(
        said.get("deed", ""), said.get("device", ""), (counts[0], counts[1]),
        by=actor_of(request), at=clock.now(),
    )  # fmt: skip
    return HttpResponse(status=204)


@require_POST
@signed_in
def revoke(request: HttpRequest, device: UUID) -> HttpResponse:
    services.revoke(str(device), by=actor_of(request), at=clock.now())
    messages.success(request, gettext("已停用，存在那台设备上的内容不能再打开。"))
    return redirect("web:away")


def label_of(agent: str) -> str:
    return device_of(agent) or "—"


def _private(told: dict[str, object]) -> JsonResponse:
    answer = JsonResponse(told)
    answer["Cache-Control"] = "no-store"
    return answer


root_patterns = [path("worker.js", worker, name="worker")]
urlpatterns = [
    path("manifest.webmanifest", manifest, name="manifest"),
    path("away/", kept, name="away"),
    path("away/shell/", shell, name="away_shell"),
    path("away/hello/", hello, name="away_hello"),
    path("away/key/", key, name="away_key"),
    path("away/packet/", packet, name="away_packet"),
    path("away/leave/", leave, name="away_leave"),
    path("away/devices/<uuid:device>/", revoke, name="away_revoke"),
]
