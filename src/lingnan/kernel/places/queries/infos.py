"""One place, or many at once, as they stood on a day."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db.models import Q

from lingnan.base.actors import runs
from lingnan.base.errors import NotFound
from lingnan.base.ids import parse_uuid

from ..models import Place, PlaceCode, PlaceName, PlaceParent, on_day
from ..rules import codes
from ..rules.latin import latin
from ..terms import PlaceInfo, Tree

FEW_IDS, FEW_RUNS = 200, 100
CHUNK = 10_000


class NoSuchPlace(NotFound):
    code = "places.no_such_place"
    tell = "{on} 没有这个区划：{what}"


def place(place_id: int, *, on: date, tree: str = Tree.CODE) -> PlaceInfo:
    """Raises NoSuchPlace when there is none with that id on that day."""
    found = infos([place_id], on=on, tree=tree)
    if not found:
        raise NoSuchPlace(what=str(place_id), on=on.isoformat())
    return found[0]


def by_code(code: str, *, on: date, scheme: str = "nbs") -> PlaceInfo:
    """The place that had that code on that day; nbs and mca codes with 6, 9 or 12 digits."""
    try:
        wanted = codes.stored(code, scheme)
    except ValueError:
        raise NoSuchPlace(what=code, on=on.isoformat()) from None
    held = PlaceCode.objects.filter(on_day(on), scheme=scheme, code=wanted)
    place_id = held.values_list("place_id", flat=True).first()
    if place_id is None:
        raise NoSuchPlace(what=code, on=on.isoformat())
    return place(place_id, on=on)


def by_codes(wanted: Iterable[str], *, on: date, scheme: str = "nbs") -> dict[str, int]:
    """Place ids by code as given, for imports: one query a chunk; codes nobody had that day are
    left out.
    """
    asked: dict[str, str] = {}
    for code in wanted:
        try:
            asked[code] = codes.stored(code, scheme)
        except ValueError:
            continue
    values = sorted(set(asked.values()))
    held: dict[str, int] = {}
    for start in range(0, len(values), CHUNK):
        rows = PlaceCode.objects.filter(
            on_day(on), scheme=scheme, code__in=values[start : start + CHUNK]
        )
        held.update(rows.values_list("code", "place_id"))
    return {code: held[value] for code, value in asked.items() if value in held}


def by_uuid(uuid: str, *, on: date) -> PlaceInfo:
    """Raises NoSuchPlace; a text that is no UUID is one that does not exist."""
    place_id = Place.objects.filter(uuid=parse_uuid(uuid)).values_list("pk", flat=True).first()
    if place_id is None:
        raise NoSuchPlace(what=uuid, on=on.isoformat())
    return place(place_id, on=on)


def uuids(ids: Collection[int]) -> dict[int, str]:
    rows = Place.objects.filter(among(ids, "id")).values_list("id", "uuid")
    return {number: str(uuid) for number, uuid in rows}


def by_uuids(keys: Iterable[str]) -> dict[str, int]:
    """Ids by uuid; those nobody has are left out."""
    wanted = [parse_uuid(key) for key in keys]
    return {str(u): pk for u, pk in Place.objects.filter(uuid__in=wanted).values_list("uuid", "id")}


def names(ids: Collection[int], *, on: date, lang: str = "zh-hans") -> dict[int, str]:
    """Names in that language; in English and Portuguese the pinyin where there is no other, else
    Chinese.
    """
    rows = PlaceName.objects.filter(on_day(on), among(ids, "place_id"), lang__in={lang, "zh-hans"})
    found: dict[int, str] = {}
    for place_id, spoken, name, sound in rows.values_list("place_id", "lang", "name", "pinyin"):
        if spoken == lang or place_id not in found:
            found[place_id] = name if spoken == lang else latin(name, sound, lang)
    return found


def among(ids: Collection[int], field: str) -> Q:
    """These ids as a condition: few runs become BETWEENs, so that a whole province is one short
    query.
    """
    held = runs(ids) if len(ids) > FEW_IDS else ()
    if not 0 < len(held) <= FEW_RUNS:
        return Q(**{f"{field}__in": list(ids)})
    condition = Q(pk__in=[])
    for low, high in held:
        condition |= Q(**{f"{field}__gte": low, f"{field}__lte": high})
    return condition


def infos(ids: Sequence[int], *, on: date, tree: str = Tree.CODE) -> list[PlaceInfo]:
    """In the order of `ids`; places that did not exist that day are left out. Four queries for any
    number.
    """
    if not ids:
        return []
    columns = ("place_id", "kind", "name", "uuid", "level", "valid_from", "valid_to")
    held = PlaceName.objects.filter(on_day(on), among(ids, "place_id"), lang="zh-hans")
    named = {
        row[0]: row[1:]
        for row in held.values_list(*columns[:3], *(f"place__{name}" for name in columns[3:]))
    }
    coded: dict[int, dict[str, str]] = {}
    rows = PlaceCode.objects.filter(on_day(on), among(ids, "place_id"))
    for place_id, scheme, code in rows.values_list("place_id", "scheme", "code"):
        coded.setdefault(place_id, {})[scheme] = code
    parents = _parents(ids, on, tree)
    return [
        PlaceInfo(
            id=number,
            uuid=str(uuid),
            level=level,
            kind=kind,
            name=name,
            codes=coded.get(number, {}),
            parent=parents.get(number),
            valid_from=start,
            valid_to=end,
        )
        for number in ids
        if number in named
        for kind, name, uuid, level, start, end in (named[number],)
    ]


def _parents(ids: Collection[int], on: date, tree: str) -> dict[int, int | None]:
    """In the tree asked; a zone that does not stand in it is told with its parent in the other."""
    rows = PlaceParent.objects.filter(on_day(on), among(ids, "place_id"))
    found: dict[int, int | None] = {}
    for place_id, of_tree, parent in rows.values_list("place_id", "tree", "parent_id"):
        if of_tree == tree or place_id not in found:
            found[place_id] = parent
    return found
