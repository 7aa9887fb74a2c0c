"""Who is late for what, counted in working days; and what lies in the inbox of a duty."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db.models import Q

from lingnan.base.actors import Actor
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.places import queries as places
from lingnan.kernel.statutes import queries as statutes

from ..models import Filing, Form, Message
from ..terms.filings import RoundInfo, State
from ..terms.messaging import Late, MessageInfo
from .figures import villages_of
from .filings import in_ranges
from .gate import need

DONE = (State.SUBMITTED, State.APPROVED)
INBOX = 100


def late(found: RoundInfo, under: int | None = None, *, to: Actor, on: date) -> list[Late]:
    """Villages within reach that have not submitted everything, the most overdue first by place.

    A handful of queries however many villages. Raises UnknownRegion before calendars are loaded.
    """
    owed = owing(found, under, to=to, on=on)
    duties = parties.duties_at(owed, "reporting.fill", on=on)
    left = statutes.calendar().working_days_between(on, found.due_on)
    return [
        Late(place, forms, found.due_on, left, tuple(duties.get(place, ())))
        for place, forms in owed.items()
    ]


def owing(
    found: RoundInfo,
    under: int | None = None,
    *,
    among: Collection[int] | None = None,
    again: bool = True,
    to: Actor,
    on: date,
) -> dict[int, tuple[str, ...]]:
    """Titles of the forms that a village within reach has not submitted; none is not listed.

    `among`: only of these, a few. `again`: with those that were submitted once and are to be
    submitted again.
    """
    top = found.place if under is None else under
    need(to, "reporting.read", [top] if among is None else among, on=on)
    titles = dict(
        Form.objects.filter(pk__in=found.forms, subject="place").values_list("pk", "title")
    )
    reach = to.ranges_on(on)
    asked = set(villages_of(found.place, found.period))
    asked &= set(villages_of(top, found.period) if among is None else among)
    inside = [p for p in asked if any(low <= p <= high for low, high in reach)]
    there = Q(place__in=inside) if among else in_ranges(places.ranges(top, on=on, tree="code"))
    done = _done(found, there, list(titles), again)
    owed = {
        place: tuple(
            titles[form].replace("\n", "") for form in sorted(titles) if (place, form) not in done
        )
        for place in sorted(inside)
    }
    return {place: forms for place, forms in owed.items() if forms}


def inbox(*, to: Actor, unread: bool = False) -> list[MessageInfo]:
    """Of the duty worn, the newest first. One query."""
    rows = Message.objects.filter(duty=to.duty or 0)
    if unread:
        rows = rows.filter(read_at__isnull=True)
    return [
        MessageInfo(str(r.uuid), r.title, r.words, r.link, r.sent_at, r.read_at)
        for r in rows.order_by("-sent_at", "-pk")[:INBOX]
    ]


def _done(found: RoundInfo, there: Q, forms: Sequence[int], again: bool) -> set[tuple[int, int]]:
    once = Q(state__in=DONE) | Q(state=State.RETURNED) | Q(revision__gt=1)
    rows = Filing.objects.filter(
        Q(state__in=DONE) if again else once,
        there,
        form__in=forms,
        period=found.period,
        subject=0,
    )
    return set(rows.values_list("place", "form_id"))
