"""Columns of last year beside this year's: last year's own report has already said them."""

from collections.abc import Iterable, Mapping, Sequence

from ...terms.filings import FieldInfo
from ...terms.planning import Fact

OPENING, CLOSING = "（(", "）)"


def lags_of(fields: Iterable[FieldInfo], words: Mapping[str, Sequence[str]]) -> dict[Fact, Fact]:
    """A fact of last year → the fact of this year that stands beside it, in one form.

    `words`: `now` and `ago`, as they stand in brackets at the end of a label.
    """
    now: dict[tuple[int, str, str, str], Fact] = {}
    ago: dict[tuple[int, str, str, str], Fact] = {}
    for one in fields:
        base, _, inner = _cut(one.label)
        key = (one.form, base, one.base_unit, str(one.type))
        for side, found in (("ago", ago), ("now", now)):
            if inner.startswith(tuple(words[side])):
                found.setdefault(key, one.element_code)
                break
    return {fact: now[key] for key, fact in ago.items() if key in now and now[key] != fact}


def _cut(label: str) -> tuple[str, str, str]:
    """`出生（本期（1—6月））` → 出生, （, 本期（1—6月）: the last bracket that closes at the end."""
    text = label.strip()
    if not text.endswith(tuple(CLOSING)):
        return text, "", ""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] in CLOSING) - (text[at] in OPENING)
        if depth == 0:
            return text[:at].strip(), text[at], text[at + 1 : -1].strip()
    return text, "", ""
