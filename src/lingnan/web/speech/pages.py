"""One piece of a page's text as sound; the page sends its own words, sentence by sentence."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from lingnan.base import clock
from lingnan.base.errors import Invalid, Problem

from ..access import public
from ..actors import actor_of, address_of
from ..errors import answer
from . import services
from .port import LONGEST, NoSpeech, spoken


@require_POST
@public
def read_aloud(request: HttpRequest) -> HttpResponse:
    """`text`: at most LONGEST characters. Nothing of it is logged, and only fixed words are kept; so
    many a minute, for an account or an address."""
    text = " ".join(request.POST.get("text", "").split())
    if not 0 < len(text) <= LONGEST:
        raise Invalid(problems=[Problem("text", "要朗读的文字为空或过长。")])
    to = actor_of(request)
    who = f"account {to.account}" if to.account else f"address {address_of(request)}"
    try:
        services.count(who, at=clock.now())
        made = spoken(text, get_language() or "zh-hans")
    except (NoSpeech, services.TooMuchAloud) as no:
        return answer(request, no)
    response = HttpResponse(made.data, content_type=made.media)
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [path("read-aloud/", read_aloud, name="read_aloud")]
