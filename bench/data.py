"""Synthetic history: a province of pre-ordered places and its segments, straight to Parquet.

python -m bench.data FOLDER [villages] [elements] [periods] [segments a period]
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

CITIES, COUNTIES_OF_CITY, TOWNS_OF_COUNTY = 21, 6, 13
YEAR = 2026
SCHEMA = pa.schema(
    [
        ("place", pa.int64()),
        ("subject", pa.int64()),
        ("element", pa.int32()),
        ("period", pa.int32()),
        ("value", pa.decimal128(18, 6)),
        ("text", pa.string()),
        ("quality", pa.int8()),
        ("effect", pa.int8()),
        ("prior", pa.decimal128(18, 6)),
        ("prior_present", pa.bool_()),
        ("source", pa.int32()),
        ("batch", pa.int64()),
        ("n", pa.int32()),
        ("seq", pa.int64()),
        ("recorded_at", pa.timestamp("us", "UTC")),
    ]
)
RUNGS = ("province", "city", "county", "town", "village")


@dataclass(frozen=True)
class Province:
    """`hierarchy`: columns of `places.queries.hierarchy`; `villages`: ids in rising order."""

    hierarchy: pa.Table
    villages: np.ndarray


def province(villages: int = 26_000) -> Province:
    """Ids in pre-order. Two cities have towns straight under them, as Dongguan and Zhongshan do."""
    towns = CITIES * COUNTIES_OF_CITY * TOWNS_OF_COUNTY
    rows: list[tuple[int | None, ...]] = []
    per_town = np.diff(np.linspace(0, villages, towns + 1).astype(int))
    town_n, root = 0, 1
    rows.append((root, 1, root, None, None, None, None))
    for city_n in range(CITIES):
        city = len(rows) + 1
        rows.append((city, 2, root, city, None, None, None))
        flat = city_n in (16, 17)
        for _ in range(COUNTIES_OF_CITY):
            county = None if flat else len(rows) + 1
            if county is not None:
                rows.append((county, 3, root, city, county, None, None))
            for _ in range(TOWNS_OF_COUNTY):
                town = len(rows) + 1
                rows.append((town, 4, root, city, county, town, None))
                for _ in range(int(per_town[town_n])):
                    village = len(rows) + 1
                    rows.append((village, 5, root, city, county, town, village))
                town_n += 1
    names = ("place", "level", *RUNGS)
    columns = list(zip(*rows, strict=True))
    types = [pa.int64(), pa.int32(), *[pa.int64()] * 5]
    table = pa.table(
        [pa.array(c, t) for c, t in zip(columns, types, strict=True)], names=list(names)
    )
    ids = table.filter(pc.equal(table["level"], 5))["place"].to_numpy()
    return Province(table, ids)


def decimals(units: np.ndarray, precision: int = 18) -> pa.Array:
    """Whole micro-units (int64) as DECIMAL(precision, 6), without a pass over Python objects."""
    wide = np.empty((len(units), 2), dtype="<i8")
    wide[:, 0] = units
    wide[:, 1] = units >> 63
    kind = pa.decimal128(precision, 6)
    return pa.Array.from_buffers(kind, len(units), [None, pa.py_buffer(wide)])


def rows_of(
    villages: np.ndarray, elements: int, period: int, *, seq: int | None, seed: int
) -> pa.Table:
    """Every village × every element of one period, sorted by place, element."""
    noise = np.random.default_rng(seed)
    size = len(villages) * elements
    units = noise.integers(0, 5000, size) * 1_000_000
    stamp = pa.scalar(1_790_000_000_000_000, pa.timestamp("us", "UTC"))
    columns = {
        "place": pa.array(np.repeat(villages, elements)),
        "element": pa.array(np.tile(np.arange(1, elements + 1, dtype=np.int32), len(villages))),
        "value": decimals(units),
        "n": pa.array(np.arange(size, dtype=np.int32)),
        "recorded_at": pa.repeat(stamp, size),
        "text": pa.nulls(size, pa.string()),
        "prior": pa.nulls(size, pa.decimal128(18, 6)),
        "seq": pa.nulls(size, pa.int64()) if seq is None else pa.repeat(pa.scalar(seq), size),
        "prior_present": pa.repeat(pa.scalar(False), size),
    }
    constants = {"subject": 0, "period": period, "quality": 0, "effect": 0, "source": 1, "batch": 1}
    for name, number in constants.items():
        columns[name] = pa.repeat(pa.scalar(number, SCHEMA.field(name).type), size)
    return pa.table([columns[f.name] for f in SCHEMA], schema=SCHEMA)


def write(
    folder: Path, *, villages: int = 26_000, elements: int = 100, periods: int = 12, parts: int = 1
) -> list[Path]:
    """`parts` segments a period (each a run of places). Returns their paths, period by period."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = province(villages).villages
    paths = []
    for month in range(1, periods + 1):
        for part, run in enumerate(np.array_split(ids, parts)):
            path = folder / f"{YEAR}-{month:02}-{part}.parquet"
            table = rows_of(
                run, elements, YEAR * 1000 + 300 + month, seq=month, seed=month * 99 + part
            )
            pq.write_table(
                table,
                path,
                compression="zstd",
                use_dictionary=[name for name in table.column_names if name != "n"],
                column_encoding={"n": "DELTA_BINARY_PACKED"},
                store_decimal_as_integer=True,
                row_group_size=131_072,
            )
            paths.append(path)
    return paths


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[2:]]
    keys = ("villages", "elements", "periods", "parts")
    print(*write(Path(sys.argv[1]), **dict(zip(keys, numbers, strict=False))), sep="\n")
