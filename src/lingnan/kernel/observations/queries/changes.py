"""What a period's figures below one place were, and became: every value that stood, with when."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lingnan.base.actors import Actor
from lingnan.base.periods import Period

from ..models import PeriodHead
from ..rules.rows import DECIMAL
from ..terms import Effect
from . import scan
from .elements import elements
from .trees import TreeTables, tree_tables
from .view import view
from .visible import Wanted

CHANGES = pa.schema(
    [
        ("place", pa.int64()),
        ("home", pa.int64()),
        ("element", pa.int32()),
        ("value", DECIMAL),
        ("at", pa.int64()),
    ]
)


def changes(wanted: Sequence[int | str], period: int, *, under: int, to: Actor) -> pa.Table:
    """Shaped like `CHANGES`, in the order in which they came to stand; only of places within reach.

    `home` is the place straight above a village, and of an upper place itself: the sum to which the
    value is added first. `at` is the evidence position, or something greater until there is one.
    Raises NoSuchElement, SecretElement.
    """
    asked = elements(wanted, to=to)
    end = Period.from_code(period).end
    tree = tree_tables(end, "code")
    seen = view(tree, (end, end), levels=frozenset(range(1, 6)), under=under, public=False, to=to)
    if not asked or not len(seen.nodes) + len(seen.villages):
        return CHANGES.empty_table()
    look = Wanted((period,), tuple(e.id for e in asked), seen.ranges)
    table = scan.read(
        look, None, scan.versions, (), lambda now: {"orders": scan.orders(now)}, every=True
    )
    stood = pc.and_(pc.equal(table["effect"], int(Effect.CURRENT)), pc.equal(table["subject"], 0))
    table = table.filter(stood).sort_by([("at", "ascending"), ("n", "ascending")])
    return _with_homes(table, tree, under)


def touched(periods: Sequence[int]) -> dict[int, int]:
    """Period → a number that grows whenever anything is said about it. One query."""
    return dict(PeriodHead.objects.filter(period__in=periods).values_list("period", "n"))


def _with_homes(table: pa.Table, tree: TreeTables, under: int) -> pa.Table:
    known, homes = tree.by_place
    place = table["place"].to_numpy()
    if not len(place) or not len(known):
        return CHANGES.empty_table()
    at = np.minimum(np.searchsorted(known, place), len(known) - 1)
    home = tree.nodes[homes[at] % len(tree.nodes)]
    below = tree.places[tree.under(np.array([under]))]
    table = table.append_column("home", pa.array(home, pa.int64()))
    table = table.filter(pa.array((known[at] == place) & np.isin(home, below)))
    return table.select(CHANGES.names).cast(CHANGES)
