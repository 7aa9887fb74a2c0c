"""Forged heads are one thing; forged, lost and exposed keys, bodies and states another."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from lingnan.kernel.evidence import queries
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.models import (
    Event,
    EventBody,
    SequencerState,
    SigningKey,
    TreeHead,
)
from lingnan.kernel.evidence.queries import trust
from lingnan.kernel.evidence.rules import signing
from lingnan.kernel.evidence.terms import Finding

from .forging import fill, found, named, row_of
from .samples import AT, CLERK, counted, drain, keep

pytestmark = pytest.mark.django_db


def forge_key():
    """A whole new key, self-signed, and every head signed again with it."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw().hex()
    statement = signing.key_statement(public, AT, "")
    SigningKey.objects.update(
        key_id=signing.key_id(bytes.fromhex(public)),
        public_key=public,
        valid_from=AT,
        self_signature=private.sign(statement).hex(),
    )
    for row in TreeHead.objects.select_related("key"):
        head = signing.head_statement(queries.head_of(row))
        TreeHead.objects.filter(pk=row.pk).update(signature=private.sign(head).hex())
    return public


def test_a_replaced_key_is_named_though_it_signed_everything_again():
    fill(10, 10)
    outside = queries.latest_head()
    public = forge_key()
    name = signing.key_id(bytes.fromhex(public))[:16]
    assert named("key", name)
    assert named("key", name, outside)
    assert named("key", outside.key_id[:16], outside)


@pytest.mark.parametrize(
    "change",
    [
        {"public_key": "0" * 64},
        {"valid_from": AT - timedelta(days=1)},
        {"valid_to": AT - timedelta(days=1)},
        {"self_signature": "0" * 128},
        {"certificate": "0" * 128},
        {"certificate": ""},
        {"predecessor": None},
    ],
)
def test_an_edited_key_is_named(change):
    fill(3)
    evidence.rotate_key(by=CLERK, at=AT + timedelta(hours=1))
    drain(90)
    assert found() == []
    newest = SigningKey.objects.order_by("-id")[0]
    SigningKey.objects.filter(pk=newest.pk).update(**change)
    assert named("key", newest.key_id[:16])


def test_keys_rotate_and_the_old_one_vouches_for_the_new(settings, tmp_path):
    settings.ENV = replace(settings.ENV, data=str(tmp_path))
    fill(3)
    first = queries.latest_head()
    new = evidence.rotate_key(by=CLERK, at=AT + timedelta(hours=1))
    with transaction.atomic():
        drain(90)
    last = queries.latest_head()
    assert (last.key_id, last.tree_size) == (new, 4) and first.key_id != new
    assert Event.objects.get(seq=4).kind == "evidence.key_rotated"
    assert found() == found(first) == found(last) == []
    for file in trust.folder().glob("*.pub"):
        file.unlink()
    [(noun, _, what)] = found()  # nothing to trust: said once, and nothing is called forged
    assert noun == "key"
    assert "没有公钥文件" in what
    assert found(first) == found(last) == []  # forwards by certificate, backwards by name


def test_a_lost_key_is_replaced_and_everybody_outside_notices(settings, tmp_path):
    settings.ENV = replace(settings.ENV, data=str(tmp_path))
    fill(3)
    first = queries.latest_head()
    trust.private_file(first.key_id).unlink()
    from lingnan.kernel.evidence.services import keys

    keys._private_key.cache_clear()
    keep(counted())
    with pytest.raises(evidence.KeyMissing):
        drain()
    evidence.rotate_key(by=CLERK, at=AT + timedelta(hours=1), lost=True)
    drain(90)
    assert found() == []
    trust.public_file(queries.latest_head().key_id).unlink()
    assert named("key", queries.latest_head().key_id[:16], first)


def test_an_exposed_key_is_not_used(settings, tmp_path):
    settings.ENV = replace(settings.ENV, data=str(tmp_path))
    fill(3)
    file = trust.private_file(queries.latest_head().key_id)
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700
    file.chmod(0o640)
    from lingnan.kernel.evidence.services import keys

    keys._private_key.cache_clear()
    keep(counted())
    with pytest.raises(evidence.KeyExposed):
        drain()


@pytest.mark.parametrize("change", [{"body": '{"n":1}'}, {"salt": "00"}, {"salt": "x"}])
def test_an_edited_body_is_named(change):
    fill(10)
    body = EventBody.objects.order_by("pk")[1]
    EventBody.objects.filter(pk=body.pk).update(**change)
    assert [(n, r) for n, r, _ in found()] == [("body", f"event #{body.pk}")]


def test_a_body_removed_without_a_record_is_named():
    fill(10)
    body = EventBody.objects.order_by("pk")[1]
    EventBody.objects.filter(pk=body.pk).update(salt="", body="", erased_by=row_of(2).pk)
    assert named("body", f"event #{body.pk}")
    EventBody.objects.filter(pk=body.pk).delete()
    assert named("body", f"event #{body.pk}")


def test_an_erased_body_is_gone_and_the_event_still_verifies():
    fill(10)
    pk = EventBody.objects.order_by("pk")[1].pk
    told = evidence.erase_body(pk, basis="个人信息保护法第四十七条", by=CLERK, at=AT)
    drain()
    body = EventBody.objects.get(pk=pk)
    assert (body.salt, body.body, body.erased_by_id) == ("", "", told)
    assert body.event.commitment
    assert found() == []
    with pytest.raises(evidence.AlreadyErased):
        evidence.erase_body(pk, basis="again", by=CLERK, at=AT)
    with pytest.raises(evidence.NoBody):
        evidence.erase_body(told, basis="none", by=CLERK, at=AT)


def test_an_edited_state_is_named():
    fill(300)
    SequencerState.objects.update(size=299)
    assert {noun for noun, _, _ in found()} == {"state"}
    SequencerState.objects.all().delete()
    assert {noun for noun, _, _ in found()} == {"state"}


def test_a_forged_outside_head_is_named():
    fill(3)
    head = replace(queries.latest_head(), tree_size=2)
    assert named("head", "外部树头", head)


def test_other_nouns_add_their_own_checks():
    def broken():
        yield Finding("places.place", "#1", "wrong")
        raise OSError("disk")

    evidence.add_verifier("sample", broken)
    try:
        evidence.add_verifier("sample", broken)
        with pytest.raises(ValueError, match="sample"):
            evidence.add_verifier("sample", lambda: iter(()))
        assert [row for _, row, _ in found()] == ["#1", "-"]
    finally:
        evidence.remove_verifier("sample")
