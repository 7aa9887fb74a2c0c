"""A refused act shows the page it came from again: the error summary first, what was typed still there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lingnan.base.errors import Forbidden, Refused, SignInNeeded, StorageFull
from lingnan.web.errors import summary
from lingnan.web.requests import wants_json

Page = Callable[..., HttpResponse]
BARE = (Forbidden, SignInNeeded, StorageFull)
"""Nothing on the page would put these right."""


def again(page: Page, at: Callable[..., tuple[Any, ...]] | None = None) -> Callable[[Page], Page]:
    """For a view that only acts. `page` must draw with `shown`; `at` gives its arguments where they
    are not the act's own."""

    def declare(act: Page) -> Page:
        @wraps(act)
        def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return act(request, *args, **kwargs)
            except BARE:
                raise
            except Refused as no:
                if request.method != "POST" or wants_json(request):
                    raise
                if at is not None:
                    args, kwargs = at(request, *args, **kwargs), {}
                return refused(request, no, page, *args, **kwargs)

        return view

    return declare


def refused(
    request: HttpRequest, no: Refused, page: Page, *args: Any, **kwargs: Any
) -> HttpResponse:
    """The page as it would be fetched, with why it did not go through."""
    request.method = "GET"
    request.refused = no  # type: ignore[attr-defined]
    return page(request, *args, **kwargs)


def shown(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """`typed` and `redo` (the name of the act) let a form stand as it was sent."""
    no: Refused | None = getattr(request, "refused", None)
    if no is None:
        return render(request, template, context)
    match = request.resolver_match
    told = {"error": summary(no), "typed": request.POST, "redo": match.url_name if match else ""}
    return render(request, template, context | told, status=no.status)
