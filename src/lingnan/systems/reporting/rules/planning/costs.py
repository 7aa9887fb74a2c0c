"""The declared costs of a day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ...terms.planning import Costs, Means


def costs_on(rows: Sequence[Any], on: date) -> Costs:
    """The newest row that has begun. ValueError when there is none or it leaves out a means."""
    begun = [row for row in rows if row["from"] <= on]
    if not begun:
        raise ValueError(f"no costs for {on}")
    row: Mapping[str, Any] = max(begun, key=lambda one: one["from"])
    seconds = {Means(name): int(cost) for name, cost in row["seconds"].items()}
    if missing := set(Means) - set(seconds):
        raise ValueError(f"no cost for {', '.join(sorted(missing))}")
    if seconds[Means.ASK] <= 0 or min(seconds.values()) < 0:
        raise ValueError("costs are seconds; to ask costs some")
    return Costs(seconds, int(row["fresh_days"]), row["source"], bool(row.get("unverified")))
