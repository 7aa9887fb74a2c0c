"""Put right what was approved, and estimate what nobody reported; both marked as what they are."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.canonical import sha256
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid, Problem
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue, Quality

from ..models import Filing
from ..queries.filings import filing_info
from ..queries.forms import form_by_id
from ..queries.gate import need
from ..queries.masking import masking_on
from ..rules.filing import (
    ESTIMATE,
    answers_of,
    answers_to_json,
    problems_of,
    stored,
    typed,
)
from ..rules.masking import personal_fields
from ..terms.filings import Answer, FilingInfo, FormInfo, State
from ..terms.happenings import (
    EstimateAdded,
    ReportReopened,
)
from ..terms.refusals import (
    NO_TOUCH,
    NeedReason,
    UnknownField,
    WrongAnswers,
)
from .drafts import amended, check_open, without_echo
from .review import expect, locked


@transaction.atomic
def correct_report(
    uuid: str,
    answers: Mapping[str, Any],
    reason: str,
    *,
    version: int | None = None,
    by: Actor,
    at: datetime,
) -> FilingInfo:
    """Its own reporter's side opens an approved report again, as a draft of the next revision.

    The approved values stand until the correction is approved in its turn.
    """
    row = locked([uuid])[0]
    need(by, "reporting.fill", [row.place], on=legal_day(at))
    if not reason.strip():
        raise NeedReason(problems=[Problem("reason", "请写明更正原因。")])
    form = form_by_id(row.form_id)
    check_open(form, row.period, {row.place}, at)
    expect(row, {State.APPROVED}, "更正", version)
    row.answers = answers_to_json(_corrected(form, row, answers, legal_day(at)))
    row.state, row.reason, row.revision = State.DRAFT, reason.strip(), row.revision + 1
    row.version, row.changed_at = row.version + 1, at
    row.save()
    evidence.record(
        ReportReopened(
            subject=subject("reporting", "filing", row.uuid),
            place=row.place,
            form=form.code,
            period=row.period,
            revision=row.revision,
        ),
        by=by,
        at=at,
        private={"reason": row.reason},
    )
    return filing_info(row)


@transaction.atomic
def add_estimate(
    form_id: int,
    at_place: tuple[int, int],
    answer: tuple[str, str],
    reason: str,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """A reviewer's figure where none was reported: marked as an estimate, beside what others said.

    `at_place`: (place, period); `answer`: (field code, what is typed).
    """
    (place, period), (field_code, text) = at_place, answer
    need(by, "reporting.approve", [place], on=legal_day(at))
    form = form_by_id(form_id).at(period)
    if form.subject != "place":  # a household's figure would pass for its village's
        raise Invalid(problems=[Problem("form", "估计值按地区登记，不能用于户表。")])
    field = form.field(field_code)
    if field is None or field.element is None:
        raise UnknownField(field=field_code)
    if not reason.strip():
        raise NeedReason(problems=[Problem("reason", "请写明估计依据。")])
    read = typed(field, text)
    problems = problems_of([field], {field.code: read}, complete=True)
    if problems:
        raise WrongAnswers(count=1, problems=problems, basis=NO_TOUCH)
    value, words = stored(field, read)
    row = NewValue(
        place=place,
        element=field.element,
        period=period,
        value=value,
        text=words,
        quality=Quality.ESTIMATED,
    )
    said = sha256([text, reason, at.isoformat()])  # an earlier figure may be said again
    key = f"reporting:estimate:{form.code}:{field.code}:{place}:{period}:{said}"
    values.record_values(key, [row], source=ESTIMATE, by=by, at=at)
    evidence.record(
        EstimateAdded(
            subject=subject("reporting", "form", form.uuid),
            place=place,
            element=field.element_code,
            period=period,
        ),
        by=by,
        at=at,
        private={"reason": reason},
    )


def _corrected(
    form: FormInfo, row: Filing, answers: Mapping[str, Any], on: date
) -> dict[str, Answer]:
    known = {field.code: field for field in form.asked}
    strangers = [code for code in answers if code not in known]
    if strangers:
        raise UnknownField(field=strangers[0])
    fresh = {
        code: raw if isinstance(raw, Answer) else typed(known[code], raw)
        for code, raw in answers.items()
    }
    held = answers_of(row.answers)
    kinds = personal_fields(form, masking_on(on))
    return amended(held, without_echo(fresh, held, kinds), row.revision + 1)
