"""A clerk works through doubtful matches: one by one, or all above a confidence; and can undo it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations.models import Element

from ...models import Repeat
from ...queries.gate import need
from ...terms.dictionary import NoSuchPair, NotOneFact
from ...terms.filings import FormState, Verdict
from ...terms.forms import Relation
from ...terms.happenings import RepeatDecided
from ...terms.refusals import TwoUnits, WrongState
from .acts import Act, begin
from .joining import check_one_fact, join
from .memory import keep_pairs
from .pairs import parted


def confirm_match(repeat_id: int, *, by: Actor, at: datetime) -> str:
    """Both fields, and all that share an element with them, point at the older element."""
    return decide_matches({repeat_id: Relation.SAME}, by=by, at=at)


def refuse_match(repeat_id: int, *, by: Actor, at: datetime) -> str:
    """They look alike and are not the same: never proposed again."""
    return decide_matches({repeat_id: Relation.ALIKE}, by=by, at=at)


@transaction.atomic
def decide_matches(said: Mapping[int, Relation], *, by: Actor, at: datetime) -> str:
    """What a person says of open pairs, by the pair's id; answers the act, which can be undone.

    Raises NoSuchPair, WrongState (decided already), TwoUnits, NotOneFact; then nothing is decided.
    """
    need(by, "reporting.administer", on=legal_day(at))
    rows = _open(said)
    same = [row for row in rows if said[row.pk] is Relation.SAME]
    groups = _groups(same)
    apart = parted(groups)
    for row in same:
        if _joins_parted(row, groups, apart):
            raise NotOneFact(first=row.source.label, second=row.target.label)
    act = begin(by, at)
    _decide(rows, said, groups, act)
    return str(act.uuid)


@transaction.atomic
def confirm_above(score: Decimal, *, by: Actor, at: datetime) -> tuple[str, int, int]:
    """Every open pair the machine holds for one fact with at least that confidence.

    Answers the act, how many were confirmed, and how many were left: of another kind, parted by
    somebody before, or disputed. The same few queries however many.
    """
    need(by, "reporting.administer", on=legal_day(at))
    rows = list(
        _rows()
        .filter(state=Verdict.PROPOSED, relation=Relation.SAME, score__gte=score)
        .filter(source__form__state=FormState.CURRENT, target__form__state=FormState.CURRENT)
        .order_by("-score", "pk")
    )
    sure = [row for row in rows if not row.is_disputed and is_one_kind(row)]
    kept, groups = grouped_without_parted(sure)
    act = begin(by, at)
    if kept:
        _decide(kept, {row.pk: Relation.SAME for row in kept}, groups, act)
    return str(act.uuid), len(kept), len(rows) - len(kept)


def _open(wanted: Iterable[int]) -> list[Repeat]:
    ids = set(wanted)
    rows = list(_rows().filter(pk__in=ids).order_by("pk"))
    if missing := ids - {row.pk for row in rows}:
        raise NoSuchPair(number=min(missing))
    if any(row.state != Verdict.PROPOSED for row in rows):
        raise WrongState(state="已决定", action="再次决定")
    return rows


def _rows() -> QuerySet[Repeat]:
    return Repeat.objects.select_for_update(of=("self",)).select_related(
        "source__element",
        "target__element",
        "source__form__department",
        "target__form__department",
    )


def _decide(
    rows: Sequence[Repeat],
    said: Mapping[int, Relation],
    groups: Mapping[int, list[Element]],
    act: Act,
) -> None:
    several = [group for group in {id(g): g for g in groups.values()}.values() if len(group) > 1]
    kept = keep_pairs([(row.source, row.target, said[row.pk]) for row in rows], act)
    for row, decision in zip(rows, kept, strict=True):
        same = said[row.pk] is Relation.SAME
        row.state = Verdict.ACCEPTED if same else Verdict.REFUSED
        row.said, row.decision, row.act = said[row.pk], decision, act.uuid
        row.decided_by, row.decided_at, row.is_disputed = act.by.party, act.at, False
    keep_decided(rows)
    record_decided(rows, act)
    if several:
        join(several, act)


DECIDED = ["state", "said", "decision", "act", "decided_by", "decided_at", "is_disputed"]


def keep_decided(rows: Sequence[Repeat]) -> None:
    """Written over by their pair: quicker than an UPDATE with a case for each."""
    Repeat.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["source", "target"],
        update_fields=DECIDED,
        batch_size=500,
    )


def record_decided(rows: Sequence[Repeat], act: Act, *, remembered: bool = False) -> None:
    """One event a pair, in a handful of queries; before anything is joined."""
    evidence.record_many(
        [
            RepeatDecided(
                subject=subject("observations", "element", older.uuid),
                element=older.code,
                fields=sorted(f"{f.form.code}:{f.code}" for f in (row.source, row.target)),
                accepted=row.state == Verdict.ACCEPTED,
                relation=row.said,
                remembered=remembered,
            )
            for row in rows
            for older in (min(elements_of(row), key=lambda one: one.pk),)
        ],
        by=act.by,
        at=act.at,
        also=[f"reporting.repeat:{row.pk}" for row in rows],
    )


def elements_of(row: Repeat) -> tuple[Element, Element]:
    one, other = row.source.element, row.target.element
    assert one is not None and other is not None
    return one, other


def _groups(rows: Iterable[Repeat]) -> dict[int, list[Element]]:
    """Element id → all that become one with it by these pairs; a shared list a group."""
    found: dict[int, list[Element]] = {}
    for row in rows:
        one, other = elements_of(row)
        a, b = found.setdefault(one.pk, [one]), found.setdefault(other.pk, [other])
        if a is not b and one.pk != other.pk:
            a += b
            found |= {element.pk: a for element in b}
    return found


def _joins_parted(
    row: Repeat, groups: Mapping[int, list[Element]], apart: set[tuple[int, int]]
) -> bool:
    inside = {one.pk for one in groups[elements_of(row)[0].pk]}
    return any(a in inside and b in inside for a, b in apart)


def grouped_without_parted(rows: Sequence[Repeat]) -> tuple[list[Repeat], dict[int, list[Element]]]:
    """Pair by pair, the surest first: one that would bring parted elements together is left."""
    apart = parted(_groups(rows))
    kept: list[Repeat] = []
    groups: dict[int, list[Element]] = {}
    for row in rows:
        one, other = elements_of(row)
        a, b = groups.get(one.pk, [one]), groups.get(other.pk, [other])
        if a is b or not apart or not _across(a, b) & apart:
            kept.append(row)
            if a is not b:
                both = [*a, *b]
                groups |= {element.pk: both for element in both}
    return kept, groups


def _across(one: Sequence[Element], other: Sequence[Element]) -> set[tuple[int, int]]:
    return {(min(a.pk, b.pk), max(a.pk, b.pk)) for a in one for b in other}


def is_one_kind(row: Repeat) -> bool:
    try:
        check_one_fact(*elements_of(row))
    except TwoUnits:
        return False
    return True
