"""One place over several periods."""

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from lingnan.base.actors import Actor
from lingnan.base.periods import Period

from .dense import RESULT
from .rollup import rollup
from .trees import tree_tables
from .visible import AsOf, seq_of

TREND = RESULT.append(pa.field("period", pa.int32()))


def trend(
    wanted: Sequence[int | str],
    place: int,
    periods: Sequence[int],
    *,
    tree: str = "code",
    tree_on: date | None = None,
    as_of: AsOf = None,
    to: Actor,
) -> pa.Table:
    """A roll-up of one place for each period, with a column `period`, in the order asked.

    Each period on its own tree, so that a county that was split shows its break; `tree_on` restates
    them all on the tree of that day. Periods in whose tree the place is not have no rows.
    """
    seq = seq_of(as_of)
    parts = [TREND.empty_table()]
    for period in periods:
        level = tree_tables(tree_on or Period.from_code(period).end, tree).level_of(place)
        if level is None:
            continue
        found = rollup(
            wanted, period, level=level, under=place, tree=tree, tree_on=tree_on, as_of=seq, to=to
        )
        numbers = pa.repeat(pa.scalar(period, pa.int32()), len(found))
        parts.append(found.append_column(TREND.field("period"), numbers))
    return pa.concat_tables(parts)
