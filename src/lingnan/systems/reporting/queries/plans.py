"""The plan of a round: of one place fact by fact, one fact explained, the whole in figures."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

import numpy as np
from django.db.models import Count, F, Sum

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import NotFound, Sentence
from lingnan.base.periods import Period
from lingnan.base.words import say
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import ElementInfo, Quality, ValueInfo

from ..models import PlacePlan, Plan, PlanShape
from ..rules.filing import ESTIMATE, retyped
from ..rules.naming import source_said
from ..rules.planning import (
    identity_of,
    spans_of,
    words_of,
    words_of_guess,
    words_of_identity,
)
from ..rules.planning.sheets import Choices
from ..terms.filings import FieldInfo, FormInfo, RoundInfo
from ..terms.planning import Fact, Identity, Means, Way
from ..terms.plans import Knowing, PlanInfo, PlanKind, PlannedFact, Sheet, When
from ..terms.refusals import NotPlanned
from .forms import forms_by_id
from .gate import need
from .knowledge import FLOWS, lagged, looked_at, whens
from .spanning import Spanned, spanned

WHEN = {Knowing.UNCHANGED: When.BEFORE, Knowing.YEAR_AGO: When.YEAR_AGO}
GUESSED = Sentence("{value}（估计）")
SUMMED = {"asked": "asks", "confirmed": "confirms", "seconds": "seconds", "bound": "bound"}
Values = Mapping[tuple[int, int], ValueInfo]


@dataclass(frozen=True)
class Choosing:
    """The chosen way of every fact of one place, and the sums behind some of them."""

    ways: Mapping[Fact, Way]
    identities: Sequence[Identity]


def summary(found: RoundInfo, *, to: Actor, on: date) -> PlanInfo:
    """The round's plan, with the figures as they are after facts arrived. NotPlanned. Two queries."""
    need(to, "reporting.read", on=on)
    row = Plan.objects.filter(round__uuid=found.uuid).order_by("pk").first()
    if row is None:
        raise NotPlanned
    told = plan_info(row, found.uuid)
    now = PlacePlan.objects.filter(round=row.round_id).aggregate(
        **{name: Sum(F("units") * F(f"shape__{of}")) for name, of in SUMMED.items()},
        shapes=Count("shape", distinct=True),
    )
    return replace(told, figures=told.figures | {k: v or 0 for k, v in now.items()})


def plan_of(found: RoundInfo, place: int, *, to: Actor, on: date) -> list[PlannedFact]:
    """Every fact of the place's own forms in their order, with its way and why. NotPlanned."""
    need(to, "reporting.read", [place], on=on)
    chosen = choosing_of(found.uuid, place)
    if chosen is None:
        raise NotPlanned
    forms = [f for f in forms_by_id(found.forms).values() if f.subject != PlanKind.HOUSEHOLD]
    asked_by: dict[Fact, list[str]] = {}
    for form in forms:
        for one in form.asked:
            asked_by.setdefault(one.element_code, []).append(f"{form.code}:{one.code}")
    elements = observations.element_map(chosen.ways)
    told = Telling.of(chosen, elements, (place, 0), found.period, to, on, forms)
    return [
        PlannedFact(fact, told.title(fact), way, told.why(fact), tuple(asked_by.get(fact, ())))
        for fact, way in chosen.ways.items()
    ]


def explain(found: RoundInfo, fact: Fact, place: int, *, to: Actor, on: date) -> PlannedFact:
    """Why one fact is asked of a place, or is not. NotFound: no form of the round asks it."""
    for one in plan_of(found, place, to=to, on=on):
        if fact == one.fact or fact in one.forms:
            return one
    raise NotFound


def choosing_of(round_uuid: str, place: int) -> Choosing | None:
    """One query, and one more when this process meets the plan for the first time."""
    row = (
        PlacePlan.objects.filter(round__uuid=round_uuid, place=place, kind=PlanKind.PLACE)
        .select_related("shape__plan")
        .defer("shape__plan__content", "shape__plan__figures")
        .first()
    )
    return None if row is None else chosen_in(row.shape)


def chosen_in(shape: PlanShape) -> Choosing:
    sheet = sheet_of(shape.plan_id, shape.plan.sha256, shape.kind)
    choice = choices_of([bytes(shape.choice)])[0]
    ways = {
        fact: of_fact[number]
        for fact, of_fact, number in zip(sheet.facts, sheet.ways, choice.tolist(), strict=True)
    }
    return Choosing(ways, sheet.identities)


@lru_cache(maxsize=16)
def sheet_of(plan: int, sha256: str, kind: str) -> Sheet:
    """A plan is never changed: a new one has a new id. NotPlanned when it was replaced just now."""
    row = Plan.objects.filter(pk=plan, sha256=sha256).values_list("content", flat=True).first()
    if row is None:
        raise NotPlanned
    content = row[kind]
    return Sheet(
        tuple(content["facts"]),
        tuple(
            tuple(
                Way(fact, Means(means), cost, frozenset(needs), why)
                for means, cost, needs, why in ways
            )
            for fact, ways in zip(content["facts"], content["ways"], strict=True)
        ),
        tuple(Identity(total, tuple(parts), why) for total, parts, why in content["identities"]),
    )


