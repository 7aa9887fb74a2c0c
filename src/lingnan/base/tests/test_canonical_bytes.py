"""The quick encoder writes what RFC 8785 asks for."""

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from lingnan.base.canonical import dumps, plain

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
FACTS = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


@given(FACTS)
def test_the_same_bytes(fact):
    assert dumps(fact) == rfc8785.dumps(plain(fact))
