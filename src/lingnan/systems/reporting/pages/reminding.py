"""The inbox of the hat worn, and the button that reminds those who are late."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from lingnan.base import clock
from lingnan.web.access import permission
from lingnan.web.actors import actor_of

from .. import queries, services
from .again import again
from .common import place_of
from .rounds import round_at


@require_safe
@permission("reporting.read")
def inbox(request: HttpRequest) -> HttpResponse:
    lang = get_language() or "zh-hans"
    found = queries.inbox(to=actor_of(request))
    items = [{"message": one, "url": f"/{lang}{one.link}" if one.link else ""} for one in found]
    return render(request, "reporting/inbox.html", {"items": items})


@require_POST
@permission("reporting.read")
def read(request: HttpRequest, uuid: str) -> HttpResponse:
    services.read_message(uuid, by=actor_of(request), at=clock.now())
    return redirect("reporting:inbox")


@require_POST
@permission("reporting.approve")
@again(round_at)
def remind(request: HttpRequest, uuid: str, code: str) -> HttpResponse:
    """Everybody late below a place; never twice a day."""
    by, on = actor_of(request), clock.today()
    done = services.remind(uuid, place_of(code, on).id, by=by, at=clock.now())
    words = gettext("已催办 {sent} 条，今天已催过的 {already} 条没有重复发送。")
    messages.success(request, words.format(sent=done.sent, already=done.already))
    if done.unreachable:
        words = gettext("{n} 个村没有设置报表员，无法送达。")
        messages.warning(request, words.format(n=len(done.unreachable)))
    return redirect("reporting:round_at", uuid, code)


urlpatterns = [
    path("messages/", inbox, name="inbox"),
    path("messages/<uuid:uuid>/read/", read, name="message_read"),
    path("rounds/<str:uuid>/<str:code>/remind/", remind, name="remind"),
]
