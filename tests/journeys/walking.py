"""Kinds of pages, as the routes name them: what a walk from link to link has met, and what it has not."""

import re
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from tests.web.routes import pages

from .browser import HOME


def kind_of(path: str) -> str:
    """The name of the view behind an address, or ''."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def names() -> dict[str, str]:
    """The routes of pages in the language of the walks, by the name of the view."""
    found = {}
    for page in pages():
        path = re.sub(r"<(?:(\w+):)?\w+>", _filled, page.route)
        if path.startswith(HOME) and kind_of(path):
            found[kind_of(path)] = page.route
    return found


def _filled(part: re.Match[str]) -> str:
    return {"uuid": "0192f0c1-0000-7000-8000-000000000000", "int": "1"}.get(part[1], "x")


def bare() -> list[str]:
    """Views that need no word from the address."""
    return [name for name, route in names().items() if "<" not in route]
