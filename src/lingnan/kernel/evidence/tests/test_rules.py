"""RFC 9162: known vectors, and what must hold for every tree."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.base import canonical
from lingnan.kernel.evidence.rules import leaf, proof, signing, tiles, tree
from lingnan.kernel.evidence.terms import Head, Leaf

# Inputs and roots of the Certificate Transparency reference tests (RFC 6962 hashes alike).
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(1, 700)


def hashes(count, seed=b""):
    return [tree.leaf_hash(seed + n.to_bytes(4)) for n in range(count)]


def naive(leaves):
    """RFC 9162 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive(leaves[:k]) + naive(leaves[k:])).digest()


def path_of(leaves, spans):
    return [naive(leaves[low:high]) for low, high in spans]


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size):
    known = [tree.leaf_hash(one) for one in INPUTS[:size]]
    frontier = tree.Frontier()
    frontier.extend(known)
    assert tree.root_of(known).hex() == frontier.root().hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]),
        (5, 8, [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    ],
)  # fmt: skip
def test_known_inclusion_proofs(index, size, path):
    known = [tree.leaf_hash(one) for one in INPUTS[:size]]
    assert [one.hex() for one in path_of(known, tree.inclusion_spans(index, size))] == path
    steps = [bytes.fromhex(one) for one in path]
    root = bytes.fromhex(ROOTS[size])
    assert tree.inclusion_holds(known[index], index, size, steps, root)


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        (1, 1, []),
        (1, 8, [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]),
        (6, 8, [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]),
        (2, 5, [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]),
    ],
)  # fmt: skip
def test_known_consistency_proofs(first, second, path):
    known = [tree.leaf_hash(one) for one in INPUTS]
    assert [one.hex() for one in path_of(known, tree.consistency_spans(first, second))] == path
    steps = [bytes.fromhex(one) for one in path]
    roots = bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second])
    assert tree.consistency_holds(first, second, *roots, steps)


@given(st.integers(0, 300))
def test_the_root_is_the_recursive_definition(size):
    leaves = hashes(size)
    assert tree.root_of(leaves) == naive(leaves)


def grown(count, steps):
    """The tiles of a tree that grew in these steps."""
    held, size, leaves = {}, 0, hashes(count)
    for step in [*steps, count]:
        step = min(step, count - size)
        edge = {key: held[key] for key in tiles.keys(size)}
        held |= tiles.appended(edge, size, leaves[size : size + step])
        size += step
    return held


@given(SIZES, st.lists(st.integers(0, 300), max_size=4))
def test_tiles_do_not_depend_on_how_the_tree_grew(size, steps):
    held = grown(size, steps)
    assert held == grown(size, [])
    assert tiles.edge_root(held, size) == naive(hashes(size))
    assert all(len(one) == 32 * tiles.expected(key, size) > 0 for key, one in held.items())


def test_tiles_of_three_levels():
    size = 256 * 256 + 256 + 3
    held = tiles.appended({}, 0, hashes(size))
    assert sorted({level for level, _ in held}) == [0, 1, 2]
    assert tiles.edge_root(held, size) == tree.root_of(hashes(size))
    path = [tiles.span_root(held, span) for span in tree.inclusion_spans(70, size)]
    assert tree.inclusion_holds(hashes(71)[70], 70, size, path, tree.root_of(hashes(size)))


@given(SIZES, st.data())
def test_every_inclusion_proof_holds_and_no_changed_one_does(size, data):
    leaves, held = hashes(size), grown(size, [])
    index = data.draw(st.integers(0, size - 1))
    root = naive(leaves)
    path = [tiles.span_root(held, span) for span in tree.inclusion_spans(index, size)]
    assert tree.inclusion_holds(leaves[index], index, size, path, root)
    parts = [leaves[index], root, *path]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flipped(parts[which], data.draw(st.integers(0, 255)))
    assert not tree.inclusion_holds(parts[0], index, size, parts[2:], parts[1])
    assert not tree.inclusion_holds(leaves[index], index, size, [*path, root], root)
    assert not path or not tree.inclusion_holds(leaves[index], index, size, path[:-1], root)
    other = data.draw(st.integers(-2, size + 2).filter(lambda n: n != index))
    assert not tree.inclusion_holds(leaves[index], other, size, path, root)


