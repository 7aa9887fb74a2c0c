"""Find what a database writer without the key has done: an edit, a hole, a cut, an old copy."""

from collections.abc import Iterator

from ..models import SigningKey, TreeHead
from ..rules import signing
from ..terms import Finding, Head
from . import verifiers
from .key_checks import Trusted, check_keys, knows_signer, trusted_keys
from .row_checks import check_bodies, check_state, check_subjects, stray_events
from .state_checks import check_states
from .tile_checks import check_tiles
from .tree_checks import Walk, check_tree, head_fault, signed_heads


def verify(outside_head: Head | None = None) -> Iterator[Finding]:
    """Every finding as it is found; none means that all is as it was signed. Without any public
    key to go by, that is one finding, and signatures are not judged.

    Safe beside writers and sequencers: it checks what was signed when it began. Memory is bounded
    by the page size; time is linear in events and heads.
    """
    if outside_head and not signing.head_holds(outside_head):
        yield Finding("evidence.head", "外部树头", "外部树头自身的签名不成立")
        outside_head = None
    yield from check_keys(outside_head)
    if knows_signer(outside_head):
        yield from _check_log(outside_head)
        yield from check_state()
    yield from check_bodies()
    yield from check_subjects()
    yield from _guarded("evidence.states", check_states)
    for name, fn in verifiers.registered():
        yield from _guarded(name, fn)


def _check_log(outside: Head | None) -> Iterator[Finding]:
    # The keys after the bound: a key that takes over meanwhile signs only what lies beyond.
    top = TreeHead.objects.order_by("-tree_size").values_list("tree_size", flat=True).first() or 0
    keys = trusted_keys(outside)
    signed = largest_genuine(keys)
    claimed = outside.tree_size if outside else 0
    if claimed > signed:
        yield Finding(
            "evidence.head",
            f"外部树头 {claimed}",
            f"本库只签到 {signed}，缺第 {signed + 1}–{claimed} 条：尾部被截断，或恢复了旧副本",
        )
    if outside and not SigningKey.objects.filter(key_id=outside.key_id).exists():
        yield Finding("evidence.key", outside.key_id[:16], "本库没有签发外部树头的密钥")
    walk = Walk()
    yield from check_tree(walk, max(signed, claimed), signed_heads(keys, top, outside))
    yield from check_tiles(walk.bad_tiles, lambda: largest_genuine(trusted_keys(outside)))
    # An event numbered meanwhile has its head by the time we look again: both come in one commit.
    strays = stray_events(max(signed, claimed))
    now_signed = largest_genuine(trusted_keys(outside)) if strays else 0
    for pk, seq in strays:
        if seq < 1 or seq > max(now_signed, claimed):
            yield Finding("evidence.event", f"#{pk} (seq {seq})", "不在任何已签名的树中：自行插入")


def largest_genuine(keys: Trusted) -> int:
    """The size of the largest head that a trusted key signed."""
    for row in TreeHead.objects.order_by("-tree_size").iterator(100):
        if not head_fault(row, keys):
            return row.tree_size
    return 0


def _guarded(name: str, fn: verifiers.Verifier) -> Iterator[Finding]:
    """A verifier that cannot finish is itself a finding; the others still run."""
    try:
        yield from fn()
    except Exception as wrong:
        yield Finding(name, "-", f"校验未能完成：{type(wrong).__name__}: {wrong}")
