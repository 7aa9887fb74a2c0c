"""What was typed away from signal arrives here, with an `Idempotency-Key`."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from ninja import Router, Schema
from pydantic import Field

from lingnan.base import clock
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS, ProblemPlace
from lingnan.web.errors import summary, words_of

from .. import queries, services
from ..terms.away import Kept, Sent, Standing
from .shapes import Code, PeriodText, period_code

router = Router(tags=["reporting"])
Cells = Annotated[dict[str, Annotated[str, Field(max_length=4000)]], Field(max_length=2000)]


class KeptIn(Schema):
    """Cells by field code, as typed. `base`: what stood there when she began; `version`: of the
    report she began from. `reasons` by `field:rule`."""

    form: Annotated[str, Field(max_length=64)]
    place: Code
    period: PeriodText
    mine: Cells
    base: Cells = {}
    reasons: Cells = {}
    version: int | None = None
    submit: bool = False


class DifferenceOut(Schema):
    code: str
    label: str
    unit: str
    mine: str
    theirs: str


class SentOut(Schema):
    """`standing`: saved, submitted, differs (choose cell by cell), stands (can no longer be
    changed), wrong (kept as a draft, `problems` say why it was not submitted)."""

    standing: Standing
    words: str = ""
    filing: UUID | None
    version: int | None
    page: str
    differences: list[DifferenceOut]
    problems: list[ProblemPlace]


@router.post("/kept", response={200: SentOut, **PROBLEMS}, summary="What was typed without signal")
@permission("reporting.fill")
def receive(request: HttpRequest, body: KeptIn) -> SentOut:
    by, on, at = actor_of(request), clock.today(), clock.now()
    place, period = places.by_code(body.place, on=on).id, period_code(body.period)
    form = queries.form_asked(body.form, place, period, to=by, on=on)
    kept = Kept(
        place,
        body.mine,
        body.base,
        body.submit,
        body.version,
        {(c, rule): t for key, t in body.reasons.items() for c, _, rule in (key.partition(":"),)},
    )
    return sent_out(services.send_kept(form, period, kept, by=by, at=at))


def sent_out(done: Sent) -> SentOut:
    told = summary(done.refused).title if done.refused else ""
    here = f"/{get_language() or 'zh-hans'}/"
    page = reverse("reporting:filing", args=[done.filing.uuid]) if done.filing else here
    return SentOut(
        standing=done.standing,
        words=told,
        filing=UUID(done.filing.uuid) if done.filing else None,
        version=done.filing.version if done.filing else None,
        page=page,
        differences=[
            DifferenceOut(
                code=one.field.code,
                label=one.field.label.strip(),
                unit=one.field.unit,
                mine=one.mine,
                theirs=one.theirs,
            )
            for one in done.differences
        ],
        problems=[
            ProblemPlace(where=one.where, detail=words_of(one))
            for one in (done.refused.problems if done.refused else ())
        ],
    )
