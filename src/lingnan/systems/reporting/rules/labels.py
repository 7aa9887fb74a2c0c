"""Labels of forms: what is numbering, what is 其中, what are options, and what is left to say."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from opencc import OpenCC

from ..terms import Option

_CN = "一二三四五六七八九十百"
_ENUMERATORS = (
    ("cn", re.compile(rf"^[{_CN}]{{1,4}}\s*[、.．]\s*(?![{_CN}]{{1,3}}(?:[级类]|年级|[、.．]))")),
    ("cn_round", re.compile(rf"^[（(]\s*[{_CN}]{{1,4}}\s*[）)]\s*、?")),
    ("dotted", re.compile(r"^\d{1,2}(?:\.\d{1,2})+(?=[^\d.])[.、．]?\s*")),
    ("arabic", re.compile(r"^\d{1,3}\s*[.、．](?!\d)\s*")),
    ("arabic_round", re.compile(r"^[（(]\s*\d{1,3}\s*[）)]\s*、?")),
    ("arabic_half", re.compile(r"^\d{1,3}[)）]\s*")),
    ("circled", re.compile(r"^[①-⑳]\s*")),
    ("letter", re.compile(r"^[A-Za-z]\s*[.、．)）]\s*(?=[\u4e00-\u9fff])")),
)
_AMONG = re.compile(r"^(?:其\s*中|内)\s*[:：，,、]?\s*|^(?:＃|#)\s*")
_MARKERS = (
    re.compile(r"[（(]\s*(\d{1,2})\s*[）)]"),
    re.compile(r"(?<!\d)(\d{1,2})\s*[.．、](?!\d)"),
    re.compile(r"(?<![\d.])(\d{1,2})\s*[:：=](?!\d)"),
    re.compile(r"([①-⑳])"),
    re.compile(r"(?<![A-Za-z])([A-H])\s*[.．、:：=](?=[\u4e00-\u9fff])"),
)
# 1健康2一般, A水冲B旱厕: only where the list begins the text or follows a colon or a bracket.
_BARE_MARKERS = (
    re.compile(r"(?<![\d.])(\d)(?=[\u4e00-\u9fff])(?![年月日级类期季天岁元户人名次所]|个月)"),
    re.compile(r"(?<![A-Za-z])([A-H])(?=[\u4e00-\u9fff])"),
)
_BEGINS = ("", "：", ":", "（", "(")
_NAMED = re.compile(r"(?<![\d.])(\d{1,2})\s*=\s*([^\d=，,；;、）)]+)")
_PAIR = re.compile(r"(?:^|[：:（(])(是|有|男|已|能)[/／或](否|无|女|未|没有|不能)[）)]?$")
_BOX = "□☐○■☑☒√✓✔●"
_BOXES = re.compile(rf"[{_BOX}]\s*([^{_BOX}\s、，,；;]+)")
_EMPTY_BRACKETS = re.compile(r"[（(]\s*[）)]")
_TRIM = " \t\r\n\u3000;；,，、。/"


class _Simplified(dict[int, str]):
    """Letter by letter, so that places in a text stay where they are; filled as letters are met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        found = _converter().convert(letter) if letter >= "\u2e80" else letter
        self[code] = found if len(found) == 1 else letter
        return self[code]


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


_SIMPLIFIED = _Simplified()


@dataclass(frozen=True, slots=True)
class Label:
    """`clean` says what is asked; `indent` counts half-width columns before the first letter."""

    clean: str
    numbering: str = ""
    among: bool = False
    indent: int = 0
    options: tuple[Option, ...] = ()


def squeeze(text: str) -> str:
    """Blanks and breaks inside Chinese are layout, not meaning; between Latin words they stay."""
    return _squeezed(text) if len(text) <= 200 else _squeeze(text)


def _squeeze(text: str) -> str:
    joined = re.sub(r"[\s\u3000]+", " ", text).strip()
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", joined)


_squeezed = lru_cache(16_384)(_squeeze)


def indent_of(text: str) -> int:
    blank = re.match(r"[\s\u3000]*", text)
    assert blank is not None
    return sum(2 if letter == "\u3000" else 1 for letter in blank[0] if letter not in "\r\n")


def read_label(text: str) -> Label:
    """Takes the numbering, 其中 and the options off; units are taken by `split_unit`."""
    rest = squeeze(text)
    indent = indent_of(text)
    kind, rest = take_numbering(rest)
    among = _AMONG.match(rest)
    if among and len(rest) > among.end():
        rest = rest[among.end() :]
        inner, rest = take_numbering(rest)
        kind = kind or inner
    else:
        among = None
    rest, options = split_options(rest)
    return Label(rest.strip("：: "), kind, among is not None, indent, options)


