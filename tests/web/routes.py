"""Every route there is, with its view, and a real address for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# The schema and its index, which ninja serves itself: the same for everybody, no data in them.
NINJA_OWN = {"openapi-json", "api-root"}


@dataclass(frozen=True)
class Page:
    route: str
    view: Any
    name: str


@dataclass(frozen=True)
class Operation:
    path: str
    methods: tuple[str, ...]
    view: Any


def pages() -> Iterator[Page]:
    """Every Django pattern but those of the API."""
    yield from _walk(get_resolver().url_patterns, "")


def operations() -> Iterator[Operation]:
    from lingnan.site.urls import api

    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                route = "/" + f"{prefix}{path}".lstrip("/").replace("//", "/")
                yield Operation(route, tuple(operation.methods), operation.view_func)


def _walk(patterns: list[Any], prefix: str) -> Iterator[Page]:
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "api":
                yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield Page(f"/{route}", pattern.callback, pattern.name or "")
