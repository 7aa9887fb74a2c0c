"""Kinds of tasks that reporting puts on desks, and the stable keys of the tasks."""

from ..terms.filings import FilingInfo, RoundInfo

FILL = "reporting.fill"
AMEND = "reporting.amend"
REVIEW = "reporting.review"


def fill_key(found: RoundInfo, place: int) -> str:
    """One a round and village."""
    return f"{FILL}:{found.uuid}:{place}"


def amend_key(found: FilingInfo, seq: int) -> str:
    """One a return."""
    return f"{AMEND}:{found.uuid}:{seq}"


def review_key(found: RoundInfo, place: int, seq: int) -> str:
    """One each time that something begins to wait there."""
    return f"{REVIEW}:{found.uuid}:{place}:{seq}"
