"""The whole tree of a day as one Arrow table, for roll-ups."""

from collections.abc import Collection, Iterable
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..models import Place, PlaceParent, on_day
from ..terms import RUNGS, Tree
from .infos import NoSuchPlace
from .memory import remembered
from .tree import edition

SCHEMA = pa.schema(
    [("place", pa.int64()), ("level", pa.int8()), *((rung.value, pa.int64()) for rung in RUNGS)]
)


def hierarchy(*, on: date, tree: str = Tree.CODE, under: int | None = None) -> pa.Table:
    """One row a place valid that day, ordered by id: `place, level, province, city, county, town,
    village`.

    A rung is the place's ancestor of that level or itself; null where the rung is skipped (towns
    straight
    under a city) or lies below. `under` keeps a place and everything below it. Do not change the
    table.
    """
    day = edition(on, tree)
    whole: pa.Table = remembered(("hierarchy", tree, day), lambda: _hierarchy(day, tree))
    if under is None:
        return whole
    level = Place.objects.filter(pk=under).values_list("level", flat=True).first()
    if level is None:
        raise NoSuchPlace(what=str(under), on=on.isoformat())
    return whole.filter(pc.equal(whole[RUNGS[level - 1].value], under))


def paths(ids: Iterable[int], *, on: date, tree: str = Tree.CODE) -> dict[int, tuple[int, ...]]:
    """What each lies in, from the top, without itself. No query once the tree is in memory."""
    table = hierarchy(on=on, tree=tree)
    known = table["place"].to_numpy()
    found: dict[int, tuple[int, ...]] = {}
    for place in set(ids):
        at = int(np.searchsorted(known, place))
        if at < len(known) and known[at] == place:
            rungs = (table[rung.value][at].as_py() for rung in RUNGS)
            found[place] = tuple(one for one in rungs if one and one != place)
    return found


def levels(ids: Collection[int], *, on: date) -> dict[int, int]:
    """From memory, as `paths`; places that were not there that day are left out."""
    tree = hierarchy(on=on)
    rows = tree.filter(pc.is_in(tree["place"], pa.array(sorted(ids), pa.int64())))
    return dict(zip(rows["place"].to_pylist(), rows["level"].to_pylist(), strict=True))


def _hierarchy(on: date, tree: str) -> pa.Table:
    """Level by level, all places of a level at once: a process that starts is not kept waiting."""
    rows = PlaceParent.objects.filter(on_day(on), tree=tree).order_by("place_id")
    found = rows.values_list("place_id", "parent_id", "place__level")
    table = np.array([(place, parent or 0, level) for place, parent, level in found], np.int64)
    if not len(table):
        return SCHEMA.empty_table()
    places, parents, levels = table.T
    above = np.searchsorted(places, parents)
    rungs = np.zeros((len(places), len(RUNGS)), np.int64)
    for level in np.unique(levels):
        here = np.flatnonzero(levels == level)
        below = here[parents[here] > 0]
        rungs[below, : level - 1] = rungs[above[below], : level - 1]
        rungs[here, level - 1] = places[here]
    columns = [pa.array(places), pa.array(levels.astype(np.int8))]
    columns += [pa.array(rung, mask=rung == 0) for rung in rungs.T]
    return pa.Table.from_arrays(columns, schema=SCHEMA)
