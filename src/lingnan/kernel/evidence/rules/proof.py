"""A proof that stands alone: events, their paths, the signed head. Checked without a database."""

import json
from collections.abc import Mapping
from typing import Any

from lingnan.base import canonical

from ..terms import Finding, Head, Leaf
from . import leaf as leaves
from . import signing, tree

PROOF_FORMAT = "lingnan.evidence.proof/1"
Malformed = signing.Malformed


def entry(leaf: Leaf, path: list[bytes], salt: str = "", body: str = "") -> dict[str, Any]:
    """One event of a proof file; salt and body only when the private part is disclosed."""
    made: dict[str, Any] = {"leaf": leaf_dict(leaf), "path": [one.hex() for one in path]}
    if salt:
        made["private"] = {"salt": salt, "body": json.loads(body)}
    return made


def file(head: Head, entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"format": PROOF_FORMAT, "head": signing.head_dict(head), "entries": entries}


def leaf_dict(leaf: Leaf) -> dict[str, Any]:
    """The leaf as an object; its RFC 8785 form is what is hashed."""
    made: dict[str, Any] = canonical.plain(leaf._asdict())
    return {**made, "facts": json.loads(leaf.facts)}


def check(raw: Any) -> tuple[Head, list[Finding]]:
    """The head, and what does not hold. Malformed when the object cannot be read at all.

    Whose key it is remains to be compared: a proof can only say that this key signed it.
    """
    if not isinstance(raw, Mapping) or raw.get("format") != PROOF_FORMAT:
        raise Malformed(f"not a {PROOF_FORMAT}")
    head = signing.read_head(raw.get("head"))
    entries = raw.get("entries")
    if not isinstance(entries, list) or not entries:
        raise Malformed("entries: at least one is needed")
    found = [] if signing.head_holds(head) else [_finding("head", head.tree_size, "树头签名不成立")]
    for number, one in enumerate(entries):
        found += _check_entry(number, one, head)
    return head, found


def _check_entry(number: int, one: Any, head: Head) -> list[Finding]:
    try:
        leaf, path = one["leaf"], [bytes.fromhex(step) for step in one["path"]]
        seq, claimed = int(leaf["seq"]), str(leaf["commitment"])
        hashed = tree.leaf_hash(canonical.dumps(leaf))
        private = one.get("private")
        opened = private and leaves.commitment(
            bytes.fromhex(private["salt"]), canonical.dumps(private["body"]).decode()
        )
    except (AttributeError, KeyError, TypeError, ValueError) as wrong:
        raise Malformed(f"entries[{number}]: {wrong!r}") from None
    found = []
    if not tree.inclusion_holds(hashed, seq - 1, head.tree_size, path, bytes.fromhex(head.root)):
        found.append(_finding("event", f"seq {seq}", "不在所签名的证据树中，或内容已被改动"))
    if opened and opened != claimed:
        found.append(_finding("body", f"seq {seq}", "私密内容与事件中的承诺值不符"))
    return found


def _finding(noun: str, row: object, what: str) -> Finding:
    return Finding(f"evidence.{noun}", str(row), what)
