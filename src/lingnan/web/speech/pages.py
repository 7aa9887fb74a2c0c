"""One piece of a page's text as sound; the page sends its own words, sentence by sentence."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from lingnan.base.errors import Invalid, Problem

from ..access import public
from ..errors import answer
from .port import LONGEST, NoSpeech, spoken


@require_POST
@public
def read_aloud(request: HttpRequest) -> HttpResponse:
    """`text`: at most LONGEST characters. Nothing of it is logged, and only fixed words are kept."""
    text = " ".join(request.POST.get("text", "").split())
    if not 0 < len(text) <= LONGEST:
        raise Invalid(problems=[Problem("text", "要朗读的文字为空或过长。")])
    try:
        made = spoken(text, get_language() or "zh-hans")
    except NoSpeech as no:
        return answer(request, no)
    response = HttpResponse(made.data, content_type=made.media)
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [path("read-aloud/", read_aloud, name="read_aloud")]
