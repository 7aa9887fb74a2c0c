"""Comma-separated text → one grid."""

import csv
import io

from ..grid import Grid
from .limits import MAX_TEXT, Refusal, too_big

_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


def open_text(data: bytes, stem: str) -> list[Grid]:
    text = _decoded(data)
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
    return [Grid(stem, texts)]


def _decoded(data: bytes) -> str:
    """By its mark, else UTF-8, else GB 18030: never with letters replaced."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("文字编码既不是 UTF-8 也不是 GB 18030。")
