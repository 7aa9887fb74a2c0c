"""Pages and actions that the shell offers this actor, by what they are called in any language."""

from collections.abc import Iterator, Sequence

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from lingnan.base.actors import Actor
from lingnan.base.words import say

from ..actors import actor_of
from ..search.index import Index, Listed, kept
from ..search.terms import Asked, Found
from ..systems import installed

PAGES = "page"
pages_called = {"zh-hans": "页面", "zh-hant": "頁面", "en": "Pages", "pt": "Páginas"}
# What belongs to no system: address, permission asked ("": anybody, "*": any account, "!": a hat).
OWN = (
    ("home", "", {"zh-hans": "首页", "zh-hant": "首頁", "en": "Home", "pt": "Início"}),
    ("web:desk", "!", {"zh-hans": "待办", "zh-hant": "待辦", "en": "Desk", "pt": "Secretária"}),
    ("web:hats", "*", {"zh-hans": "更换岗位", "zh-hant": "更換崗位", "en": "Change post",
                       "pt": "Mudar de posto"}),
    ("web:password", "*", {"zh-hans": "更换口令", "zh-hant": "更換口令", "en": "Change password",
                           "pt": "Mudar a palavra-passe"}),
    ("web:accessibility", "", {"zh-hans": "无障碍声明", "zh-hant": "無障礙聲明",
                               "en": "Accessibility statement",
                               "pt": "Declaração de acessibilidade"}),
    ("web:gallery", "", {"zh-hans": "界面部件", "zh-hant": "介面部件", "en": "Components",
                         "pt": "Componentes"}),
)  # fmt: skip


def pages_found(request: HttpRequest, asked: Asked) -> Sequence[Found]:
    """Only what the menu would show: the same permissions decide."""
    to = actor_of(request)
    offered = {name: (titles, group) for name, titles, group in _offered(to)}
    index = kept("pages", _index)
    found = []
    for rank, name in index.find(asked.folded):
        if name in offered and (url := _url(name)):
            titles, group = offered[name]
            path = [say(group, asked.lang)] if group else []
            found.append(Found(name, say(titles, asked.lang), url, path=path, rank=rank))
        if len(found) == asked.limit:
            break
    return found


def _offered(to: Actor | None) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """Address, titles, the system it belongs to. None: all there are."""
    for name, needs, titles in OWN:
        open_to = {"": True, "*": bool(to and to.account), "!": bool(to and to.duty)}
        if to is None or open_to[needs]:
            yield name, titles, {}
    for system in installed():
        for entry in system.menu:
            if to is None or not entry.permission or to.may(entry.permission):
                yield entry.url_name, dict(entry.title), dict(system.title)


def _index() -> Index[str]:
    return Index.of(
        Listed(name, [*dict.fromkeys(titles.values())]) for name, titles, _ in _offered(None)
    )


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
