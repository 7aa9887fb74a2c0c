"""Tables of ledgers and of what comes back from above. The versions of entries lie in the kernel."""

from typing import ClassVar

from django.db import models

from ..terms.filings import Verdict
from ..terms.ledgers import Reply


class LedgerNumber(models.Model):
    """A number from a register, sealed; found by a keyed hash, so one number is one entry."""

    uuid = models.UUIDField(unique=True)
    entry = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=16)
    scheme = models.CharField(max_length=24)
    masked = models.CharField(max_length=40)
    sealed = models.BinaryField()
    blind = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "blind"], name="ledger_number_once"),
        ]

    def __str__(self) -> str:
        return self.masked


class LedgerAct(models.Model):
    """Who did what to which entries, from which day, and why."""

    uuid = models.UUIDField(unique=True)
    key = models.CharField(max_length=200, unique=True)
    act = models.CharField(max_length=12)
    kind = models.CharField(max_length=16)
    day = models.DateField()
    source = models.CharField(max_length=96)
    reason = models.TextField(blank=True, default="")
    retracted_by = models.UUIDField(null=True)
    by_party = models.BigIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.act} {self.kind} {self.day}"


class LedgerTouch(models.Model):
    """What an act did to one entry: as it was on the day (null: not there) and as it is said now.

    A state is `{"place", "from", "to", "data"}`.
    """

    act = models.ForeignKey(LedgerAct, models.CASCADE, related_name="touches")
    entry = models.UUIDField()
    kind = models.CharField(max_length=16)
    before = models.JSONField(null=True)
    after = models.JSONField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["entry"], name="ledger_touch_entry")]

    def __str__(self) -> str:
        return f"{self.act_id} {self.kind} {self.entry}"


class LedgerCover(models.Model):
    """A village's ledger of a kind is complete from `since` on: only then is a count a count."""

    uuid = models.UUIDField(unique=True)
    kind = models.CharField(max_length=16)
    place = models.BigIntegerField()
    since = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "place"], name="ledger_cover_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"


class LedgerItem(models.Model):
    """A fact counted over a ledger, once a person has accepted the formula."""

    uuid = models.UUIDField(unique=True)
    element = models.CharField(max_length=96, unique=True)
    kind = models.CharField(max_length=16)
    formula = models.TextField()
    state = models.CharField(max_length=10, default=Verdict.PROPOSED)
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.element} = {self.formula}"


class ReturnBatch(models.Model):
    """What a department sent down. `kind`: a ledger's, or `value` for facts of villages."""

    uuid = models.UUIDField(unique=True)
    key = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=16)
    day = models.DateField()
    rows = models.IntegerField()
    faults = models.JSONField(default=list)
    sent_by = models.BigIntegerField()
    sent_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"return:{self.code} {self.day}"


class ReturnRow(models.Model):
    """One row of it, held against the ledger; nothing changes before the village says so.

    `given`: attribute key → text as sent (numbers sealed apart); `changes`: key → [old, new].
    """

    uuid = models.UUIDField(unique=True)
    batch = models.ForeignKey(ReturnBatch, models.CASCADE, related_name="items")
    row = models.IntegerField()
    place = models.BigIntegerField(null=True)
    entry = models.UUIDField(null=True)
    proposed = models.CharField(max_length=8)
    given = models.JSONField(default=dict)
    number = models.BinaryField(null=True)
    masked = models.CharField(max_length=40, blank=True, default="")
    changes = models.JSONField(default=dict)
    doubt = models.CharField(max_length=200, blank=True, default="")
    reply = models.CharField(max_length=8, default=Reply.WAITING)
    reason = models.TextField(blank=True, default="")
    replied_by = models.BigIntegerField(null=True)
    replied_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "row"], name="return_row_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["reply", "place"], name="return_queue")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.row} {self.proposed}"
