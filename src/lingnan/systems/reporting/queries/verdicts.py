"""What a new form would ask beyond the forms in force, field by field: the planner's own answer.

The others are planned for the same period without the form, and again with it. What the second plan
asks and the first does not is new; all else is held or follows. Only facts that the form asks, or
that a sum or formula ties to them, are planned: the others come out the same in both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lingnan.base.actors import Actor, system_actor
from lingnan.base.canonical import plain, sha256
from lingnan.base.clock import legal_day
from lingnan.base.periods import Kind, period_of
from lingnan.kernel.observations import queries as observations

from ..content import costs
from ..rules.filing import source_of
from ..rules.planning import identity_of, within, words_of, words_of_identity
from ..rules.planning.shapes import Shapes
from ..terms.admission import FieldVerdict, Held, VerdictOf
from ..terms.filings import FieldInfo, FormInfo, RepeatInfo, RoundInfo, RoundState
from ..terms.planning import Costs, Fact, Identity, Means, Way
from ..terms.plans import Knowing, PlanKind
from .counts import accepted_items, proposed_items
from .gate import need
from .knowledge import (
    Coming,
    Ids,
    Known,
    counted_by_ledgers,
    households_below,
    known_of,
    villages_below,
    whens,
)
from .likely import joined_by, likely_of, words_of_likely
from .parts import Ties, shapes_of
from .proposals import accepted_for
from .setting import ties_of

Flags = npt.NDArray[np.bool_]
FOLLOWS = {Means.DERIVE, Means.IDENTITY}
ELSEWHERE = "与其他在用报表是同一项，一次填报"
TWICE = "与本表 {code} 是同一项"
OFTEN = "由{titles}各期所报的数得出，不必另填"
SHORTER = "期内各期"
COUNTABLE = "采纳计数办法后可由台账得出（{formula}）"
AGAIN = "本表各项之间可以得出"


@dataclass(frozen=True)
class Recurring:
    """A form in force that is asked several times within one period of another, and in which days."""

    form: FormInfo
    begins_on: date
    expires_on: date


@dataclass(frozen=True)
class Planned:
    """Of some forms together: who is asked each fact, by which ways it is had, the seconds."""

    known: Known
    shapes: Shapes | None
    identities: Sequence[Identity]

    @property
    def seconds(self) -> int:
        return int(self.shapes.cost().sum()) if self.shapes else 0

    def ways(self, fact: Fact) -> list[tuple[Way, int]]:
        """The ways chosen for a fact and how many units go each; the commonest first."""
        for group in self.shapes.groups if self.shapes else ():
            if fact in group.facts:
                counts = np.bincount(group.pattern, minlength=len(group.choices)).tolist()
                found: dict[Way, int] = {}
                for choice, count in zip(group.choices, counts, strict=True):
                    way = choice.by_fact()[fact]
                    found[way] = found.get(way, 0) + count
                return sorted(found.items(), key=lambda pair: -pair[1])
        return []

    def asked(self, fact: Fact) -> Flags:
        for group in self.shapes.groups if self.shapes else ():
            if fact in group.facts:
                of_choice = [c.by_fact()[fact].means is Means.ASK for c in group.choices]
                return np.asarray(of_choice, np.bool_)[group.pattern]
        return np.zeros(len(self.known.places), np.bool_)


@dataclass(frozen=True)
class Beside:
    """A form among the others, both plans, and the newest value held of each fact."""

    form: FormInfo
    others: Sequence[FormInfo]
    often: Sequence[Recurring]
    period: int
    without: Planned
    together: Planned
    newest: Mapping[Fact, tuple[int, date]]
    likely: Mapping[str, RepeatInfo]
    rules: Mapping[Fact, str]
    """Accepted derivations, by what they give."""
    waiting: Mapping[Fact, str]
    """Counts over ledgers that nobody has accepted yet."""

    def beyond(self, fact: Fact) -> Flags:
        return self.together.asked(fact) & ~self.without.asked(fact)


def verdict_of(
    form: FormInfo,
    others: Sequence[FormInfo],
    place: int,
    *,
    often: Sequence[Recurring] = (),
    to: Actor,
    on: date,
) -> tuple[VerdictOf, int | None]:
    """The verdict on `form` beside `others` (in force, of the same kind of period) and those asked
    more `often`, below `place`; and how many fields were left to ask if every likely repeat were
    confirmed (None: there is none).
    """
    need(to, "reporting.read", on=on)
    likely = likely_of(form, [*others, *(one.form for one in often)], to, on)
    told = _told(_beside(form, (others, often), place, likely, on), costs(on))
    if not likely:
        return told, None
    joined = joined_by(form, likely)
    return told, len(_told(_beside(joined, (others, often), place, {}, on), costs(on)).new)


def as_kept(told: VerdictOf) -> dict[str, Any]:
    """For JSON: counted again by whoever reads it."""
    kept: dict[str, Any] = plain(asdict(told))
    return kept


def as_read(kept: Mapping[str, Any]) -> VerdictOf:
    rows = tuple(
        FieldVerdict(**row | {"kind": Held(row["kind"]), "askers": tuple(row["askers"])})
        for row in kept["rows"]
    )
    return VerdictOf(**{**kept, "rows": rows})


def _beside(
    form: FormInfo,
    forms: tuple[Sequence[FormInfo], Sequence[Recurring]],
    place: int,
    likely: Mapping[str, RepeatInfo],
    on: date,
) -> Beside:
    others, often = forms
    kind = _kind_of(form)
    period = period_of(on, Kind(form.period_kind)).code
    alike = [one for one in others if _kind_of(one) is kind]
    often = [one for one in often if _kind_of(one.form) is kind]
    ties = ties_of([*alike, form])
    facts = _related({field.element_code for field in form.asked}, ties)
    at = _units(kind, place, on)
    coming = _coming(often, period)
    # What the form itself said before is known to neither plan: nobody else is spared by it.
    said = coming, source_of(form.code)
    before = _planned(alike, facts, at, (_round(others, place, period), *said), on)
    together = _round([*others, form], place, period)
    after = _planned([*alike, form], facts, at, (together, *said), on)
    newest = _newest(form, at, period, on)
    accepted = accepted_for(one.id for one in (*alike, form)).values()
    rules = {rule.field.element_code: rule.formula for rule in accepted}
    rules |= {one.element: one.formula for one in accepted_items(facts)}
    waiting = proposed_items(facts)
    return Beside(form, alike, often, period, before, after, newest, likely, rules, waiting)


def _kind_of(form: FormInfo) -> PlanKind:
    return PlanKind.HOUSEHOLD if form.subject == PlanKind.HOUSEHOLD else PlanKind.PLACE


def _coming(often: Sequence[Recurring], period: int) -> dict[Fact, frozenset[int]]:
    """By fact: the periods within this one in which other forms ask it."""
    found: dict[Fact, frozenset[int]] = {}
    for one in often:
        told = within(period, one.form.period_kind, one.begins_on, one.expires_on)
        for field in one.form.admitted().asked:
            fact = field.element_code
            found[fact] = found.get(fact, frozenset()) | told
    return found


Units = tuple[PlanKind, Ids, Ids]


def _units(kind: PlanKind, place: int, on: date) -> Units:
    """Where nobody is known to be asked, one place of which nothing is known stands for all."""
    if kind is PlanKind.HOUSEHOLD:
        homes, subjects = households_below(place, on)
    else:
        homes = villages_below(place, on)
        subjects = np.zeros(len(homes), np.int64)
    if len(homes):
        return kind, homes, subjects
    return kind, np.array([-1]), np.array([-1 if kind is PlanKind.HOUSEHOLD else 0])


def _planned(
    forms: Sequence[FormInfo],
    facts: frozenset[Fact],
    at: Units,
    round_: tuple[RoundInfo, Coming, str],
    on: date,
) -> Planned:
    found, coming, own = round_
    asked = [_cut(form.admitted(), facts) for form in forms]
    price = costs(on)
    known = known_of(asked, found, at, costs=price, on=on, coming=coming, own=own)
    counted_by_ledgers(known, found.period)
    identities, rates = ties_of([form.admitted() for form in forms])
    held = frozenset(known.facts)
    ties: Ties = (
        [one for one in identities if held.issuperset(one.members)],
        [way for way in rates if held >= way.needs | {way.fact}],
    )
    shapes = shapes_of(known, ties, price) if known.facts else None
    return Planned(known, shapes, ties[0])


def _cut(form: FormInfo, facts: frozenset[Fact]) -> FormInfo:
    return replace(form, fields=tuple(f for f in form.fields if f.element_code in facts))


def _related(facts: set[Fact], ties: Ties) -> frozenset[Fact]:
    """With every fact that sums and formulas tie to these, however far."""
    identities, rates = ties
    groups = [set(one.members) for one in identities] + [set(w.needs) | {w.fact} for w in rates]
    found = set(facts)
    while grown := [group for group in groups if group & found and not group <= found]:
        found.update(*grown)
    return frozenset(found)


def _round(forms: Iterable[FormInfo], place: int, period: int) -> RoundInfo:
    ids = tuple(form.id for form in forms)
    return RoundInfo("", "", place, period, ids, date.min, date.max, RoundState.OPEN)


def _newest(form: FormInfo, at: Units, period: int, on: date) -> dict[Fact, tuple[int, date]]:
    """Period and day of the newest value of each fact anywhere among the units. One scan."""
    declared = observations.element_map({field.element_code for field in form.asked})
    names = {element.id: code for code, element in declared.items()}
    table = observations.values(
        sorted(names), list(whens(period)), places=np.unique(at[1]).tolist(),
        to=system_actor(), on=on,
    )  # fmt: skip
    if not table.num_rows:
        return {}
    ages = pa.TableGroupBy(table, "element").aggregate([("period", "max"), ("recorded_at", "max")])
    return {
        names[row["element"]]: (row["period_max"], legal_day(row["recorded_at_max"]))
        for row in ages.to_pylist()
    }


def _told(found: Beside, price: Costs) -> VerdictOf:
    form, known = found.form, found.together.known
    first: dict[Fact, str] = {}
    rows = []
    for field in form.asked:
        rows.append(_row(field, found, first.get(field.element_code, "")))
        first.setdefault(field.element_code, field.code)
    facts = list(first)
    real = len(known.places) if known.places[0] >= 0 else 0
    looks = [
        sum(n for way, n in found.together.ways(fact) if way.means is Means.CONFIRM)
        for fact in facts
        if not found.without.ways(fact)
    ]
    told = VerdictOf(
        units=real,
        period=found.period,
        forms=len(found.others) + len(found.often),
        rows=tuple(rows),
        asks=sum(int(found.beyond(fact).sum()) for fact in facts),
        confirms=sum(looks),
        seconds_alone=len(form.asked) * len(known.places) * price.seconds[Means.ASK],
        seconds_without=found.without.seconds,
        seconds_with=found.together.seconds,
    )
    return replace(told, sha256=sha256(as_kept(told)))


def _row(field: FieldInfo, found: Beside, twice: str) -> FieldVerdict:
    fact = field.element_code
    beyond = int(found.beyond(fact).sum())
    ways = found.together.ways(fact)
    askers = tuple(
        f"{form.code}:{one.code}"
        for form in (*found.others, *(one.form for one in found.often))
        for one in form.admitted().asked
        if one.element_code == fact
    )
    kind, why = _kind(fact, found, ways, bool(beyond), bool(askers))
    period, day = found.newest.get(fact, (0, None))
    likely = found.likely.get(field.code)
    if kind is Held.NEW and fact in found.waiting:
        why = f"{why}。{COUNTABLE.format(formula=found.waiting[fact])}"
    if twice:
        kind, why, beyond = Held.HELD, TWICE.format(code=twice), 0
    return FieldVerdict(
        field=field.code,
        label=field.label.strip(),
        cell=field.where,
        kind=kind,
        why=why,
        element=fact,
        askers=askers,
        known=_known(fact, found),
        asked=beyond,
        last_period=period,
        last_day=day.isoformat() if day else "",
        likely=words_of_likely(likely, field) if likely and kind is Held.NEW else "",
    )


def _kind(
    fact: Fact, found: Beside, ways: Sequence[tuple[Way, int]], beyond: bool, asked: bool
) -> tuple[Held, str]:
    if beyond:
        return Held.NEW, words_of(Knowing.NOTHING)
    for way, _ in ways:
        if way.why == Knowing.SPANNED.name and _is_promised(fact, found):
            return Held.HELD, _how(way, fact, found)  # another form asks it: this one need not
        if way.means in FOLLOWS or way.why == Knowing.ROUGH.name:
            return Held.DERIVABLE, _how(way, fact, found)
    if asked and any(way.means is Means.ASK for way, _ in ways):
        return Held.HELD, ELSEWHERE
    return Held.HELD, _how(ways[0][0], fact, found) if ways else ELSEWHERE


def _how(way: Way, fact: Fact, found: Beside) -> str:
    if way.means is Means.IDENTITY:
        identity = identity_of(way, found.together.identities)
        forms = (found.form, *found.others)
        labels = {f.element_code: f.label.strip() for form in reversed(forms) for f in form.asked}
        return words_of_identity(fact, identity, labels) if identity else AGAIN
    if way.why == Knowing.SPANNED.name:
        said = [one.form for one in found.often if _asks(one.form, fact)]
        titles = "、".join(f"《{form.title.strip()}》" for form in said)
        return OFTEN.format(titles=titles) if said else words_of(Knowing.SPANNED, source=SHORTER)
    if way.needs or way.why not in Knowing.__members__:
        return way.why
    by_rule = Knowing[way.why] in {Knowing.LEDGER, Knowing.COMING, Knowing.ROUGH}
    words = words_of(Knowing[way.why]).replace("请核对", "核对即可")
    rule = found.rules.get(fact, "") if by_rule else ""
    return f"{words}（{rule}）" if rule else words


def _is_promised(fact: Fact, found: Beside) -> bool:
    return any(_asks(one.form, fact) for one in found.often)


def _asks(form: FormInfo, fact: Fact) -> bool:
    return any(field.element_code == fact for field in form.admitted().asked)


def _known(fact: Fact, found: Beside) -> int:
    known = found.together.known
    if fact not in known.facts or known.places[0] < 0:
        return 0
    held = known.matrix[:, known.facts.index(fact)]
    is_promised = _is_promised(fact, found)  # then nobody need have said it yet
    return int(((held > 0) & ~(is_promised & (held == Knowing.SPANNED))).sum())
