"""The expressions that read rows for a roll-up: rows to homes, and the values of villages."""

import ibis
import ibis.expr.types as ir

from ..terms import Quality
from . import scan
from .trees import VILLAGE


def added_up(sources: tuple[str, ...], texts: bool) -> ir.Table:
    """Sum, average, count: the telescoped sum and number of the newest values.

    `texts`: some elements are no numbers, so their column is read as well.
    """
    parts = [_grouped(name, texts) for name in sources]
    if len(parts) == 1:
        return parts[0]
    both = ibis.union(*parts).group_by("home", "element")
    return both.agg(
        total=lambda t: t["total"].sum(),
        reported=lambda t: t["reported"].sum(),
    )


def _grouped(name: str, texts: bool) -> ir.Table:
    rows = scan.table(name).join(_homes(), "place")
    rows = rows.filter(rows["subject"] == 0)
    is_lean = name.startswith("lean")
    value, prior = rows["value"], rows["prior"]
    total = value.sum()
    has = value.count() if not texts else (value.notnull() | rows["text"].notnull()).sum()
    if not is_lean:
        zero = ibis.literal(0).cast("decimal(38, 6)")
        total = ibis.coalesce(total, zero) - ibis.coalesce(prior.sum(), zero)
        has = has - rows["prior_present"].sum()
    return rows.group_by("home", "element").agg(total=total, reported=has)


def picked(sources: tuple[str, ...]) -> ir.Table:
    """Smallest, largest, latest."""
    rows = scan.newest(sources).join(_homes(), "place")
    rows = rows.filter((rows["subject"] == 0) & (rows["value"].notnull() | rows["text"].notnull()))
    return rows.group_by("home", "element").agg(
        low=rows["value"].min(),
        high=rows["value"].max(),
        last=rows["value"].argmax(rows["at"]),
        at=rows["at"].max(),
        reported=rows.count(),
        estimated=_guessed(rows).sum(),
    )


def own_values(sources: tuple[str, ...]) -> ir.Table:
    """The villages asked for, each with every element; what was said about them."""
    villages = ibis.table({"place": "int64", "open": "boolean"}, name="villages")
    matrix = _allowed(villages.cross_join(_asked()))
    rows = scan.newest(sources)
    rows = rows.filter(rows["subject"] == 0).select("place", "element", "value", "text", "quality")
    found = matrix.left_join(rows, ["place", "element"])
    has = (found["value"].notnull() | found["text"].notnull()).cast("int64")
    return found.select(
        place=found["place"],
        level=ibis.literal(VILLAGE).cast("int8"),
        element=found["element"],
        value=found["value"].cast("decimal(38, 6)"),
        text=found["text"],
        reported=has,
        expected=ibis.literal(1).cast("int32"),
        estimated=ibis.coalesce(_guessed(found), 0) * has,
    )


def guessed(sources: tuple[str, ...]) -> ir.Table:
    """Which of these keys of places hold an estimate now. Needs `keys` (place, element)."""
    rows = scan.newest(sources).semi_join(_keys(), ["place", "element"])
    rows = rows.filter((rows["subject"] == 0) & (_guessed(rows) == 1))
    rows = rows.filter(rows["value"].notnull() | rows["text"].notnull())
    return rows.join(_homes(), "place").select("home", "element")


def _allowed(matrix: ir.Table) -> ir.Table:
    """A place out of reach shows its public elements."""
    return matrix.filter(matrix["open"] | matrix["is_public"])


def _asked() -> ir.Table:
    return ibis.table({"element": "int32", "is_public": "boolean"}, name="asked")


def _homes() -> ir.Table:
    return ibis.table({"place": "int64", "home": "int32"}, name="homes")


def _keys() -> ir.Table:
    return ibis.table({"place": "int64", "element": "int32"}, name="keys")


def _guessed(rows: ir.Table) -> ir.IntegerColumn:
    return (rows["quality"] == int(Quality.ESTIMATED)).cast("int64")
