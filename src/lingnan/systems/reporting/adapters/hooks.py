"""A signed POST: an SMS gateway, or the webhook of an office platform such as 粤政易.

The body is canonical JSON. `X-Lingnan-Signature` is HMAC-SHA256 (hex) of the time, a dot and the body;
`Idempotency-Key` is the same at every try.
"""

import hashlib
import hmac
import urllib.error
import urllib.request
from dataclasses import dataclass

from lingnan.base import clock
from lingnan.base.canonical import dumps

from ..terms.messaging import Letter, NotDelivered

TIMEOUT = 10.0
SHORT = 70  # one SMS of Chinese


def signature(secret: str, moment: str, body: bytes) -> str:
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Hook:
    name: str
    url: str
    secret: str
    short: bool = False

    def send(self, letter: Letter) -> None:
        if not letter.to:
            raise NotDelivered("没有收件人")
        words = letter.words
        if self.short and len(words) > SHORT:
            words = words[: SHORT - 1] + "…"
        told = {"to": list(letter.to), "title": letter.title, "words": words, "link": letter.link}
        body = dumps(told)
        moment = clock.now().isoformat(timespec="seconds")
        request = urllib.request.Request(
            self.url,
            data=body,
            headers={
                "Content-Type": "application/json",
                "Idempotency-Key": letter.key,
                "X-Lingnan-Time": moment,
                "X-Lingnan-Signature": signature(self.secret, moment, body),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT):
                return
        except (urllib.error.URLError, OSError) as no:
            raise NotDelivered(f"{type(no).__name__}: {no}") from no
