"""What every act of the dictionary does: fields move, cards and definitions follow, history is kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Q

from lingnan.base.actors import Actor
from lingnan.base.ids import subject, uuid7
from lingnan.kernel.observations import services as observations
from lingnan.kernel.observations.models import Element
from lingnan.kernel.observations.queries.elements import info
from lingnan.kernel.observations.terms import ElementDefinition, ElementInfo, OverTime

from ...models import Change, ChangeOf, Entry, Field, Filing
from ...rules.dictionary import Earlier, moved, precedence_of, since
from ...rules.filing import source_of
from ...terms.filings import State

CARD = ("department_id", "truth", "converted", "standing", "became_id")
TOLD = ("titles", "owner", "label", "precedence", "over_time")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a person did, however many elements it touched."""

    uuid: UUID
    by: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class Move:
    field: Field
    left: Element
    to: Element
    first: date | None


def begin(by: Actor, at: datetime) -> Act:
    return Act(uuid7(int(at.timestamp() * 1000)), by, at)


def first_days(forms: Iterable[int]) -> dict[int, date | None]:
    """By form id: the first day after the last period with approved answers. One query."""
    approved = Q(state=State.APPROVED) | Q(revision__gt=1)
    rows = Filing.objects.filter(approved, form__in=set(forms)).values("form")
    last = {row["form"]: row["last"] for row in rows.annotate(last=Max("period")).order_by()}
    return {form: since(last.get(form)) for form in forms}


def move_fields(
    fields: Sequence[Field],
    to: Mapping[int, Element],
    own: Mapping[int, Element] | None = None,
) -> list[Move]:
    """Each field to `own[its id]`, else to `to[its element's id]`, from its form's first free period
    on. Two queries. `field.element` must be there already.
    """
    days = first_days({one.form_id for one in fields})
    moves = []
    for one in fields:
        left = one.element
        assert left is not None
        target = own[one.pk] if own else to[left.pk]
        first = days[one.form_id]
        one.earlier = _written(moved(_read(one.earlier), (left.pk, left.code), target.pk, first))
        one.element = target
        moves.append(Move(one, left, target, first))
    Field.objects.bulk_update(fields, ["element", "earlier"], batch_size=500)
    return moves


def _read(raw: Sequence[Any]) -> list[Earlier]:
    return [Earlier(date.fromisoformat(day), number, code) for day, number, code in raw]


def _written(earlier: Iterable[Earlier]) -> list[list[Any]]:
    return [[one.until.isoformat(), one.element, one.code] for one in earlier]


def cards_of(elements: Iterable[Element]) -> dict[int, Entry]:
    """By element id, made where none is kept yet (not saved). One query."""
    known = {one.pk: one for one in elements}
    found = {row.pk: row for row in Entry.objects.filter(element__in=known)}
    return {pk: found.get(pk) or Entry(element=one) for pk, one in known.items()}


def held(elements: Iterable[Element], cards: Mapping[int, Entry]) -> dict[str, Any]:
    """What is needed to put them back as they were, by code."""
    return {
        one.code: {
            "told": {name: getattr(one, name) for name in TOLD},
            "card": {name: getattr(cards[one.pk], name) for name in CARD},
        }
        for one in elements
    }


def keep_cards(cards: Iterable[Entry]) -> None:
    Entry.objects.bulk_create(
        list(cards),
        update_conflicts=True,
        unique_fields=["element"],
        update_fields=[name.removesuffix("_id") for name in CARD],
        batch_size=500,
    )


def redefine(elements: Iterable[Element], act: Act, told: Mapping[str, Mapping[str, Any]]) -> None:
    """New words for elements, by code; the rest of each definition stays."""
    new = []
    for one in elements:
        words = dict(told.get(one.code, {}))
        if "precedence" in words:
            words["precedence"] = tuple(words["precedence"])
        if "over_time" in words:
            words["over_time"] = OverTime(words["over_time"])
        new.append(replace(definition(info(one)), **words))
    if new:
        observations.define_elements(new, by=act.by, at=act.at)


def definition(one: ElementInfo) -> ElementDefinition:
    names = ElementDefinition.__dataclass_fields__
    return ElementDefinition(**{name: getattr(one, name) for name in names})


def precedences(
    elements: Sequence[Element], cards: Mapping[int, Entry], more: Mapping[int, Sequence[str]]
) -> dict[str, dict[str, Any]]:
    """Who wins, by code, from what the bureau said and which forms ask now. One query.

    `more`: sources that come from elements joined into this one.
    """
    rows = (
        Field.objects.filter(element__in=[one.pk for one in elements])
        .order_by("pk")
        .values_list("element", "form__code", "form__department__uuid")
    )
    sources: dict[int, list[tuple[str, str]]] = {}
    for element, form, department in rows:
        sources.setdefault(element or 0, []).append((source_of(form), str(department or "")))
    return {
        one.code: {
            "precedence": precedence_of(
                cards[one.pk].truth,
                sources.get(one.pk, []),
                held=[*one.precedence, *more.get(one.pk, ())],
            )
        }
        for one in elements
    }


def keep_changes(
    act: Act, kind: str, parts: Sequence[tuple[list[Element], list[Element], list[Move], Any]]
) -> list[Change]:
    """One change for each part (elements before, after, moves, what was held). Two queries."""
    rows = Change.objects.bulk_create(
        [
            Change(
                act=act.uuid,
                kind=kind,
                before=[one.code for one in before],
                after=[one.code for one in after],
                moves=[
                    [m.field.pk, m.left.pk, m.to.pk, m.first.isoformat() if m.first else None]
                    for m in moves
                ],
                held=was,
                by=act.by.party,
                role=act.by.role,
                at=act.at,
            )
            for before, after, moves, was in parts
        ],
        batch_size=500,
    )
    ChangeOf.objects.bulk_create(
        [
            ChangeOf(change=row, element_id=pk)
            for row, (before, after, _, _) in zip(rows, parts, strict=True)
            for pk in sorted({one.pk for one in (*before, *after)})
        ],
        batch_size=500,
    )
    return rows


def told_moves(moves: Iterable[Move]) -> dict[str, str]:
    """For evidence: `form:field` → first day it holds for."""
    return {
        f"{m.field.form.code}:{m.field.code}": m.first.isoformat() if m.first else "always"
        for m in moves
    }


def subject_of(element: Element) -> str:
    return subject("observations", "element", element.uuid)
