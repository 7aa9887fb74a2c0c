"""Which option a cell names: by code, by label, or by the box that is ticked."""

import unicodedata
from collections.abc import Sequence

from ...terms.filled import FilledWords
from ...terms.forms import Option


def chosen(options: Sequence[Option], text: str, words: FilledWords) -> str:
    """The code of the one option ticked in `☑是 □否` or `是√ 否`; '' when none or several are."""
    plain = unicodedata.normalize("NFKC", "".join(text.split()))
    if plain in words.ticks:
        return _word(options, words.yes)
    if plain in words.crosses:
        return _word(options, words.no)
    if not any(mark in plain for mark in words.ticks | words.boxes if not mark.isascii()):
        return ""
    spans = _spans(options, plain)
    if len(spans) < len(options):
        return ""
    before = any(plain[:1] == mark for mark in words.ticks | words.boxes)
    ticked = [code for code, start, end in spans if _ticked(plain, start, end, words, before)]
    return ticked[0] if len(ticked) == 1 else ""


def _word(options: Sequence[Option], said: frozenset[str]) -> str:
    found = [option.code for option in options if option.label in said]
    return found[0] if len(found) == 1 else ""


def _spans(options: Sequence[Option], text: str) -> list[tuple[str, int, int]]:
    """Where each label stands, the longest first so that 不是 is not found in 是."""
    taken = [False] * len(text)
    spans = []
    for option in sorted(options, key=lambda one: -len(one.label)):
        label = unicodedata.normalize("NFKC", "".join(option.label.split()))
        at = text.find(label)
        while at >= 0 and any(taken[at : at + len(label)]):
            at = text.find(label, at + 1)
        if at >= 0 and label:
            taken[at : at + len(label)] = [True] * len(label)
            spans.append((option.code, at, at + len(label)))
    return sorted(spans, key=lambda span: span[1])


def _ticked(text: str, start: int, end: int, words: FilledWords, before: bool) -> bool:
    """The mark beside the label: on the side on which the first one stands."""
    if not before:
        return text[end : end + 1] in words.ticks
    marks = text[:start].rstrip("0123456789.、()")
    return marks[-1:] in words.ticks
