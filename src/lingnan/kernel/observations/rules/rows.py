"""Rows as columns, their digests, the root of a batch, and which row of a block was changed."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..terms import BLOCK, Block

DECIMAL = pa.decimal128(24, 6)
NARROW = pa.decimal128(18, 6)
ROWS = pa.schema(
    [
        ("place", pa.int64()),
        ("subject", pa.int64()),
        ("element", pa.int32()),
        ("period", pa.int32()),
        ("value", DECIMAL),
        ("text", pa.string()),
        ("quality", pa.int8()),
        ("effect", pa.int8()),
        ("prior", DECIMAL),
        ("prior_present", pa.bool_()),
        ("source", pa.int32()),
        ("batch", pa.int64()),
        ("n", pa.int32()),
        ("seq", pa.int64()),
        ("recorded_at", pa.timestamp("us", "UTC")),
    ]
)
KEY = ["place", "subject", "element", "period"]
# What a digest covers: everything but `batch` (rows are gathered by it) and `seq` (given later).
LAYOUT = np.dtype(
    [
        ("place", "<i8"),
        ("subject", "<i8"),
        ("value", "<u8", 2),
        ("prior", "<u8", 2),
        ("recorded_at", "<i8"),
        ("text", "u1", 32),
        ("element", "<i4"),
        ("period", "<i4"),
        ("source", "<i4"),
        ("n", "<i4"),
        ("quality", "i1"),
        ("effect", "i1"),
        ("flags", "u1"),
        ("rest", "u1", 5),
    ]
)
PRIME = 2**61 - 1
Array = np.ndarray[Any, Any]
Words = Array
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SKETCH = 48


def column(table: pa.Table, name: str, null: object = 0) -> Array:
    """A column as numpy, nulls filled."""
    values = table.column(name)
    if values.null_count:
        values = pc.fill_null(values, pa.scalar(null, values.type))
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.int64())
    found: Array = values.to_numpy()
    return found


def present(table: pa.Table, name: str) -> Array:
    values = table.column(name)
    return ~values.is_null().to_numpy() if values.null_count else np.ones(len(values), bool)


def decimal_words(values: pa.ChunkedArray) -> Words:
    """DECIMAL(24,6) as two little-endian words a row: the exact scaled integer; a null is zero."""
    flat = values.cast(DECIMAL).combine_chunks()
    if isinstance(flat, pa.ChunkedArray):  # an empty column has no chunk
        return np.zeros((0, 2), "<u8")
    words = np.frombuffer(flat.buffers()[1], "<u8")[2 * flat.offset : 2 * (flat.offset + len(flat))]
    words = words.reshape(-1, 2)
    if flat.null_count:
        words = np.where(flat.is_null().to_numpy(zero_copy_only=False)[:, None], 0, words)
    return words


def encode(table: pa.Table) -> Array:
    """Fixed-width bytes for every row of a table shaped like `ROWS`."""
    rows = np.zeros(len(table), LAYOUT)
    for name in (*KEY, "source", "n", "quality", "effect", "recorded_at"):
        rows[name] = column(table, name)
    rows["value"] = decimal_words(table.column("value"))
    rows["prior"] = decimal_words(table.column("prior"))
    rows["text"] = _text_digests(table.column("text"))
    rows["flags"] = (
        present(table, "value") * 1
        + present(table, "text") * 2
        + present(table, "prior") * 4
        + column(table, "prior_present", False) * 8
    )
    return rows


def _text_digests(texts: pa.ChunkedArray) -> Array:
    found = np.zeros((len(texts), 32), "u1")
    if texts.null_count == len(texts):
        return found
    coded = texts.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    digests = [hashlib.sha256(t.encode()).digest() for t in coded.dictionary.to_pylist()]
    table = np.frombuffer(b"".join([*digests, bytes(32)]), "u1").reshape(-1, 32)
    at = coded.indices.fill_null(len(digests)).to_numpy(zero_copy_only=False)
    return np.asarray(table[at])


def row_numbers(rows: Array) -> Array:
    """A number below 2**61 - 1 for each row. It points at a row; it proves nothing."""
    words = np.ascontiguousarray(rows).view("<u8").reshape(len(rows), LAYOUT.itemsize // 8)
    mixed = np.zeros(len(rows), np.uint64)
    for i in range(words.shape[1]):
        mixed ^= words[:, i]
        mixed *= _MIX[i % 2]
        mixed ^= mixed >> np.uint64(29)
    found: Array = np.minimum(mixed >> np.uint64(3), np.uint64(PRIME - 1))
    return found


def blocks_of(rows: Array, size: int = BLOCK) -> list[Block]:
    """The blocks of the rows of one batch, in the order of `n`."""
    numbers = row_numbers(rows)
    raw = np.ascontiguousarray(rows).view("u1").reshape(-1)
    width, starts = rows.dtype.itemsize, range(0, len(rows), size)
    sums = [_sums(numbers[i : i + size]) for i in starts]
    return [
        Block(hashlib.sha256(raw[i * width : (i + size) * width].data).digest(), *pair)
        for i, pair in zip(starts, sums, strict=True)
    ]


def _sums(numbers: Array) -> tuple[int, int]:
    """Σ h and Σ i·h (i from 1), modulo the prime; in halves, so that nothing overflows."""
    low, high = numbers & np.uint64(0x7FFFFFFF), numbers >> np.uint64(31)
    ranks = np.arange(1, len(numbers) + 1, dtype=np.uint64)
    sum0 = int(low.sum()) + (int(high.sum()) << 31)
    sum1 = int((low * ranks).sum()) + (int((high * ranks).sum()) << 31)
    return sum0 % PRIME, sum1 % PRIME


def pack(blocks: Sequence[Block]) -> bytes:
    """The sketch: 48 bytes a block."""
    return b"".join(
        b.digest + b.sum0.to_bytes(8, "little") + b.sum1.to_bytes(8, "little") for b in blocks
    )


def unpack(sketch: bytes) -> list[Block]:
    """ValueError when the bytes are no sketch."""
    if len(sketch) % _SKETCH:
        raise ValueError("a sketch is 48 bytes a block")
    return [
        Block(
            sketch[i : i + 32],
            int.from_bytes(sketch[i + 32 : i + 40], "little"),
            int.from_bytes(sketch[i + 40 : i + 48], "little"),
        )
        for i in range(0, len(sketch), _SKETCH)
    ]


def row_root(sketch: bytes) -> str:
    """RFC 9162 2.1.1 over the 48 bytes of each block: the sums are proved with the digests."""
    level = [
        hashlib.sha256(b"\0" + sketch[i : i + _SKETCH]).digest()
        for i in range(0, len(sketch), _SKETCH)
    ]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        paired = [
            hashlib.sha256(b"\1" + level[i] + level[i + 1]).digest()
            for i in range(0, len(level) - 1, 2)
        ]
        level = paired + level[len(level) & ~1 :]  # an odd last node rises unchanged
    return level[0].hex()


def locate(numbers: Array, recorded: Block) -> int | None:
    """Which row (from 0) of a block was changed, when it was exactly one; None otherwise.

    One changed row shifts Σh by d and Σi·h by i·d, so i is their quotient modulo the prime.
    """
    sum0, sum1 = _sums(numbers)
    d0, d1 = (sum0 - recorded.sum0) % PRIME, (sum1 - recorded.sum1) % PRIME
    if d0 == 0:
        return None
    rank = d1 * pow(d0, -1, PRIME) % PRIME
    return rank - 1 if 1 <= rank <= len(numbers) else None
