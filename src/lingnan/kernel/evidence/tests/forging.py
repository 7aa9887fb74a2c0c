"""A log to forge, and what verification says of it."""

from django.db import transaction

from lingnan.kernel.evidence import queries
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.models import (
    Event,
)

from .samples import AT, CLERK, counted, drain


def fill(*sizes, private=True):
    """One head for each size."""
    for minute, size in enumerate(sizes):
        with transaction.atomic():
            evidence.record_many(
                [counted(n % 7, n, place=n) for n in range(size)],
                by=CLERK,
                at=AT,
                private=[{"n": n} if private and n % 5 == 0 else None for n in range(size)],
            )
        drain(minute)


def found(outside=None):
    return [(f.noun.removeprefix("evidence."), f.row, f.what) for f in queries.verify(outside)]


def named(noun, part, outside=None):
    """Whether a finding of that noun names the row."""
    return any(n == noun and part in row for n, row, _ in found(outside))


def row_of(seq):
    return Event.objects.get(seq=seq)
