"""A block (块数据): all that is known of one village, town or county, as far as the reader may know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from lingnan.base.actors import Actor
from lingnan.base.periods import Kind, Period, period_of
from lingnan.base.words import say
from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.queries import upkeep
from lingnan.kernel.observations.terms import ElementInfo
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo

from .. import content
from ..models import Field
from ..rules.checking import in_force
from ..rules.filing import Figure
from ..rules.suppression import is_small
from ..rules.tabulating import SUM, mark_of
from ..terms.blocks import Asking, Beside, Block, Dispute, Known, Progress
from ..terms.filings import FormState, RoundInfo, RoundState
from ..terms.forms import Role
from ..terms.masking import Seen
from .filings import progress, rounds
from .gate import EXACT, is_of_circle, need, sees_exact
from .guarding import kept_back_of, told_by_word
from .masking import masking_on, without_person
from .outputs import VILLAGE, Cut, summed
from .placed import element_figures, place_figures, says

READ = "reporting.read"
OF_PERSONS = ("person", "household")
ROUNDS = 10
DISPUTES = 50
PERIODS = 6  # of a trend


@dataclass(frozen=True)
class Wanted:
    """Narrow a block: by words of the title, by the form or the department that asks."""

    text: str = ""
    form: str = ""
    department: str = ""

    def fits(self, one: Known) -> bool:
        words = self.text.strip()
        if words and words not in one.title and words not in one.element:
            return False
        if self.form and all(asking.form != self.form for asking in one.asked_by):
            return False
        return not self.department or any(a.department == self.department for a in one.asked_by)


def block(
    place: PlaceInfo,
    wanted: Wanted,
    *,
    as_of: datetime | None = None,
    to: Actor,
    on: date,
    seen: Seen | None = None,
) -> Block:
    """Everything at once; the number of queries does not grow with what is known. Forbidden out of reach."""
    need(to, READ, [place.id], on=on)
    asked, askings = _asked(to)
    seq = evidence.seq_at(as_of) if as_of else 0
    open_rounds = rounds(to=to, on=on)[:ROUNDS]
    periods = periods_of({one.period_kind for one in asked.values()}, on, open_rounds)
    cut = Cut(periods[0] if periods else 0, seq or as_of, to, on, seen=seen or Seen())
    held = place_figures(place, asked, periods, cut)
    named = dict(asked)
    if missing := {element for element, _ in held} - set(named):
        named |= {one.id: one for one in observations.elements(sorted(missing), to=to)}
    known = _known(held, named, askings, to)
    return Block(
        place=place,
        seq=seq or evidence.watermark(),
        as_of=as_of,
        known=[one for one in known if wanted.fits(one)],
        rounds=_rounds(place, open_rounds, to, on),
        ledgers=_ledgers(place, to, on, cut.seen),
        disputes=_disputes(place, named, to, on),
        departments=sorted({a.department for held in askings.values() for a in held} - {""}),
        forms=sorted({(a.form, a.title) for held in askings.values() for a in held}),
    )


def periods_of(kinds: set[int], on: date, asked: Sequence[RoundInfo]) -> list[int]:
    """Where sums are looked for first: of each kind of period the running one, the one before and the
    same a year ago, and those of the last rounds; newest first."""
    found = {one.period for one in asked}
    for kind in kinds:
        now = period_of(on, Kind(kind))
        found |= {now.code, now.previous().code, now.year_ago().code}
    return sorted(found, key=lambda code: Period.from_code(code).end, reverse=True)


def trend_of(
    place: PlaceInfo,
    element: str,
    *,
    until: int | None = None,
    as_of: datetime | None,
    to: Actor,
    on: date,
    seen: Seen | None = None,
) -> tuple[ElementInfo, dict[int, Figure]] | None:
    """One element of the place over six periods, oldest first; None: no such element."""
    need(to, READ, [place.id], on=on)
    found = observations.element_map([element]).get(element)
    if found is None or found.label not in to.labels:
        return None
    period = Period.from_code(until) if until else period_of(on, Kind(found.period_kind))
    seq = evidence.seq_at(as_of) if as_of else None
    cut = Cut(period.code, seq, to, on, seen=seen or Seen())
    return found, element_figures(place, found, trend_periods(period), cut)


def trend_periods(until: Period) -> list[int]:
    found = [until]
    for _ in range(PERIODS - 1):
        found.append(found[-1].previous())
    return [one.code for one in reversed(found)]


def neighbours(
    place: PlaceInfo,
    element: ElementInfo,
    period: int,
    *,
    as_of: datetime | None,
    to: Actor,
    on: date,
    seen: Seen | None = None,
) -> list[Beside]:
    """The same element at the places that stand under the same place, in their order."""
    need(to, READ, [place.id], on=on)
    if place.parent is None:
        return []
    day = Period.from_code(period).end
    seq = evidence.seq_at(as_of) if as_of else None
    siblings = [p for p in places.children(place.parent, on=day) if p.level == place.level]
    table = observations.rollup(
        [element.id],
        period,
        level=place.level,
        under=place.parent,
        as_of=seq,
        to=to,
    )
    rows = {row["place"]: row for row in table.to_pylist()}
    asked = [(element.id, period)]
    back = kept_back_of([p.id for p in siblings], asked, as_of=seq, to=to, on=on)
    if seen is not None:
        cells = {(p.id, *asked[0]): rows.get(p.id, {}).get("value") for p in siblings}
        seen.exact += told_by_word(cells, to=to, on=on)
    return [
        Beside(
            p,
            None if (p.id, element.id, period) in back else rows.get(p.id, {}).get("value"),
            summed(rows[p.id]).reported if p.id in rows else 0,
            rows.get(p.id, {}).get("expected", 0),
        )
        for p in siblings
    ]


def _asked(to: Actor) -> tuple[dict[int, ElementInfo], dict[int, list[Asking]]]:
    """Elements that current forms of places ask and the reader may read, and who asks each. One query
    for the questions, one for the elements."""
    rows = (
        Field.objects.filter(
            form__state=FormState.CURRENT, form__subject="place", element__label__in=to.labels
        )
        .exclude(role=Role.PLACE)
        .order_by("form__code", "position")
        .values_list(
            "element",
            "form__code",
            "form__title",
            "form__department__name",
            "label",
            "sheet",
            "cell",
        )
    )
    askings: dict[int, list[Asking]] = {}
    for element, form, title, department, label, sheet, cell in rows:
        words = " ".join(title.split())
        one = Asking(form, words, department or "", label.strip(), f"{sheet}!{cell}")
        askings.setdefault(element, []).append(one)
    found = observations.elements(list(askings), to=to) if askings else []
    return {one.id: one for one in found}, askings


def _known(
    held: Mapping[tuple[int, int], tuple[Figure, bool]],
    named: Mapping[int, ElementInfo],
    askings: Mapping[int, Sequence[Asking]],
    to: Actor,
) -> list[Known]:
    """In the order of the forms; what no form asks any more comes last. The newest period with a value."""
    grouped: dict[int, dict[int, tuple[Figure, bool]]] = {}
    for (element, period), one in held.items():
        grouped.setdefault(element, {})[period] = one
    order = {element: n for n, element in enumerate(askings)}
    found = []
    for element in sorted(grouped, key=lambda e: (order.get(e, len(order)), e)):
        by_period, info = grouped[element], named[element]
        newest = max(by_period, key=lambda p: (says(by_period[p][0]), Period.from_code(p).end))
        figure, disputed = by_period[newest]
        found.append(
            Known(
                element=info.code,
                title=say(info.titles, to.lang),
                unit=info.unit,
                period=newest,
                value=figure.value,
                text=_words(info, figure),
                mark=mark_of(figure),
                source=figure.source or (SUM if figure.expected else ""),
                recorded_at=figure.recorded_at,
                disputed=disputed,
                reported=figure.reported,
                expected=figure.expected,
                estimated=figure.estimated,
                older={p: by_period[p][0].value for p in sorted(by_period) if p != newest},
                asked_by=askings.get(element, ()),
            )
        )
    return found


def _disputes(
    place: PlaceInfo, named: Mapping[int, ElementInfo], to: Actor, on: date
) -> list[Dispute]:
    """Those outside hear that something is disputed, not what else was said: it may be a small figure."""
    titles = {one.code: say(one.titles, to.lang) for one in named.values()}
    chinese = {one.code: one.titles.get("zh-hans", "") for one in named.values()}
    exact, rule = sees_exact(to, place.id, on), masking_on(on)
    return [
        Dispute(
            element=one.element,
            title=titles.get(one.element, one.element),
            period=one.period,
            value=one.value if exact else None,
            text=without_person(Figure(text=one.text), chinese.get(one.element, ""), rule).text
            if exact
            else None,
            source=one.source,
            recorded_at=one.recorded_at,
        )
        for one in upkeep.contenders(to=to, on=on, place=place.id, limit=DISPUTES)
        if not one.subject
    ]


def _words(info: ElementInfo, figure: Figure) -> str:
    """The label of a chosen option."""
    text = figure.text or ""
    return dict(info.options).get(text, text)


def _ledgers(place: PlaceInfo, to: Actor, on: date, seen: Seen) -> dict[str, int | None]:
    """Counts of persons and households say day by day who came and went: of towns and villages they are
    told to who reports and reviews them, and by the duty's word."""
    held = observations.ledger_counts(place.id, to=to, on=on)
    rule = in_force(content.suppression(), on)
    if place.level not in rule.levels or is_of_circle(to, place.id, on):
        return dict(held)
    if to.may(EXACT):
        seen.exact += sum(is_small(Decimal(held.get(kind, 0)), rule.below) for kind in OF_PERSONS)
        return dict(held)
    return {kind: None if kind in OF_PERSONS else n for kind, n in held.items()}


def _rounds(place: PlaceInfo, among: Sequence[RoundInfo], to: Actor, on: date) -> list[Progress]:
    """Open rounds that ask the place or what lies below it."""
    found = []
    for one in among:
        if one.state is not RoundState.OPEN:
            continue
        own, below = progress(one, place.id, to=to, on=on)
        mine = below[0] if place.level == VILLAGE and below else own
        if mine.expected:
            found.append(
                Progress(one.uuid, one.title, one.period, one.due_on, mine.approved, mine.expected)
            )
    return found
