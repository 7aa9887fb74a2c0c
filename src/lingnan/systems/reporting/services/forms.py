"""A department's file becomes registered forms: kept as it is, read, its questions defined."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.canonical import sha256
from lingnan.base.clock import legal_day
from lingnan.base.errors import NotFound
from lingnan.kernel.evidence import services as evidence
from lingnan.web import files

from ..content import reading_words
from ..models import Form
from ..queries.forms import forms_by_id
from ..queries.gate import need
from ..rules.xlsform import read_forms
from ..terms.filings import FormInfo, FormState
from ..terms.refusals import (
    WrongFile,
)
from .ledgers.deriving import propose_items
from .profiles import Carried, carried_over, keep_carried
from .proposing import propose
from .registering import register_version, registered

MEDIA = {
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def register_form(
    data: bytes,
    name: str,
    *,
    department: int | None = None,
    codes: Sequence[str] = (),
    by: Actor,
    at: datetime,
) -> list[FormInfo]:
    """One form a sheet that asks something. The same file again answers what is there already.

    `codes` name the forms in sheet order; without them the reader's names are used. A form of a
    known code is its next version: what people put right on the last one is put right here too.
    Raises UnreadableWorkbook, WrongFile (it asks nothing).
    """
    need(by, "reporting.register", on=legal_day(at))
    drafts = [draft for draft in read_forms(data, name, reading_words()) if draft.asked()]
    if not drafts:
        raise WrongFile(why="没有读出任何填报项目。")
    known = _known(sha256(data), department)
    if known:
        return known
    media = MEDIA.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    kept = files.keep_file(data, name, media, place=None, label="public", by=by, at=at)
    named = [codes[i] if i < len(codes) else draft.form for i, draft in enumerate(drafts)]
    pairs = list(zip(drafts, named, strict=True))
    carried = [carried_over(code, draft, data, name) for draft, code in pairs]
    with transaction.atomic():
        rows = [
            register_version(
                said.applied.draft if said else draft,
                code,
                (kept.sha256, kept.name),
                department,
                by=by,
                at=at,
            )
            for (draft, code), said in zip(pairs, carried, strict=True)
        ]
        _keep_carried(rows, carried, by=by, at=at)
    propose([row.pk for row in rows], by=by, at=at)
    for row in rows:
        propose_items(row.pk, by=by, at=at)
    infos = forms_by_id(row.pk for row in rows)
    return [infos[row.pk] for row in rows]


def _keep_carried(
    rows: Sequence[Form], carried: Sequence[Carried | None], *, by: Actor, at: datetime
) -> None:
    for row, said in zip(rows, carried, strict=True):
        if said is not None:
            keep_carried(row, said, by=by, at=at)


@transaction.atomic
def withdraw_form(form_id: int, *, by: Actor, at: datetime) -> None:
    """It is asked no more; what was reported stays."""
    need(by, "reporting.register", on=legal_day(at))
    row = Form.objects.select_for_update().filter(pk=form_id).first()
    if row is None:
        raise NotFound
    row.state = FormState.WITHDRAWN
    row.save(update_fields=["state"])
    evidence.record(registered(row, 0), by=by, at=at)


def _known(digest: str, department: int | None) -> list[FormInfo]:
    rows = Form.objects.filter(
        file_sha256=digest, department=department, state=FormState.CURRENT
    ).order_by("pk")
    infos = forms_by_id(row.pk for row in rows)
    return [infos[row.pk] for row in rows]
