"""Comma-separated text → one grid."""

import csv
import io
import re

from ..grid import Aside, Grid
from .limits import MAX_TEXT, Refusal, too_big

_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_GB, _BIG5 = range(0xB0, 0xD8), range(0xA4, 0xC7)
_CLEARLY, _LOOK = 0.15, 20_000
_MARK = re.compile("[\u3000-\u303f\uff00-\uffef]")
NO_TEXT = "文字编码既不是 UTF-8 也不是 GB 18030。"
BIG5 = "文字编码按大五码（Big5）读取，请核对文字是否正确。"


def open_text(data: bytes, stem: str) -> list[Grid]:
    text, told = _decoded(data)
    if "\0" in text:
        raise Refusal("内容不是文字。")
    first = text[:20_000].lstrip("\r\n").partition("\n")[0]
    comma = max(",\t;|，", key=first.count)
    texts: dict[tuple[int, int], str] = {}
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=comma), start=1):
        too_big(rows=number, columns=len(row), cells=len(texts))
        for col, value in enumerate(row, start=1):
            if value.strip():
                texts[number, col] = value[:MAX_TEXT]
    first_at = min(texts, default=(1, 1))
    aside = [Aside(first_at, texts.get(first_at, ""), told)] if told else []
    return [Grid(stem, texts, aside=aside)]


def _decoded(data: bytes) -> tuple[str, str]:
    """The text, and what to tell of a guess: by its mark, else UTF-8, else GB 18030, or Big5 where
    that gives the commoner letters; never with letters replaced."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    text = _as(data, marked or "utf-8")
    if text is not None:
        return text, ""
    if marked:
        raise Refusal(NO_TEXT)
    mainland, big5 = _as(data, "gb18030"), _as(data, "big5hkscs")
    if big5 is not None and _common(big5, "big5hkscs", _BIG5) > _CLEARLY + (
        _common(mainland, "gb18030", _GB) if mainland is not None else 0.0
    ):
        return big5, BIG5
    if mainland is None:
        raise Refusal(NO_TEXT)
    return mainland, ""


def _as(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _common(text: str, encoding: str, leads: range) -> float:
    """The share of letters that the encoding keeps among its everyday ones."""
    letters = [one for one in text[:_LOOK] if one >= "\u2e80" and not _MARK.match(one)]
    coded = [one.encode(encoding) for one in letters]
    return sum(len(b) == 2 and b[0] in leads for b in coded) / max(len(coded), 1)
