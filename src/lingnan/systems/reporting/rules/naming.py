"""Items of one form that are called the same, told apart by where they stand; names of files and of
sources."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from lingnan.base.errors import Sentence

UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+')
LONGEST = 80  # Chinese characters in all: with the suffix they stay below 255 bytes of UTF-8


SOURCES = {
    "ledger": Sentence("台账"),
    "decision": Sentence("人工裁定"),
    "estimate": Sentence("上级审核"),
    "reporting": Sentence("本系统登记"),
}
KINDS_OF_SOURCE = {
    "form": Sentence("报表 {code}"),
    "history": Sentence("历年报表 {code}"),
    "return": Sentence("上级回流 {code}"),
}


def source_said(code: str) -> Sentence:
    """`ledger` → 台账; `form:MZ-1` → 报表 MZ-1; others as they are."""
    kind, _, name = code.partition(":")
    if kind in KINDS_OF_SOURCE:
        return KINDS_OF_SOURCE[kind].filled(code=name)
    return SOURCES.get(kind, Sentence(code))


def source_words(code: str) -> str:
    return str(source_said(code))


def file_name(*parts: str) -> str:
    """`报表_地区_2026.xlsx`; the last part is the suffix. Safe on every system: no separators, no
    control or direction marks, no leading dot, not too long."""
    *words, suffix = parts
    plain = [UNSAFE.sub("", one).strip(" .") or "_" for one in words]
    while (over := sum(map(len, plain)) - LONGEST) > 0:
        longest = max(range(len(plain)), key=lambda n: len(plain[n]))
        plain[longest] = plain[longest][: max(len(plain[longest]) - over, LONGEST // len(plain))]
    return "_".join(plain) + f".{suffix}"


class Named(Protocol):
    @property
    def label(self) -> str: ...
    @property
    def path(self) -> tuple[str, ...]: ...
    @property
    def cell(self) -> str: ...


def told_apart(items: Sequence[Named]) -> list[str]:
    """A name for each, in order. One used twice gets the headings that differ, else its cell."""
    groups: dict[str, list[Named]] = {}
    for one in items:
        groups.setdefault(one.label.strip(), []).append(one)
    named = [_among(one, groups[one.label.strip()]) for one in items]
    counted = Counter(named)
    return [
        f"{name}（{one.cell}）" if counted[name] > 1 else name
        for one, name in zip(items, named, strict=True)
    ]


def _among(one: Named, same: Sequence[Named]) -> str:
    label = one.label.strip()
    if len(same) == 1:
        return label
    shared = set.intersection(*(set(other.path) for other in same))
    above = [part.strip() for part in one.path if part not in shared and part.strip() != label]
    return f"{label}（{' › '.join(above)}）" if above else label
