"""Every address: pages under `/{lang}/{system}/`, the API under `/api/v1/{system}/`."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from lingnan.web import handlers, health, identity, pages
from lingnan.web.api import build_api
from lingnan.web.away import pages as away
from lingnan.web.files import pages as files
from lingnan.web.seeking import api as seeking
from lingnan.web.systems import System

from .console.site import console
from .systems import systems

SYSTEMS = systems()
api = build_api(SYSTEMS, [seeking.router])


def _pages(system: System) -> URLResolver:
    return path(f"{system.slug}/", include((list(system.pages), system.name)))


urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.choose_language, name="root"),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", health.metrics_page, name="metrics"),
    path("favicon.ico", pages.icon, name="icon"),
    path("csp-report", pages.csp_report, name="csp_report"),
    path("api/v1/", api.urls),
    *away.root_patterns,
    *files.urlpatterns,
    *identity.open_id,
    *i18n_patterns(
        path("", pages.home, name="home"),
        path("", include((pages.urlpatterns, "web"))),
        path("admin/", console.urls),
        *(_pages(system) for system in SYSTEMS if system.pages),
    ),
]

handler400 = handlers.bad_request
handler403 = handlers.forbidden
handler404 = handlers.not_found
handler500 = handlers.broken
