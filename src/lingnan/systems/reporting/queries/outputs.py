"""The one source of figures that leave the house: workbooks, tables, sums, blocks all ask here.

A set of outputs is a `Cut`: one period, one evidence position, one reader, one tree. All places of a
level are read at once, so that 122 counties cost as many queries as one. What must not be shown
to a reader (small cells) is taken out here, by `guarding`, and nowhere else.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lingnan.base.actors import Actor
from lingnan.base.periods import Period
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import Quality
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo

from ..rules.filing import NUMERIC, Figure
from ..terms.filings import FieldInfo, FormInfo, Mark, ProposalInfo
from ..terms.forms import FieldType
from ..terms.masking import Seen
from .asks import MARKS
from .derived import rates
from .guarding import guarded
from .masking import without_persons
from .proposals import accepted_for

VILLAGE = 5
RUNGS = {1: "province", 2: "city", 3: "county", 4: "town", 5: "village"}
CODE_TREE = "code"
Figures = dict[str, Figure]
Row = Mapping[str, Any]
Key = tuple[int, int]


@dataclass(frozen=True)
class Cut:
    """The same cut gives the same figures, whatever was reported since. `seq`: evidence position, or
    an instant; None: what is known now."""

    period: int
    seq: datetime | int | None
    to: Actor
    on: date
    tree: str = CODE_TREE
    is_clear: bool = False
    """Persons in full. Whoever asks for it has asked the gate and writes down what was `seen`."""
    seen: Seen = dataclasses.field(default_factory=Seen, compare=False)

    @property
    def day(self) -> date:
        return Period.from_code(self.period).end


@dataclass(frozen=True)
class Held:
    """A form's figures at one place, and the formulas of the rates made again (field → formula)."""

    figures: Figures
    remade: Mapping[str, str]


def held_at(
    forms: Sequence[FormInfo], chosen: Sequence[PlaceInfo], cut: Cut, *, under: int | None = None
) -> dict[Key, Held]:
    """(form id, place id) → figures. `under`: a place above all the chosen ones; None: each alone.

    One roll-up for all places above villages, one read for all villages, one for the options chosen.
    """
    dated = [form.at(cut.period) for form in forms]
    villages = [p.id for p in chosen if p.level == VILLAGE]
    upper = [p for p in chosen if p.level != VILLAGE]
    own = own_figures(dated, villages, cut) if villages else {}
    found: dict[Key, Held] = {
        (form.id, place): Held(own.get((form.id, place, 0), {}), {})
        for form in dated
        for place in villages
    }
    if upper:
        found |= _above(dated, upper, cut, under, _choices(dated, upper, cut, under))
    return _shown(dated, found, cut)


def sums_at(
    forms: Sequence[FormInfo], chosen: Sequence[PlaceInfo], cut: Cut, *, under: int | None = None
) -> dict[Key, Held]:
    """As `held_at`, numbers only: a village too counts as the sum of itself. One roll-up."""
    dated = [form.at(cut.period) for form in forms]
    return _shown(dated, _above(dated, chosen, cut, under, {}), cut)


def own_figures(
    forms: Sequence[FormInfo], ids: Sequence[int], cut: Cut
) -> dict[tuple[int, int, int], Figures]:
    """(form id, place, subject) → what the place (or the household in it) said. One read."""
    fields = {form.id: codes_of(form.asked) for form in forms}
    elements = sorted({e for held in fields.values() for e in held if e})
    found: dict[tuple[int, int, int], Figures] = {}
    rows = _rows(elements, ids, cut)
    named = observations.source_codes({row["source"] for row in rows})
    for row in rows:
        quality = Quality(row["quality"])
        if quality not in MARKS:
            continue
        one = Figure(
            row["value"],
            row["text"],
            MARKS[quality],
            source=named.get(row["source"], ""),
            recorded_at=row["recorded_at"],
        )
        for form, codes in fields.items():
            for code in codes.get(row["element"], ()):
                found.setdefault((form, row["place"], row["subject"]), {})[code] = one
    in_full = cut.seen if cut.is_clear else None
    return without_persons(forms, dict(sorted(found.items())), on=cut.on, in_full=in_full)


