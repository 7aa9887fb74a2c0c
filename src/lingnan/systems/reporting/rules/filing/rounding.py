"""Totals that no longer add up once each cell is rounded (GB/T 8170): told, never adjusted."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from ...terms.filings import FieldInfo
from ...terms.plans import SumInfo
from .figures import Figure, cell_of

ROUNDED = (
    "“{label}”为 {total}，各分项修约后相加为 {parts}，差 {gap} 由 GB/T 8170 修约产生，不作调整。"
)
BROKEN = "“{label}”为 {total}，各分项相加为 {parts}，差 {gap}；分项与合计未核平，照原数列出。"


def rounding_notes(
    fields: Sequence[FieldInfo],
    figures: Mapping[str, Figure],
    sums: Iterable[SumInfo],
    formats: Mapping[str, str],
) -> list[str]:
    """`formats`: field code → the cell's number format, which decides the decimals shown.

    A sum that only the form's shape suggests is spoken of when it holds exactly; one that the bureau
    accepted is also spoken of when it does not.
    """
    known = {field.code: field for field in fields}
    lines = []
    for one in sums:
        members = [known.get(code) for code in (one.total, *one.parts)]
        if one.is_accepted is False or None in members:
            continue
        line = _line([m for m in members if m], figures, formats, accepted=bool(one.is_accepted))
        if line:
            lines.append(line)
    return lines


def _line(
    members: Sequence[FieldInfo],
    figures: Mapping[str, Figure],
    formats: Mapping[str, str],
    *,
    accepted: bool,
) -> str:
    exact = [figures.get(m.code, Figure()).value for m in members]
    cells = [cell_of(m, figures.get(m.code, Figure()), formats.get(m.code, "")) for m in members]
    numbers = [one for one in cells if isinstance(one, Decimal)]
    values = [one for one in exact if one is not None]
    if len(numbers) < len(members) or len(values) < len(members):
        return ""
    parts = sum(numbers[1:], Decimal(0))
    if parts == numbers[0] or len({m.multiplier for m in members}) > 1:
        return ""
    holds = values[0] == sum(values[1:], Decimal(0))
    if not holds and not accepted:
        return ""
    words = ROUNDED if holds else BROKEN
    gap = numbers[0] - parts
    return words.format(
        label=members[0].label.strip(), total=f"{numbers[0]:f}", parts=f"{parts:f}", gap=f"{gap:f}"
    )
