"""The small steps every change of the trees is made of. All run under the lock and inside the
transaction.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Q

from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.base.ids import uuid7

from ..models import (
    Place,
    PlaceChange,
    PlaceClosure,
    PlaceCode,
    PlaceLineage,
    PlaceName,
    PlaceParent,
    on_day,
)
from ..queries.infos import NoSuchPlace, infos
from ..rules import codes, names, trees
from ..terms import Part, PlaceInfo, Tree, Why, place_subject
from . import store

CHUNK = 5_000


class NotLoaded(Refused):
    code = "places.not_loaded"
    tell = "还没有装载行政区划，请先运行 lingnan places load。"


class ChangeTooEarly(Refused):
    code = "places.change_too_early"
    tell = "{name} 在 {known} 已有变更；{on} 的变更必须晚于它，不能改写已经记下的历史。"


class ChangeKnown(Refused):
    code = "places.change_known"
    tell = "这项变更已经记过了。"


class CodeTaken(Refused):
    code = "places.code_taken"
    tell = "代码 {taken} 在 {on} 已由别的区划使用。"


class WrongLevel(Refused):
    code = "places.wrong_level"
    tell = "上级区划的层级必须高于下级：{child}（{low} 级）不能归 {parent}（{high} 级）管。"


@dataclass(frozen=True)
class Deed:
    """One change being made: its row, its day, who and when."""

    change: PlaceChange
    on: date
    by: Actor
    at: datetime


def begin(kind: str, on: date, why: Why, by: Actor, at: datetime) -> Deed:
    """Takes the lock. Raises NotLoaded; ChangeKnown for a key already used."""
    if store.lock() is None:
        raise NotLoaded()
    if why.key and PlaceChange.objects.filter(key=why.key).exists():
        raise ChangeKnown()
    change = PlaceChange.objects.create(
        key=why.key or None,
        kind=kind,
        effective=on,
        document=why.document,
        source=why.source,
        verified=why.verified,
    )
    return Deed(change, on, by, at)


def living(ids: Sequence[int], on: date) -> list[PlaceInfo]:
    """In the order given. Raises NoSuchPlace unless each is there that day, with no end known."""
    found = {info.id: info for info in infos(ids, on=on)}
    for number in ids:
        if number not in found or found[number].valid_to is not None:
            raise NoSuchPlace(what=_called(number), on=on.isoformat())
    return [found[number] for number in ids]


def _called(place_id: int) -> str:
    """Its last name and code; the number only for what was never there."""
    name = PlaceName.objects.filter(place_id=place_id).order_by("-valid_from").first()
    code = PlaceCode.objects.filter(place_id=place_id).order_by("-valid_from").first()
    return f"{code.code if code else ''} {name.name if name else ''}".strip() or str(place_id)


def close(rows: Any, deed: Deed) -> list[Any]:
    """End the open rows among these on the day; returns them. Raises ChangeTooEarly."""
    ending = list(rows.filter(valid_to__isnull=True).select_related("place"))
    late = next((row for row in ending if row.valid_from >= deed.on), None)
    if late is not None:
        known = infos([late.place_id], on=late.valid_from)
        name = known[0].name if known else str(late.place_id)
        raise ChangeTooEarly(name=name, known=late.valid_from.isoformat(), on=deed.on.isoformat())
    rows.filter(valid_to__isnull=True).update(valid_to=deed.on)
    return ending


def hang(ids: Collection[int], parent: PlaceInfo, tree: str, deed: Deed) -> dict[int, int | None]:
    """From the day on they hang under `parent` in that tree; returns whom they hung under."""
    if not ids:
        return {}
    for child in living(list(ids), deed.on):
        if child.level <= parent.level:
            raise WrongLevel(
                child=child.name, low=child.level, parent=parent.name, high=parent.level
            )
    ended = close(PlaceParent.objects.filter(place_id__in=list(ids), tree=tree), deed)
    PlaceParent.objects.bulk_create(
        PlaceParent(
            place_id=number,
            tree=tree,
            parent_id=parent.id,
            change=deed.change,
            valid_from=deed.on,
        )
        for number in ids
    )
    return {row.place_id: row.parent_id for row in ended}


def adopt(old: int, new: PlaceInfo, deed: Deed, only: Collection[int] | None = None) -> set[int]:
    """Whatever hangs under `old` (only those) hangs under `new` from the day on, in each tree;
    returns them.
    """
    moved: set[int] = set()
    for tree in Tree:
        below = PlaceParent.objects.filter(on_day(deed.on), tree=tree, parent_id=old)
        ids = set(below.values_list("place_id", flat=True))
        ids &= set(only) if only is not None else ids
        hang(ids, new, tree, deed)
        moved |= ids
    return moved


def code_faults(part: Part, level: int, shown: str) -> list[Problem]:
    """What is wrong with the code a new place of that level is to have."""
    if not part.code or part.scheme not in {"nbs", "mca"}:
        return []
    try:
        code = codes.full(part.code)
    except ValueError:
        tell = "{name} 的代码“{code}”不对：应为 2、4、6、9 或 12 位数字。"
    else:
        if codes.level_of(code) == level:
            return []
        tell = "{name} 的代码“{code}”不是 {level} 级区划的代码。"
    params = (("name", shown), ("code", part.code), ("level", level))
    return [Problem("parts", tell, params)]


def make(part: Part, level: int, parents: dict[str, int], deed: Deed) -> PlaceInfo:
    """A new place, in the trees and under the parents given."""
    problems = code_faults(part, level, part.name)
    if not part.name.strip():
        problems.append(Problem("name", "新区划没有名称。"))
    if problems:
        raise Invalid(problems=problems)
    number = (Place.objects.aggregate(top=Max("pk"))["top"] or 0) + 1
    fresh = uuid7(int(deed.at.timestamp() * 1000))
    Place.objects.create(pk=number, uuid=fresh, level=level, valid_from=deed.on)
    code = codes.stored(part.code, part.scheme) if part.code else ""
    kind = part.kind or codes.kind_of(code.ljust(12, "0"), level, part.name)
    write_name(number, part.name, kind, deed)
    if code:
        write_codes({number: code}, part.scheme, deed)
    PlaceParent.objects.bulk_create(
        PlaceParent(
            place_id=number, tree=tree, parent_id=parent, change=deed.change, valid_from=deed.on
        )
        for tree, parent in parents.items()
    )
    return infos([number], on=deed.on)[0]


def write_name(place_id: int, name: str, kind: str, deed: Deed, lang: str = "zh-hans") -> None:
    pinyin, initials = names.pinyin(name)
    PlaceName.objects.create(
        place_id=place_id,
        lang=lang,
        name=name,
        kind=kind,
        pinyin=pinyin,
        initials=initials,
        change=deed.change,
        valid_from=deed.on,
    )


def write_codes(by_place: dict[int, str], scheme: str, deed: Deed) -> None:
    """Raises CodeTaken when somebody else holds one of them on the day."""
    taken = PlaceCode.objects.filter(
        on_day(deed.on), scheme=scheme, code__in=list(by_place.values())
    )
    held = taken.values_list("code", flat=True).first()
    if held is not None:
        raise CodeTaken(taken=held, on=deed.on.isoformat())
    PlaceCode.objects.bulk_create(
        (
            PlaceCode(
                place_id=place_id, scheme=scheme, code=code, change=deed.change, valid_from=deed.on
            )
            for place_id, code in by_place.items()
        ),
        batch_size=CHUNK,
    )


def end(place_id: int, deed: Deed) -> None:
    """The place is no more from the day on."""
    for rows in (PlaceName.objects, PlaceCode.objects, PlaceParent.objects):
        close(rows.filter(place_id=place_id), deed)
    Place.objects.filter(pk=place_id).update(valid_to=deed.on)


def keep_lineage(deed: Deed, old: PlaceInfo, new: PlaceInfo) -> None:
    PlaceLineage.objects.create(
        change=deed.change,
        old_id=old.id,
        new_id=new.id,
        old_code=old.code,
        new_code=new.code,
        old_name=old.name,
        new_name=new.name,
    )


def touched(deed: Deed) -> list[str]:
    """Subjects of every place with a row this change opened or closed."""
    ended, begun = Q(valid_to=deed.on), Q(change=deed.change)
    ids: set[int] = set(
        Place.objects.filter(Q(valid_from=deed.on) | ended).values_list("pk", flat=True)
    )
    for rows in (PlaceName.objects, PlaceCode.objects, PlaceParent.objects):
        ids |= set(rows.filter(begun | ended).values_list("place_id", flat=True))
    ids |= set(PlaceLineage.objects.filter(begun).values_list("old_id", flat=True))
    named: dict[int, UUID] = {}
    for chunk in _chunks(ids):
        named |= dict(Place.objects.filter(pk__in=chunk).values_list("pk", "uuid"))
    return [place_subject(str(named[number])) for number in sorted(named)]


def reclose(touched: Collection[int], deed: Deed) -> None:
    """Bring the closure of these places and all below them in line with their parents, and tell
    every reader.
    """
    for tree in Tree:
        _reclose(tree, touched)
    store.stamp(deed.at)


def _reclose(tree: str, touched: Collection[int]) -> None:
    closed = PlaceClosure.objects.filter(tree=tree)
    below = closed.filter(ancestor_id__in=list(touched)).values_list("descendant_id", flat=True)
    affected = {*touched, *below}
    links, parents = [], set()
    for chunk in _chunks(affected):
        rows = PlaceParent.objects.filter(tree=tree, place_id__in=chunk)
        for place, parent, start, until in rows.values_list(
            "place_id", "parent_id", "valid_from", "valid_to"
        ):
            links.append(trees.Link(place, parent, start, until or trees.FOREVER))
            parents.add(parent)
    known = _closed(tree, parents - affected - {None})
    wanted = {
        (above.ancestor, place, above.depth, above.start): above.end
        for place, rows in trees.closure(links, _spans(known)).items()
        for above in rows
    }
    _bring(tree, _closed(tree, affected), wanted)


Key = tuple[int, int, int, date]  # ancestor, descendant, depth, valid_from


def _closed(tree: str, places: Collection[int]) -> dict[Key, tuple[int, date]]:
    """Closure rows above these places, as they stand: primary key and end."""
    found: dict[Key, tuple[int, date]] = {}
    for chunk in _chunks(places):
        rows = PlaceClosure.objects.filter(tree=tree, descendant_id__in=chunk)
        for pk, *key, until in rows.values_list(
            "pk", "ancestor_id", "descendant_id", "depth", "valid_from", "valid_to"
        ):
            found[tuple(key)] = (pk, until or trees.FOREVER)  # type: ignore[index]
    return found


def _spans(rows: dict[Key, tuple[int, date]]) -> trees.Closure:
    spans: trees.Closure = {}
    for (ancestor, place, depth, start), (_, until) in rows.items():
        spans.setdefault(place, []).append(trees.Above(ancestor, depth, start, until))
    return spans


def _bring(tree: str, held: dict[Key, tuple[int, date]], wanted: dict[Key, date]) -> None:
    """Only what differs is written."""
    ends: dict[date, list[int]] = {}
    for key, until in wanted.items():
        if key in held and held[key][1] != until:
            ends.setdefault(until, []).append(held[key][0])
    gone = [pk for key, (pk, _) in held.items() if key not in wanted]
    for chunk in _chunks(gone):
        PlaceClosure.objects.filter(pk__in=chunk).delete()
    for until, pks in ends.items():
        day = None if until == trees.FOREVER else until
        for chunk in _chunks(pks):
            PlaceClosure.objects.filter(pk__in=chunk).update(valid_to=day)
    columns = ("ancestor_id", "descendant_id", "depth", "valid_from", "valid_to", "tree")
    store.insert(
        PlaceClosure,
        columns,
        (
            (*key, None if until == trees.FOREVER else until, tree)
            for key, until in wanted.items()
            if key not in held
        ),
    )


def _chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    held = list(ids)
    return (held[start : start + CHUNK] for start in range(0, len(held), CHUNK))
