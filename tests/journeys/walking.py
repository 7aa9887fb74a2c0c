"""Kinds of pages, as the routes name them: what a walk from link to link has met, and what it has not."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

from tests.web.routes import pages

from .browser import HOME


def kind_of(path: str) -> str:
    """The name of the view behind an address, or ''."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def route_filled(route: str) -> str:
    """An address of the route, with something of the right sort wherever it asks for a word."""
    return re.sub(r"<(?:(\w+):)?\w+>", _filled, route)


def acts(ask: Callable[[str], int] = lambda path: Client().get(path).status_code) -> set[str]:
    """Views that only take what is sent to them; `ask` tells the status of an address."""
    return {name for name, route in names().items() if ask(route_filled(route)) == 405}


def names() -> dict[str, str]:
    """The routes of pages in the language of the walks, by the name of the view."""
    found = {}
    for page in pages():
        path = route_filled(page.route)
        if path.startswith(HOME) and kind_of(path):
            found[kind_of(path)] = page.route
    return found


def _filled(part: re.Match[str]) -> str:
    return {"uuid": "0192f0c1-0000-7000-8000-000000000000", "int": "1"}.get(part[1], "x")


def bare() -> list[str]:
    """Views that need no word from the address."""
    return [name for name, route in names().items() if "<" not in route]
