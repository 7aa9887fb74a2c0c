"""No trap of the tuning half is called the same, whatever half of the vocabulary is there."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.matching.crossing import judged, thinned, truth
from lingnan.systems.reporting.content import vocabulary


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_no_trap_is_called_the_same(seed: int, limits: bool) -> None:
    seen = judged(thinned(vocabulary(), seed, limits=limits), truth().form_pairs())
    assert seen.true and seen.ranks
    assert seen.traps == 0
