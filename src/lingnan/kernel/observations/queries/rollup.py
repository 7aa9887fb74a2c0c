"""Values of a period added up over places: town, county, city, province; a village has its own.

One pass over the rows groups them by what stands straight above them (mostly towns); that small
table then climbs the tree in memory. Sums and counts telescope over corrections, so nothing is
de-duplicated; the smallest, largest and latest need the newest of each key.
"""

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from lingnan.base.actors import Actor
from lingnan.base.periods import Period

from ..terms import ElementInfo
from . import groups, scan
from .assembly import Derived, assemble, unfold
from .dense import EXTREMES, RESULT, added_up, chosen
from .elements import PUBLIC, elements
from .sums import sums
from .trees import tree_tables
from .view import View, view
from .visible import AsOf, Wanted, one_look


def rollup(  # noqa: PLR0913 - each is a question of its own
    wanted: Sequence[int | str | ElementInfo],
    period: int,
    *,
    level: int | Sequence[int] | None = None,
    under: int | None = None,
    tree: str = "code",
    tree_on: date | None = None,
    as_of: AsOf = None,
    to: Actor,
) -> pa.Table:
    """Columns place, level, element, value, text, reported, expected, estimated; a row a place ×
    element, unordered.

    `value` is null where nothing was reported or the element does not add up; `reported` counts the
    places with a value, `estimated` of them hold an estimate, `expected` those of the reporting
    level. `level` None: all five (villages and their texts are many rows). `under`: that place and
    all below it. `tree_on`: restated on the tree of that day; None: the tree at the period's end. A
    place out of reach shows public elements only. Raises NoSuchElement, SecretElement.
    """
    asked = elements(wanted, to=to)
    derived = unfold(asked, to)
    end = Period.from_code(period).end
    seen = view(
        tree_tables(tree_on or end, tree),
        (tree_on or end, end),
        levels=frozenset([level] if isinstance(level, int) else level or range(1, 6)),
        under=under,
        public=any(e.label == PUBLIC for e in derived.plain),
        to=to,
    )
    return rolled(asked, derived, seen, period, as_of)


def rolled(
    asked: Sequence[ElementInfo], derived: Derived, seen: View, period: int, as_of: AsOf
) -> pa.Table:
    """What is visible is looked up once for all it reads."""
    with one_look(Wanted((period,), ids_of(derived.plain), seen.ranges), as_of):
        parts = [
            *_upper(derived.plain, seen, period, as_of),
            *_villages(derived.plain, seen, period, as_of),
        ]
    return assemble(parts, derived, asked)


def _upper(plain: Sequence[ElementInfo], seen: View, period: int, as_of: AsOf) -> list[pa.Table]:
    added = [e for e in plain if e.over_places not in EXTREMES]
    picked = [e for e in plain if e.over_places in EXTREMES]
    found = []
    if added and len(seen.nodes):
        texts = any(not e.type.is_numeric for e in added)
        wanted = Wanted((period,), ids_of(added), seen.ranges)
        found.append(added_up(sums(wanted, as_of, seen.tree, texts=texts), added, seen))
    if picked and len(seen.nodes):
        wanted = Wanted((period,), ids_of(picked), seen.ranges)
        base = scan.read(
            wanted,
            as_of,
            groups.picked,
            (),
            lambda now: {"homes": seen.tree.homes, "orders": scan.orders(now)},
        )
        found.append(chosen(base, picked, seen))
    return found


def _villages(plain: Sequence[ElementInfo], seen: View, period: int, as_of: AsOf) -> list[pa.Table]:
    if not (plain and len(seen.villages)):
        return []
    asked = pa.table(
        {
            "element": pa.array([e.id for e in plain], pa.int32()),
            "is_public": pa.array([e.label == PUBLIC for e in plain]),
        }
    )
    villages = pa.table({"place": seen.villages, "open": seen.open_villages})
    wanted = Wanted((period,), ids_of(plain), seen.ranges)
    found = scan.read(
        wanted,
        as_of,
        groups.own_values,
        (),
        lambda now: {"asked": asked, "villages": villages, "orders": scan.orders(now)},
    )
    return [found.cast(RESULT)]


def ids_of(group: Sequence[ElementInfo]) -> tuple[int, ...]:
    return tuple(sorted(e.id for e in group))
