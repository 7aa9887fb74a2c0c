"""What a cell says at its level: an own answer, a sum, a rate made again, a distribution."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ...terms.filings import FieldInfo, Mark
from ...terms.suppression import HIDDEN_SHOWN
from .answers import NUMERIC, shown

NOT_ADDED = "“{label}”不能由下级相加得出，本表留空。"
REMADE = "“{label}”按合计数重新计算：{formula}。"
PARTLY = "{units} 个村已报 {reported}：{labels}。"
THE_REST = "其余 {count} 项"
NAMED = 12  # more labels than this nobody reads
ALL_IN = "{units} 个村已全部上报。"
KEPT_BACK = "为保护个人和单位信息，{count} 个数字不对外提供，以“{mark}”代替，已计入上级合计。"
ESTIMATED = "其中 {estimated} 个村为估计，待补报后更正：{labels}。"
OWN_ESTIMATE = "估计数，待补报后更正：{labels}。"


@dataclass(frozen=True, slots=True)
class Figure:
    """In the element's unit. `counts` holds how many places chose each option; `estimated`: of how
    many villages the sum holds an estimate, beside the `reported` ones; `source` and `recorded_at` say
    whose word an own answer is; `hidden`: not told outside."""

    value: Decimal | None = None
    text: str | None = None
    mark: Mark = Mark.REPORTED
    reported: int = 0
    expected: int = 0
    counts: Mapping[str, int] | None = None
    estimated: int = 0
    hidden: bool = False
    source: str = ""
    recorded_at: datetime | None = None


def cell_of(field: FieldInfo, figure: Figure, number_format: str = "") -> Decimal | str | None:
    """A distribution reads `是 180 / 否 41`, in the order of the form's options."""
    if figure.hidden:
        return HIDDEN_SHOWN
    if figure.counts is not None:
        return distribution(field, figure.counts) or None
    return shown(field, figure.value, figure.text, figure.mark, number_format=number_format)


def distribution(field: FieldInfo, counts: Mapping[str, int]) -> str:
    labels = {option.code: option.label for option in field.options}
    known = [code for code in labels if counts.get(code)]
    others = sorted(code for code in counts if code not in labels)
    return " / ".join(f"{labels.get(code, code)} {counts[code]}" for code in [*known, *others])


def footnotes(
    fields: Sequence[FieldInfo], figures: Mapping[str, Figure], *, remade_by: Mapping[str, str]
) -> list[str]:
    """What a reader of sums must know: coverage, rates made again, items left blank."""
    lines = _coverage(fields, figures)
    for field in fields:
        figure = figures.get(field.code)
        if figure is None or not figure.expected or figure.counts is not None:
            continue
        if figure.hidden:
            continue
        if field.code in remade_by:
            lines.append(REMADE.format(label=field.label.strip(), formula=remade_by[field.code]))
        elif figure.value is None and figure.reported and field.type in NUMERIC:
            lines.append(NOT_ADDED.format(label=field.label.strip()))
    return [*lines, *kept_back(figures.values())]


def kept_back(figures: Iterable[Figure]) -> list[str]:
    count = sum(one.hidden for one in figures)
    return [KEPT_BACK.format(count=count, mark=HIDDEN_SHOWN)] if count else []


def _coverage(fields: Sequence[FieldInfo], figures: Mapping[str, Figure]) -> list[str]:
    return [*_reported(fields, figures), *_estimated(fields, figures)]


def _estimated(fields: Sequence[FieldInfo], figures: Mapping[str, Figure]) -> list[str]:
    """An estimate travels with every figure it is in."""
    groups: dict[int, list[str]] = {}
    for field in fields:
        figure = figures.get(field.code)
        if figure and figure.mark is Mark.ESTIMATED and not figure.hidden:
            groups.setdefault(figure.estimated, []).append(field.label.strip())
    return [
        (ESTIMATED if count else OWN_ESTIMATE).format(estimated=count, labels="、".join(labels))
        for count, labels in sorted(groups.items())
    ]


def guessed_rows(
    fields: Sequence[FieldInfo], rows: Iterable[tuple[str, Mapping[str, Figure]]]
) -> list[str]:
    """Of a table of one row a place: by the names of the rows, which of their figures are estimates."""
    return [f"{name}：{line}" for name, figures in rows for line in _estimated(fields, figures)]


def _reported(fields: Sequence[FieldInfo], figures: Mapping[str, Figure]) -> list[str]:
    groups: dict[tuple[int, int], list[str]] = {}
    for field in fields:
        figure = figures.get(field.code)
        if figure and figure.expected:
            groups.setdefault((figure.expected, figure.reported), []).append(field.label.strip())
    if len(groups) == 1:
        (units, reported), _ = next(iter(groups.items()))
        if units == reported:
            return [ALL_IN.format(units=units)]
        return [PARTLY.format(units=units, reported=reported, labels="全部项目")]
    most = max(groups, key=lambda key: len(groups[key]), default=(0, 0))
    many = most[0] != most[1] and len(groups[most]) > NAMED
    lines = [
        PARTLY.format(units=units, reported=reported, labels="、".join(labels))
        for (units, reported), labels in sorted(groups.items())
        if (units != reported or many) and not (many and (units, reported) == most)
    ]
    if many:  # all others are named above, so that this is true
        rest = THE_REST.format(count=len(groups[most]))
        lines.append(PARTLY.format(units=most[0], reported=most[1], labels=rest))
    return lines
