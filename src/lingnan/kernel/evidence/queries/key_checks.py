"""Whether the keys in the database are ours: by the files of this machine, by the outside head."""

import json
from collections.abc import Iterable, Iterator

from ..models import Event, SigningKey
from ..rules import signing
from ..terms import Finding, Head, KeyRotated
from .trust import folder, local_keys

Trusted = dict[int, SigningKey]


def check_keys(outside: Head | None) -> Iterator[Finding]:
    """What is wrong with the keys, and which are not to be trusted."""
    keys = _keys()
    told = _rotations()
    for key in keys:
        yield from (_finding(key, what) for what in _faults(key, keys, told))
    if keys and not _anchors(outside):
        where = f"{folder()}/evidence-*.pub"
        tell = (
            "本机没有公钥文件，也没有外部树头，无从判断签名人，签名与事件树未校验。请放回公钥再校验"
        )
        yield Finding("evidence.key", where, tell)
        return
    trusted = trusted_keys(outside)
    for key in keys:
        if key.pk not in trusted:
            yield _finding(key, "既非本机所有，也未经可信密钥认证：疑为伪造或替换")


def knows_signer(outside: Head | None) -> bool:
    """Whether there is anything to judge signatures by; an empty log needs nothing."""
    return bool(_anchors(outside)) or not SigningKey.objects.exists()


def trusted_keys(outside: Head | None) -> Trusted:
    """By primary key. Trust spreads from an anchor to its successor by certificate, and to its
    predecessor because the self-signed statement names it by fingerprint."""
    keys = [key for key in _keys() if _is_whole(key)]
    anchors = _anchors(outside)
    found = {key.pk: key for key in keys if key.key_id in anchors}
    before = -1
    while before != len(found):
        before = len(found)
        for key in keys:
            if key.predecessor_id in found and _is_certified(key):
                found[key.pk] = key
        named = {key.predecessor_id for key in found.values()}
        found |= {key.pk: key for key in keys if key.pk in named}
    return found


def _keys() -> list[SigningKey]:
    return list(SigningKey.objects.select_related("predecessor", "successor").order_by("id"))


def _anchors(outside: Head | None) -> set[str]:
    return local_keys() | ({outside.key_id} if outside else set())


def _faults(key: SigningKey, keys: list[SigningKey], told: dict[str, bool]) -> Iterator[str]:
    if not _is_whole(key):
        yield "公钥、生效时间或前任密钥与其签名声明不符"
    if key.predecessor_id and not _is_certified(key) and (key.certificate or told.get(key.key_id)):
        yield "前任密钥的认证签名不成立"
    if key.predecessor_id and key.key_id not in told:
        yield "没有对应的换钥记录"
    following = [other for other in keys if other.predecessor_id == key.pk]
    ends = following[0].valid_from if following else None
    if key.valid_to != ends:
        yield "失效时间与继任密钥的生效时间不符"


def _is_whole(key: SigningKey) -> bool:
    try:
        named = signing.key_id(bytes.fromhex(key.public_key))
    except ValueError:
        return False
    return named == key.key_id and signing.holds(
        key.public_key, key.self_signature, _statement(key)
    )


def _is_certified(key: SigningKey) -> bool:
    before = key.predecessor
    return before is not None and signing.holds(before.public_key, key.certificate, _statement(key))


def _statement(key: SigningKey) -> bytes:
    before = key.predecessor.key_id if key.predecessor else ""
    return signing.key_statement(key.public_key, key.valid_from, before)


def _rotations() -> dict[str, bool]:
    """New key → whether its predecessor certified it, as the events tell."""
    rows: Iterable[str] = Event.objects.filter(kind=KeyRotated.kind).values_list("facts", flat=True)
    found = {}
    for text in rows:
        try:
            facts = json.loads(text)
            found[str(facts["new_key"])] = bool(facts["certified"])
        except (ValueError, KeyError, TypeError):
            continue  # an edited event: the tree names it
    return found


def _finding(key: SigningKey, what: str) -> Finding:
    return Finding("evidence.key", f"{key.key_id[:16]} (#{key.pk})", what)
