"""The questions of a corrected form: changed, added, gone; each about the right element."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import F, Q

from lingnan.base.actors import Actor
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import ElementDefinition, ElementInfo

from ...models import Field, Filing, Form, Profile, Proposal, Repeat
from ...terms.filings import Verdict
from ...terms.forms import FieldDraft, FormDraft
from ...terms.profiles import AlreadyFilled
from ..questions import PLACES, definitions, field_row

FAR = 1_000_000
WORDS = [
    "label", "path", "sheet", "row", "col", "cell", "type", "role", "unit", "base_unit", "dimension",
    "multiplier", "options", "element_id",
]  # fmt: skip


@dataclass
class Changes:
    """Codes of questions; `repointed` ask another element than before."""

    repointed: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    reworded: set[str] = field(default_factory=set)
    forgotten: list[str] = field(default_factory=list)
    """Subjects of decisions that are asked again."""

    def __bool__(self) -> bool:
        return bool(self.repointed or self.removed or self.reworded)


def subject_of(draft: FormDraft) -> str:
    return "place" if draft.subject in PLACES else "household"


def asked_otherwise(before: FormDraft, after: FormDraft) -> Changes:
    """Questions that are asked now and were not, or the other way round; all, when they are of
    another subject. One whose name, unit or options were misread is the same question still."""
    old, new = ({one.code for one in draft.asked()} for draft in (before, after))
    turned = new if subject_of(before) != subject_of(after) else set()
    return Changes(repointed=new - old | turned, removed=old - new)


def follow(row: Form, before: FormDraft, after: FormDraft, *, by: Actor, at: datetime) -> Changes:
    """Rows of the form's questions as `after` has them; answers given so far keep their meaning."""
    rows = {one.code: one for one in Field.objects.select_for_update().filter(form=row)}
    old = {one.code: one for one in before.fields}
    new = {one.code: one for one in after.fields}
    turned = subject_of(after) != row.subject
    changes = Changes(
        repointed={c for c, one in new.items() if c not in old or turned or _differs(old[c], one)},
        removed=set(old) - set(new),
        reworded={c for c, one in new.items() if c in old and old[c] != one},
    )
    _nobody_answered(row, [rows[c] for c in changes.removed | changes.repointed if c in rows])
    elements = _elements(row, after, changes.repointed, by=by, at=at)
    _retitle(row, [new[c] for c in changes.reworded - changes.repointed], rows, by=by, at=at)
    changes.forgotten = _forget(row, changes)
    Field.objects.filter(form=row, code__in=changes.removed).delete()
    _write(row, after, rows, elements)
    return changes


def _differs(one: FieldDraft, other: FieldDraft) -> bool:
    """Whether an answer would mean something else."""

    def meaning(found: FieldDraft) -> tuple[object, ...]:
        return found.type, found.unit, found.options, found.role

    return meaning(one) != meaning(other)


def _nobody_answered(row: Form, fields: Sequence[Field]) -> None:
    for one in fields:
        count = Filing.objects.filter(form=row, answers__has_key=one.code).count()
        if count:
            raise AlreadyFilled(count=count, field=one.label, cell=one.cell)


def _elements(
    row: Form, draft: FormDraft, codes: Iterable[str], *, by: Actor, at: datetime
) -> dict[str, int | None]:
    """Element ids by field code; an element that already means something else stays as it is."""
    version = Profile.objects.filter(form=row).count() or 1
    asked = [draft.field(code) for code in codes]
    wanted, held = definitions(row, asked, subject=subject_of(draft))
    for code, one in wanted.items():
        known = held.get(one.code)
        if known and _meaning(known) != _meaning(one):
            wanted[code] = replace(one, code=f"{one.code[:84]}_v{row.version}_p{version}")
    ids = values.define_elements(list(wanted.values()), by=by, at=at)
    return {code: ids[wanted[code].code] if code in wanted else None for code in codes}


def _meaning(one: ElementDefinition | ElementInfo) -> tuple[object, ...]:
    return one.type, one.unit, one.subject_kind, one.options


def _retitle(
    row: Form, drafts: Sequence[FieldDraft], rows: dict[str, Field], *, by: Actor, at: datetime
) -> None:
    """A label put right is the element's new title, where the element is this form's own."""
    own, held = definitions(row, drafts)
    mine = [
        one
        for code, one in own.items()
        if (known := held.get(one.code)) and known.id == rows[code].element_id
    ]
    values.define_elements(
        [replace(one, titles=_titles(held[one.code].titles, one)) for one in mine], by=by, at=at
    )


def _titles(known: object, one: ElementDefinition) -> dict[str, str]:
    """Translations that people gave stay beside the new Chinese title."""
    return {**dict(known), **one.titles}  # type: ignore[call-overload]


def _forget(row: Form, changes: Changes) -> list[str]:
    """What was seen or decided about a question that is another one now is asked again."""
    codes = changes.repointed | changes.removed
    about = Q(source__form=row, source__code__in=codes) | Q(
        target__form=row, target__code__in=codes
    )
    pairs = list(Repeat.objects.filter(about).values_list("pk", flat=True))
    Repeat.objects.filter(pk__in=pairs).delete()
    near = Q(field__form=row) | Q(household_form=row)
    stale = [
        one.pk
        for one in Proposal.objects.filter(near).select_related("field")
        if (one.field.form_id == row.pk and one.field.code in codes) or codes & set(one.uses)
    ]
    Proposal.objects.filter(pk__in=stale).delete()
    again = changes.reworded - codes
    Repeat.objects.filter(
        Q(source__form=row, source__code__in=again) | Q(target__form=row, target__code__in=again),
        state=Verdict.PROPOSED,
    ).delete()
    gone = [f"reporting.repeat:{pk}" for pk in pairs]
    return gone + [f"reporting.proposal:{pk}" for pk in stale]


def _write(
    row: Form, draft: FormDraft, rows: dict[str, Field], elements: dict[str, int | None]
) -> None:
    """Only what differs is written: one cell put right must not rewrite a form of a thousand."""
    fresh, changed, moved = [], [], []
    for position, one in enumerate(draft.fields, start=1):
        held = rows.get(one.code)
        element = elements.get(one.code, held.element_id if held else None)
        made = field_row(row, position, one, element)
        if held is None:
            fresh.append(made)
            continue
        made.pk = held.pk
        if held.position != position:
            moved.append(made)
        if any(getattr(made, name) != getattr(held, name) for name in WORDS):
            changed.append(made)
    if moved:
        # Two questions must never stand at one position, not even between two rows of one UPDATE.
        ids = [one.pk for one in moved]
        Field.objects.filter(pk__in=ids).update(position=F("position") + FAR)
        Field.objects.bulk_update(moved, ["position"], batch_size=200)
    if changed:
        names = [name.removesuffix("_id") for name in WORDS]
        Field.objects.bulk_update(changed, names, batch_size=50)
    Field.objects.bulk_create(fresh, batch_size=500)
