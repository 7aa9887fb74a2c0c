"""From words to places: `从化区江埔街道江埔村`, `江埔村委会`, a code; several stay several."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...terms.filled import Spot

RUNGS = {1: "province", 2: "city", 3: "county", 4: "town"}
_NOISE = re.compile(r"[\s_＿\-—·/、，,.:：;；\"“”'‘’]+|[（(][^（()）]*[）)]")
_CODE = re.compile(r"^\d{6}(?:\d{3}(?:\d{3})?)?$")
_SHORTEST = 2  # a stem of one letter names nothing


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """`exact`: official names and their usual long forms; `loose`: stems and other endings, looked
    at only when no exact name is found."""

    spots: Mapping[str, Spot]
    exact: Mapping[str, tuple[Spot, ...]]
    loose: Mapping[str, tuple[Spot, ...]]
    longest: int = 0

    def find(self, text: str, within: Spot | None = None) -> tuple[Spot, ...]:
        """Places the whole text names, below `within` (itself included); () when none."""
        plain = cleaned(text)
        if _CODE.match(plain):
            spot = self.spots.get(plain.ljust(12, "0"))
            return (spot,) if spot and self.is_below(spot, within) else ()
        for names in (self.exact, self.loose):
            ends = {
                spot.code: spot
                for spot, stop in self._chains(plain, 0, within, names)
                if stop == len(plain)
            }
            if ends:
                return tuple(ends.values())
        return ()

    def inside(self, text: str, within: Spot | None = None) -> tuple[Spot, ...]:
        """Places named somewhere in a title or a file's name, by certain names only; the longest
        chain of names counts. A village alone counts only below its own town: 新农村 is a word."""
        plain = cleaned(text)
        best: dict[str, Spot] = {}
        length = 0
        for at in range(len(plain)):
            for spot, stop in self._chains(plain, at, within, self.exact):
                alone = spot.level > 4 and plain[at:stop] in self.exact
                if stop - at < max(length, 3) or (alone and (not within or within.level < 4)):
                    continue
                best = best if stop - at == length else {}
                length = stop - at
                best[spot.code] = spot
        return tuple(best.values())

    def _chains(
        self, text: str, at: int, above: Spot | None, names: Mapping[str, tuple[Spot, ...]]
    ) -> Iterator[tuple[Spot, int]]:
        """(last place, where it ends) of every way to read names downwards from `at`. Higher
        places must be named by `exact` names, except that a loose table may loosen all."""
        for size in range(min(self.longest, len(text) - at), _SHORTEST - 1, -1):
            word = text[at : at + size]
            found = names.get(word, ())
            if names is not self.exact:
                found = (*self.exact.get(word, ()), *found)
            for spot in found:
                if not self.is_below(spot, above):
                    continue
                yield spot, at + size
                if at + size < len(text) and spot is not above:
                    yield from self._chains(text, at + size, spot, names)

    def is_below(self, spot: Spot, above: Spot | None) -> bool:
        """The place itself counts as below."""
        if above is None:
            return True
        here: Spot | None = spot
        while here is not None and here.level >= above.level:
            if here.code == above.code:
                return True
            here = self.spots.get(here.parent)
        return False

    def chain(self, spot: Spot) -> tuple[Spot, ...]:
        """From the top down to the place."""
        found = [spot]
        while (above := self.spots.get(found[0].parent)) is not None:
            found.insert(0, above)
        return tuple(found)


def cleaned(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text))


def build_gazetteer(spots: Iterable[Spot], ends: Mapping[str, tuple[str, ...]]) -> Gazetteer:
    """`ends`: how names of each rung may end, longest matched first (content `place_ends`)."""
    known = {spot.code: spot for spot in spots}
    exact: dict[str, dict[str, Spot]] = {}
    loose: dict[str, dict[str, Spot]] = {}
    for spot in known.values():
        sure, rough = _names(spot, ends)
        for word in sure:
            exact.setdefault(word, {})[spot.code] = spot
        for word in rough - sure:
            loose.setdefault(word, {})[spot.code] = spot
    longest = max((len(word) for word in (*exact, *loose)), default=0)
    return Gazetteer(known, _frozen(exact), _frozen(loose), longest)


def _frozen(table: dict[str, dict[str, Spot]]) -> dict[str, tuple[Spot, ...]]:
    return {word: tuple(found.values()) for word, found in table.items()}


def _names(spot: Spot, ends: Mapping[str, tuple[str, ...]]) -> tuple[set[str], set[str]]:
    """Names that are certain, and those that only help when nothing certain is there."""
    name = cleaned(spot.name)
    if spot.level not in RUNGS:
        return _village_names(name, ends)
    own = ends.get(RUNGS[spot.level], ())
    stem = stem_of(name, own)
    end = name[len(stem) :]
    sure = {name}
    if spot.level == 4:
        kind = next((k for k in ("街", "镇", "乡") if end.startswith(k)), "")
        sure |= {stem + e for e in own if kind and e.startswith(kind)}
    return sure, {stem, *(stem + e for e in own)} if len(stem) >= _SHORTEST else set()


def _village_names(name: str, ends: Mapping[str, tuple[str, ...]]) -> tuple[set[str], set[str]]:
    """A village and a community of one stem are two places: their endings are not mixed."""
    villages, communities = ends.get("village", ()), ends.get("community", ())
    for own, other in ((communities, villages), (villages, communities)):
        stem = stem_of(name, own)
        if stem != name and len(stem) >= 1:
            sure = {name, *(stem + e for e in own)}
            if own is villages and stem.endswith("村"):  # 上村村委会 is called 上村
                sure |= {stem, *(stem[:-1] + e for e in own)}
            return sure, {stem, *(stem + e for e in other)}
    return {name}, {name + e for e in (*villages, *communities)}


def stem_of(name: str, ends: Iterable[str]) -> str:
    for end in sorted(ends, key=len, reverse=True):
        if name.endswith(end) and len(name) > len(end):
            return name[: -len(end)]
    return name
