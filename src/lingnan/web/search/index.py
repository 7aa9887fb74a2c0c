"""What a process remembers of names, so that looking for one is a scan of a text in memory.

An index knows words only, never who may see what: a source takes the keys it finds and reads them
through its gate, so that a stale index can at worst miss something, never show it.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar, cast

from django.db import connection
from opencc import OpenCC

from lingnan.base.lines import Lines, lines_of
from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.rules.names import pinyin

from .terms import BEGINS, EXACT, HOLDS

K = TypeVar("K")
FRESH = 60.0  # seconds an index may lag behind what happened
SHORT_LATIN = 3  # fewer letters are looked for at beginnings only
_kept: dict[str, tuple[tuple[Any, ...], float, Any]] = {}
_lock = Lock()


@dataclass(frozen=True)
class Listed(Generic[K]):
    """One thing with all it is called; `code` as people type it."""

    key: K
    names: Sequence[str]
    code: str = ""


@dataclass(frozen=True)
class Index(Generic[K]):
    """In the order given: where two fit equally well, the earlier one comes first."""

    lines: Lines[K]

    @classmethod
    def of(cls, listed: Iterable[Listed[K]]) -> "Index[K]":
        return cls(lines_of((said, one.key) for one in listed for said in _said(one)))

    def find(self, folded: str) -> Iterator[tuple[int, K]]:
        """Each key once with its rank: exact, then beginning, then holding; words in any order."""
        seen: set[K] = set()
        for rank, key in self._ranked(folded):
            if key not in seen:
                seen.add(key)
                yield rank, key
        words = folded.split()
        if not seen and len(words) > 1:
            sets = [{key for _, key in self._ranked(word)} for word in words]
            whole = set.intersection(*sets)
            yield from ((HOLDS, key) for _, key in self._ranked(words[0]) if _take(whole, key))

    def _ranked(self, folded: str) -> Iterator[tuple[int, K]]:
        needle = folded.replace(" ", "")
        if not needle:
            return
        yield from ((EXACT, key) for key in self.lines.hits(f"\n{needle}\n"))
        yield from ((BEGINS, key) for key in self.lines.hits(f"\n{needle}"))
        if not needle.isascii() or len(needle) >= SHORT_LATIN:
            yield from ((HOLDS, key) for key in self.lines.hits(needle))


def fold(text: str) -> str:
    """As it is looked for: full-width letters narrow, lower case, Traditional as Simplified."""
    plain = unicodedata.normalize("NFKC", text).lower()
    kept = "".join(c if c.isprintable() else " " for c in plain)
    return " ".join(_simplified(kept).split())


def kept(name: str, build: Callable[[], Index[K]]) -> Index[K]:
    """The index of that name, built anew when things happened and it is older than FRESH."""
    base = (connection.settings_dict["NAME"], places.stamp())
    with _lock:
        held = _kept.get(name)
    now = monotonic()
    if held and held[0][:2] == base and now - held[1] < FRESH:
        return cast("Index[K]", held[2])
    stamp = (*base, evidence.watermark())
    built = held[2] if held and held[0] == stamp else build()
    with _lock:
        _kept[name] = stamp, now, built
    return cast("Index[K]", built)


def forget() -> None:
    with _lock:
        _kept.clear()


def _said(one: Listed[Any]) -> Iterator[str]:
    """Every line it can be found by: names, their sound, initials, the code."""
    lines = [one.code.lower()]
    for name in one.names:
        folded = _line(name)
        lines.append(folded)
        if not folded.isascii():
            lines += pinyin(folded)
    return iter(dict.fromkeys(line for line in lines if line))


@lru_cache(maxsize=65_536)
def _line(name: str) -> str:
    return fold(name).replace(" ", "")


def _take(whole: set[K], key: K) -> bool:
    if key not in whole:
        return False
    whole.discard(key)
    return True


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _simplified(text: str) -> str:
    return text if text.isascii() else str(_converter().convert(text))
