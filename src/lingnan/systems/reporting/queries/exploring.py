"""One element at a place and at all that stands straight below it, as far as the reader may know."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from lingnan.base.actors import Actor
from lingnan.base.periods import Period
from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import ElementInfo
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo

from ..rules.filing import Figure
from ..terms.filings import FormInfo, RoundInfo, RoundState
from ..terms.masking import Seen
from .block import trend_periods
from .filings import rounds
from .forms import forms_by_id
from .gate import need
from .guarding import told_by_word
from .outputs import Cut, Row, summed
from .placed import back_of, shown_by, summed_over

READ = "reporting.read"
TRIES = 3  # periods looked through for one in which something was reported


@dataclass(frozen=True)
class At:
    """`value` None: nothing reported, or `kept_back`; villages that `reported`, of `expected`, and those
    whose value is `estimated`."""

    place: PlaceInfo
    value: Decimal | None
    reported: int
    expected: int
    estimated: int
    kept_back: bool = False

    @property
    def share(self) -> int | None:
        """Per cent of the villages that have reported."""
        return self.reported * 100 // self.expected if self.expected else None


@dataclass(frozen=True)
class Explored:
    """`trend`: of the whole by period, oldest first."""

    whole: At
    below: Sequence[At]
    trend: Mapping[int, Figure]


@dataclass(frozen=True)
class Opening:
    """What is shown to who has asked for nothing yet."""

    form: FormInfo
    period: Period
    element: str = ""
    known: Mapping[str, ElementInfo] = field(default_factory=dict)


def explore(
    place: PlaceInfo,
    element: ElementInfo,
    period: int,
    *,
    as_of: datetime | None,
    to: Actor,
    on: date,
    seen: Seen,
) -> Explored:
    """Forbidden out of reach. The guards say what is kept back, here as in every other output. All of it
    is as of one moment."""
    need(to, READ, [place.id], on=on)
    day = Period.from_code(period).end
    seq = evidence.seq_at(as_of) if as_of else None
    shown = [place, *places.children(place.id, on=day)]
    levels = sorted({one.level for one in shown})
    spanned, cut = trend_periods(Period.from_code(period)), Cut(period, seq, to, on, seen=seen)
    with observations.look([element], place.id, spanned, as_of=seq, to=to):
        table = observations.rollup(
            [element], period, level=levels, under=place.id, as_of=seq, to=to
        )
        past = summed_over(place, element, spanned, cut)
    held, asked = {row["place"]: row for row in table.to_pylist()}, (element.id, period)
    back = back_of(past, [one.id for one in shown], cut, asked)
    cells = {(one.id, *asked): held.get(one.id, {}).get("value") for one in shown}
    seen.exact += told_by_word(cells, to=to, on=on)
    rows = [_at(one, held.get(one.id, {}), (one.id, *asked) in back) for one in shown]
    trend = shown_by(past, back, place, cut, {element.id: element})
    return Explored(rows[0], rows[1:], {period: one for (_, period), (one, _) in trend.items()})


def opening(place: PlaceInfo, offered: Collection[int], *, to: Actor, on: date) -> Opening | None:
    """Of the newest closed rounds what the most villages of the place have reported to one of these
    forms; of running ones where none is closed or nothing came in. None: no round asks them."""
    first: Opening | None = None
    for period, numbers in _asked(rounds(to=to, on=on), offered)[:TRIES]:
        forms = forms_by_id(numbers)
        mine = [forms[number] for number in numbers]
        codes = dict.fromkeys(q.element_code for one in mine for q in one.asked if q.element)
        known = observations.element_map(codes)
        told = covered(place, [known[code] for code in codes], period, to=to, on=on)
        best = most(told) or next(iter(told), "")
        form = next((f for f in mine if any(q.element_code == best for q in f.asked)), mine[0])
        found = Opening(form, Period.from_code(period), best, known)
        if most(told):
            return found
        first = first or found
    return first


def covered(
    place: PlaceInfo, elements: Sequence[ElementInfo], period: int, *, to: Actor, on: date
) -> dict[str, int]:
    """Element code → how many villages reported it; numbers that the reader may read, in their order."""
    need(to, READ, [place.id], on=on)
    asked = [one for one in elements if one.type.is_numeric and one.label in to.labels]
    if not asked:
        return {}
    table = observations.rollup(asked, period, level=place.level, under=place.id, to=to)
    told = {r["element"]: r["reported"] for r in table.to_pylist() if r["place"] == place.id}
    return {one.code: told.get(one.id, 0) for one in asked}


def most(shares: Mapping[str, int]) -> str:
    """The first of those with the most; empty: nothing at all."""
    best = max(shares, key=lambda code: shares[code], default="")
    return best if shares.get(best) else ""


def _asked(held: Sequence[RoundInfo], offered: Collection[int]) -> list[tuple[int, list[int]]]:
    """Period → those forms that its rounds ask; closed ones first, then the newest."""
    found: dict[int, list[int]] = {}
    for one in sorted(held, key=_rank):
        mine = [number for number in one.forms if number in offered]
        if mine:
            known = found.setdefault(one.period, [])
            known += [number for number in mine if number not in known]
    return list(found.items())


def _rank(one: RoundInfo) -> tuple[bool, int]:
    """Closed before running, the newest period first."""
    return one.state is not RoundState.CLOSED, -Period.from_code(one.period).end.toordinal()


def _at(place: PlaceInfo, row: Row, kept_back: bool) -> At:
    told = summed(row) if row else Figure()
    return At(
        place,
        None if kept_back else told.value,
        told.reported,
        told.expected,
        told.estimated,
        kept_back,
    )
