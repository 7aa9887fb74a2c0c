"""Reports with their persons in full, for a reason that is evidence."""

import hashlib
from datetime import datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.ids import subject
from lingnan.kernel.places import queries as places

from ..queries.exports import package
from ..queries.filings import filing
from ..queries.forms import form_asked, form_by_id
from ..queries.masking import need_persons, shown_filings
from ..terms.filings import FilingInfo
from ..terms.masking import Seen
from ..terms.outputs import Kind
from .producing import tell_taken
from .telling import checked_reason, tell_persons, tell_seen


def show_filing(uuid: str, *, reason: str, by: Actor, at: datetime) -> FilingInfo:
    """One report with its persons in full."""
    on, why, seen = legal_day(at), checked_reason(reason), Seen()
    found = filing(uuid, to=by, on=on)
    asked = form_by_id(found.form)
    need_persons(by, [found.place], [asked], on=on)
    shown = shown_filings([found], to=by, on=on, in_full=seen)[0]
    tell_persons(
        "filing", found.place, seen, why, forms=[asked.code], period=found.period,
        about=subject("reporting", "filing", uuid), by=by, at=at,
    )  # fmt: skip
    return shown


def take_package(
    code: str, period: int, *, reason: str | None = None, by: Actor, at: datetime
) -> bytes:
    """The data package of a form, masked; in full for a `reason`. Who took it is evidence."""
    on, seen = legal_day(at), Seen()
    asked = form_asked(code, None, period, to=by, on=on)
    why = None if reason is None else checked_reason(reason)
    data = package(code, period, to=by, on=on, in_full=why is not None, seen=seen)
    about = subject("reporting", "form", asked.uuid)
    place = next((scope.place for scope in by.scopes if scope.place), None)
    digest = hashlib.sha256(data).hexdigest()
    label = "internal" if asked.subject == "place" else "personal"
    with transaction.atomic():
        if why is not None:
            tell_persons(
                "package", place, seen, why, forms=[asked.code], period=period, about=about,
                by=by, at=at,
            )  # fmt: skip
        tell_taken(
            Kind.PACKAGE, [asked.code], place, period, (0, digest), label=label, by=by, at=at
        )
        # Of the hat's place; of who wears none, as a department's program, of the province.
        tell_seen("package", place or places.roots(on=on)[0].id, seen, by=by, at=at)
    return data
