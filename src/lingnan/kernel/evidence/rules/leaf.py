"""What exactly is hashed of an event, and what may never be in it."""

import hashlib
import json
import re
from datetime import UTC, date, datetime
from functools import lru_cache

from ..terms import Leaf
from .tree import leaf_hash

RESIDENT_NUMBER = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[\dXx](?![0-9A-Za-z])")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999, MOD 11-2


def leaf_bytes(leaf: Leaf) -> bytes:
    """`canonical.dumps` of the leaf as one object, spliced: `facts` is canonical text already.

    The keys stand in RFC 8785 order and every text is escaped, so no two leaves share their bytes.
    """
    place = "null" if leaf.place is None else _whole(leaf.place)
    return (
        f'{{"at":"{instant(leaf.at)}","by":{_quoted(leaf.by)},'
        f'"commitment":{_quoted(leaf.commitment)},"facts":{leaf.facts},"id":{_whole(leaf.id)},'
        f'"kind":{_quoted(leaf.kind)},"label":{_quoted(leaf.label)},"place":{place},'
        f'"seq":{_whole(leaf.seq)},"subject":{_quoted(leaf.subject)},'
        f'"subject_n":{_whole(leaf.subject_n)},"version":{_whole(leaf.version)}}}'
    ).encode("utf-8", "surrogatepass")


def hash_of(leaf: Leaf) -> bytes:
    return leaf_hash(leaf_bytes(leaf))


def commitment(salt: bytes, body: str) -> str:
    """Hex. Binds the event to a body that can be erased; the salt keeps it from being guessed."""
    return hashlib.sha256(salt + body.encode("utf-8", "surrogatepass")).hexdigest()


def instant(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def names_a_resident(facts: str) -> bool:
    """Whether a valid resident identity number (GB 11643) stands in the text."""
    return any(_is_resident(found) for found in RESIDENT_NUMBER.findall(facts))


def _is_resident(number: str) -> bool:
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


@lru_cache(maxsize=8192)
def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _whole(number: int) -> str:
    """Beyond 2**53 a number is written as text, as `canonical` does."""
    return str(number) if abs(number) < 2**53 else f'"{number}"'
