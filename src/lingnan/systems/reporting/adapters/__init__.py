"""Channels out of the building: mail, an SMS gateway, a webhook such as 粤政易's."""

from typing import Protocol

from ..terms.messaging import Channel
from .hooks import Hook
from .mail import Mail

__all__ = ["Hook", "Mail", "configured"]


class Wanted(Protocol):
    """The settings that name channels; an empty address means none."""

    @property
    def mail_url(self) -> str: ...
    @property
    def sms_url(self) -> str: ...
    @property
    def webhook_url(self) -> str: ...
    @property
    def message_secret(self) -> str: ...


def configured(wanted: Wanted) -> list[Channel]:
    found: list[Channel] = []
    if wanted.mail_url:
        found.append(Mail.from_url(wanted.mail_url))
    if wanted.sms_url:
        found.append(Hook("sms", wanted.sms_url, wanted.message_secret, short=True))
    if wanted.webhook_url:
        found.append(Hook("webhook", wanted.webhook_url, wanted.message_secret))
    return found
