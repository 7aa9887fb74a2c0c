"""Whether rows are what the latest event about them says."""

import json
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from ..models import Event, StateMark
from ..rules import states as rules
from ..terms import Finding
from .states import Loader, loaders

PAGE = 500
TOLD = 20  # rows of one kind that no event tells of, before the rest is only counted
TRIES = 3  # a row may change while we look at it


class Mark(NamedTuple):
    digest: str
    salt: bytes
    event: int


class Told:
    """The latest mark of every subject; `more` reads what was recorded since."""

    def __init__(self) -> None:
        self.last = 0
        self.marks: dict[str, dict[str, Mark]] = {}
        self.broken: list[tuple[int, str]] = []

    def more(self) -> bool:
        begun = self.last
        rows = StateMark.objects.filter(pk__gt=begun).order_by("pk")
        for pk, facts, salt, told in rows.values_list(
            "pk", "event__facts", "salt", "told"
        ).iterator(PAGE):
            self.last = pk
            try:
                self._take(pk, facts, bytes.fromhex(salt), zlib.decompress(bytes(told)))
            except (ValueError, zlib.error):
                self.broken.append((pk, "所记状态的清单已损坏"))
        return self.last > begun

    def _take(self, pk: int, facts: str, salt: bytes, text: bytes) -> None:
        if json.loads(facts).get("states") != rules.root(text):
            self.broken.append((pk, "所记状态的清单与事件不符：被改动"))
            return
        for subject, digest in rules.read(text):
            kind, _, key = subject.partition(":")
            marks = self.marks.setdefault(kind, {})
            if digest == rules.GONE:
                marks.pop(key, None)
            else:
                marks[key] = Mark(digest, salt, pk)


def check_states() -> Iterator[Finding]:
    """Every row an event told of, and every row none tells of. Memory: a mark for each row."""
    told = Told()
    told.more()
    bare = Event.objects.filter(facts__contains='"states":"', mark=None).order_by("pk")
    for pk in bare.values_list("pk", flat=True)[:PAGE]:
        yield Finding("evidence.states", f"event #{pk}", "所记状态的清单被删除")
    for kind, load in loaders().items():
        yield from _kind(kind, load, told)
    for pk, what in told.broken:
        yield Finding("evidence.states", f"event #{pk}", what)


def unmarked() -> Iterator[str]:
    """Subjects that no event tells of: rows older than this kind of proof, or put in by hand."""
    told = Told()
    told.more()
    for kind, load in loaders().items():
        held = told.marks.get(kind, {})
        yield from (f"{kind}:{state.key}" for state in load(None) if state.key not in held)


def _kind(kind: str, load: Loader, told: Told) -> Iterator[Finding]:
    marks = told.marks.setdefault(kind, {})
    suspect, seen = [], set()
    for state in load(None):
        seen.add(state.key)
        mark = marks.get(state.key)
        if mark is None or mark.digest != rules.digest(mark.salt, state.value):
            suspect.append(state.key)
    suspect += [key for key in marks if key not in seen]
    yield from _confirmed(kind, load, told, suspect)


def _confirmed(kind: str, load: Loader, told: Told, suspect: list[str]) -> Iterator[Finding]:
    found: list[tuple[str, str]] = []
    for _ in range(TRIES if suspect else 0):
        found = _faults(kind, load, told, suspect)
        if not told.more():
            break
    else:
        found = _faults(kind, load, told, suspect)
    strangers = 0
    for shown, what in found:
        strangers += what == STRANGER
        if what != STRANGER or strangers <= TOLD:
            yield Finding(kind, shown, what)
    if strangers > TOLD:
        yield Finding(kind, "…", f"另有 {strangers - TOLD} 行没有事件记载")


STRANGER = "没有事件记载这一行：自行插入，或早于本项校验（见 evidence adopt）"


def _faults(kind: str, load: Loader, told: Told, suspect: list[str]) -> list[tuple[str, str]]:
    marks = told.marks[kind]
    wanted = set(suspect)
    rows = load(suspect if len(suspect) <= PAGE else None)
    held = {state.key: state for state in rows if state.key in wanted}
    found = []
    for key in suspect:
        mark, state = marks.get(key), held.get(key)
        if state is None:
            if mark:
                found.append((key, f"与事件 #{mark.event} 所记不符：已被删除或改回未定状态"))
        elif mark is None:
            found.append((state.shown, STRANGER))
        elif mark.digest != rules.digest(mark.salt, state.value):
            found.append((state.shown, f"与最近一次事件（#{mark.event}）所记不符：被改动"))
    return found
