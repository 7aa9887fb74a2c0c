"""The adversary writes to the database and has no key: what it does is found and named."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingnan.base.tests.rounds import rounds
from lingnan.kernel.evidence import queries
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.models import (
    Event,
    EventBody,
    SequencerState,
    SigningKey,
    Tile,
    TreeHead,
)
from lingnan.kernel.evidence.rules import tiles, tree
from lingnan.kernel.evidence.terms import Head

from .forging import fill, found, named, row_of
from .samples import AT, counted, drain, keep, leaves

pytestmark = pytest.mark.django_db


def test_an_untouched_log_has_no_findings():
    assert found() == []
    fill(3, 300, 40)
    keep(counted(), private={"not": "yet sequenced"})
    assert found() == found(queries.latest_head()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"facts": '{"amount":999,"note":""}'},
        {"facts": "not json"},
        {"by": "mayor party:1 via:web"},
        {"at": AT - timedelta(days=1)},
        {"place_id": 999},
        {"place_id": None},
        {"label": "public"},
        {"kind": "sample.moved"},
        {"version": 1},
        {"subject_n": 99},
        {"commitment": "00"},
    ],
)
def test_an_edited_event_is_named(change):
    fill(10, 10)
    pk = row_of(7).pk
    Event.objects.filter(pk=pk).update(**change)
    assert named("event", f"#{pk} (seq 7")
    assert len([f for f in found() if f[0] == "event"]) == 1


def test_a_deleted_event_is_named():
    fill(10, private=False)
    row_of(4).delete()
    row_of(5).delete()
    assert ("event", "seq 4–5", "事件被删除：编号缺失") in found()


def test_an_event_deleted_before_it_is_sequenced_is_missed_by_the_next_of_its_subject():
    first, second, _ = keep(counted(1), counted(1), counted(1))
    Event.objects.filter(pk=second).delete()
    drain()
    assert [noun for noun, _, _ in found()] == ["subject"]


def test_a_cut_tail_is_found_against_a_head_in_the_database():
    fill(10, 10, private=False)
    Event.objects.filter(seq__gt=15).delete()
    assert named("event", "seq 16–20")


def cut_to(size):
    """A clever cut: heads, tiles and state as they were at that size."""
    EventBody.objects.filter(event__seq__gt=size).delete()
    Event.objects.filter(seq__gt=size).delete()
    TreeHead.objects.filter(tree_size__gt=size).delete()
    SequencerState.objects.update(size=size)
    for tile in Tile.objects.all():
        count = tiles.expected((tile.level, tile.index), size)
        Tile.objects.filter(pk=tile.pk).update(hashes=bytes(tile.hashes)[: 32 * count])
    Tile.objects.filter(hashes=b"").delete()


def test_a_clever_cut_or_an_old_copy_is_found_against_an_outside_head():
    fill(10, 10)
    outside = queries.latest_head()
    cut_to(10)
    assert found() == []
    head, *others = found(outside)
    assert head[:2] == ("head", "外部树头 20") and "缺第 11–20 条" in head[2]
    assert {noun for noun, _, _ in others} == {"event", "tile"}
    assert named("event", "seq 11–20", outside)


def test_an_old_copy_that_was_written_on_is_found_against_an_outside_head():
    fill(10, 10)
    outside = queries.latest_head()
    cut_to(10)
    fill(15)
    assert found() == []
    (finding,) = found(outside)
    assert finding[:2] == ("head", "外部树头 20") and "不一致" in finding[2]


def test_an_inserted_event_is_named():
    fill(10)
    copy = row_of(3)
    copy.pk, copy.subject_n, copy.seq = None, 50, 11
    copy.commitment = ""
    copy.save()
    assert named("event", f"#{copy.pk} (seq 11)")


def test_an_event_put_in_the_place_of_another_is_named():
    fill(10, private=False)
    copy = row_of(3)
    Event.objects.filter(seq=3).delete()
    copy.pk, copy.facts = None, '{"amount":0,"note":""}'
    copy.save()
    assert named("event", f"#{copy.pk} (seq 3")


@pytest.mark.parametrize("key", [(0, 0), (0, 1), (1, 0)])
def test_an_edited_tile_is_named(key):
    fill(300, 5)
    tile = Tile.objects.get(level=key[0], index=key[1])
    raw = bytearray(tile.hashes)
    raw[5] ^= 1
    Tile.objects.filter(pk=tile.pk).update(hashes=bytes(raw))
    assert named("tile", f"{key[0]}/{key[1]}")
    assert {noun for noun, _, _ in found()} == {"tile"}


@pytest.mark.parametrize("key", [(0, 0), (0, 1), (1, 0)])
def test_a_deleted_or_cut_or_added_tile_is_named(key):
    fill(300)
    tile = Tile.objects.get(level=key[0], index=key[1])
    Tile.objects.filter(pk=tile.pk).update(hashes=bytes(tile.hashes)[:-32])
    assert named("tile", f"{key[0]}/{key[1]}")
    Tile.objects.filter(pk=tile.pk).delete()
    assert named("tile", f"{key[0]}/{key[1]}")
    Tile.objects.create(level=key[0], index=7, hashes=b"x" * 32)
    assert named("tile", f"{key[0]}/7")


def test_one_forgery_does_not_hide_the_next():
    fill(10, 300, 10, 10, private=False)
    first, second = row_of(7).pk, row_of(315).pk
    Event.objects.filter(pk__in=[first, second]).update(by="somebody else")
    tile = Tile.objects.get(level=0, index=1)
    raw = bytearray(tile.hashes)
    raw[70 * 32] ^= 1  # seq 327, under the last head
    Tile.objects.filter(pk=tile.pk).update(hashes=bytes(raw))
    assert [(n, r.partition(",")[0]) for n, r, _ in found()] == [
        ("event", f"#{first} (seq 7"),
        ("event", f"#{second} (seq 315"),
        ("tile", "0/1"),
    ]


def rewrite_tiles():
    """Make all tiles follow from the events as they are now."""
    fresh = tiles.appended({}, 0, leaves())
    for (level, index), hashes in fresh.items():
        Tile.objects.filter(level=level, index=index).update(hashes=hashes)


def test_an_edit_with_all_tiles_rewritten_is_found_between_two_heads():
    fill(10, 10, 10)
    Event.objects.filter(seq=17).update(by="somebody else")
    rewrite_tiles()
    assert ("event", "seq 11–20") in [(n, r) for n, r, _ in found()]


def test_an_edit_with_tiles_rewritten_is_never_signed_over():
    fill(10)
    Event.objects.filter(seq=7).update(by="somebody else")
    rewrite_tiles()
    keep(counted())
    with pytest.raises(evidence.TreeBroken):
        drain()
    TreeHead.objects.update(root=tree.root_of(leaves()).hex())
    with pytest.raises(evidence.TreeBroken):
        drain()
    assert named("head", "tree_size 10")


def test_a_forged_head_is_named():
    fill(10, 10)
    head = TreeHead.objects.get(tree_size=10)
    for change in (
        {"root": "0" * 64},
        {"at": AT + timedelta(seconds=7)},
        {"tree_size": 11},
        {"signature": "00" * 64},
    ):
        with transaction.atomic():
            TreeHead.objects.filter(pk=head.pk).update(**change)
            assert named("head", f"#{head.pk} ")
            assert {noun for noun, _, _ in found()} == {"head"}
            head.save()


def test_a_forged_head_of_a_larger_tree_is_named():
    fill(10)
    newest = TreeHead.objects.get()
    TreeHead.objects.create(
        tree_size=10**12, root=newest.root, at=newest.at, key=newest.key, signature="0" * 128
    )
    assert named("head", f"tree_size {10**12}")


FIELDS = {
    Event: ["kind", "subject", "label", "by", "facts", "commitment", "version", "place_id", "seq"],
    EventBody: ["salt", "body"],
    Tile: ["level", "index", "hashes"],
    TreeHead: ["tree_size", "root", "signature", "at"],
    SigningKey: ["key_id", "public_key", "valid_from", "self_signature"],
}
NOUNS = {Event: "event", EventBody: "body", Tile: "tile", TreeHead: "head", SigningKey: "key"}


def name_of(row):
    match row:
        case Tile():
            return f"{row.level}/{row.index}"
        case SigningKey():
            return f"(#{row.pk})"
        case EventBody():
            return f"event #{row.pk}"
        case _:
            return f"#{row.pk} "


def mutated(value, draw):
    if isinstance(value, str):
        at = draw(st.integers(0, max(0, len(value) - 1)))
        new = draw(st.sampled_from("0123456789abcdef~").filter(lambda c: c != value[at : at + 1]))
        return value[:at] + new + value[at + 1 :]
    if isinstance(value, (bytes, memoryview)):
        raw = bytearray(value)
        raw[draw(st.integers(0, len(raw) - 1))] ^= 1 << draw(st.integers(0, 7))
        return bytes(raw)
    if isinstance(value, int):
        return value + draw(st.integers(1000, 1100))
    return value + timedelta(seconds=draw(st.integers(1, 10**6)))


@pytest.fixture
def filled():
    fill(20, 250, 30)


ONE_LOG = settings(
    max_examples=rounds(50),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@ONE_LOG
@given(st.data())
def test_any_change_to_any_row_is_found_and_named(filled, data):
    model = data.draw(st.sampled_from(list(FIELDS)))
    row = data.draw(st.sampled_from(list(model.objects.order_by("pk"))))
    field = data.draw(st.sampled_from(FIELDS[model]))
    new = mutated(getattr(row, field), data.draw)
    try:
        with transaction.atomic():
            model.objects.filter(pk=row.pk).update(**{field: new})
            assert named(NOUNS[model], name_of(row)), found()
            transaction.set_rollback(True)
    except IntegrityError:
        pass  # the database itself refused the forgery


@ONE_LOG
@given(st.data())
def test_any_row_deleted_is_found_and_named(filled, data):
    model = data.draw(st.sampled_from([Event, EventBody, Tile]))
    row = data.draw(st.sampled_from(list(model.objects.order_by("pk"))))
    with transaction.atomic():
        if model is Event:
            EventBody.objects.filter(pk=row.pk).delete()
        model.objects.filter(pk=row.pk).delete()
        name = f"seq {row.seq}" if model is Event else name_of(row)
        assert named(NOUNS[model], name), found()
        transaction.set_rollback(True)


def test_memory_and_queries_do_not_grow_with_every_event(django_assert_max_num_queries):
    fill(10_000, private=False)
    with django_assert_max_num_queries(120):
        assert found() == []


def test_proofs_from_the_tiles_hold():
    fill(20, 250, 30)
    roots = {size: queries.root_at(size) for size in (20, 270, 300)}
    assert {h.tree_size: h.root for h in TreeHead.objects.all()} == {
        size: root.hex() for size, root in roots.items()
    }
    hashed = leaves()
    for size, root in roots.items():
        for seq in (1, 20, size // 2, size):
            path = queries.inclusion_proof(seq, size)
            assert tree.inclusion_holds(hashed[seq - 1], seq - 1, size, path, root)
    assert tree.consistency_holds(
        20, 300, roots[20], roots[300], queries.consistency_proof(20, 300)
    )
    assert queries.consistency_proof(0, 300) == []
    for wrong in ((0, 3), (301, 301), (4, 3)):
        with pytest.raises(queries.NoSuchLeaf):
            queries.inclusion_proof(*wrong)
    with pytest.raises(queries.NoSuchLeaf):
        queries.consistency_proof(5, 301)
    Tile.objects.filter(level=0, index=0).delete()
    with pytest.raises(queries.TileMissing):
        queries.inclusion_proof(1, 300)


def test_a_moment_has_the_seq_that_was_signed_by_then():
    fill(3, 4)
    assert isinstance(queries.latest_head(), Head)
    assert queries.seq_at(AT - timedelta(seconds=1)) == 0
    assert queries.seq_at(AT) == 3
    assert queries.seq_at(AT + timedelta(minutes=5)) == 7
    keep(counted())
    drain(-100)  # a clock set back
    assert queries.seq_at(AT - timedelta(minutes=50)) == 0
    assert queries.seq_at(AT + timedelta(minutes=1)) == 8
