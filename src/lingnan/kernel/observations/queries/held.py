"""When anything was said: the periods there are, and of some elements those in which places said them."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from lingnan.base.actors import Actor, Range

from ..models import PeriodHead
from ..terms import Quality
from . import scan
from .elements import elements
from .visible import AsOf, Wanted


def periods_held() -> list[int]:
    """Every period of which anything was ever recorded. One query."""
    return list(PeriodHead.objects.order_by("period").values_list("period", flat=True))


def told_in(
    wanted: Sequence[int | str],
    periods: Sequence[int],
    *,
    ranges: Sequence[Range],
    as_of: AsOf = None,
    to: Actor,
) -> set[tuple[int, int]]:
    """(element, period) of which some place of the ranges said something: where to look, not what was
    said. One pass over the rows. Raises NoSuchElement, SecretElement."""
    asked = elements(wanted, to=to)
    if not asked or not periods or not ranges:
        return set()
    look = Wanted(tuple(periods), tuple(sorted(e.id for e in asked)), tuple(ranges))
    table = scan.read(look, as_of, _told, (), lambda now: {})
    return set(zip(table["element"].to_pylist(), table["period"].to_pylist(), strict=True))


def _told(sources: tuple[str, ...]) -> ir.Table:
    parts = [_pairs(scan.table(name)) for name in sources]
    return (ibis.union(*parts) if len(parts) > 1 else parts[0]).distinct()


def _pairs(rows: ir.Table) -> ir.Table:
    said = (rows["subject"] == 0) & (rows["quality"] != int(Quality.MISSING))
    return rows.filter(said).select("element", "period").distinct()
