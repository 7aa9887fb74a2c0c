"""What other reports of the same place and period say of the same facts, approved or not yet."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from ..models import Field, Filing
from ..rules.filing import (
    NUMERIC,
    VALUELESS,
    Seen,
    answers_of,
    problem_of,
    source_of,
    stored,
)
from ..terms.checking import Beside, Known
from ..terms.filings import FieldInfo, FormInfo, State
from .forms import field_info

Key = tuple[int, str]
SAID = (State.SUBMITTED, State.APPROVED)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of another form, and ours of the same fact."""

    source: str
    field: FieldInfo
    codes: tuple[str, ...]


Asking = Mapping[int, Sequence[Asked]]
"""By form."""


def asking_the_same(form: FormInfo, period: int) -> Asking:
    """Numbers that other forms ask too, as they are asked in that period. One query."""
    ours: dict[int, list[str]] = {}
    for one in form.at(period).asked:
        if one.type in NUMERIC:
            ours.setdefault(one.element or 0, []).append(one.code)
    rows = Field.objects.filter(element__in=list(ours)).exclude(form__code=form.code)
    found: dict[int, list[Asked]] = {}
    for row in rows.select_related("element", "form").order_by("form_id", "position"):
        field = field_info(row).at(period)
        codes = ours.get(field.element or 0)
        if codes and field.is_asked and field.type in NUMERIC:
            asked = Asked(source_of(row.form.code), field, tuple(codes))
            found.setdefault(row.form_id, []).append(asked)
    return found


def with_reports(
    known: Known,
    form: FormInfo,
    period: int,
    asking: Asking,
    *,
    of_places: Collection[int],
    subjects: Collection[int] = (),
    by_subject: bool = False,
) -> Known:
    """What is known elsewhere with what reports say that are submitted: of two the earlier. What
    is held already stands before them. `subjects`: of these households, under their own numbers
    where `by_subject`. One query, or none."""
    if not asking:
        return known
    rows = Filing.objects.filter(
        form__in=list(asking), period=period, place__in=list(of_places), state__in=SAID
    )
    rows = rows.filter(subject__in=list(subjects)) if subjects else rows.filter(subject=0)
    elsewhere, beside = dict(known.elsewhere), dict(known.beside)
    for key, one in _told(rows, source_of(form.code), asking, by_subject=by_subject):
        held = elsewhere.setdefault(key, (one.value, one.source))
        if held[1] == one.source:
            beside.setdefault(key, one)
    return replace(known, elsewhere=elsewhere, beside=beside)


def _told(
    rows: QuerySet[Filing], us: str, asking: Asking, *, by_subject: bool
) -> list[tuple[Key, Beside]]:
    """The earliest first; of each only its own word, and a sound one."""
    found: list[tuple[Key, Beside]] = []
    seen: Seen = {}
    names = ("uuid", "form", "subject" if by_subject else "place", "answers")
    for uuid, form, at, raw in rows.order_by("submitted_at", "pk").values_list(*names):
        codes = {one.field.code for one in asking[form]}
        said = answers_of({code: raw[code] for code in codes & raw.keys()}, seen)
        for one in asking[form]:
            answer = said.get(one.field.code)
            if answer is None or not answer.text or answer.source or answer.mark in VALUELESS:
                continue
            value = None if problem_of(one.field, answer) else stored(one.field, answer)[0]
            if value is not None:
                told = Beside(str(uuid), one.source, one.field, value, us)
                found += [((at, code), told) for code in one.codes]
    return found
