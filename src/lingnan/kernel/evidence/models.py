from django.db import models
from django.db.models import Q


class Event(models.Model):
    """What happened. Written once; only `seq` is set later, once, by the sequencer."""

    kind = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=120)
    subject_n = models.PositiveIntegerField(help_text="order within the subject: 1, 2, 3 …")
    place_id = models.BigIntegerField(null=True)
    label = models.CharField(max_length=20)
    by = models.CharField(max_length=160)
    at = models.DateTimeField()
    facts = models.TextField(help_text="canonical JSON, exactly as hashed")
    commitment = models.CharField(max_length=64, blank=True)
    seq = models.BigIntegerField(null=True, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "subject_n"], name="evidence_subject_n"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(seq__isnull=True), name="evidence_unsequenced"),
            models.Index(fields=["kind", "seq"], name="evidence_kind_seq"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} #{self.pk}"


class EventBody(models.Model):
    """The erasable part. Once erased it is empty, and `erased_by` is the event that says so."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="body")
    salt = models.CharField(max_length=64, blank=True, help_text="hex")
    body = models.TextField(blank=True, help_text="canonical JSON")
    erased_by = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"body of event {self.event_id}"


class StateMark(models.Model):
    """The states an event tells of. `told`: a compressed list, whose digest is a fact of it."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="mark")
    salt = models.CharField(max_length=32, help_text="hex")
    told = models.BinaryField()

    def __str__(self) -> str:
        return f"states of event {self.event_id}"


class Tile(models.Model):
    """Up to 256 hashes of full subtrees of 256**level leaves, 32 bytes each."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "index"], name="evidence_tile"),
        ]

    def __str__(self) -> str:
        return f"tile {self.level}/{self.index}"


class SigningKey(models.Model):
    """The public part; the private part is a file. `key_id` is the SHA-256 of the public key."""

    key_id = models.CharField(max_length=64, unique=True)
    public_key = models.CharField(max_length=64)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    predecessor = models.OneToOneField("self", models.PROTECT, null=True, related_name="successor")
    self_signature = models.CharField(max_length=128)
    certificate = models.CharField(
        max_length=128, blank=True, help_text="the predecessor's signature of the same statement"
    )

    def __str__(self) -> str:
        return self.key_id[:16]


class TreeHead(models.Model):
    """A signed head: one for each pass of the sequencer."""

    tree_size = models.BigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)
    key = models.ForeignKey(SigningKey, models.PROTECT)
    signature = models.CharField(max_length=128)

    def __str__(self) -> str:
        return f"head of {self.tree_size}"


class SequencerState(models.Model):
    """One row: the lock of the sequencer and the size of its tree."""

    size = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="evidence_one_sequencer")]

    def __str__(self) -> str:
        return f"{self.size} events in the tree"


class OutboxCursor(models.Model):
    """How far one listener has heard; while its next event fails, how often and until when."""

    listener = models.CharField(max_length=120, unique=True)
    seq = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.listener} at {self.seq}"


class DeadLetter(models.Model):
    """A delivery given up after the last attempt. It stays until it is delivered after all."""

    listener = models.CharField(max_length=120)
    event = models.ForeignKey(Event, models.PROTECT, related_name="+")
    attempts = models.PositiveSmallIntegerField()
    error = models.TextField()
    at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listener", "event"], name="evidence_dead_letter"),
        ]

    def __str__(self) -> str:
        return f"{self.listener} gave up event {self.event_id}"
