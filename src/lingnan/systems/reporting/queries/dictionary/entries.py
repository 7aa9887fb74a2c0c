"""The dictionary: each element with its names, owner, source of truth, who asks it, its history."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from lingnan.base.actors import Actor
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import ElementInfo

from ...models import Change, Entry, Field
from ...terms.dictionary import (
    Asker,
    ChangeInfo,
    ChangeKind,
    EntryInfo,
    NoSuchEntry,
    Standing,
)
from ...terms.filings import FormState
from ...terms.forms import Role
from ..forms import field_info
from ..gate import need
from .effects import per_year

READ = "reporting.read"


def entries(
    *,
    to: Actor,
    on: date,
    text: str = "",
    owner: str = "",
    asked: int = 0,
    standing: Standing | None = None,
) -> list[EntryInfo]:
    """Elements that some form asks or asked, most asked first. Three queries, however many.

    `text`: in the code or a name; `owner`: beginning of the department's name; `asked`: by at least
    so many questions of current forms. Elements whose label the actor does not hold are left out.
    """
    need(to, READ, on=on)
    counts = _counts()
    cards = _cards()
    known = observations.element_map(None)
    found = [
        _info(one, cards.get(one.id), counts.get(one.id, (0, 0)))
        for one in known.values()
        if one.label in to.labels and (one.id in counts or one.id in cards)
    ]
    kept = [
        one
        for one in found
        if one.asked >= asked
        and (standing is None or one.standing is standing)
        and (not owner or one.owner.startswith(owner))
        and _says(one, text)
    ]
    return sorted(kept, key=lambda one: (-one.asked, -one.forms, one.id))


def entry(code: str, *, to: Actor, on: date) -> EntryInfo:
    """NoSuchEntry also when its label is not held. Three queries."""
    need(to, READ, on=on)
    one = observations.element_map([code]).get(code)
    if one is None or one.label not in to.labels:
        raise NoSuchEntry(element=code)
    cards = _cards([one.id])
    return _info(one, cards.get(one.id), _counts([one.id]).get(one.id, (0, 0)))


def entries_called(codes: Iterable[str], *, to: Actor, on: date) -> dict[str, EntryInfo]:
    """By code; those that are not, or whose label is not held, are left out. Three queries."""
    need(to, READ, on=on)
    known = [e for e in observations.element_map(codes).values() if e.label in to.labels]
    ids = [one.id for one in known]
    cards, counts = _cards(ids), _counts(ids)
    return {one.code: _info(one, cards.get(one.id), counts.get(one.id, (0, 0))) for one in known}


def askers(element: int, *, to: Actor, on: date) -> list[Asker]:
    """Every question of a current form that asks it, in the order of the forms. One query."""
    need(to, READ, on=on)
    rows = (
        Field.objects.filter(element=element, form__state=FormState.CURRENT)
        .exclude(role=Role.PLACE)
        .select_related("element", "form__department")
        .defer("form__profile")
    )
    return [
        Asker(
            form=row.form.code,
            title=" ".join(row.form.title.split()),
            department=row.form.department.name if row.form.department else "",
            field=field_info(row),
            per_year=per_year(row.form.period_kind),
        )
        for row in rows.order_by("form__code", "position")
    ]


def changes(element: int, *, to: Actor, on: date) -> list[ChangeInfo]:
    """What was done with it, newest first. Three queries."""
    need(to, READ, on=on)
    rows = list(Change.objects.filter(touched__element=element).order_by("-at", "-pk"))
    moves = [move for row in rows for move in row.moves]
    fields = _named({move[0] for move in moves})
    codes = {e.id: e.code for e in observations.element_map(_codes(rows)).values()}
    return [
        ChangeInfo(
            uuid=str(row.act),
            kind=ChangeKind(row.kind),
            before=tuple(row.before),
            after=tuple(row.after),
            moves=tuple(
                (
                    fields.get(field, ""),
                    codes.get(old, ""),
                    codes.get(new, ""),
                    date.fromisoformat(first) if first else None,
                )
                for field, old, new, first in row.moves
            ),
            words=row.held.get("words", {}),
            by=row.by,
            role=row.role,
            at=row.at,
            undone_at=row.undone_at,
        )
        for row in rows
    ]


def last_act(act: str) -> int:
    """How many changes of an act still stand."""
    return Change.objects.filter(act=UUID(act), undone_at=None).count()


def _codes(rows: Iterable[Change]) -> set[str]:
    return {code for row in rows for code in (*row.before, *row.after)}


def _named(fields: set[int]) -> dict[int, str]:
    rows = Field.objects.filter(pk__in=fields).values_list("pk", "form__code", "code", "cell")
    return {pk: f"{form}:{code}（{cell}）" for pk, form, code, cell in rows}


def _counts(elements: Iterable[int] | None = None) -> dict[int, tuple[int, int]]:
    rows = Field.objects.filter(element__isnull=False).exclude(role=Role.PLACE)
    if elements is not None:
        rows = rows.filter(element__in=list(elements))
    current = Q(form__state=FormState.CURRENT)
    counted = rows.values("element").annotate(
        asked=Count("pk", filter=current), forms=Count("form", filter=current, distinct=True)
    )
    return {row["element"]: (row["asked"], row["forms"]) for row in counted.order_by()}


def _cards(elements: Iterable[int] | None = None) -> Mapping[int, Entry]:
    rows = Entry.objects.select_related("department")
    if elements is not None:
        rows = rows.filter(element__in=list(elements))
    return {row.pk: row for row in rows}


def _info(one: ElementInfo, card: Entry | None, counts: tuple[int, int]) -> EntryInfo:
    plain: dict[str, Any] = {
        name: getattr(one, name)
        for name in (
            "id", "uuid", "code", "titles", "unit", "period_kind", "subject_kind", "label",
            "precedence", "options",
        )
    }  # fmt: skip
    return EntryInfo(
        **plain,
        type=one.type.value,
        converted=tuple(card.converted) if card else (),
        owner=card.department.name if card and card.department else "",
        standing=Standing(card.standing) if card else Standing.PROPOSED,
        truth=tuple(card.truth) if card else (),
        asked=counts[0],
        forms=counts[1],
    )


def _says(one: EntryInfo, text: str) -> bool:
    words = text.strip().lower()
    return not words or any(words in name.lower() for name in (one.code, *one.titles.values()))
