"""The web floor's own tables, gathered for Django."""

from .away.models import Device
from .files.models import KeptFile
from .idempotency.models import Call
from .speech.models import Heard

__all__ = ["Call", "Device", "Heard", "KeptFile"]
