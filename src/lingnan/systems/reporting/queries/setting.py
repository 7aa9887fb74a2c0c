"""One form of one place or household as its round planned it, with what is known today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from lingnan.base.actors import Actor
from lingnan.base.errors import Sentence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import Quality

from ..content import costs
from ..models import Filing, PlacePlan, Round
from ..rules.filing import answers_of, is_rate, problem_of, retyped, source_of, stored
from ..rules.planning import choose, distinct, identities_of, own_ways, trust_of, ways_of_rates
from ..rules.planning.knowledge import VALUELESS, judge
from ..rules.planning.settling import Ties, Worth, follows, worth_of
from ..rules.planning.sheets import LOOKS
from ..terms.filings import Answer, Ask, FieldInfo, FormInfo, Mark, RoundInfo
from ..terms.planning import Fact, Identity, Means, Way
from ..terms.plans import Holding, Knowing, PlanKind, When
from .filings import asked_forms, round_info
from .forms import forms_by_id
from .knowledge import known_of
from .once import Once
from .plans import Choosing, Telling, choosing_of, titles_of
from .proposals import accepted_for
from .sums import accepted_sums

LOOK = {Knowing.OTHER, Knowing.RETURNED}
SAID = {Quality.NOT_APPLICABLE: Mark.NOT_APPLICABLE, Quality.MISSING: Mark.MISSING}
OFFERED = SAID | {Quality.ESTIMATED: Mark.ESTIMATED}


@dataclass(frozen=True)
class Elsewhere:
    """What was typed for the same fact in another form of the round, or is in this one's draft."""

    form: str
    field: FieldInfo
    answer: Answer


@dataclass(frozen=True)
class Setting:
    telling: Telling
    elsewhere: Mapping[Fact, Elsewhere]
    own: frozenset[Fact]

    @property
    def ways(self) -> Mapping[Fact, Way]:
        return self.telling.chosen.ways

    def ties(self, form: FormInfo) -> Ties:
        """What is known of facts that this form does not ask."""
        asked = {field.element_code for field in form.asked}
        outside: dict[Fact, Worth] = {}
        for fact in self.ways.keys() - asked:
            worth = self._worth(fact)
            if worth is not None:
                outside[fact] = worth
        titles = titles_of(self.telling.elements, self.telling.lang)
        titles |= {field.element_code: field.label.strip() for field in form.asked}
        return Ties(self.ways, self.telling.chosen.identities, titles, outside)

    def _worth(self, fact: Fact) -> Worth | None:
        typed = self.elsewhere.get(fact)
        if typed is not None:
            return worth_of(typed.field, typed.answer)
        if self.ways[fact].why == Knowing.SPANNED.name:
            found = self.telling.spanned(fact)
            return None if found is None else found.mark or found.value
        held = self.telling.value(fact, Knowing.HELD)
        return None if held is None else SAID.get(held.quality, held.value)


def setting_of(
    form: FormInfo, place: int, period: int, subject: int, *, once: Once, to: Actor, on: date
) -> Setting | None:
    """None where no round that asks the form has a plan. A handful of queries."""
    if not once.is_planned(form.id, period):
        return None
    row = (
        Round.objects.filter(forms=form.id, period=period, plans__isnull=False)
        .filter(pk__in=PlacePlan.objects.filter(place=place).values("round"))
        .prefetch_related(asked_forms())
        .order_by("-pk")
        .first()
    )
    if row is None:
        return None
    found = round_info(row)
    return _setting(found, form, (place, subject), to=to, on=on)


def setting_of_place(found: RoundInfo, place: int, *, to: Actor, on: date) -> Setting | None:
    """Of all forms of the round together: what is typed in drafts is still listed as asked."""
    return _setting(found, None, (place, 0), to=to, on=on)


def _setting(
    found: RoundInfo, form: FormInfo | None, at: tuple[int, int], *, to: Actor, on: date
) -> Setting | None:
    place, subject = at
    if form is not None and form.subject == PlanKind.HOUSEHOLD:
        chosen: Choosing | None = of_household(found, place, subject, on)
    else:
        chosen = choosing_of(found.uuid, place)
    if chosen is None:
        return None
    elements = observations.element_map(chosen.ways)
    forms = [form] if form is not None else list(forms_by_id(found.forms).values())
    told = Telling.of(chosen, elements, at, found.period, to, on, forms)
    if form is None:
        return Setting(told, {}, frozenset())
    typed, own = _typed(form, found, place, subject)
    return Setting(told, typed, own)


def of_household(found: RoundInfo, place: int, subject: int, on: date) -> Choosing:
    """A household's plan is made when it is looked at: the same facts known give the same plan."""
    every = forms_by_id(found.forms).values()
    forms = [f.admitted() for f in every if f.subject == PlanKind.HOUSEHOLD]
    units = (PlanKind.HOUSEHOLD, np.array([place]), np.array([subject]))
    price = costs(on)
    known = known_of(forms, found, units, costs=price, on=on)
    identities, rates = ties_of(forms)
    held = dict(zip(known.facts, known.matrix[0].tolist(), strict=True))
    ways = [way for fact, n in held.items() for way in own_ways(fact, Knowing(n), price)]
    choice = choose([*ways, *rates], known.facts, sums=identities)
    chosen = choice.by_fact()
    return Choosing({fact: chosen[fact] for fact in known.facts}, identities)


