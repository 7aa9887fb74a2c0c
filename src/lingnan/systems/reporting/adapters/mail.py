"""Messages by SMTP. An account's address is its username at the declared domain."""

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from ..terms.messaging import Letter, NotDelivered

TIMEOUT = 10.0


@dataclass(frozen=True)
class Mail:
    host: str
    port: int
    sender: str
    domain: str
    user: str = ""
    password: str = ""
    tls: bool = False
    name: str = "mail"

    @classmethod
    def from_url(cls, url: str) -> Self:
        """`smtp://user:password@host:port?from=a@b&domain=b`; `smtps://` speaks TLS from the start."""
        parts = urlsplit(url)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not query.get("from"):
            raise ValueError("must be smtp://host:port?from=address&domain=domain")
        sender = query["from"]
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if parts.scheme == "smtps" else 25),
            sender=sender,
            domain=query.get("domain", sender.partition("@")[2]),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=parts.scheme == "smtps",
        )

    def send(self, letter: Letter) -> None:
        if not letter.to:
            raise NotDelivered("没有收件人")
        mail = EmailMessage()
        mail["From"], mail["Subject"] = self.sender, letter.title
        mail["To"] = ", ".join(f"{one}@{self.domain}" for one in letter.to)
        mail["Message-ID"] = f"<{letter.key.replace(':', '.')}@{self.domain}>"
        mail.set_content(f"{letter.words}\n\n{letter.link}\n")
        kind = smtplib.SMTP_SSL if self.tls else smtplib.SMTP
        try:
            with kind(self.host, self.port, timeout=TIMEOUT) as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as no:
            raise NotDelivered(f"{type(no).__name__}: {no}") from no