@given(SIZES, st.data())
def test_every_consistency_proof_holds_and_no_changed_one_does(second, data):
    leaves, held = hashes(second), grown(second, [])
    first = data.draw(st.integers(1, second))
    roots = [naive(leaves[:first]), naive(leaves)]
    path = [tiles.span_root(held, span) for span in tree.consistency_spans(first, second)]
    assert tree.consistency_holds(first, second, *roots, path)
    parts = [*roots, *path]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flipped(parts[which], data.draw(st.integers(0, 255)))
    assert not tree.consistency_holds(first, second, *parts[:2], parts[2:])
    assert not tree.consistency_holds(first, second, *roots, [*path, roots[0]])
    assert not path or not tree.consistency_holds(first, second, *roots, path[:-1])


def flipped(raw, bit):
    return bytes(b ^ (1 << bit % 8) if n == bit // 8 else b for n, b in enumerate(raw))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
LEAVES = st.builds(
    Leaf,
    seq=st.integers(1, 2**60),
    id=st.integers(1, 2**60),
    kind=TEXT,
    version=st.integers(1, 99),
    subject=TEXT,
    subject_n=st.integers(1, 2**31),
    place=st.none() | st.integers(1, 2**60),
    label=TEXT,
    by=TEXT,
    at=st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)),
    facts=st.dictionaries(TEXT, st.integers() | TEXT | st.none() | st.booleans()).map(
        lambda facts: canonical.dumps(facts).decode()
    ),
    commitment=TEXT,
)


@given(LEAVES)
def test_the_spliced_leaf_is_the_canonical_one(one):
    assert leaf.leaf_bytes(one) == canonical.dumps(
        {**one._asdict(), "facts": json.loads(one.facts)}
    )
    assert leaf.leaf_bytes(one) == canonical.dumps(proof.leaf_dict(one))


@given(LEAVES, LEAVES)
def test_two_leaves_never_share_their_bytes(one, other):
    assert (one == other) == (leaf.leaf_bytes(one) == leaf.leaf_bytes(other))


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ('{"who":"449901199001011237"}', None),
        ('{"sum":"123456789012345678"}', False),
        ('{"file":"a449901199001011237"}', False),
        ("{}", False),
    ],
)
def test_identity_numbers_are_recognised_by_their_check_digit(facts, found):
    if found is None:
        body = "44990119900101123"
        ok = [d for d in "0123456789X" if leaf.names_a_resident(f'"{body}{d}"')]
        assert len(ok) == 1
    else:
        assert leaf.names_a_resident(facts) is found


HEAD = {
    "format": signing.HEAD_FORMAT, "tree_size": 3, "root": "0" * 64, "key_id": "1" * 64,
    "at": "2026-01-01T00:00:00.000000Z", "signature": "2" * 128, "public_key": "3" * 64,
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"format": "x"}, {"root": "zz"}, {"root": "00"}, {"tree_size": "many"}, {"tree_size": -1},
        {"at": "2026-01-01T00:00:00"}, {"at": "soon"}, {"signature": None}, {"key_id": 5},
    ],
)  # fmt: skip
def test_a_malformed_head_is_refused(change):
    assert isinstance(signing.read_head(HEAD), Head)
    with pytest.raises(signing.Malformed):
        signing.read_head(HEAD | change)


def test_a_malformed_proof_is_refused():
    for raw in ([], {}, {"format": proof.PROOF_FORMAT, "head": HEAD, "entries": []}):
        with pytest.raises(signing.Malformed):
            proof.check(raw)
    with pytest.raises(signing.Malformed):
        proof.check({"format": proof.PROOF_FORMAT, "head": HEAD, "entries": [{"leaf": 1.5}]})


def test_a_head_that_nobody_signed_does_not_hold():
    assert not signing.head_holds(signing.read_head(HEAD))
