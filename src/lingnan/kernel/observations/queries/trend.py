"""One place over several periods."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import pyarrow as pa

from lingnan.base.actors import Actor, merge
from lingnan.base.periods import Period

from ..terms import ElementInfo
from .assembly import Derived, unfold
from .dense import RESULT
from .elements import PUBLIC, elements
from .rollup import ids_of, rolled
from .trees import tree_tables
from .view import View, view
from .visible import AsOf, Wanted, one_look, seq_of

TREND = RESULT.append(pa.field("period", pa.int32()))
Views = dict[int, View]


def trend(
    wanted: Sequence[int | str | ElementInfo],
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
    asked, seq = elements(wanted, to=to), seq_of(as_of)
    derived = unfold(asked, to)
    views = _views(derived, place, periods, tree, tree_on, to)
    parts = [TREND.empty_table()]
    with one_look(_wanted(derived, views), seq):
        for period, seen in views.items():
            found = rolled(asked, derived, seen, period, seq)
            numbers = pa.repeat(pa.scalar(period, pa.int32()), len(found))
            parts.append(found.append_column(TREND.field("period"), numbers))
    return pa.concat_tables(parts)


@contextmanager
def look(
    wanted: Sequence[int | str | ElementInfo],
    place: int,
    periods: Sequence[int],
    *,
    as_of: AsOf = None,
    to: Actor,
) -> Iterator[None]:
    """Roll-ups and trends inside, of these at the place and below it, see the same moment; looked up
    once."""
    derived = unfold(elements(wanted, to=to), to)
    with one_look(_wanted(derived, _views(derived, place, periods, "code", None, to)), as_of):
        yield


def _views(
    derived: Derived,
    place: int,
    periods: Sequence[int],
    tree: str,
    tree_on: date | None,
    to: Actor,
) -> Views:
    """By period; those in whose tree the place is not are left out."""
    found: Views = {}
    public = any(e.label == PUBLIC for e in derived.plain)
    for period in periods:
        end = Period.from_code(period).end
        tables = tree_tables(tree_on or end, tree)
        level = tables.level_of(place)
        if level is not None:
            found[period] = view(
                tables, (tree_on or end, end), levels=frozenset([level]), under=place,
                public=public, to=to,
            )  # fmt: skip
    return found


def _wanted(derived: Derived, views: Views) -> Wanted:
    runs = [seen.ranges for seen in views.values()]
    ranges = merge(one for held in runs for one in held) if all(runs) else ()
    return Wanted(tuple(views), ids_of(derived.plain), ranges)
