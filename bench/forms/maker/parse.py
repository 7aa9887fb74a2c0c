"""The small line notation of the definitions (README, "The definitions")."""

import re
from collections.abc import Iterator
from typing import Any

_YEAR = re.compile(r"(2[45]):\s?(.*)", re.S)
_ENUM = re.compile(
    r"^[\s　]*((#?其中[:：]|[一二三四五六七八九十]+、|（[一二三四五六七八九十\d]+）|\(\d+\)"
    r"|\d+[.．、]|[①-⑳]|#)[\s　]*)*"
)
_TAIL = re.compile(r"[（(][^（()）]{1,6}[)）]$")


def of_year(text: str, year: int) -> str | None:
    """The line without its year mark, or nothing when it belongs to the other year."""
    if found := _YEAR.match(text):
        return found[2] if found[1] == str(year)[2:] else None
    return text


def lines(text: str | list[str], year: int) -> Iterator[str]:
    raw = text.splitlines() if isinstance(text, str) else text
    for line in raw:
        bare = line.strip(" ")
        if not bare or bare.startswith("//"):
            continue
        if (kept := of_year(bare, year)) is not None:
            yield kept


def parts(line: str, count: int) -> list[str]:
    cut = ["" if x.strip() == "." else x.strip(" ").replace("\\n", "\n") for x in line.split("|")]
    return cut + [""] * (count - len(cut))


def pick(value: Any, year: int) -> Any:
    """A scalar, or the year's entry of a mapping {2024: …, 2025: …}."""
    if isinstance(value, dict) and set(value) <= {2024, 2025}:
        return value.get(year)
    return value


def printed_code(code: str) -> str | int:
    """12 is a number in the cell; 01 and A01 are words."""
    return int(code) if code.isdigit() and not code.startswith("0") else code


def plain(printed: str, unit: str = "") -> str:
    """The printed name without number, 其中 and the unit in brackets at its end."""
    text = _ENUM.sub("", printed.replace("\n", "")).strip("　 ：:")
    found = _TAIL.search(text)
    if found and unit and unit in found[0]:
        text = text[: found.start()]
    return text.replace("　", "")
