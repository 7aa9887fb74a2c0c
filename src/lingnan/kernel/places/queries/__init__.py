"""Reading places. Places are public facts: no gate narrows them, lists take `within` where they may
be.
"""

from .hierarchy import hierarchy, levels, paths
from .infos import NoSuchPlace, by_code, by_codes, by_uuid, by_uuids, infos, names, place, uuids
from .lineage import changes, first_outline, lineage, outline, outlines, successors
from .memory import stamp, steady
from .search import find
from .shipped import Shipped, shipped
from .tree import (
    ancestors,
    child_ids,
    children,
    descendants,
    edition,
    editions,
    ranges,
    roots,
    scopes,
)

__all__ = [
    "NoSuchPlace",
    "Shipped",
    "ancestors",
    "by_code",
    "by_codes",
    "by_uuid",
    "by_uuids",
    "changes",
    "child_ids",
    "children",
    "descendants",
    "edition",
    "editions",
    "find",
    "first_outline",
    "hierarchy",
    "infos",
    "levels",
    "lineage",
    "names",
    "outline",
    "outlines",
    "paths",
    "place",
    "ranges",
    "roots",
    "scopes",
    "shipped",
    "stamp",
    "steady",
    "successors",
    "uuids",
]
