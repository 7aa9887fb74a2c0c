"""How often a property is tried: all of it on the first database, `TEST_ROUNDS` of it on the second."""

import os

SHARE = float(os.environ.get("TEST_ROUNDS", "1"))


def rounds(most: int, fewest: int = 3) -> int:
    """`most`, or the share of it that this run asks for; never fewer than `fewest`."""
    return max(min(fewest, most), round(most * SHARE))
