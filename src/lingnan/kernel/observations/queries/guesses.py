"""Which values are estimates: said of each value as it was recorded, so that a position in evidence
decides it as it decides the values.

Estimates are few among many. Which keys ever held one is found once a file, by its statistics; only
of those is the newest value looked for.
"""

from collections import OrderedDict
from threading import Lock

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lingnan.base.actors import runs

from ..terms import Quality
from . import engine, groups, scan
from .visible import Visible, Wanted

GUESSED = pa.schema([("home", pa.int32()), ("element", pa.int32())])
KEYS = pa.schema([("place", pa.int64()), ("element", pa.int32()), ("period", pa.int32())])
REMEMBERED = 1_000_000  # keys, about 20 MB
MOST_FILES = 10_000
_ESTIMATED = int(Quality.ESTIMATED)
_MANY = 64  # runs of places named to the engine
_keys: OrderedDict[str, pa.Table] = OrderedDict()
_lock = Lock()


def held(seen: Visible, wanted: Wanted, homes: engine.Kept) -> pa.Table:
    """Home and element of every estimate among the newest values of places."""
    keys = _ever(seen, wanted)
    if not len(keys):
        return GUESSED.empty_table()
    chosen = runs(sorted(set(keys["place"].to_pylist())))
    where = ((chosen[0][0], chosen[-1][1]),) if len(chosen) > _MANY else chosen
    elements = tuple(sorted(set(keys["element"].to_pylist())))
    found = scan.rows(seen, Wanted(wanted.periods, elements, where))
    sources = {**found.sources, "keys": keys, "homes": homes, "orders": scan.orders(seen)}
    return engine.run(groups.guessed, (found.shape,), sources).cast(GUESSED)


def _ever(seen: Visible, wanted: Wanted) -> pa.Table:
    """Keys of which an estimate was ever said; what came after the moment does no harm."""
    parts = [_of_file(file.path) for file in seen.files]
    keys = pa.concat_tables([KEYS.empty_table(), *(one for one in parts if len(one))])
    keys = pa.concat_tables([keys, _chosen(seen.pending)])
    if not len(keys):
        return keys
    keys = keys.filter(pc.is_in(keys["period"], pa.array(wanted.periods, pa.int32())))
    if wanted.elements is not None:
        keys = keys.filter(pc.is_in(keys["element"], pa.array(wanted.elements, pa.int32())))
    return keys.select(["place", "element"]).group_by(["place", "element"]).aggregate([])


def _of_file(path: str) -> pa.Table:
    """A file never changes. Row groups without an estimate are not read."""
    with _lock:
        if path in _keys:
            _keys.move_to_end(path)
            return _keys[path]
    names = [*KEYS.names, "subject", "effect", "quality"]
    only = pc.field("quality") == _ESTIMATED
    table = pq.read_table(path, columns=names, filters=only, partitioning=None)
    found = _chosen(table)
    with _lock:
        _keys[path] = found
        while len(_keys) > MOST_FILES or sum(map(len, _keys.values())) > REMEMBERED:
            _keys.popitem(last=False)
    return found


def _chosen(table: pa.Table) -> pa.Table:
    wanted = pc.and_(pc.equal(table["subject"], 0), pc.equal(table["effect"], 0))
    wanted = pc.and_(wanted, pc.equal(table["quality"], _ESTIMATED))
    return table.filter(wanted).select(KEYS.names).cast(KEYS)