def villages_of(place: int, period: int, tree: str = CODE_TREE) -> list[int]:
    """Ids of the villages of a place (itself when it is one) at the period's end; from memory."""
    whole = places.hierarchy(on=Period.from_code(period).end, tree=tree, under=place)
    found: list[int] = whole.filter(pc.equal(whole["level"], VILLAGE))["place"].to_pylist()
    return found


def codes_of(fields: Sequence[FieldInfo]) -> dict[int, list[str]]:
    """Element → field codes: two fields of one form may share an element."""
    found: dict[int, list[str]] = {}
    for field in fields:
        found.setdefault(field.element or 0, []).append(field.code)
    return found


def _above(
    forms: Sequence[FormInfo],
    upper: Sequence[PlaceInfo],
    cut: Cut,
    under: int | None,
    choices: Mapping[Key, Figures],
) -> dict[Key, Held]:
    rows = _added(forms, upper, cut, under)
    rules = list(accepted_for([form.id for form in forms]).values())
    found = {}
    for form in forms:
        codes = codes_of([f for f in form.asked if f.type in NUMERIC])
        for place in upper:
            figures = {
                code: summed(row)
                for element, names in codes.items()
                if (row := rows.get((place.id, element))) is not None
                for code in names
            }
            figures |= choices.get((form.id, place.id), {})
            found[form.id, place.id] = remade(form, figures, rules)
    return found


def _added(
    forms: Sequence[FormInfo], upper: Sequence[PlaceInfo], cut: Cut, under: int | None
) -> dict[tuple[int, int], Row]:
    elements = sorted(
        {f.element for form in forms for f in form.asked if f.type in NUMERIC and f.element}
    )
    if not elements:
        return {}
    table = observations.rollup(
        elements,
        cut.period,
        level=sorted({place.level for place in upper}),
        under=upper[0].id if under is None and len(upper) == 1 else under,
        tree=cut.tree,
        as_of=cut.seq,
        to=cut.to,
    )
    chosen = pa.array(sorted(place.id for place in upper), pa.int64())
    rows = table.filter(pc.is_in(table["place"], chosen)).to_pylist()
    return {(row["place"], row["element"]): row for row in rows}


def _choices(
    forms: Sequence[FormInfo], upper: Sequence[PlaceInfo], cut: Cut, under: int | None
) -> dict[Key, Figures]:
    """How many villages chose each option: one read, grouped by what stands above each village."""
    fields = {form.id: [f for f in form.asked if f.type is FieldType.CODE] for form in forms}
    elements = sorted({f.element for held in fields.values() for f in held if f.element})
    if not elements:
        return {}
    top = under if under is not None else (upper[0].id if len(upper) == 1 else None)
    tree = places.hierarchy(on=cut.day, tree=cut.tree, under=top)
    tree = tree.filter(pc.equal(tree["level"], VILLAGE))
    said = _choice_table(elements, tree["place"].to_pylist() if top is not None else None, cut)
    found: dict[Key, Figures] = {}
    for level in sorted({place.level for place in upper}):
        homes = tree.select(["place", RUNGS[level]]).rename_columns(["place", "home"])
        homes = homes.filter(pc.is_valid(homes["home"]))
        expected = _counts(homes.group_by("home").aggregate([("place", "count")]))
        counts: dict[Key, dict[str, int]] = {}
        guessed: dict[Key, int] = {}
        joined = said.join(homes, "place", join_type="inner")
        grouped = joined.group_by(["home", "element", "text"]).aggregate(
            [("place", "count"), ("guess", "sum")]
        )
        for row in grouped.to_pylist():
            cell = row["home"], row["element"]
            counts.setdefault(cell, {})[row["text"]] = row["place_count"]
            guessed[cell] = guessed.get(cell, 0) + row["guess_sum"]
        for place in upper:
            if place.level != level:
                continue
            for form, held in fields.items():
                found.setdefault((form, place.id), {}).update(
                    _distributions(held, place.id, (counts, guessed), expected.get(place.id, 0))
                )
    return found


