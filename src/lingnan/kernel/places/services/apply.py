"""`apply_changes`: a list of later changes, each made once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, Problem, Refused

from ..models import PlaceChange
from ..queries.infos import by_code
from ..queries.tree import children
from ..rules import files
from ..rules.history import Change
from ..terms import Part, PlaceInfo, Tree, Why
from .change import establish_place, merge_places, rename_place, split_place, transfer_place

Make = Callable[[Change, Why, Actor, datetime], object]


def apply_changes(path: Path, *, by: Actor, at: datetime) -> tuple[int, int]:
    """How many were made, and how many were known already. All or none.

    The columns are those of `content/changes.csv`. Raises Invalid naming the line that cannot be
    made.
    """
    try:
        listed = files.raw_changes(path.read_text(encoding="utf-8-sig"))
    except (ValueError, KeyError, OSError) as wrong:
        raise Invalid(problems=[Problem(str(path), "{what}", (("what", str(wrong)),))]) from wrong
    known = set(PlaceChange.objects.exclude(key=None).values_list("key", flat=True))
    fresh = [c for c in sorted(listed, key=lambda c: (c.effective, c.number)) if c.key not in known]
    with transaction.atomic():
        for change in fresh:
            _make(change, path, by, at)
    return len(fresh), len(listed) - len(fresh)


def _make(change: Change, path: Path, by: Actor, at: datetime) -> None:
    why = Why(
        document=change.document,
        source=change.source,
        verified=change.verified,
        key=change.key,
    )
    try:
        MAKERS[change.kind](change, why, by, at)
    except Refused as no:
        where = f"{path.name}:{change.number + 1}"
        raise Invalid(problems=[Problem(where, "{what}", (("what", no.words()),))]) from no


def _held(key: str, change: Change) -> PlaceInfo:
    """Who had the code the day before."""
    scheme, colon, code = key.partition(":")
    eve = change.effective - timedelta(days=1)
    return by_code(code, on=eve, scheme=scheme) if colon else by_code(key, on=eve)


def _named(change: Change, parent: PlaceInfo, tree: str) -> tuple[int, ...]:
    below = children(parent.id, on=change.effective - timedelta(days=1), tree=tree)
    by_name: dict[str, list[int]] = {}
    for info in below:
        by_name.setdefault(info.name, []).append(info.id)
    wrong = [n for n in change.children if len(by_name.get(n, [])) != 1]
    if wrong:
        raise Refused(
            "{parent} 之下没有（或不止一个）：{names}", parent=parent.name, names="、".join(wrong)
        )
    return tuple(by_name[name][0] for name in change.children)


def _rename(change: Change, why: Why, by: Actor, at: datetime) -> None:
    it = _held(change.old, change)
    rename_place(
        it.id, name=change.new_name, code=change.new, on=change.effective, why=why, by=by, at=at
    )


def _split(change: Change, why: Why, by: Actor, at: datetime) -> None:
    old = _held(change.old, change)
    part = Part(name=change.new_name, code=change.new, children=_named(change, old, Tree.CODE))
    split_place(old.id, [part], on=change.effective, why=why, by=by, at=at)


def _merge(change: Change, why: Why, by: Actor, at: datetime) -> None:
    old, new = _held(change.old, change), _held(change.new, change)
    merge_places([old.id], new.id, on=change.effective, why=why, by=by, at=at)


def _transfer(change: Change, why: Why, by: Actor, at: datetime) -> None:
    old = _held(change.old, change)
    new = _key_on_day(change.new, change)
    tree = change.trees[-1]
    for number, child in enumerate(_named(change, old, tree)):
        once = why if number == 0 else replace(why, key="")
        transfer_place(
            child, new.id, trees=change.trees, on=change.effective, why=once, by=by, at=at
        )


def _establish(change: Change, why: Why, by: Actor, at: datetime) -> None:
    scheme, colon, code = change.new.partition(":")
    part = Part(
        name=change.new_name,
        kind="zone" if scheme == "zone" else "",
        code=code if colon else change.new,
        scheme=scheme if colon else "nbs",
        level=change.level,
    )
    parent = _held(change.old, change)
    establish_place(part, parent.id, trees=change.trees, on=change.effective, why=why, by=by, at=at)


def _key_on_day(key: str, change: Change) -> PlaceInfo:
    """A transfer may go to a place that begins on the same day."""
    scheme, colon, code = key.partition(":")
    return by_code(code if colon else key, on=change.effective, scheme=scheme if colon else "nbs")


MAKERS: dict[str, Make] = {
    "rename": _rename,
    "split": _split,
    "merge": _merge,
    "transfer": _transfer,
    "establish": _establish,
}