def ties_of(forms: Sequence[FormInfo]) -> tuple[list[Identity], list[Way]]:
    """Accepted sums and rates of these forms. Two queries."""
    sums = accepted_sums(form.id for form in forms)
    rates = [r for r in accepted_for(form.id for form in forms).values() if is_rate(r.formula)]
    found = distinct(one for form in forms for one in identities_of(form, sums.get(form.id, ())))
    ways = [
        way
        for form in forms
        for way in ways_of_rates(form, [r for r in rates if r.village_form == form.id])
    ]
    return found, ways


def as_planned(ask: Ask, field: FieldInfo, setting: Setting) -> Ask:
    """What is held today stands before the plan; then what was typed in another form; then the plan."""
    fact = field.element_code
    way = setting.ways.get(fact)
    if way is None or ask.waiting or ask.confirm:
        return ask
    if ask.held:
        return _held(ask, fact, setting)
    typed = setting.elsewhere.get(fact)
    if typed is not None and fact not in setting.own:
        return _typed_there(ask, typed)
    if way.why == Knowing.SPANNED.name:
        return _spanned(ask, fact, setting)
    if way.means in LOOKS:
        return offered(ask, fact, Knowing[way.why], setting.telling)
    why = setting.telling.why(fact)
    if follows(way):
        return replace(ask, follows=True, why=why)
    known = way.means is Means.ASK
    return replace(ask, why=why if known else setting.telling.words(fact, Knowing.NOTHING))


def _spanned(ask: Ask, fact: Fact, setting: Setting) -> Ask:
    found, why = setting.telling.spanned(fact), setting.telling.words(fact, Knowing.SPANNED)
    return replace(ask if found is None else found.given(ask), why=why)


def _held(ask: Ask, fact: Fact, setting: Setting) -> Ask:
    """Another's word or an estimate is looked at; the source of truth is not."""
    element, held = setting.telling.elements[fact], setting.telling.value(fact, Knowing.HELD)
    if held is None:
        return ask
    knowing = judge(
        Holding(When.NOW, trust_of(held.source, element.precedence), held.quality, False, True)
    )
    return replace(ask, confirm=knowing in LOOK, why=setting.telling.words(fact, knowing))


def _typed_there(ask: Ask, typed: Elsewhere) -> Ask:
    value, text = stored(typed.field, typed.answer)
    return replace(
        ask,
        held=True,
        value=value,
        text=text,
        mark=typed.answer.mark,
        source=source_of(typed.form),
        why=Sentence("已在报表 {form} 填报").filled(form=typed.form),
    )


def offered(ask: Ask, fact: Fact, knowing: Knowing, telling: Telling) -> Ask:
    """With the value that is held now, to be looked at."""
    held = telling.value(fact, knowing)
    if held is None or held.quality in VALUELESS:  # gone since it was planned
        return replace(ask, why=telling.words(fact, Knowing.NOTHING))
    return replace(
        ask,
        held=True,
        value=held.value,
        text=held.text,
        mark=OFFERED.get(held.quality, Mark.REPORTED),
        source=held.source,
        as_of=held.recorded_at,
        confirm=True,
        why=telling.words(fact, knowing),
    )


def _typed(
    form: FormInfo, found: RoundInfo, place: int, subject: int
) -> tuple[dict[Fact, Elsewhere], frozenset[Fact]]:
    """By fact: what other forms of the round hold in their drafts; and what this form's does."""
    rows = Filing.objects.filter(
        form__in=found.forms, place=place, subject=subject, period=found.period
    ).order_by("form")
    drafts = {row.form_id: answers_of(row.answers) for row in rows}
    others = forms_by_id(drafts.keys() - {form.id})
    elsewhere: dict[Fact, Elsewhere] = {}
    for other in others.values():
        for field in other.asked:
            answer = drafts[other.id].get(field.code, Answer())
            if _counts(field, answer):
                elsewhere.setdefault(field.element_code, Elsewhere(other.code, field, answer))
    mine = drafts.get(form.id, {})
    own = {f.element_code for f in form.asked if _counts(f, mine.get(f.code, Answer()))}
    return elsewhere, frozenset(own)


def _counts(field: FieldInfo, answer: Answer) -> bool:
    """Its own word, and a sound one."""
    if answer.is_blank or answer.source or answer.mark in {Mark.CONFIRMED, Mark.DERIVED}:
        return False
    return problem_of(field, answer) is None


def answer_of(field: FieldInfo, ask: Ask) -> Answer:
    """The value that is offered, as this form's own word: an estimate is none any more."""
    mark = Mark.REPORTED if ask.mark is Mark.ESTIMATED else ask.mark
    return Answer(retyped(field, ask.value, ask.text), mark, reason=ask.why)
