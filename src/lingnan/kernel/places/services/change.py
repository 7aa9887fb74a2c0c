"""Splits, merges, renames, transfers: each closes rows on a day and opens new ones."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.kernel.evidence import services as evidence

from ..models import PlaceCode, PlaceName, PlaceParent, on_day
from ..queries.infos import NoSuchPlace, infos
from ..queries.tree import descendants
from ..rules import codes
from ..terms import (
    NO_DOCUMENT,
    ChangeKind,
    Part,
    PlaceEstablished,
    PlaceInfo,
    PlaceRenamed,
    PlacesMerged,
    PlaceSplit,
    PlaceTransferred,
    Tree,
    TreeChanged,
    Why,
    place_subject,
)
from . import deeds
from .deeds import Deed, WrongLevel

BOTH = (Tree.CODE, Tree.GOVERNED)


class NothingToChange(Refused):
    code = "places.nothing_to_change"
    tell = "没有要变更的内容。"


class LeftBehind(Refused):
    code = "places.left_behind"
    tell = "{name} 撤销后，仍有 {count} 个下级没有归属：{some}。"


class NotChild(Refused):
    code = "places.not_child"
    tell = "{child} 在 {on} 不是 {name} 的直接下级。"


@transaction.atomic
def split_place(
    place_id: int,
    parts: Sequence[Part],
    *,
    keep: bool = True,
    on: date,
    why: Why = NO_DOCUMENT,
    by: Actor,
    at: datetime,
) -> tuple[int, ...]:
    """New places of the same level out of one; each takes the children it names. Returns their ids.

    `keep`: the old place goes on with what is left; otherwise it ends and nothing may be left
    behind.
    """
    deed = deeds.begin(ChangeKind.SPLIT, on, why, by, at)
    old = deeds.living([place_id], on)[0]
    _check_parts(old, parts, keep, on)
    parents = _parents(place_id, on)
    made = []
    for part in parts:
        if not keep and part.code and codes.stored(part.code, part.scheme) == old.code:
            deeds.close(PlaceCode.objects.filter(place_id=place_id, scheme=part.scheme), deed)
        fresh = deeds.make(part, old.level, parents, deed)
        deeds.adopt(place_id, fresh, deed, only=part.children)
        deeds.keep_lineage(deed, old, fresh)
        made.append(fresh)
    touched = {place_id, *(m.id for m in made), *(c for part in parts for c in part.children)}
    if not keep:
        _nothing_left(old, on)
        deeds.end(place_id, deed)
    deeds.reclose(touched, deed)
    ids = tuple(m.id for m in made)
    _announce(PlaceSplit(old=place_id, new=ids, kept=keep, **_envelope(old, deed)), deed)
    return ids


@transaction.atomic
def merge_places(
    ids: Sequence[int],
    into: int | Part,
    *,
    on: date,
    why: Why = NO_DOCUMENT,
    by: Actor,
    at: datetime,
) -> int:
    """These end, and what hung under them hangs under `into`: a place that goes on, or a new one.

    A new one hangs where the first of them hung. Returns its id.
    """
    deed = deeds.begin(ChangeKind.MERGE, on, why, by, at)
    ended = deeds.living(list(dict.fromkeys(ids)), on)
    if not ended or into in ids:
        raise NothingToChange()
    parents = _parents(ended[0].id, on)
    if isinstance(into, Part):
        for old in ended:
            if old.code and old.code == _stored(into):
                deeds.close(PlaceCode.objects.filter(place_id=old.id, scheme=into.scheme), deed)
        target = deeds.make(into, ended[0].level, parents, deed)
    else:
        target = deeds.living([into], on)[0]
    moved: set[int] = set()
    for old in ended:
        if old.level != target.level:
            raise WrongLevel(child=old.name, low=old.level, parent=target.name, high=target.level)
        moved |= deeds.adopt(old.id, target, deed)
        deeds.end(old.id, deed)
        deeds.keep_lineage(deed, old, target)
    deeds.reclose({target.id, *moved, *(old.id for old in ended)}, deed)
    event = PlacesMerged(
        old=tuple(old.id for old in ended), new=target.id, **_envelope(target, deed)
    )
    _announce(event, deed)
    return target.id


@transaction.atomic
def rename_place(
    place_id: int,
    *,
    name: str = "",
    code: str = "",
    on: date,
    why: Why = NO_DOCUMENT,
    by: Actor,
    at: datetime,
) -> None:
    """The same place under another name or statistical code (which also tells its kind) from the
    day on.

    With a new code the codes below that begin with the old digits change with it, in both schemes.
    """
    deed = deeds.begin(ChangeKind.RENAME, on, why, by, at)
    old = deeds.living([place_id], on)[0]
    recoded = bool(code) and codes.full(code) != old.codes.get("nbs")
    called = _called(old, name, code if recoded else "")
    if called == (old.name, old.kind) and not recoded:
        raise NothingToChange()
    if called != (old.name, old.kind):
        deeds.close(PlaceName.objects.filter(place_id=place_id, lang="zh-hans"), deed)
        deeds.write_name(place_id, *called, deed)
    if recoded:
        _recode(old, codes.full(code), deed)
    new = infos([place_id], on=on)[0]
    deeds.keep_lineage(deed, old, new)
    deeds.reclose((), deed)
    event = PlaceRenamed(
        renamed=place_id, old_code=old.code, new_code=new.code, **_envelope(old, deed)
    )
    _announce(event, deed)


@transaction.atomic
def transfer_place(
    place_id: int,
    parent_id: int,
    *,
    trees: Collection[str] = BOTH,
    on: date,
    why: Why = NO_DOCUMENT,
    by: Actor,
    at: datetime,
) -> None:
    """From the day on the place and all below it hang under another parent, in the trees named."""
    deed = deeds.begin(ChangeKind.TRANSFER, on, why, by, at)
    moved, parent = deeds.living([place_id, parent_id], on)
    before = _parents(place_id, on)
    changing = [tree for tree in trees if tree in before and before[tree] != parent_id]
    if not changing:
        raise NothingToChange()
    for tree in changing:
        _stands(parent, tree, on)
        deeds.hang([place_id], parent, tree, deed)
    deeds.keep_lineage(deed, moved, moved)
    deeds.reclose({place_id}, deed)
    event = PlaceTransferred(
        moved=place_id,
        trees=tuple(changing),
        old_parent=before[changing[0]],
        new_parent=parent_id,
        **_envelope(moved, deed),
    )
    _announce(event, deed)


@transaction.atomic
def establish_place(
    part: Part,
    parent_id: int,
    *,
    trees: Collection[str] = BOTH,
    on: date,
    why: Why = NO_DOCUMENT,
    by: Actor,
    at: datetime,
) -> int:
    """A place out of nothing, such as a zone; the children it names are moved under it in the same
    trees.
    """
    deed = deeds.begin(ChangeKind.ESTABLISH, on, why, by, at)
    parent = deeds.living([parent_id], on)[0]
    level = part.level or parent.level + 1
    if not parent.level < level <= 5:
        raise WrongLevel(child=part.name, low=level, parent=parent.name, high=parent.level)
    for tree in trees:
        _stands(parent, tree, on)
    made = deeds.make(part, level, dict.fromkeys(trees, parent_id), deed)
    for tree in trees:
        deeds.hang(part.children, made, tree, deed)
    deeds.reclose({made.id, *part.children}, deed)
    event = PlaceEstablished(
        established=made.id, trees=tuple(trees), parent=parent_id, **_envelope(made, deed)
    )
    _announce(event, deed)
    return made.id


def _check_parts(old: PlaceInfo, parts: Sequence[Part], keep: bool, on: date) -> None:
    """Raises NothingToChange, NotChild, or Invalid for a name or code that cannot be, or a child
    named twice.
    """
    if not parts:
        raise NothingToChange()
    _check_names(old, parts, keep, on)
    wanted = [child for part in parts for child in part.children]
    below = _children(old.id, on)
    for child in wanted:
        if child not in below:
            raise NotChild(child=_shown(child, on), name=old.name, on=on.isoformat())
    twice = sorted({child for child in wanted if wanted.count(child) > 1})
    if twice:
        raise Invalid(
            problems=[
                Problem("children", "{child} 只能归入一个新区划。", (("child", _shown(c, on)),))
                for c in twice
            ]
        )


def _check_names(old: PlaceInfo, parts: Sequence[Part], keep: bool, on: date) -> None:
    """Brothers and sisters of one level have different names; Invalid names the part."""
    beside = {name for parent in _parents(old.id, on).values() for name in _below(parent, old, on)}
    if not keep:
        beside.discard(old.name)
    problems = []
    for number, part in enumerate(parts, start=1):
        shown = part.name or f"第 {number} 个"
        if not part.name.strip():
            problems.append(Problem("parts", "第 {n} 个新区划没有名称。", (("n", number),)))
        elif part.name in beside:
            tell = "同一上级之下已经有“{name}”，请换一个名称。"
            problems.append(Problem("parts", tell, (("name", part.name),)))
        beside.add(part.name)
        problems += deeds.code_faults(part, old.level, shown)
    if problems:
        raise Invalid(problems=problems)


def _below(parent: int | None, old: PlaceInfo, on: date) -> set[str]:
    if parent is None:
        return set()
    return {
        one.name for one in infos(sorted(_children(parent, on)), on=on) if one.level == old.level
    }


def _shown(place_id: int, on: date) -> str:
    found = infos([place_id], on=on)
    return f"{found[0].code} {found[0].name}".strip() if found else str(place_id)


def _children(place_id: int, on: date) -> set[int]:
    """In either tree."""
    rows = PlaceParent.objects.filter(on_day(on), parent_id=place_id)
    return set(rows.values_list("place_id", flat=True))


def _parents(place_id: int, on: date) -> dict[str, Any]:
    rows = PlaceParent.objects.filter(on_day(on), place_id=place_id)
    return dict(rows.values_list("tree", "parent_id"))


def _stands(parent: PlaceInfo, tree: str, on: date) -> None:
    """A zone outside the code tree cannot hold others in it."""
    if tree not in _parents(parent.id, on):
        raise NoSuchPlace(what=f"{parent.name}（{tree}）", on=on.isoformat())


def _nothing_left(old: PlaceInfo, on: date) -> None:
    left = infos(sorted(_children(old.id, on)), on=on)
    if left:
        some = "、".join(info.name for info in left[:5])
        raise LeftBehind(name=old.name, count=len(left), some=some)


def _stored(part: Part) -> str:
    return codes.stored(part.code, part.scheme) if part.code else ""


def _called(old: PlaceInfo, name: str, code: str) -> tuple[str, str]:
    """Name and kind: 市 becomes 区 with the name, a town a street with the digits of the code."""
    called = name or old.name
    if old.level == 3 and "nbs" in old.codes:
        return called, codes.kind_of(code or old.code, old.level, called)
    return called, codes.kind_of(codes.full(code), old.level, called) if code else old.kind


def _recode(old: PlaceInfo, code: str, deed: Deed) -> None:
    """The place and everything below it whose code begins with the old digits."""
    below = [info.id for info in descendants(old.id, on=deed.on)]
    for scheme in ("nbs", "mca"):
        if scheme not in old.codes:
            continue
        before, after = old.codes[scheme], codes.stored(code, scheme)
        held = PlaceCode.objects.filter(
            on_day(deed.on),
            scheme=scheme,
            place_id__in=[old.id, *below],
            code__startswith=codes.significant(before),
        )
        renumbered = {
            place_id: codes.stored(codes.recoded(given, before, after), scheme)
            for place_id, given in held.values_list("place_id", "code")
        }
        renumbered[old.id] = after
        deeds.close(PlaceCode.objects.filter(scheme=scheme, place_id__in=list(renumbered)), deed)
        deeds.write_codes(renumbered, scheme, deed)


def _envelope(it: PlaceInfo, deed: Deed) -> dict[str, Any]:
    return {
        "subject": place_subject(it.uuid),
        "change": deed.change.pk,
        "effective": deed.on,
        "document": deed.change.document,
        "verified": deed.change.verified,
    }


def _announce(event: TreeChanged, deed: Deed) -> None:
    evidence.record(event, by=deed.by, at=deed.at, also=deeds.touched(deed))