def take_numbering(text: str) -> tuple[str, str]:
    """`（一）户数` → (`cn_round`, `户数`); ('' , text) without numbering."""
    for kind, pattern in _ENUMERATORS:
        found = pattern.match(text)
        if found and found.end() < len(text):
            name = f"dotted{found[0].count('.')}" if kind == "dotted" else kind
            return name, text[found.end() :]
    return "", text


def split_options(text: str) -> tuple[str, tuple[Option, ...]]:
    """`户别：1.家庭户2.集体户` → (`户别`, options). Numbers must rise by one from 0 or 1, letters
    from A; `1=通，0=不通` may stand in any order."""
    for marker in (*_MARKERS, *_BARE_MARKERS):
        marks = _rising(list(marker.finditer(text)))
        if len(marks) < 2 or (marker in _BARE_MARKERS and not _begins(text, marks[0].start())):
            continue
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        words = [
            text[m.end() : end].strip(_TRIM + _BOX) for m, end in zip(marks, ends, strict=True)
        ]
        if all(words):
            options = [Option(_code(m), word) for m, word in zip(marks, words, strict=True)]
            if not re.search(r"[（(]", words[-1]):  # the bracket that held the whole list
                options[-1] = Option(options[-1].code, words[-1].rstrip("）)"))
            return _head(text, marks[0].start()), tuple(options)
    return _named(text) or _boxed(text) or (text, ())


def _begins(text: str, start: int) -> bool:
    return text[:start].strip()[-1:] in _BEGINS


def _head(text: str, end: int) -> str:
    return text[:end].rstrip("（( ：:")


def _named(text: str) -> tuple[str, tuple[Option, ...]] | None:
    """`（1=通，0=不通）` and `（是/否）`."""
    found = list(_NAMED.finditer(text))
    if len(found) >= 2 and len({one[1] for one in found}) == len(found):
        options = tuple(Option(one[1], one[2].strip()) for one in found)
        return _head(text, found[0].start()), options
    if pair := _PAIR.search(text):
        return _head(text, pair.start()), (Option("1", pair[1]), Option("2", pair[2]))
    return None


def _boxed(text: str) -> tuple[str, tuple[Option, ...]] | None:
    """`□是□否`, `是□否□`, `是（）否（）`."""
    said = _EMPTY_BRACKETS.sub("□", text)
    if said.count("□") - text.count("□") < 2 or said.rstrip()[-1] != "□":
        said = text
    first = re.search(f"[{_BOX}]", said)
    if first is None:
        return None
    before = re.split(r"[：:（(]", said[: first.start()])[-1].strip()
    if before and said.rstrip("）) ")[-1] in _BOX:
        start = said[: first.start()].rindex(before)
        words = [
            word.strip(_TRIM)
            for word in re.split(f"[{_BOX}]+", said[start:])
            if word.strip(_TRIM + "）)")
        ]
        if len(words) < 2:
            return None
        return _head(said, start), tuple(Option(str(n), w) for n, w in enumerate(words, start=1))
    boxes = _BOXES.findall(said)
    if len(boxes) < 2:
        return None
    named = enumerate(boxes, start=1)
    return _head(said, first.start()), tuple(Option(str(n), w.rstrip("（()）")) for n, w in named)


def _rising(marks: list[re.Match[str]]) -> list[re.Match[str]]:
    if not marks or _code(marks[0]) not in {"0", "1", "A"}:
        return []
    first = ord(_code(marks[0])) if _code(marks[0]) == "A" else int(_code(marks[0]))
    numbers = [ord(c) if (c := _code(m)).isalpha() else int(c) for m in marks]
    return marks if numbers == list(range(first, first + len(marks))) else []


def _code(mark: re.Match[str]) -> str:
    """`③` → `3`; a letter stands for itself."""
    if mark[1].isdecimal() or mark[1].isascii():
        return mark[1]
    return str(ord(mark[1]) - ord("①") + 1)


def plain(text: str) -> str:
    """For comparing only: NFKC, lower case, simplified, no punctuation, 一 → 1 in numbering."""
    return _plain(text) if len(text) <= 200 else _folded(text)


def _folded(text: str) -> str:
    return _PUNCTUATION.sub("", simplified(text).lower())


_PUNCTUATION = re.compile(r"[^\w%]+|_")
_plain = lru_cache(32_768)(_folded)


def simplified(text: str) -> str:
    """NFKC with traditional letters made simplified (OpenCC); for comparing only."""
    return unicodedata.normalize("NFKC", text).translate(_SIMPLIFIED)


def quoted(text: str) -> list[str]:
    return re.findall(r"[“\"「『]([^”\"」』]+)[”\"」』]", text)
