"""What is asked of a place in a round: every element once, with what is already known of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from lingnan.base.actors import Actor
from lingnan.base.errors import Problem, Sentence
from lingnan.base.words import say
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import ElementInfo, Quality, ValueInfo

from ..rules.filing import LEDGER, is_rate, problem_of, problems_of, retyped, source_of, stored
from ..rules.planning.settling import settle
from ..terms.filings import (
    Answer,
    Ask,
    FieldInfo,
    FilingInfo,
    FormInfo,
    Mark,
    ProposalInfo,
    RoundInfo,
)
from ..terms.forms import FieldType
from .derived import derived as items
from .derived import rates, villages
from .forms import forms_by_id
from .gate import need
from .knowledge import looked_at
from .offering import offers
from .once import Once, Rules
from .proposals import accepted_for
from .setting import Setting, answer_of, as_planned, setting_of, setting_of_place
from .spanning import spanned

MARKS = {
    Quality.REPORTED: Mark.REPORTED,
    Quality.DERIVED: Mark.DERIVED,
    Quality.ESTIMATED: Mark.ESTIMATED,
    Quality.CORRECTED: Mark.CORRECTED,
    Quality.MISSING: Mark.MISSING,
    Quality.NOT_APPLICABLE: Mark.NOT_APPLICABLE,
}
SPARED = Sentence("准入条件：本表不问此项")
Values = Mapping[tuple[int, int], ValueInfo]


def asks(round: RoundInfo, place: int, *, to: Actor, on: date) -> list[Ask]:  # noqa: A002
    """In the order of the forms. A dozen queries, however many forms share however many elements.

    Forms of households are left out: what they ask is asked of each household.
    """
    need(to, "reporting.read", [place], on=on)
    found = forms_by_id(round.forms).values()
    forms = [form.at(round.period).admitted() for form in found if form.subject == "place"]
    setting = setting_of_place(round, place, to=to, on=on)
    known = _known(forms, place, _periods(setting, round.period), 0, to, on)
    derived = accepted_for([form.id for form in forms])
    expected = set(round.forms)
    by_element: dict[int, list[FieldInfo]] = {}
    for form in forms:
        for field in form.asked:
            by_element.setdefault(field.element or 0, []).append(field)
    titles = observations.element_map([fields[0].element_code for fields in by_element.values()])
    listed = [
        _ask(
            fields,
            say(titles[fields[0].element_code].titles, to.lang),
            known.get((element, round.period)),
            derived,
            expected,
        )
        for element, fields in by_element.items()
    ]
    if setting is None:
        asked = {one.element_code: one for one in listed}
        asked |= offers(asked, forms, titles, known, round.period, to=to, on=on)
        return list(asked.values())
    return [as_planned(one, one.fields[0], setting) for one in listed]


def _periods(setting: Setting | None, period: int) -> list[int]:
    """A plan looks for itself at what other periods say."""
    return [period] if setting is not None else looked_at(period)


def asks_of_form(
    form: FormInfo,
    place: int,
    period: int,
    *,
    subject: int = 0,
    once: Once | None = None,
    to: Actor,
    on: date,
) -> dict[str, Ask]:
    """By field code, for one form; a field whose own report is the source is not held by it.

    `once`: shared by who asks for many places.
    """
    once = once or Once()
    setting = setting_of(form, place, period, subject, once=once, to=to, on=on)
    return _asks(form, (place, period, subject), setting, once, to=to, on=on)


def _asks(
    form: FormInfo,
    at: tuple[int, int, int],
    setting: Setting | None,
    once: Once,
    *,
    answered: Collection[str] = (),
    to: Actor,
    on: date,
) -> dict[str, Ask]:
    """Of what is `answered` in the report itself no rough derivation is offered."""
    place, period, subject = at
    need(to, "reporting.read", [place], on=on)
    form = form.at(period)
    spared = [field for field in form.asked if field.is_spared]
    periods = looked_at(period) if spared else _periods(setting, period)
    known = _known([form], place, periods, subject, to, on)
    own = source_of(form.code)
    derived = once.rules(form.id) if form.subject == "place" else {}
    households = {p.household_form for p in derived.values() if p.household_form}
    expected = once.expected(households, period, on) if households else frozenset()
    found = {
        field.code: _ask(
            [field], field.label, _foreign(known, field, period, own), derived, expected
        )
        for field in form.asked
    }
    found |= _offers(found, derived, (place, period), answered, once)
    fields = {field.code: field for field in form.asked}
    if setting is not None:
        found = {code: as_planned(ask, fields[code], setting) for code, ask in found.items()}
    else:
        found |= offers(found, [form], once.elements(form), known, period, to=to, on=on)
    if not spared:
        return found
    told = once.elements(form)
    return found | {
        one.code: _spared(found[one.code], told.get(one.element_code), period, known)
        for one in spared
    }


def settled(
    form: FormInfo, filing: FilingInfo, *, once: Once | None = None, to: Actor, on: date
) -> tuple[dict[str, Answer], list[Problem]]:
    """The answers with what was confirmed, held, and follows; and what is wrong with any of them."""
    at = filing.place, filing.period, filing.subject
    once = once or Once()
    setting = setting_of(form, *at, once=once, to=to, on=on)
    typed = {c for c, a in filing.answers.items() if a.text and a.mark is Mark.REPORTED}
    held = _asks(form, at, setting, once, answered=typed, to=to, on=on)
    found = _merged(form, filing, held)
    problems: list[Problem] = []
    if setting is not None:
        found, problems = settle(form, found, setting.ties(form))
    for code, value in _own_rates(form, found, once.rules(form.id)).items():
        field = form.field(code)
        if field and found[code].is_blank:
            found[code] = Answer(retyped(field, value, None), Mark.DERIVED)
    told = {problem.where for problem in problems}
    # What its admission spares may stay blank, and is still looked at where somebody answered it.
    needed = [f for f in form.asked if not f.is_spared or not found[f.code].is_blank]
    plain = problems_of(needed, found, complete=True)
    return found, [*problems, *(one for one in plain if one.where not in told)]


def _own_rates(
    form: FormInfo, answers: Mapping[str, Answer], accepted: Rules
) -> dict[str, Decimal]:
    """Rates of the form made from its own answers, where the bureau accepted the formula."""
    rules = [r for r in accepted.values() if is_rate(r.formula)]
    if not rules:
        return {}
    needed = {code for rule in rules for code in rule.uses}
    values = {
        field.code: stored(field, answers[field.code])[0]
        for field in form.asked
        if field.code in needed and problem_of(field, answers[field.code]) is None
    }
    return rates(form, rules, values)


def _merged(form: FormInfo, filing: FilingInfo, held: Mapping[str, Ask]) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    for field in form.asked:
        ask, answer = held[field.code], filing.answers.get(field.code, Answer())
        if answer.source or answer.mark is Mark.DERIVED:  # of an earlier submission: look again
            answer = Answer()
        if answer.mark is Mark.CONFIRMED:
            answer = _confirmed(field, ask, answer)
        known = _as_answer(field, ask)
        if (
            answer.is_blank
            and known
            and not ask.confirm
            or (
                known
                and not ask.confirm
                and (answer.text, answer.mark) == (known.text, Mark.REPORTED)
            )
        ):
            found[field.code] = known
        else:
            found[field.code] = answer
    return found


def _confirmed(field: FieldInfo, ask: Ask, answer: Answer) -> Answer:
    """The offered value as this form's own word. Words stay words where nothing is offered."""
    if ask.held:
        return answer_of(field, ask)
    return replace(answer, mark=Mark.REPORTED) if field.type is FieldType.TEXT else answer


