"""A department's own workbook, filled for one place and period as of a moment."""

from collections.abc import Mapping
from datetime import date, datetime

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import NotFound
from lingnan.base.periods import Period
from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.places import queries as places

from ..models import Release
from ..rules.filing import retyped
from ..rules.masking import masked_answers, personal_fields
from ..rules.naming import file_name, source_words
from ..terms.filings import Ask, FilingInfo, FormInfo, Mark, Produced, ReleaseInfo
from ..terms.forms import Layout
from ..terms.masking import Personal, Seen
from ..terms.refusals import NothingHeld
from .admission import check_given
from .asks import asks_of_form
from .drawing import Moment, Printer, to_fill
from .filings import filing_of, in_ranges
from .forms import form_by_id
from .gate import need
from .masking import masking_on, need_persons
from .outputs import CODE_TREE, Cut

WORDS = {Mark.NOT_APPLICABLE: "不适用", Mark.MISSING: "缺"}

OFFERED = "{cell} {label}：{why}（来源 {source}，{day} 记录）。"


def draw_workbook(  # noqa: PLR0913 - what, where, when, for whom
    form_id: int,
    place: int,
    period: int,
    *,
    as_of: datetime,
    to: Actor,
    subject: int = 0,
    tree: str = CODE_TREE,
    in_full: bool = False,
    seen: Seen | None = None,
) -> Produced:
    """The same arguments give the same bytes, whatever was reported since. What was given out
    keeps its sequence number: events of that very moment may have been numbered after it.

    NothingHeld before the first evidence; Invalid for a form or a period that nobody was asked. All
    forms of the department's file are filled: it gets its whole file back. `in_full`: persons too;
    Forbidden unless the duty may see them.
    """
    form = form_by_id(form_id)
    need(to, "reporting.produce", [place], on=legal_day(as_of))
    seq = seq_of(as_of, form_id, place, period, subject=subject, tree=tree)
    check_given([form], period)
    cut = Cut(period, seq, to, legal_day(as_of), tree, in_full, seen or Seen())
    top = places.place(place, on=cut.day, tree=tree)
    printer = Printer(form)
    if in_full:
        need_persons(to, [place], printer.forms, on=cut.on)
    held = {} if subject else printer.figures([top], cut)
    return printer.draw(top, Moment(cut, as_of, subject), held)


def form_to_fill(
    form: FormInfo, place: int, period: int, *, to: Actor, on: date
) -> tuple[bytes, str]:
    """The form's own workbook for one village, and its name: with what is known and what was typed so
    far; what is only offered to be confirmed is left blank, and listed behind with source and age.
    Persons are masked, as in every file, or left out where they are known from elsewhere. NotFound
    for a list of many."""
    need(to, "reporting.fill", [place], on=on)
    if form.layout is not Layout.ITEMS or form.subject != "place":
        raise NotFound
    asks = asks_of_form(form, place, period, to=to, on=on)
    kinds = personal_fields(form, masking_on(on))
    said = _standing(form, asks, filing_of(form.id, place, period, to=to, on=on), kinds)
    where = places.place(place, on=on).name
    name = file_name(form.title, where, str(Period.from_code(period)), "xlsx")
    offered = [
        OFFERED.format(
            cell=field.cell,
            label=field.label.strip(),
            why=ask.why,
            source=source_words(ask.source),
            day=legal_day(ask.as_of) if ask.as_of else "",
        )
        for field, ask in ((f, asks[f.code]) for f in form.asked)
        if ask.held and ask.confirm and field.code not in {*kinds, *said}
    ]
    return to_fill(form, said, where, offered), name


def standing_in_file(
    form: FormInfo, place: int, period: int, *, to: Actor, on: date
) -> dict[str, str]:
    """By field code: what `form_to_fill` writes into the cells of that place."""
    asks = asks_of_form(form, place, period, to=to, on=on)
    kinds = personal_fields(form, masking_on(on))
    return _standing(form, asks, filing_of(form.id, place, period, to=to, on=on), kinds)


def _standing(
    form: FormInfo,
    asks: Mapping[str, Ask],
    filing: FilingInfo | None,
    kinds: Mapping[str, Personal],
) -> dict[str, str]:
    said = {
        field.code: retyped(field, ask.value, ask.text)
        for field, ask in ((f, asks[f.code]) for f in form.asked)
        if ask.held and not ask.confirm and field.code not in kinds
    }
    typed = masked_answers(filing.answers, kinds) if filing else {}
    return said | {c: WORDS.get(one.mark, one.text) for c, one in typed.items() if not one.is_blank}


def seq_of(
    as_of: datetime,
    form: int,
    place: int,
    period: int,
    *,
    subject: int = 0,
    tree: str = CODE_TREE,
) -> int:
    """The evidence position of an instant, as first given out. NothingHeld before any evidence."""
    given = Release.objects.filter(
        form=form, place=place, subject=subject, period=period, as_of=as_of
    )
    known = given.values_list("seq", flat=True).first() if tree == CODE_TREE else None
    seq = known or evidence.seq_at(as_of)
    if not seq:
        raise NothingHeld
    return seq


def releases(
    *, to: Actor, on: date, form: int | None = None, limit: int = 100
) -> list[ReleaseInfo]:
    """What was given out, newest first, of places within reach. One query."""
    need(to, "reporting.read", on=on)
    rows = Release.objects.filter(in_ranges(to.ranges_on(on))).select_related("form")
    if form is not None:
        rows = rows.filter(form=form)
    return [
        ReleaseInfo(
            uuid=str(row.uuid),
            form=row.form.code,
            place=row.place,
            period=row.period,
            seq=row.seq,
            as_of=row.as_of,
            sha256=row.sha256,
            produced_at=row.produced_at,
        )
        for row in rows.order_by("-pk")[:limit]
    ]
