"""The box in the shell leads here; with JavaScript a short list hangs below it."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from lingnan.base import clock

from ..access import public
from ..search.terms import LONGEST
from .finding import look_for

FEW, MANY, MOST = 5, 10, 50


@require_safe
@public
def page(request: HttpRequest) -> HttpResponse:
    """`?q=` words; `?kind=` one group in full."""
    text, kind = request.GET.get("q", "").strip()[:LONGEST], request.GET.get("kind", "")
    groups = look_for(request, text, on=clock.today(), limit=MOST if kind else MANY, kind=kind)
    here = reverse("web:search")
    context = {
        "q": text,
        "sought": text,
        "kind": kind,
        "groups": [
            (group, f"{here}?{urlencode({'q': text, 'kind': group.kind})}") for group in groups
        ],
        "count": sum(len(group.found) for group in groups),
        "all": f"{here}?{urlencode({'q': text})}",
    }
    return render(request, "ui/search.html", context)


@require_safe
@public
def quick(request: HttpRequest) -> HttpResponse:
    """The list below the box, as a piece of a page."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    groups = look_for(request, text, on=clock.today(), limit=FEW)
    return render(request, "ui/search_quick.html", {"q": text, "groups": groups})


urlpatterns = [
    path("search/", page, name="search"),
    path("search/quick/", quick, name="search_quick"),
]
