"""Admit a device, revoke it, note what became of unsent work."""

import secrets
from datetime import datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, NotFound, Problem
from lingnan.base.ids import parse_uuid, subject, uuid7
from lingnan.kernel.evidence import services as evidence

from .models import Device
from .terms import DEEDS, DeviceAdmitted, DeviceIsRevoked, DeviceRevoked, WorkLeft

KEY = 32  # bytes: AES-256


def key_for(device: str, label: str, *, by: Actor, at: datetime) -> tuple[str, bytes]:
    """The device's uuid and its key, the same each time the same account asks. A device unknown, or
    another account's, is admitted anew. DeviceIsRevoked when its secret was deleted."""
    assert by.account is not None  # the door saw to it
    known = (
        Device.objects.filter(uuid=parse_uuid(device), account=by.account).first()
        if device
        else None
    )
    if known is None:
        return _admit(label, by=by, at=at)
    if known.secret is None:
        raise DeviceIsRevoked
    Device.objects.filter(pk=known.pk).update(seen_at=at)
    return str(known.uuid), bytes(known.secret)


@transaction.atomic
def _admit(label: str, *, by: Actor, at: datetime) -> tuple[str, bytes]:
    row = Device.objects.create(
        uuid=uuid7(int(at.timestamp() * 1000)),
        account=by.account,
        secret=secrets.token_bytes(KEY),
        label=label[:64],
        admitted_at=at,
        seen_at=at,
    )
    evidence.record(DeviceAdmitted(subject=subject("away", "device", row.uuid)), by=by, at=at)
    return str(row.uuid), bytes(row.secret or b"")


@transaction.atomic
def revoke(device: str, *, by: Actor, at: datetime) -> None:
    """Of one's own. NotFound for another's; twice is once."""
    row = (
        Device.objects.select_for_update()
        .filter(uuid=parse_uuid(device), account=by.account)
        .first()
    )
    if row is None:
        raise NotFound
    if row.secret is None:
        return
    Device.objects.filter(pk=row.pk).update(secret=None, revoked_at=at)
    evidence.record(DeviceRevoked(subject=subject("away", "device", row.uuid)), by=by, at=at)


@transaction.atomic
def leave(deed: str, device: str, counts: tuple[int, int], *, by: Actor, at: datetime) -> None:
    """`counts`: drafts, and reports that waited to be sent. Invalid for an unknown deed."""
    if deed not in DEEDS:
        raise Invalid(problems=[Problem("deed", "应为 keep 或 discard。")])
    row = Device.objects.filter(uuid=parse_uuid(device), account=by.account).first()
    if row is None:
        raise NotFound
    left = WorkLeft(
        subject=subject("away", "device", row.uuid),
        deed=deed,
        drafts=min(max(counts[0], 0), 10_000),
        waiting=min(max(counts[1], 0), 10_000),
    )
    evidence.record(left, by=by, at=at)
