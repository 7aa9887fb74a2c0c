"""Reading places. Places are public facts: no gate narrows them, lists take `within` where they may
be.
"""

from .hierarchy import hierarchy, paths
from .infos import NoSuchPlace, by_code, by_codes, by_uuid, by_uuids, infos, names, place, uuids
from .lineage import changes, lineage, outline, successors
from .memory import stamp
from .search import find
from .shipped import Shipped, shipped
from .tree import ancestors, children, descendants, edition, editions, ranges, roots, scopes

__all__ = [
    "NoSuchPlace",
    "Shipped",
    "ancestors",
    "by_code",
    "by_codes",
    "by_uuid",
    "by_uuids",
    "changes",
    "children",
    "descendants",
    "edition",
    "editions",
    "find",
    "hierarchy",
    "infos",
    "lineage",
    "names",
    "outline",
    "paths",
    "place",
    "ranges",
    "roots",
    "scopes",
    "shipped",
    "stamp",
    "successors",
    "uuids",
]
