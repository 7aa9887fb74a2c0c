"""One's own devices; what is offered for keeping."""

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from lingnan.base.actors import Actor
from lingnan.base.ids import parse_uuid
from lingnan.web.systems import installed

from .models import Device
from .terms import DeviceInfo, Packet

SALT = "lingnan.away"


def tag_of(to: Actor) -> str:
    """Tells accounts apart on a device without naming anybody; empty for a stranger."""
    return "" if to.account is None else salted_hmac(SALT, str(to.account)).hexdigest()[:20]


def devices(*, to: Actor) -> list[DeviceInfo]:
    """The newest first."""
    return [
        DeviceInfo(str(row.uuid), row.label, row.admitted_at, row.seen_at, row.revoked_at)
        for row in Device.objects.filter(account=to.account).order_by("-seen_at", "-pk")[:100]
    ]


def is_revoked(device: str, *, to: Actor) -> bool:
    """Also one that is not the actor's: it has no key for her."""
    if not device:
        return False
    held = Device.objects.filter(uuid=parse_uuid(device), account=to.account, secret__isnull=False)
    return not held.exists()


def packet_of(request: HttpRequest) -> Packet:
    """From every system that offers something for keeping."""
    offers = [system.away(request) for system in installed() if system.away is not None]
    return Packet(
        [page for one in offers for page in one.pages],
        [ledger for one in offers for ledger in one.ledgers],
    )
