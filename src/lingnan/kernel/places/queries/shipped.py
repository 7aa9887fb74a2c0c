"""The divisions that ship with the software, for readers that work without a database."""

import csv
import gzip
import io
from functools import cache
from importlib import resources
from typing import NamedTuple

FILE = "content/divisions_2023.csv.gz"


class Shipped(NamedTuple):
    """`parent` is a code; '' at the top."""

    code: str
    name: str
    level: int
    parent: str


@cache
def shipped() -> tuple[Shipped, ...]:
    """The statistical edition of 2023, province to village, as it was published."""
    packed = resources.files("lingnan.kernel.places").joinpath(FILE).read_bytes()
    rows = csv.DictReader(io.StringIO(gzip.decompress(packed).decode("utf-8-sig")))
    return tuple(
        Shipped(row["code"], row["name"], int(row["level"]), row["parent_code"]) for row in rows
    )
