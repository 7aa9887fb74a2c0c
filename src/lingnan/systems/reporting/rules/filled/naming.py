"""Whose sheet, whose row: what a file's name, a title, a head line and a sheet's name say."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...terms.filled import FilledWords, PlaceGuess, Spot
from ..grid import Grid
from ..labels import plain, squeeze
from .gazetteer import Gazetteer

_LINE = re.compile(r"^\s*([^:：]{1,16}?)\s*(?:[（(][^（()）]*[）)])?\s*[:：]\s*(.+)$", re.S)
_PARTS = re.compile(r"[_＿\-—\s()（）\[\]【】.、,，+]+|(?:19|20)\d{2}\s*年?(?:度|\d{1,2}月)?")
_VILLAGE = re.compile(r"(?:村|社区|居委会|村委会|村民委员会|居民委员会)$")
_BLANKS = re.compile(r"[_＿\s]{2,}")

FILE, TITLE, SHEET, SCOPE = "文件名", "标题", "工作表名", "指定的范围"
HEAD, ROW = "表头“{head}”", "本行“{head}”"
NOTHING = "表里没有写明是哪个地方"
UNKNOWN = "没有叫“{text}”的地方"
AGAINST = "说法不一：{all}"
SEVERAL = "同名的地方有 {count} 个：{names}"


@dataclass(frozen=True, slots=True)
class Hint:
    """`spots` () : the words stand where a place should, and name none."""

    text: str
    why: str
    spots: tuple[Spot, ...]


def hints_of_file(name: str, places: Gazetteer, scope: Spot | None) -> list[Hint]:
    stem = name.replace("\\", "/").rpartition("/")[2]
    stem = stem.rpartition(".")[0] or stem
    found = []
    for part in (part for part in _PARTS.split(stem) if len(part) >= 2):
        spots = places.find(part, scope) if _named(part) else ()
        if spots := spots or places.inside(part, scope):
            found.append(Hint(part, FILE, spots))
        elif _VILLAGE.search(part) and len(part) <= 12:
            found.append(Hint(part, FILE, ()))
    return found


def _named(part: str) -> bool:
    """A sheet's name or a whole part of a file's that ends as places end: 平安, 教育 are words."""
    return bool(re.search(r"(?:[省市县区镇乡街村]|街道|社区|委会|委员会)$", part)) or part.isdigit()


def hints_of_title(texts: Iterable[str], places: Gazetteer, scope: Spot | None) -> list[Hint]:
    found = []
    for text in texts:
        if spots := places.inside(squeeze(text), scope):
            found.append(Hint(squeeze(text), TITLE, spots))
    return found


def hint_of_sheet(sheet: str, places: Gazetteer, scope: Spot | None) -> list[Hint]:
    bare = re.sub(r"[（(]\d+[）)]$|^\d+[.、\-_ ]*|[-_ ]?(?:19|20)\d{2}年?$", "", sheet.strip())
    if len(bare) < 2 or re.match(r"(?i)^sheet\d*$", bare):
        return []
    spots = places.find(bare, scope) if _named(bare) else ()
    if spots := spots or places.inside(bare, scope):
        return [Hint(sheet, SHEET, spots)]
    return [Hint(sheet, SHEET, ())] if _VILLAGE.search(bare) else []


def hints_of_heads(
    grid: Grid,
    taken: set[tuple[int, int]],
    words: FilledWords,
    places: Gazetteer,
    scope: Spot | None,
) -> list[Hint]:
    """`填报单位：…` in one cell, or the words and, in the next cell, the name. `taken` cells are
    labels and answers."""
    found = []
    for at, text in sorted(grid.texts.items()):
        if at in taken:
            continue
        line = _LINE.match(text)
        head, said = (line[1], line[2]) if line else (text.strip().rstrip(":："), "")
        key = plain(re.sub(r"[（(].*?[）)]", "", head))
        if key in words.place_heads:
            said = said if line else _beside(grid, at, taken)
            hint = _hint(head, _BLANKS.sub("", said), places, scope)
        else:  # 村妇联（盖章）：…村, or the name alone
            spots = places.find(said or text, scope)
            hint = Hint(squeeze(said or text), HEAD.format(head=squeeze(head)), spots)
        if hint and (hint.spots or key in words.place_heads):
            found.append(hint)
    return found


def _beside(grid: Grid, at: tuple[int, int], taken: set[tuple[int, int]]) -> str:
    right = grid.span(*at).right + 1
    return grid.seen(at[0], right) if (at[0], right) not in taken else ""


def _hint(head: str, said: str, places: Gazetteer, scope: Spot | None) -> Hint | None:
    said = re.split(r"\s{2,}|(?:填表|报送|统计|填报)(?:日期|时间|人)", said.strip())[0]
    name = re.sub(r"[（(]?(?:盖章|公章|章)[）)]?", "", squeeze(said)).strip("：: ")
    if not name:
        return None
    spots = places.find(name, scope) or places.inside(name, scope)
    if not spots and not _VILLAGE.search(name):
        return None  # an office, a school: not a place, and no claim to be one
    return Hint(name, HEAD.format(head=squeeze(head)), spots)


def hints_of_row(
    said: Sequence[tuple[str, str]], places: Gazetteer, scope: Spot | None
) -> list[Hint]:
    """(head, text) of the columns that say whose row it is."""
    found = []
    for head, text in said:
        spots = places.find(text, scope) or places.inside(text, scope)
        found.append(Hint(text, ROW.format(head=head), spots))
    return found


def weighed(hints: Sequence[Hint], places: Gazetteer) -> PlaceGuess:
    """The finest places that no hint speaks against. A name that is unknown leaves none."""
    if not hints:
        return PlaceGuess(why=NOTHING)
    text = "、".join(dict.fromkeys(hint.text for hint in hints))
    if unknown := next((hint for hint in hints if not hint.spots), None):
        return PlaceGuess(unknown.text, f"{unknown.why}：{UNKNOWN.format(text=unknown.text)}")
    spots = {spot.code: spot for hint in hints for spot in hint.spots}
    fitting = [
        spot
        for spot in spots.values()
        if all(any(_fits(spot, one, places) for one in hint.spots) for hint in hints)
    ]
    finest = [
        spot
        for spot in fitting
        if not any(one is not spot and places.is_below(one, spot) for one in fitting)
    ]
    if not finest:
        told = "；".join(f"{hint.why}是“{hint.text}”" for hint in hints)
        return PlaceGuess(text, AGAINST.format(all=told), tuple(spots.values())[:20])
    if len(finest) > 1:
        names = "、".join(full_name(spot, places) for spot in finest[:3])
        why = SEVERAL.format(count=len(finest), names=names)
        return PlaceGuess(text, why, tuple(finest[:50]))
    spot = finest[0]
    why = next(h.why for h in reversed(hints) if any(one.code == spot.code for one in h.spots))
    return PlaceGuess(text, why, (spot,))


def _fits(one: Spot, other: Spot, places: Gazetteer) -> bool:
    return places.is_below(one, other) or places.is_below(other, one)


def full_name(spot: Spot, places: Gazetteer) -> str:
    """Without the province: `广州市从化区江埔街道江埔村委会`."""
    return "".join(one.name for one in places.chain(spot) if one.level > 1) or spot.name
