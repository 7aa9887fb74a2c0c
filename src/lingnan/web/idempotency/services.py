"""Claim a key, keep an answer, let a key go: short transactions, no lock while work is done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.http import HttpResponse

from .models import Call

KEPT_FOR = timedelta(hours=24)
LARGEST = 1 << 20
HEADERS = ("Location", "ETag", "Content-Disposition", "Content-Language")


@dataclass(frozen=True)
class Claim:
    mine: bool  # the caller does the work; otherwise `call` is what an earlier one left
    call: Call


def claim(actor: str, key: str, fingerprint: str, *, at: datetime) -> Claim:
    """The unique constraint decides between two at once, on either database."""
    Call.objects.filter(actor=actor, key=key, started_at__lt=at - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            call = Call.objects.create(actor=actor, key=key, fingerprint=fingerprint, started_at=at)
    except IntegrityError:
        return Claim(False, Call.objects.get(actor=actor, key=key))
    return Claim(True, call)


def keep_answer(call: Call, response: HttpResponse) -> None:
    """A large, streamed or private (`no-store`) answer is not kept; that the call was made is."""
    fit = (
        not response.streaming
        and len(response.content) <= LARGEST
        and "no-store" not in response.get("Cache-Control", "")
    )
    Call.objects.filter(pk=call.pk).update(
        status=response.status_code,
        content_type=response.get("Content-Type", "")[:127],
        headers={name: response[name] for name in HEADERS if name in response},
        body=response.content if fit else None,
    )


def let_go(call: Call) -> None:
    """The work was not done (too busy, not signed in): the key may be tried again."""
    Call.objects.filter(pk=call.pk).delete()


def collect(*, at: datetime) -> int:
    """Forget keys older than a day. Answers how many."""
    return Call.objects.filter(started_at__lt=at - KEPT_FOR).delete()[0]