def choices_of(packed: Sequence[bytes]) -> Choices:
    """Shapes × facts."""
    rows = [np.frombuffer(zlib.decompress(one), dtype=np.uint8) for one in packed]
    return np.stack(rows)


def plan_info(row: Plan, round_uuid: str) -> PlanInfo:
    return PlanInfo(
        str(row.uuid), round_uuid, row.planned_at, row.sha256, row.figures, row.is_stale
    )


@dataclass(frozen=True)
class Telling:
    """Reasons in words, with the values as they are held today."""

    chosen: Choosing
    elements: Mapping[str, ElementInfo]
    values: Values
    period: int
    lags: Mapping[Fact, Fact]
    lang: str
    fields: Mapping[Fact, FieldInfo] = field(default_factory=dict)
    """In whose units values are told; of other facts, in the element's."""

    @classmethod
    def of(
        cls,
        chosen: Choosing,
        elements: Mapping[str, ElementInfo],
        subject: tuple[int, int],
        period: int,
        to: Actor,
        on: date,
        forms: Sequence[FormInfo] = (),
    ) -> "Telling":
        """`subject`: place, and household or 0; `forms`: whose columns of last year are explained, in
        whose units it is told."""
        ids = [element.id for element in elements.values()]
        held = observations.current(
            subject[0],
            elements=ids,
            periods=looked_at(period),
            subject=subject[1],
            to=to,
            on=on,
        )
        return cls(chosen, elements, held, period, lagged(forms), to.lang, first_fields(forms))

    def title(self, fact: Fact) -> str:
        element = self.elements.get(fact)
        return say(element.titles, self.lang) if element else fact

    def why(self, fact: Fact) -> str:
        way = self.chosen.ways[fact]
        if way.means is Means.IDENTITY:
            identity = identity_of(way, self.chosen.identities)
            titles = titles_of(self.elements, self.lang)
            return words_of_identity(fact, identity, titles) if identity else way.why
        return way.why if way.needs else self.words(fact, Knowing[way.why])

    def value(self, fact: Fact, knowing: Knowing) -> ValueInfo | None:
        at_hand = self.lags.get(fact, fact) if knowing is Knowing.LAST_YEAR else fact
        element = self.elements.get(at_hand)
        if element is None:
            return None
        when = WHEN.get(knowing, When.NOW)
        periods = [code for code, of in whens(self.period).items() if of is when]
        if knowing is Knowing.LAST_YEAR:
            periods = [Period.from_code(self.period).year_ago().code]
        if when is When.BEFORE and element.over_time not in FLOWS:
            periods += spans_of(self.period).before
        held = (self.values.get((element.id, code)) for code in periods)
        return next((one for one in held if one is not None), None)

    def spanned(self, fact: Fact) -> Spanned | None:
        """What other periods say of it; None when one of them says nothing any more."""
        element = self.elements.get(fact)
        return spanned(element, self.period, self.values) if element else None

    def words(self, fact: Fact, knowing: Knowing) -> str:
        if knowing is Knowing.SPANNED:
            found = self.spanned(fact)
            return words_of(knowing, source=found.said) if found else words_of(Knowing.NOTHING)
        held = self.value(fact, knowing)
        if held is None:
            return words_of(knowing)
        if knowing is Knowing.OTHER and held.quality is Quality.ESTIMATED:
            whose = "" if held.source == ESTIMATE else source_said(held.source)
            said = _number(held, self.elements[fact], self.fields.get(fact))
            return words_of_guess(source=whose, day=legal_day(held.recorded_at), value=said)
        return words_of(
            knowing,
            source=source_said(held.source),
            day=legal_day(held.recorded_at),
            value=_said(held, self.elements[fact], self.fields.get(fact)),
        )


def titles_of(elements: Mapping[str, ElementInfo], lang: str) -> dict[Fact, str]:
    return {code: say(one.titles, lang).split(" · ")[-1] for code, one in elements.items()}


def first_fields(forms: Iterable[FormInfo]) -> dict[Fact, FieldInfo]:
    """By fact, the first question that asks it."""
    return {f.element_code: f for form in reversed(list(forms)) for f in reversed(form.asked)}


def _said(held: ValueInfo, element: ElementInfo, asking: FieldInfo | None) -> str:
    said = _number(held, element, asking)
    return GUESSED.filled(value=said) if held.quality is Quality.ESTIMATED else said


def _number(held: ValueInfo, element: ElementInfo, asking: FieldInfo | None) -> str:
    if held.value is None:
        labels = dict(element.options)
        return labels.get(held.text or "", held.text or "不适用")
    if asking is not None:
        return f"{retyped(asking, held.value, None)} {asking.unit}".strip()
    whole = held.value.to_integral_value()
    number = f"{whole:f}" if whole == held.value else f"{held.value.normalize():f}"
    return f"{number} {element.unit}".strip()
