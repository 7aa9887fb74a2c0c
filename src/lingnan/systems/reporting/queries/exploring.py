"""One element at a place and at all that stands straight below it, as far as the reader may know."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from ..terms.masking import Seen
from .gate import need
from .guarding import kept_back_of, told_by_word
from .outputs import Row, summed

READ = "reporting.read"


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
    whole: At
    below: Sequence[At]


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
    """Forbidden out of reach. The guards say what is kept back, here as in every other output."""
    need(to, READ, [place.id], on=on)
    day = Period.from_code(period).end
    seq = evidence.seq_at(as_of) if as_of else None
    shown = [place, *places.children(place.id, on=day)]
    levels = sorted({one.level for one in shown})
    table = observations.rollup(
        [element.id], period, level=levels, under=place.id, as_of=seq, to=to
    )
    held = {row["place"]: row for row in table.to_pylist()}
    asked = [(element.id, period)]
    back = kept_back_of([one.id for one in shown], asked, as_of=seq, to=to, on=on)
    cells = {(one.id, *asked[0]): held.get(one.id, {}).get("value") for one in shown}
    seen.exact += told_by_word(cells, to=to, on=on)
    rows = [_at(one, held.get(one.id, {}), (one.id, *asked[0]) in back) for one in shown]
    return Explored(rows[0], rows[1:])


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
