"""Who sees persons in full. Nobody does unasked, except who fills in or keeps what is shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from lingnan.base.actors import EVERYTHING, Actor
from lingnan.base.errors import Forbidden

from .. import content
from ..rules.checking import in_force
from ..rules.filing import NUMERIC, Figure, problem_of, stored
from ..rules.masking import (
    masked,
    masked_answers,
    masked_figure,
    masked_figures,
    personal_field,
    personal_fields,
    personal_of,
)
from ..terms.filings import Answer, Ask, FilingInfo, FormInfo, State
from ..terms.masking import Masking, Personal, Seen
from ..terms.suppression import HIDDEN_SHOWN
from .forms import forms_by_id
from .gate import EXACT, departments_of, need, sees_exact
from .guarding import kept_back, told_by_word

UNMASK, RECEIVE = "reporting.unmask", "reporting.receive"
OPEN = {State.DRAFT, State.RETURNED}
Figures = dict[str, Figure]


def masking_on(on: date) -> Masking:
    return in_force(content.masking(), on)


def need_persons(
    to: Actor, places: Iterable[int], forms: Sequence[FormInfo] = (), *, on: date
) -> None:
    """Forbidden unless the duty may see persons there; a department those of its own forms, which
    it receives by law."""
    if forms and to.may(RECEIVE) and not to.may(UNMASK):
        mine = departments_of(to, on)
        if all(form.department in mine for form in forms):
            need(to, RECEIVE, places, on=on)
            return
        raise Forbidden("只有本部门的报表可以看完整的个人信息。", permission=UNMASK)
    need(to, UNMASK, places, on=on)


def is_its_own(to: Actor, place: int, permission: str) -> bool:
    """A duty at that very place does the work there: it sees what it writes. So does the platform."""
    if EVERYTHING in to.permissions:
        return to.channel != "cli"  # somebody sits at the command line: a reason, as on a page
    return to.may(permission) and any(scope.place == place for scope in to.scopes)


def shown_filings(
    found: Sequence[FilingInfo],
    *,
    to: Actor,
    on: date,
    in_full: Seen | None = None,
    seen: Seen | None = None,
) -> list[FilingInfo]:
    """Masked, except what the reader is filling in at its own place; in full, and counted, with
    `in_full`. Small figures as in every other output; `seen` counts those of the duty's word."""
    rule, forms = masking_on(on), forms_by_id({one.form for one in found})
    kinds = {number: personal_fields(form, rule) for number, form in forms.items()}
    found = _without_small(found, forms, to, on, seen or Seen())
    shown = []
    for one in found:
        mine = kinds[one.form]
        if in_full is not None:
            in_full.persons += any(one.answers[code].text for code in mine if code in one.answers)
        elif mine and not (one.state in OPEN and is_its_own(to, one.place, "reporting.fill")):
            one = replace(one, answers=masked_answers(one.answers, mine))
        shown.append(one)
    return shown


def _without_small(
    found: Sequence[FilingInfo],
    forms: Mapping[int, FormInfo],
    to: Actor,
    on: date,
    seen: Seen,
) -> list[FilingInfo]:
    """Reports of places, as `guarded` tells figures; those of households need the personal label."""
    outside = [one for one in found if not one.subject and not sees_exact(to, one.place, on)]
    mine = departments_of(to, on) if outside else frozenset()
    wanted: dict[tuple[int, int], set[int]] = {}
    for one in outside:
        if forms[one.form].department not in mine:
            wanted.setdefault((one.form, one.period), set()).add(one.place)
    back = {
        (form, period, *cell)
        for (form, period), chosen in wanted.items()
        for cell in kept_back(forms[form], period, chosen, as_of=None)
    }
    if to.may(EXACT):
        for one in found:
            if not one.subject:
                numbers = numbers_of(forms[one.form], one.period, one.place, one.answers)
                seen.exact += told_by_word(numbers, to=to, on=on)
    return [
        replace(
            one,
            answers={
                code: Answer(HIDDEN_SHOWN) if (one.form, one.period, one.place, code) in back else a
                for code, a in one.answers.items()
            },
        )
        if (one.form, one.period) in wanted
        else one
        for one in found
    ]


def numbers_of(
    form: FormInfo, period: int, place: int, answers: Mapping[str, Answer]
) -> dict[tuple[int, int, int], Decimal | None]:
    """(place, element, period) → the number that was typed; what is none is left out."""
    return {
        (place, field.element or 0, period): stored(field, answers[field.code])[0]
        for field in form.at(period).asked
        if field.type in NUMERIC
        and field.code in answers
        and problem_of(field, answers[field.code]) is None
    }


def without_persons(
    forms: Sequence[FormInfo],
    found: dict[tuple[int, int, int], Figures],
    *,
    on: date,
    in_full: Seen | None,
) -> dict[tuple[int, int, int], Figures]:
    """(form, place, subject) → figures, masked; in full, and counted, with `in_full`."""
    rule = masking_on(on)
    kinds = {form.id: mine for form in forms if (mine := personal_fields(form, rule))}
    if in_full is not None:
        told = {
            key[1:]
            for key, one in found.items()
            if any(one[code].text for code in kinds.get(key[0], ()) if code in one)
        }
        in_full.persons += len(told)
        return found
    return {
        key: masked_figures(one, kinds[key[0]]) if key[0] in kinds else one
        for key, one in found.items()
    }


def without_person(one: Figure, title: str, rule: Masking) -> Figure:
    """A figure of an element, by the last part of its title: a block is never shown in full."""
    kind: Personal | None = personal_of(title.rpartition(" · ")[2], rule, of_person=False)
    return masked_figure(one, kind)


def shown_asks(
    found: Sequence[Ask], place: int, period: int, *, to: Actor, on: date, seen: Seen
) -> list[Ask]:
    """What is held already, for who fills it in. Others hear that it is held; those who report and
    review the place, and duties that see exact figures, also how much; nobody else a person."""
    if is_its_own(to, place, "reporting.fill"):
        return list(found)
    if not sees_exact(to, place, on):
        return [replace(one, value=None, text=None) for one in found]
    seen.exact += told_by_word(
        {(place, one.element, period): one.value for one in found}, to=to, on=on
    )
    rule = masking_on(on)
    shown = []
    for one in found:
        kinds = (personal_field(field, rule, of_person=False) for field in one.fields)
        kind = next((kind for kind in kinds if kind), None)
        shown.append(replace(one, text=masked(kind, one.text)) if kind and one.text else one)
    return shown
