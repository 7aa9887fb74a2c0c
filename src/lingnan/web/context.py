"""What the page shell needs; every value is found only when a template asks for it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from lingnan.base import clock
from lingnan.base.actors import PUBLIC, Actor
from lingnan.base.errors import Refused
from lingnan.base.words import say
from lingnan.kernel.parties import queries as parties

from .actors import actor_of
from .away.queries import tag_of
from .components import Waiting
from .desk import board
from .looks import look_of
from .speech.port import speech
from .systems import installed


@dataclass(frozen=True)
class Link:
    title: str
    url: str
    about: str
    current: bool


@dataclass(frozen=True)
class Group:
    title: str
    name: str
    links: tuple[Link, ...]
    current: bool  # the page belongs to this system


@dataclass(frozen=True)
class Language:
    code: str
    name: str
    url: str
    current: bool


def shell(request: HttpRequest) -> dict[str, Any]:
    """`actor`, `menu`, `watched`, `board`, `hats`, `hat`, `languages`, `lang`, `look`, `away`, `live`,
    `background`, `here`."""
    return {
        "actor": SimpleLazyObject(lambda: _actor(request)),
        "menu": SimpleLazyObject(lambda: menu_of(request)),
        "watched": SimpleLazyObject(lambda: watched_by(request)),
        "board": SimpleLazyObject(lambda: board(request)),
        "hats": SimpleLazyObject(lambda: hats_of(request)),
        "hat": SimpleLazyObject(lambda: _hat(request)),
        "languages": SimpleLazyObject(lambda: _languages(request)),
        "lang": get_language() or settings.LANGUAGE_CODE,
        "look": look_of(request),
        "speech": speech() is not None,
        "live": settings.LIVE_PATH,
        "background": request.headers.get("X-Requested-With") == "fetch",
        "away": SimpleLazyObject(lambda: tag_of(_actor(request))),
        "here": request.get_full_path() if request.method in {"GET", "HEAD"} else "",
    }


def menu_of(request: HttpRequest) -> tuple[Group, ...]:
    """The systems that have something for this actor: first those with work, as installed."""
    actor, lang = _actor(request), get_language() or settings.LANGUAGE_CODE
    groups = []
    for system in sorted(installed(), key=lambda one: one.desk is None):
        links = tuple(
            Link(say(entry.title, lang), url, say(entry.about, lang), _is_here(request, url))
            for entry in system.menu
            if (not entry.permission or actor.may(entry.permission))
            and (url := _url(entry.url_name))
        )
        if links:
            here = request.path.startswith(f"/{lang}/{system.slug}/")
            groups.append(Group(say(system.title, lang), system.name, links, here))
    return tuple(groups)


def watched_by(request: HttpRequest) -> tuple[Waiting, ...]:
    """What others are at, from every system; nothing without a hat."""
    to, on = _actor(request), clock.today()
    if to.duty is None:
        return ()
    return tuple(one for s in installed() if s.watched for one in s.watched(to, on))


def hats_of(request: HttpRequest) -> tuple[Any, ...]:
    """The hats this account may choose from today."""
    account = _actor(request).account
    lang = get_language() or settings.LANGUAGE_CODE
    return tuple(parties.hats(account, on=clock.today(), lang=lang)) if account else ()


def _actor(request: HttpRequest) -> Actor:
    """The shell also surrounds the page that says the token is bad."""
    try:
        return actor_of(request)
    except Refused:
        return PUBLIC


def _hat(request: HttpRequest) -> Any:
    worn = _actor(request).duty
    return next((hat for hat in hats_of(request) if hat.duty == worn), None)


def _languages(request: HttpRequest) -> tuple[Language, ...]:
    here = get_language()
    return tuple(
        Language(code, name, _in_language(request, code), code == here)
        for code, name in settings.LANGUAGES
    )


def _in_language(request: HttpRequest, code: str) -> str:
    """The same page in the other language; a page without one leads to that language's home."""
    address = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
    there = translate_url(address, code)
    return there if there.startswith(f"/{code}/") else f"/{code}/"


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _is_here(request: HttpRequest, url: str) -> bool:
    return request.path == url or (url.count("/") > 3 and request.path.startswith(url))
