"""How many answers a village is spared."""

from lingnan.base.periods import Kind

YEARLY = {
    Kind.YEAR: 1,
    Kind.HALF: 2,
    Kind.QUARTER: 4,
    Kind.MONTH: 12,
    Kind.WEEK: 52,
    Kind.SCHOOL_YEAR: 1,
}


def per_year(period_kind: int) -> int:
    """Times a year a form of this period is filled."""
    return YEARLY[Kind(period_kind)]
