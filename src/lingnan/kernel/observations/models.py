"""Tables of what is known: SQL is the transactional truth, history lies in the segments it lists"""

from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from lingnan.base import canonical


def segments_folder() -> Path:
    folder: Path = settings.ENV.folder / "segments"
    return folder


class ExactDecimal(models.Field[Decimal | None, Decimal | None]):
    """DECIMAL(24,6). SQLite would keep it as a float, so it is kept there as text."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "text" if connection.vendor == "sqlite" else "numeric(24, 6)"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or connection.vendor != "sqlite":
            return value
        return format(value, "f")


class Element(models.Model):
    """A concept, how it is measured and how it adds up. Evidence keeps its earlier definitions."""

    id = models.AutoField(primary_key=True)
    uuid = models.UUIDField(unique=True)
    code = models.CharField(max_length=96, unique=True)
    titles = models.JSONField()
    type = models.CharField(max_length=10)
    unit = models.CharField(max_length=24, blank=True)
    period_kind = models.SmallIntegerField(default=0)
    over_places = models.CharField(max_length=6, default="sum")
    over_time = models.CharField(max_length=6, default="last")
    label = models.CharField(max_length=12, default="internal")
    subject_kind = models.CharField(max_length=16, default="place")
    concept = models.CharField(max_length=96, blank=True)
    breakdown = models.JSONField(default=list)
    options = models.JSONField(default=list)
    precedence = models.JSONField(default=list)
    expression = models.TextField(blank=True)
    owner = models.CharField(max_length=64, blank=True)
    valid_from = models.DateField(null=True)

    def __str__(self) -> str:
        return self.code

    def digest(self) -> str:
        """Of the definition, as evidence keeps it."""
        fields = [f.name for f in self._meta.concrete_fields if f.name not in {"id", "uuid"}]
        return canonical.sha256({name: getattr(self, name) for name in fields})


class Source(models.Model):
    """Where values come from: a department, a form, a ledger. Rows carry its small number."""

    id = models.AutoField(primary_key=True)
    code = models.CharField(max_length=96, unique=True)

    def __str__(self) -> str:
        return self.code


class Batch(models.Model):
    """What was written together. The id is a hash of the key, so that the same upload is one batch.

    Visible to readers once its event has a sequence number; `sketch` holds its blocks.
    """

    id = models.BigIntegerField(primary_key=True)
    key = models.CharField(max_length=200)
    event = models.OneToOneField("kernel_evidence.Event", models.PROTECT, null=True)
    shape = models.CharField(max_length=8, default="value")
    source = models.ForeignKey(Source, models.PROTECT)
    rows = models.IntegerField()
    superseded = models.IntegerField(default=0)
    contenders = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    periods = models.JSONField(default=list)
    place_low = models.BigIntegerField()
    place_high = models.BigIntegerField()
    payload = models.CharField(
        max_length=64
    )  # digest of what was sent, so that a key is not reused
    row_root = models.CharField(max_length=64)
    sketch = models.BinaryField()
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class ImportProjection(models.Model):
    """An import that is visible; its rows from `from_place` on may not be in CurrentValue yet."""

    batch = models.OneToOneField(Batch, models.CASCADE, primary_key=True)
    periods = models.JSONField()
    from_place = models.BigIntegerField()
    to_place = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.batch_id} from {self.from_place}"


class PeriodHead(models.Model):
    """One row a period: the short lock under which winners are decided, and whether it is open.

    `n` counts the batches that touched it; `is_kept`: CurrentValue is complete for it;
    `is_filling`: it is being completed, and whoever writes must write there too.
    """

    period = models.IntegerField(primary_key=True)
    n = models.BigIntegerField(default=0)
    is_open = models.BooleanField(default=True)
    is_kept = models.BooleanField(default=True)
    is_filling = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.period)


class Row(models.Model):
    """The columns of a segment row; see the README for each."""

    place = models.BigIntegerField()
    subject = models.BigIntegerField(default=0)
    element = models.IntegerField()
    period = models.IntegerField()
    value = ExactDecimal(null=True)
    text = models.TextField(null=True)  # noqa: DJ001 - missing is not empty
    quality = models.SmallIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.place}/{self.subject}/{self.element}/{self.period}"


class PendingValue(Row):
    """A visible value that no segment holds yet. `prior` is what it replaced: sums telescope."""

    n = models.IntegerField()
    effect = models.SmallIntegerField(default=0)
    prior = ExactDecimal(null=True)
    prior_present = models.BooleanField(default=False)
    source = models.IntegerField()
    # The unique constraint below already finds the rows of a batch.
    batch = models.ForeignKey(Batch, models.PROTECT, db_index=False)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "n"], name="pending_row")]
        indexes = [models.Index(fields=["period", "place"], name="pending_period")]


class CurrentValue(Row):
    """The winner of each key for the open, the previous and the year-ago period.

    `event` is the batch's: of two claims to one key the greater is the newer.
    """

    pk = models.CompositePrimaryKey("place", "subject", "period", "element")
    source = models.IntegerField()
    batch = models.BigIntegerField()
    event = models.BigIntegerField()
    n = models.IntegerField()
    recorded_at = models.DateTimeField()
    disputed = models.BooleanField(default=False)


class Contender(Row):
    """A loser that disagreed: kept, shown, decided by a person, never overwritten."""

    source = models.IntegerField()
    batch = models.BigIntegerField()
    n = models.IntegerField()
    recorded_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    taken = models.BooleanField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "n"], name="contender_row")]
        indexes = [models.Index(fields=["place", "element", "period"], name="contender_key")]


class Segment(models.Model):
    """The manifest: which immutable files make up history.

    Raw segments belong to one batch and take their sequence number from it; sealed and compacted
    ones carry it in their rows. A replaced segment is never read again and is collected later.
    """

    uuid = models.UUIDField(unique=True)
    path = models.CharField(max_length=200, unique=True)
    shape = models.CharField(max_length=8, default="value")
    rows = models.IntegerField()
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True)
    min_seq = models.BigIntegerField(null=True)
    max_seq = models.BigIntegerField(null=True)
    periods = models.JSONField(default=list)
    place_low = models.BigIntegerField()
    place_high = models.BigIntegerField()
    superseded = models.IntegerField(default=0)  # at most so many; 0 is exact
    contenders = models.IntegerField(default=0)
    is_wide = models.BooleanField(default=False)  # values need DECIMAL(24,6) rather than (18,6)
    has_text = models.BooleanField(default=False)
    event = models.ForeignKey("kernel_evidence.Event", models.PROTECT, null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["shape", "replaced_at"], name="segment_live")]

    def __str__(self) -> str:
        return self.path

    @property
    def file(self) -> Path:
        return segments_folder() / self.path


class LedgerEntry(models.Model):
    """The current state of one person, household, home or enterprise in a ledger."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True)
    kind = models.CharField(max_length=16)
    place = models.BigIntegerField()
    party = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    data = models.JSONField(default=dict)
    batch = models.ForeignKey(Batch, models.PROTECT)
    n = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["kind", "place"], name="ledger_place")]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"


class PendingLedger(models.Model):
    """A version of an entry that no segment holds yet."""

    entry = models.BigIntegerField()
    uuid = models.UUIDField()
    kind = models.CharField(max_length=16)
    place = models.BigIntegerField()
    party = models.BigIntegerField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    data = models.JSONField(default=dict)
    batch = models.ForeignKey(Batch, models.PROTECT)
    n = models.IntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "n"], name="pending_ledger_row")]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"
