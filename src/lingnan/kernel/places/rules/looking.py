"""How a search text is to be read."""

import re
from typing import Literal

from .latin import GENERIC_WORDS

LATIN = re.compile(r"[a-z' ]*[a-z][a-z' ]*")


def looks_like(text: str) -> Literal["code", "latin", "name"]:
    """Digits are a code; Latin letters initials or pinyin; anything else a name."""
    if text.isdecimal() and text.isascii():
        return "code"
    return "latin" if LATIN.fullmatch(text.lower()) else "name"


def letters(text: str) -> str:
    """`Guang zhou` and `xi'an` as pinyin is kept."""
    return "".join(c for c in text.lower() if c.isalpha())


def specific(text: str) -> str:
    """`Conghua` of `Conghua District`: what kind of place it is, is not in the pinyin looked for."""
    words = text.split()
    kept = [word for word in words if word.lower() not in GENERIC_WORDS]
    return " ".join(kept) if kept and looks_like(" ".join(words)) == "latin" else text
