"""One box over everything: each system declares what of its own can be found (`System.searches`)."""

from .index import Index, Listed, fold, kept
from .terms import Asked, Found, Source

__all__ = ["Asked", "Found", "Index", "Listed", "Source", "fold", "kept"]
