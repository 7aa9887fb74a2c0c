"""What somebody wants to write, checked and put in order, before any lock is taken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lingnan.base import canonical
from lingnan.base.errors import Invalid, Problem
from lingnan.base.periods import Period
from lingnan.kernel.evidence.terms import SECRECY

from ..models import Element
from ..rules.rows import DECIMAL, KEY, column, decimal_words, present
from ..terms import NewValue, Quality, ValueType

SHOWN = 200  # problems named at once; more help nobody
GIVEN = pa.schema(
    [
        ("place", pa.int64()),
        ("subject", pa.int64()),
        ("element", pa.int32()),
        ("period", pa.int32()),
        ("value", DECIMAL),
        ("text", pa.string()),
        ("quality", pa.int8()),
    ]
)
OPTIONAL = {"subject": 0, "text": None, "value": None, "quality": int(Quality.REPORTED)}
VALUELESS = (Quality.MISSING, Quality.NOT_APPLICABLE, Quality.SUPPRESSED)


class WrongValues(Invalid):
    code = "wrong_values"
    tell = "有 {count} 个数值不能保存，请按提示修改。"


class Known(NamedTuple):
    """What of an element matters here: `Element` itself would cost more than the values."""

    id: int
    type: str
    label: str
    precedence: list[str]
    subject_kind: str


@dataclass(frozen=True)
class Draft:
    """Rows sorted by key, no key twice, every element known."""

    table: pa.Table
    elements: dict[int, Known]

    @cached_property
    def periods(self) -> list[int]:
        return sorted(pc.unique(self.table.column("period")).to_pylist())

    @cached_property
    def places(self) -> tuple[int, int]:
        span = pc.min_max(self.table.column("place")).as_py()
        return span["min"], span["max"]

    @property
    def label(self) -> str:
        """The strictest label of its elements."""
        return max((e.label for e in self.elements.values()), key=SECRECY.index)

    def payload(self, source: str) -> str:
        """What was sent, whatever the order of its rows."""
        parts = [column(self.table, name).tobytes() for name in (*KEY, "quality")]
        parts += [decimal_words(self.table.column("value")).tobytes()]
        parts += [present(self.table, name).tobytes() for name in ("value", "text")]
        parts += [canonical.dumps(self.table.column("text").to_pylist())]
        return canonical.sha256(b"".join([source.encode(), b"\0", *parts]))


def draft(rows: Sequence[NewValue] | pa.Table) -> Draft:
    """`WrongValues` names each row by its number (from 1) in the order given."""
    given = rows if isinstance(rows, pa.Table) else _table(rows)
    if not len(given):
        raise WrongValues(count=0, problems=[Problem("0", "没有数值。")])
    table = _shaped(given)
    order = pc.sort_indices(table, [(name, "ascending") for name in KEY])
    elements = _elements(pc.unique(table.column("element")).to_pylist())
    _check(table, order, elements)
    return Draft(table.take(order).combine_chunks(), elements)


def _elements(ids: list[int]) -> dict[int, Known]:
    found = Element.objects.filter(pk__in=ids).values_list(*Known._fields)
    return {row[0]: Known(*row) for row in found}


def _table(rows: Sequence[NewValue]) -> pa.Table:
    columns: dict[str, list[Any]] = {
        name: [getattr(row, name) for row in rows] for name in GIVEN.names
    }
    columns["quality"] = [int(q) for q in columns["quality"]]
    try:
        arrays = [pa.array(columns[f.name], f.type) for f in GIVEN]
    except pa.ArrowInvalid as wrong:
        raise _unstorable(wrong) from wrong
    return pa.Table.from_arrays(arrays, schema=GIVEN)


def _shaped(given: pa.Table) -> pa.Table:
    """The columns of `GIVEN`; anything that does not fit exactly is refused, never rounded."""
    arrays = []
    for f in GIVEN:
        if f.name in given.column_names:
            values = given.column(f.name)
        elif f.name in OPTIONAL:
            values = pa.chunked_array([pa.repeat(pa.scalar(OPTIONAL[f.name], f.type), len(given))])
        else:
            raise WrongValues(count=0, problems=[Problem(f.name, "缺少这一列。")])
        try:
            arrays.append(_cast(values, f.type))
        except pa.ArrowInvalid as wrong:
            raise _unstorable(wrong) from wrong
    return pa.Table.from_arrays(arrays, schema=GIVEN)


def _cast(values: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    if wanted == DECIMAL and pa.types.is_floating(values.type):
        raise pa.ArrowInvalid("float")
    if wanted == DECIMAL and pa.types.is_integer(values.type):
        values = values.cast(pa.decimal128(38, 6))
    return values.cast(wanted)


def _unstorable(wrong: Exception) -> WrongValues:
    problem = Problem(
        "value", "数值超出可保存的范围（整数 18 位、小数 6 位）：{what}", (("what", str(wrong)),)
    )
    return WrongValues(count=1, problems=[problem])


def _check(table: pa.Table, order: pa.Array, elements: dict[int, Known]) -> None:
    problems: list[Problem] = []
    for mask, tell in _faults(table, order, elements):
        problems += [Problem(str(i + 1), tell) for i in np.flatnonzero(mask)[:SHOWN]]
    if problems:
        raise WrongValues(count=len(problems), problems=problems[:SHOWN])


def _faults(
    table: pa.Table, order: pa.Array, elements: dict[int, Known]
) -> list[tuple[np.ndarray, str]]:
    number, text = present(table, "value"), present(table, "text")
    quality = column(table, "quality", -1)
    bare = np.isin(quality, VALUELESS)
    code = column(table, "element")
    is_number = _by_element(code, elements, lambda e: ValueType(e.type).is_numeric)
    is_known = _by_element(code, elements, lambda e: True)
    of_place = _by_element(code, elements, lambda e: e.subject_kind == "place")
    has_subject = column(table, "subject") != 0
    return [
        (_repeated(table, order), "同一数据项在同一地点、同一报告期出现了两次。"),
        (~is_known, "没有这个数据项。"),
        (of_place & has_subject, "这个数据项说的是地点本身，不能写主体。"),
        (is_known & ~of_place & ~has_subject, "这个数据项说的是台账中的对象，请写明主体。"),
        (is_known & is_number & text, "这个数据项是数值，不能填文字。"),
        (is_known & ~is_number & number, "这个数据项不是数值。"),
        (~np.isin(quality, list(Quality)), "没有这种质量标识。"),
        (bare & (number | text), "标为缺失、不适用或已抑制的，不能有值。"),
        (~bare & ~number & ~text, "没有值的，请标明是缺失还是不适用。"),
        (column(table, "place") <= 0, "没有写明地点。"),
        (~np.isin(column(table, "period"), _real_periods(table)), "没有这个报告期。"),
    ]


def _by_element(
    codes: np.ndarray, elements: dict[int, Known], ask: Callable[[Known], bool]
) -> np.ndarray:
    return np.isin(codes, [e.id for e in elements.values() if ask(e)])


def _repeated(table: pa.Table, order: pa.Array) -> np.ndarray:
    keys = np.stack([column(table, name).astype(np.int64) for name in KEY], axis=1)
    at = order.to_numpy()
    same = (keys[at][1:] == keys[at][:-1]).all(axis=1)
    mask = np.zeros(len(table), bool)
    mask[at[1:][same]] = True
    return mask


def _real_periods(table: pa.Table) -> list[int]:
    return [p for p in pc.unique(table.column("period")).to_pylist() if _is_period(p)]


def _is_period(code: int) -> bool:
    try:
        period = Period.from_code(code)
        return Period.parse(str(period)).code == code
    except ValueError:
        return False
