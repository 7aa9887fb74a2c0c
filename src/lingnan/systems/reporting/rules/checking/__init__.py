"""Is a filing right? Findings over the answers of one form, of one village or a whole county."""

from .content import build_thresholds, in_force
from .judging import seen_from
from .planning import counts_of, is_sum_of_alike, plan_of
from .screening import check_sheets, check_sheets_one_by_one

__all__ = [
    "build_thresholds",
    "check_sheets",
    "check_sheets_one_by_one",
    "counts_of",
    "in_force",
    "is_sum_of_alike",
    "plan_of",
    "seen_from",
]