def _distributions(
    fields: Sequence[FieldInfo],
    place: int,
    told: tuple[Mapping[Key, Mapping[str, int]], Mapping[Key, int]],
    expected: int,
) -> Figures:
    """`told`: how often each option was chosen, and how many of these are estimates."""
    counts, guessed = told
    found = {}
    for field in fields:
        cell = place, field.element or 0
        held, guesses = counts.get(cell, {}), guessed.get(cell, 0)
        found[field.code] = Figure(
            mark=Mark.ESTIMATED if guesses else Mark.REPORTED,
            reported=sum(held.values()) - guesses,
            expected=expected,
            counts=dict(sorted(held.items())),
            estimated=guesses,
        )
    return found


def _choice_table(elements: Sequence[int], ids: Sequence[int] | None, cut: Cut) -> pa.Table:
    found = observations.values(
        elements, [cut.period], places=ids, as_of=cut.seq, to=cut.to, on=cut.on
    )
    said = found.filter(pc.and_(pc.equal(found["subject"], 0), pc.is_valid(found["text"])))
    guess = pc.equal(said["quality"], int(Quality.ESTIMATED)).cast(pa.int64())
    return said.select(["place", "element", "text"]).append_column("guess", guess)


def _counts(table: pa.Table) -> dict[int, int]:
    return dict(zip(table["home"].to_pylist(), table["place_count"].to_pylist(), strict=True))


def _rows(elements: Sequence[int], ids: Sequence[int], cut: Cut) -> list[Row]:
    if not elements or not ids:
        return []
    found: list[Row] = observations.values(
        elements, [cut.period], places=list(ids), as_of=cut.seq, to=cut.to, on=cut.on
    ).to_pylist()
    return found


def remade(form: FormInfo, found: Figures, rules: Sequence[ProposalInfo]) -> Held:
    """A rate of sums is made from the sums; the average of rates would be wrong. With an estimate in
    one of the sums the rate is one too."""
    items: dict[str, Decimal | None] = {code: one.value for code, one in found.items()}
    made = rates(form, rules, items)
    used = {r.field.code: r for r in rules if r.field.code in made}
    again = {}
    for code, value in made.items():
        one = found.get(code, Figure())
        guesses = max((found[c].estimated for c in used[code].uses if c in found), default=0)
        again[code] = replace(
            one,
            value=value,
            mark=Mark.ESTIMATED if guesses else Mark.DERIVED,
            reported=min(one.reported, one.expected - guesses) if guesses else one.reported,
            estimated=guesses,
        )
    return Held(found | again, {code: rule.formula for code, rule in used.items()})


def summed(row: Row) -> Figure:
    """An estimate is a value, but nobody reported it."""
    estimated: int = row["estimated"]
    return Figure(
        value=row["value"],
        mark=Mark.ESTIMATED if estimated else Mark.REPORTED,
        reported=row["reported"] - estimated,
        expected=row["expected"],
        estimated=estimated,
    )


def rows_at(form: FormInfo, ids: Sequence[int], cut: Cut) -> dict[tuple[int, int], Figures]:
    """(place, subject) → figures, for tables of one row a village or a household. One read."""
    dated = form.at(cut.period)
    held = {key[1:]: one for key, one in own_figures([dated], ids, cut).items()}
    whole = {place: one for (place, subject), one in held.items() if not subject}
    shown = _guarded(dated, whole, cut)
    return held | {(place, 0): one for place, one in shown.items()}


def _shown(forms: Sequence[FormInfo], found: Mapping[Key, Held], cut: Cut) -> dict[Key, Held]:
    """Without what this reader may not see: small figures that would tell of somebody."""
    shown = dict(found)
    for form in forms:
        mine = {place: one.figures for (number, place), one in found.items() if number == form.id}
        for place, figures in _guarded(form, mine, cut).items():
            shown[form.id, place] = replace(found[form.id, place], figures=figures)
    return shown


def _guarded(form: FormInfo, found: Mapping[int, Figures], cut: Cut) -> dict[int, Figures]:
    return guarded(form, found, cut.period, as_of=cut.seq, to=cut.to, on=cut.on, seen=cut.seen)
