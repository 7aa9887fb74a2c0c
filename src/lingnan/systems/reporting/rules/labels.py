"""Labels of forms: what is numbering, what is 其中, what are options, and what is left to say."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from opencc import OpenCC

from ..terms import Option

_CN = "一二三四五六七八九十百"
_NEXT = "|".join(f"{a}[、.．]{b}" for a, b in zip(_CN, _CN[1:-1], strict=False))
_COUNTED = "年级|[级类年产月日季孩胎期批等档线层组队星度]"
# 八、九年级 and 一、二、三产业 are names: numerals that follow one another, and a word they count.
_NAMED = rf"(?!(?:[{_CN}][、.．])*(?:{_NEXT})(?:{_COUNTED}))"
_MEASURES = "米|公里|里|亩|公顷|元|吨|公斤|斤|小时|寸|[%％‰℃倍级]"
_MEASURED = rf"(?:[万亿千]|平方|立方|厘|毫|英)?(?:{_MEASURES})(?:[以之]|及以|至|到|[-—～~]|的|$)"
_ENUMERATORS = (
    (
        "cn",
        re.compile(
            rf"^{_NAMED}[{_CN}]{{1,4}}\s*[、.．]\s*(?![{_CN}]{{1,3}}(?:[级类]|年级|[、.．]))"
        ),
    ),
    ("cn_round", re.compile(rf"^[（(]\s*[{_CN}]{{1,4}}\s*[）)]\s*、?")),
    (
        "dotted",
        re.compile(rf"^(?!\d+\.\d+{_MEASURED})\d{{1,2}}(?:\.\d{{1,2}})+(?=[^\d.])[.、．]?\s*"),
    ),
    ("arabic", re.compile(r"^\d{1,3}\s*[.、．](?!\d)\s*")),
    ("arabic_round", re.compile(r"^[（(]\s*\d{1,3}\s*[）)]\s*、?")),
    ("arabic_half", re.compile(r"^\d{1,3}[)）]\s*")),
    ("circled", re.compile(r"^[①-⑳]\s*")),
    ("letter", re.compile(r"^[A-Za-z]\s*[.、．)）]\s*(?=[\u4e00-\u9fff])")),
)
_AMONG = re.compile(r"^(?:其\s*中\s*[:：，,、]?|内\s*[:：，,、])\s*|^(?:＃|#)\s*")
_MARKERS = (
    re.compile(r"[（(]\s*(\d{1,2})\s*[）)]"),
    re.compile(r"(?<!\d)(\d{1,2})\s*[.．、](?!\d)"),
    re.compile(r"(?<![\d.])(\d{1,2})\s*[:：=](?!\d)"),
    re.compile(r"([①-⑳])"),
    re.compile(r"[（(]\s*([A-H])\s*[）)](?=\s*[\u4e00-\u9fff])"),
    re.compile(r"(?<![A-Za-z])([A-H])\s*[.．、)）]\s*(?=[\u4e00-\u9fff])"),
    re.compile(r"(?<![\d.])(\d)\s*[-—]\s*(?=[\u4e00-\u9fff])"),
    re.compile(
        r"(?<![\d.年第前近])(\d)\s*(?=[\u4e00-\u9fff])"
        r"(?![年月日号时分周岁天季级类档期至到个人户次度室厅卫孩层楼组栋元万亿千百十点倍成亩米公斤吨里条款项所名间台辆处座只头株家])"
    ),
)
_DOWN = re.compile(r"(?<![\d.])([01])\s*[:：=＝、.．-]\s*(?!\d)")
_EITHER = re.compile(
    r"(?:^|[（(：:])\s*((是|有|能|会|已|男|通)\s*[/／|]\s*(?:否|[无不未没]\2?有?|女))\s*[）)]?$"
)
"""`有/无`, `是/否`, `通/不通`: two words of which one is chosen."""
_TERM = r"[（(]?第?[行栏项]?(?:\d{1,4}(?:\.\d{1,3})?|[①-⑳])[行栏项]?[）)]?"
EQUATION = re.compile(
    rf"(?<![\w.+＋-]){_TERM}\s*[=＝]\s*{_TERM}(?:\s*[+＋]\s*{_TERM})+(?!\s*[-－−*×÷/\d+＋.行栏项])"
)
"""`04=05+06`, `(1)=(2)+(3)`, `栏1=栏2+栏3`."""
EQUATED = re.compile(rf"[（(]\s*{EQUATION.pattern}\s*[）)]$")
_BOX = "□☐○■☑☒√✓✔●"
_BOXES = re.compile(rf"[{_BOX}]\s*([^{_BOX}\s、，,；;]+)")
_BEHIND = re.compile(rf"([^{_BOX}\s、，,；;：:（）()]+)\s*[{_BOX}]")
"""`是□ 否□`: the box stands after its word."""
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
    rest = EQUATED.sub("", squeeze(text))
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
    """`户别：1.家庭户2.集体户` → (`户别`, options). Numbers must rise by one from 0 or 1."""
    return _split_known(text) if len(text) <= 200 else _split_options(text)


def _split_options(text: str) -> tuple[str, tuple[Option, ...]]:
    for marker in _MARKERS if _TWO_MARKS.search(text) else ():
        marks = _rising(list(marker.finditer(text)))
        if len(marks) < 2:
            continue
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        words = [
            text[m.end() : end].strip(_TRIM + _BOX) for m, end in zip(marks, ends, strict=True)
        ]
        if all(words):
            options = [Option(_code(m), word) for m, word in zip(marks, words, strict=True)]
            if not re.search(r"[（(]", words[-1]):  # the bracket that held the whole list
                options[-1] = Option(options[-1].code, words[-1].rstrip("）)"))
            return text[: marks[0].start()].rstrip("（( ：:"), tuple(options)
    return _ticked(text) or _either(text) or (text, ())


_TWO_MARKS = re.compile(r"[\dA-H①-⑳][^\dA-H①-⑳]+[\dA-H①-⑳]")
"""Without two codes and words between them no list is looked for: most labels have none."""
_split_known = lru_cache(16_384)(_split_options)


def _ticked(text: str) -> tuple[str, tuple[Option, ...]] | None:
    """Boxes before the words, or after them when the text ends in one."""
    after = text.rstrip("）) ")[-1:] in set(_BOX) and len(_BEHIND.findall(text)) > 1
    marks = list((_BEHIND if after else _BOXES).finditer(text))
    if len(marks) < 2:
        return None
    words = (mark[1].rstrip("（()）") for mark in marks)
    options = tuple(Option(str(n), word) for n, word in enumerate(words, start=1))
    return text[: marks[0].start()].rstrip("（( ：:"), options


def _either(text: str) -> tuple[str, tuple[Option, ...]] | None:
    found = _EITHER.search(text) if len(text) <= _LONGEST_EITHER else None
    if found is None:
        return None
    words = [word.strip() for word in re.split(r"[/／|]", found[1])]
    options = tuple(Option(str(n), word) for n, word in enumerate(words, start=1))
    return text[: found.start()].rstrip("（( ：:"), options


_LONGEST_EITHER = 60


def _rising(marks: list[re.Match[str]]) -> list[re.Match[str]]:
    """Codes from 0, 1 or A that rise by one; `1=通，0=不通` says what two codes mean."""
    codes = [int(_code(mark)) if _code(mark).isdigit() else ord(mark[1]) - 64 for mark in marks]
    if codes == [1, 0] and all(_DOWN.match(mark.string, mark.start()) for mark in marks):
        return marks
    if not codes or codes[0] not in {0, 1}:
        return []
    return marks if codes == list(range(codes[0], codes[0] + len(codes))) else []


def _code(mark: re.Match[str]) -> str:
    """`③` → `3`; `B` stays."""
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
