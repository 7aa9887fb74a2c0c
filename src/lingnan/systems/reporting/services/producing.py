"""Give a department its form back, filled, and remember what was given."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.ids import subject as subject_of
from lingnan.base.ids import uuid7
from lingnan.kernel.evidence import services as evidence
from lingnan.web import files

from ..models import Release
from ..queries.admission import check_given
from ..queries.forms import form_by_id, forms_by_id
from ..queries.outputs import CODE_TREE
from ..queries.productions import production_file
from ..queries.products import draw_workbook
from ..queries.tables import output
from ..terms.filings import Produced
from ..terms.happenings import WorkbookProduced
from ..terms.masking import Seen
from ..terms.outputs import Kind, Output, OutputTaken
from .telling import checked_reason, tell_persons, tell_seen


def produce_workbook(  # noqa: PLR0913 - what, where, when, for whom
    form_id: int,
    place: int,
    period: int,
    *,
    as_of: datetime | None = None,
    subject: int = 0,
    tree: str = CODE_TREE,
    reason: str | None = None,
    by: Actor,
    at: datetime,
) -> Produced:
    """`as_of` None: now. Drawn outside the transaction; noted once for the same as-of. Of another tree,
    or with persons in full for a `reason`, only the evidence is kept."""
    moment, seen = as_of or at, Seen()
    why = None if reason is None else checked_reason(reason)
    produced = draw_workbook(
        form_id, place, period, as_of=moment, to=by, subject=subject, tree=tree,
        in_full=why is not None, seen=seen,
    )  # fmt: skip
    form = form_by_id(form_id)
    tell_seen("workbook", place, seen, by=by, at=at)
    if tree != CODE_TREE or why is not None:
        told = _of_workbook(produced, form.code, period, tree)
        _tell(told, place, produced.label, by, at, why=why, seen=seen)
        return produced
    seq, is_new = _released(produced, form.code, (form_id, place, subject, period), by, at)
    if not is_new:
        _tell(_of_workbook(produced, form.code, period, tree), place, produced.label, by, at)
    if seq != produced.seq:  # somebody gave out the same moment while we drew it
        return draw_workbook(form_id, place, period, as_of=moment, to=by, subject=subject)
    return produced


def _released(
    made: Produced, code: str, key: tuple[int, int, int, int], by: Actor, at: datetime
) -> tuple[int, bool]:
    """The evidence position the moment was first given out with, and whether that was now."""
    form, place, subject, period = key
    with transaction.atomic():
        row, is_new = Release.objects.get_or_create(
            form_id=form,
            place=place,
            subject=subject,
            period=period,
            as_of=made.as_of,
            defaults={
                "uuid": uuid7(int(at.timestamp() * 1000)),
                "seq": made.seq,
                "sha256": made.sha256,
                "produced_at": at,
            },
        )
        if is_new:
            evidence.record(
                WorkbookProduced(
                    subject=subject_of("reporting", "release", row.uuid),
                    place=place,
                    label=made.label,
                    form=code,
                    period=period,
                    seq=made.seq,
                    sha256=made.sha256,
                ),
                by=by,
                at=at,
            )
    return row.seq, is_new


def take_output(  # noqa: PLR0913 - what, where, when, for whom
    kind: Kind,
    forms: Sequence[int],
    place: int,
    period: int,
    *,
    as_of: datetime | None = None,
    tree: str = CODE_TREE,
    level: int | None = None,
    reason: str | None = None,
    by: Actor,
    at: datetime,
) -> Output:
    """A table or a bundle; who took it out is evidence. A workbook: `produce_workbook`. Persons in
    full for a `reason`."""
    check_given(forms_by_id(forms).values(), period)
    seen, why = Seen(), None if reason is None else checked_reason(reason)
    made = output(
        kind, forms, place, period, as_of=as_of or at, to=by, tree=tree, level=level,
        in_full=why is not None, seen=seen,
    )  # fmt: skip
    tell_seen(str(kind), place, seen, by=by, at=at)
    codes = [form_by_id(one).code for one in forms]
    told = _taken(kind, codes, period, made.seq, made.sha256, tree)
    _tell(told, place, made.label, by, at, why=why, seen=seen)
    return made


def take_file(uuid: str, sha256: str, *, by: Actor, at: datetime) -> tuple[str, Path]:
    """The name and the place on disk of one file of a job; who took it out is evidence."""
    found = production_file(uuid, sha256, to=by, on=legal_day(at))
    opened = files.open_file(sha256, to=by)
    told = OutputTaken(
        subject=subject_of("reporting", "production", uuid),
        place=found.place,
        label="internal",
        format=Kind.WORKBOOK,
        forms=[],
        period=0,
        seq=0,
        sha256=sha256,
    )
    with transaction.atomic():
        evidence.record(told, by=by, at=at)
    return found.name, opened.path


def tell_taken(  # noqa: PLR0913 - what, where, how secret, who
    kind: Kind,
    codes: Sequence[str],
    place: int | None,
    period: int,
    data: tuple[int, str],
    *,
    label: str = "internal",
    by: Actor,
    at: datetime,
) -> None:
    """A file some other gate made was given out. `data`: evidence position and sha256."""
    _tell(_taken(kind, codes, period, *data, CODE_TREE), place, label, by, at)


def _of_workbook(made: Produced, code: str, period: int, tree: str) -> dict[str, Any]:
    return _taken(Kind.WORKBOOK, [code], period, made.seq, made.sha256, tree)


def _taken(
    kind: Kind, codes: Sequence[str], period: int, seq: int, sha256: str, tree: str
) -> dict[str, Any]:
    return {
        "format": str(kind),
        "forms": list(codes),
        "period": period,
        "seq": seq,
        "sha256": sha256,
        "tree": tree,
    }


def _tell(
    told: dict[str, Any],
    place: int | None,
    label: str,
    by: Actor,
    at: datetime,
    *,
    why: str | None = None,
    seen: Seen | None = None,
) -> None:
    """With the persons shown in full, where there is a `why`."""
    where = subject_of("reporting", "output", uuid7(int(at.timestamp() * 1000)))
    event = OutputTaken(subject=where, place=place, label=label, **told)
    with transaction.atomic():
        evidence.record(event, by=by, at=at)
        if why is not None:
            tell_persons(
                told["format"], place, seen or Seen(), why, forms=told["forms"],
                period=told["period"], about=where, by=by, at=at,
            )  # fmt: skip
