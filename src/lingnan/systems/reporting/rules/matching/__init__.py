"""Which fields of two forms ask the same fact, and how one is sure."""

from .pairing import match_fields
from .repeating import repeats

__all__ = ["match_fields", "repeats"]
