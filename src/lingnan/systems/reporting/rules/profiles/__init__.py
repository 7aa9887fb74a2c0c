"""Hand corrections of what the reader saw: put onto a draft, and found again next year."""

from .anchors import anchor_of, find
from .applying import apply_corrections
from .keeping import corrections_of, corrections_to_json, export_of, exported, losses_of
from .telling import (
    breakdown_of,
    correction_at,
    field_at,
    grid_in,
    merged,
    period_of,
    place_of,
    reanchored,
)

__all__ = [
    "anchor_of",
    "apply_corrections",
    "breakdown_of",
    "correction_at",
    "corrections_of",
    "corrections_to_json",
    "export_of",
    "exported",
    "field_at",
    "find",
    "grid_in",
    "losses_of",
    "merged",
    "period_of",
    "place_of",
    "reanchored",
]