def _offers(
    found: Mapping[str, Ask],
    derived: Mapping[int, ProposalInfo],
    at: tuple[int, int],
    answered: Collection[str],
    once: Once,
) -> dict[str, Ask]:
    """Approximate derivations of questions nobody answered yet: offered, never taken silently."""
    place, period = at
    rough = [
        rule
        for rule in derived.values()
        if rule.quality != "exact"
        and rule.household_form
        and rule.field.code not in answered
        and not found[rule.field.code].held
    ]
    offers: dict[str, Ask] = {}
    for form in {rule.household_form for rule in rough if rule.household_form}:
        known = villages(once.form(form), period, [place])
        values = items([rule for rule in rough if rule.household_form == form], known)
        for rule in rough:
            value = values.get((place, rule.field.id))
            if value is not None:
                offers[rule.field.code] = replace(
                    found[rule.field.code],
                    held=True,
                    value=value,
                    mark=Mark.DERIVED,
                    source=LEDGER,
                    as_of=known[place].as_of,
                    confirm=True,
                )
    return offers


def _known(
    forms: Sequence[FormInfo], place: int, periods: list[int], subject: int, to: Actor, on: date
) -> Values:
    elements = sorted({f.element for form in forms for f in form.asked if f.element})
    if not elements:
        return {}
    return observations.current(
        place, elements=elements, periods=periods, subject=subject, to=to, on=on
    )


def _spared(ask: Ask, element: ElementInfo | None, period: int, known: Values) -> Ask:
    """Neither typed nor looked at for this form's sake; what is held is shown, and so is what other
    forms said for the periods this one is made of."""
    found = None if ask.held or element is None else spanned(element, period, known)
    if found is not None:
        ask = found.given(ask)
    return replace(ask, spared=True, confirm=False, waiting=False, follows=False, why=SPARED)


def _foreign(known: Values, field: FieldInfo, period: int, own: str) -> ValueInfo | None:
    found = known.get((field.element or 0, period))
    return None if found is None or found.source == own else found


def _ask(
    fields: Iterable[FieldInfo],
    title: str,
    known: ValueInfo | None,
    derived: Mapping[int, ProposalInfo],
    expected: Collection[int],
) -> Ask:
    asked = tuple(fields)
    rule = next((derived[f.id] for f in asked if f.id in derived), None)
    if known and known.quality is Quality.MISSING:
        known = None
    return Ask(
        element=asked[0].element or 0,
        element_code=asked[0].element_code,
        title=title,
        fields=asked,
        held=known is not None,
        value=known.value if known else None,
        text=known.text if known else None,
        mark=MARKS.get(known.quality, Mark.REPORTED) if known else Mark.REPORTED,
        source=known.source if known else "",
        as_of=known.recorded_at if known else None,
        waiting=known is None and _will_follow(rule, expected),
    )


def _will_follow(rule: ProposalInfo | None, expected: Collection[int]) -> bool:
    """An exact derivation whose household form is being asked in this round."""
    return bool(rule and rule.quality == "exact" and rule.household_form in expected)


def _as_answer(field: FieldInfo, ask: Ask) -> Answer | None:
    if not ask.held:
        return None
    own = ask.why if ask.mark is Mark.DERIVED and not ask.source else ""
    return Answer(retyped(field, ask.value, ask.text), ask.mark, ask.source, own)
