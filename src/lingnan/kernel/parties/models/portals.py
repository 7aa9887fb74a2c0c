"""Other sites that sign our people in, and whose users sign in through us (OpenID Connect)."""

from typing import Any, ClassVar

from django.db import models

from .accounts import Account


class Portal(models.Model):
    """`direction` in: it signs our people in. out: its users sign in through us."""

    uuid = models.UUIDField(unique=True, editable=False)
    direction = models.CharField(max_length=3, choices=[("in", "in"), ("out", "out")])
    name = models.CharField(max_length=120)
    issuer = models.CharField(max_length=300, blank=True, default="")  # in
    client_id = models.CharField(max_length=200)
    sealed = models.BinaryField(default=b"")  # in: the secret we show the portal
    digest = models.CharField(max_length=64, blank=True, default="")  # out: hash of its secret
    redirect_uris: models.Field[Any, Any] = models.JSONField(default=list)  # out: exact addresses
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["direction", "issuer", "client_id"], name="portal_client_once"
            ),
        ]

    def __str__(self) -> str:
        return f"portal {self.uuid}"


class PortalLink(models.Model):
    """Whom a portal means. `who` is a keyed hash of the portal's own name for the person."""

    portal = models.ForeignKey(Portal, on_delete=models.PROTECT, related_name="links")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="portals")
    who = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["portal", "who"], name="portal_means_one_account"),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} at portal {self.portal_id}"


class PortalGrant(models.Model):
    """A code, then the access token it was changed for; both only as hashes."""

    portal = models.ForeignKey(Portal, on_delete=models.PROTECT, related_name="grants")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=64, unique=True)
    token = models.CharField(max_length=64, blank=True, default="", db_index=True)
    scope = models.CharField(max_length=100)
    redirect_uri = models.CharField(max_length=500)
    challenge = models.CharField(max_length=128)
    nonce = models.CharField(max_length=300, blank=True, default="")
    signed_in_at = models.DateTimeField()
    assurance = models.CharField(max_length=12)
    code_until = models.DateTimeField()
    token_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"grant of portal {self.portal_id}"
