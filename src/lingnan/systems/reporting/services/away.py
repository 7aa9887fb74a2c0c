"""What was typed away from signal arrives: once, merged cell by cell, and never over another's word."""

from datetime import datetime

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Clash, Invalid

from ..queries.checks import findings
from ..queries.filings import filing_of
from ..rules.filing import differing, merged
from ..terms.away import Kept, Sent, Standing
from ..terms.checking import Severity
from ..terms.filings import STATE_WORDS, FilingInfo, FormInfo, State
from ..terms.refusals import ReturnedMeanwhile, RoundIsClosed, WrongState
from .drafts import EDITABLE, Draft, save_draft
from .explaining import explain_finding
from .review import submit_report

TRIES = 3  # somebody else writes between our look and our write


def send_kept(form: FormInfo, period: int, kept: Kept, *, by: Actor, at: datetime) -> Sent:
    """`Sent.standing` says what became of it; asked again with the same cells it says the same.

    Saving and submitting are two steps, as on the page: what was typed stays saved when the submission
    is refused. A process that dies between them is made good by sending again: the cells that arrived
    are alike, and the step that is missing is done. Raises what `save_draft` raises for an unknown
    field or a place out of reach.
    """
    for _ in range(TRIES):
        try:
            return _send(form, period, kept, by=by, at=at)
        except Clash:
            continue
    raise Clash


def _send(form: FormInfo, period: int, kept: Kept, *, by: Actor, at: datetime) -> Sent:
    on = legal_day(at)
    held = filing_of(form.id, kept.place, period, to=by, on=on)
    theirs = held.answers if held else {}
    if held is not None and held.state not in EDITABLE:
        return _is_done(form, kept, held)
    if (
        held is not None
        and held.state is State.RETURNED
        and kept.version not in {None, held.version}
    ):
        # Sent long ago, looked at and returned: it is not sent a second time behind her back.
        differ = differing(form, kept.mine, theirs)
        return Sent(Standing.STANDS, held, differ, ReturnedMeanwhile())
    write, differ = merged(form, kept.mine, kept.base, theirs)
    if differ:
        return Sent(Standing.DIFFERS, held, differ)
    if write or held is None:
        draft = Draft(kept.place, write, version=held.version if held else None)
        try:
            held = save_draft(form.id, period, draft, by=by, at=at)
        except RoundIsClosed as no:
            return Sent(Standing.STANDS, held, differing(form, kept.mine, theirs), no)
    _explain(held, kept, by, at)
    return _submit(held, by=by, at=at) if kept.submit else Sent(Standing.SAVED, held)


def _submit(held: FilingInfo, *, by: Actor, at: datetime) -> Sent:
    try:
        return Sent(Standing.SUBMITTED, submit_report(held.uuid, by=by, at=at))
    except RoundIsClosed as no:
        return Sent(Standing.STANDS, held, refused=no)
    except Invalid as no:
        return Sent(Standing.WRONG, held, refused=no)


def _is_done(form: FormInfo, kept: Kept, held: FilingInfo) -> Sent:
    """Submitted or approved. Were it we who sent the same, whose answer was lost: it is done."""
    differ = differing(form, kept.mine, held.answers)
    if not differ:
        return Sent(Standing.SUBMITTED, held)
    refused = WrongState(state=STATE_WORDS[held.state], action="修改")
    return Sent(Standing.STANDS, held, differ, refused)


def _explain(held: FilingInfo, kept: Kept, by: Actor, at: datetime) -> None:
    """Reasons beside findings that still stand."""
    if not any(kept.reasons.values()):
        return
    for one in findings(held.uuid, to=by, on=legal_day(at)):
        found = one.finding
        words = kept.reasons.get(found.key, "").strip()
        if found.severity is Severity.EXPLAIN and words and words != one.reason:
            explain_finding(held.uuid, found.field, words, rule=found.rule, by=by, at=at)
