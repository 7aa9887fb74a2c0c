"""Two elements become one, or one becomes two; old values stay readable under the old code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import services as observations
from lingnan.kernel.observations.models import Element
from lingnan.kernel.observations.queries.elements import info

from ...content import LANGUAGES, element_names
from ...models import Entry, Field
from ...queries.gate import need
from ...rules.dictionary import named
from ...rules.filing import source_of
from ...terms.dictionary import (
    ChangeKind,
    ElementsJoined,
    ElementSplit,
    NoSuchEntry,
    NothingToJoin,
    NothingToSplit,
    Standing,
    UnknownSource,
)
from ...terms.forms import Relation
from ...terms.refusals import TwoUnits
from .acts import (
    Act,
    Move,
    begin,
    cards_of,
    definition,
    held,
    keep_cards,
    keep_changes,
    move_fields,
    precedences,
    redefine,
    subject_of,
    told_moves,
)
from .memory import keep_pairs
from .pairs import part_pairs, refuse_parted, settle_inside, states_told

Groups = Sequence[Sequence[Element]]


@transaction.atomic
def join_elements(
    codes: Sequence[str],
    *,
    titles: Mapping[str, str] | None = None,
    truth: Sequence[str] = (),
    by: Actor,
    at: datetime,
) -> str:
    """The oldest is kept and takes the fields of the others; `titles` names it anew, `truth` says
    whose word wins.

    Where a form has approved answers, its field moves from the next period on. Raises NoSuchEntry,
    NothingToJoin, TwoUnits, NotOneFact, UnknownSource.
    """
    need(by, "reporting.administer", on=legal_day(at))
    found = locked(codes)
    if len(found) < 2:
        raise NothingToJoin
    known = sorted({source for one in found for source in one.precedence})
    if strangers := [word for word in truth if word not in known]:
        raise UnknownSource(source=strangers[0], known="、".join(known))
    refuse_parted({one.pk: one for one in found})
    act = begin(by, at)
    pairs = _one_of_each(found)
    join([found], act, titles or {}, truth)
    keep_pairs([(pairs[0], one, Relation.SAME) for one in pairs[1:]], act)
    return str(act.uuid)


@transaction.atomic
def split_element(
    code: str,
    fields: Sequence[tuple[str, str]],
    *,
    titles: Mapping[str, str],
    new_code: str = "",
    by: Actor,
    at: datetime,
) -> str:
    """The questions `fields` (form code, field code) ask another fact: a new element of the same kind.

    What was parted is remembered: neither their next versions nor equal wordings are joined again.
    Raises NoSuchEntry, NothingToSplit, WrongDefinition.
    """
    need(by, "reporting.administer", on=legal_day(at))
    old = locked([code])[0]
    rows = list(
        Field.objects.filter(element=old)
        .select_related("element", "form__department")
        .order_by("pk")
    )
    gone = [row for row in rows if (row.form.code, row.code) in set(fields)]
    stay = [row for row in rows if row not in gone]
    if not gone or not stay or not any(titles.values()):
        raise NothingToSplit
    act = begin(by, at)
    new = _new_element(old, gone, titles, new_code, act)
    cards = cards_of([old, new])
    was = held([old, new], cards)
    was[new.code]["card"]["standing"] = Standing.RETIRED  # an undone split leaves nothing to ask it
    moves = move_fields(gone, {old.pk: new})
    cards[old.pk].standing = cards[new.pk].standing = Standing.CONFIRMED
    cards[new.pk].department_id = cards[old.pk].department_id
    keep_cards(cards.values())
    redefine([old], act, precedences([old], cards, {}))
    across = part_pairs(gone, stay, act)
    keep_changes(act, ChangeKind.SPLIT, [([old], [old, new], moves, was | {"repeats": across})])
    keep_pairs([(stay[0], one, Relation.ALIKE) for one in gone], act)
    evidence.record(
        ElementSplit(
            subject=subject_of(old), element=old.code, new=new.code, fields=told_moves(moves)
        ),
        by=by,
        at=at,
        also=states_told(gone, across),
    )
    return str(act.uuid)


def join(
    groups: Groups,
    act: Act,
    titles: Mapping[str, str] | None = None,
    truth: Sequence[str] = (),
) -> list[Move]:
    """Each group into its oldest element; the same few queries however many groups. TwoUnits."""
    pairs = [(group[0], one) for group in map(_oldest_first, groups) for one in group[1:]]
    for kept, gone in pairs:
        check_one_fact(kept, gone)
    into = {gone.pk: kept for kept, gone in pairs}
    everyone = {one.pk: one for pair in pairs for one in pair}
    fields = list(
        Field.objects.filter(element__in=into)
        .select_related("element", "form__department")
        .defer("form__profile")
        .order_by("pk")
    )
    cards = cards_of(everyone.values())
    was = held(everyone.values(), cards)
    moves = move_fields(fields, into)
    keepers = list({one.pk: one for one in into.values()}.values())
    _settle(pairs, cards)
    for one in keepers:
        cards[one.pk].truth = list(truth) or cards[one.pk].truth
    more = {k.pk: [s for one, g in pairs if one.pk == k.pk for s in g.precedence] for k in keepers}
    told = precedences(keepers, cards, more)
    for one in keepers:
        told[one.code]["titles"] = _named(one, cards[one.pk], titles or {})
    keep_cards(cards.values())
    redefine(keepers, act, told)
    told_anew = states_told(fields, settle_inside(keepers, act))
    _tell(pairs, moves, was, act, told_anew)
    return moves


def check_one_fact(kept: Element, gone: Element) -> None:
    one, other = ((e.type, e.unit, e.options, e.subject_kind) for e in (kept, gone))
    if one != other:
        raise TwoUnits(first=kept.unit or kept.type, second=gone.unit or gone.type)


def locked(codes: Iterable[str]) -> list[Element]:
    """In the order of their ids. NoSuchEntry."""
    wanted = set(codes)
    found = list(Element.objects.select_for_update().filter(code__in=wanted).order_by("pk"))
    if missing := wanted - {one.code for one in found}:
        raise NoSuchEntry(element=min(missing))
    return found


def _oldest_first(group: Sequence[Element]) -> list[Element]:
    return sorted({one.pk: one for one in group}.values(), key=lambda one: one.pk)


def _named(one: Element, card: Entry, typed: Mapping[str, str]) -> dict[str, str]:
    """As typed; else as it was; else as content names such a fact, marked where converted."""
    label = typed.get("zh-hans") or str(one.titles.get("zh-hans", "")).split(" · ")[-1]
    declared = named(label, element_names())
    found = {lang: declared[lang] for lang in LANGUAGES if lang in declared} | {
        **one.titles,
        **typed,
    }
    card.converted = [
        lang for lang in declared.get("converted", ()) if found.get(lang) == declared[lang]
    ]
    return found


def _settle(pairs: Iterable[tuple[Element, Element]], cards: Mapping[int, Entry]) -> None:
    for kept, gone in pairs:
        keeper, leaver = cards[kept.pk], cards[gone.pk]
        keeper.standing, leaver.standing, leaver.became = Standing.CONFIRMED, Standing.RETIRED, kept
        keeper.department_id = keeper.department_id or leaver.department_id
        keeper.truth = keeper.truth or leaver.truth


def _tell(
    pairs: Sequence[tuple[Element, Element]],
    moves: Sequence[Move],
    was: dict[str, object],
    act: Act,
    also: Sequence[str],
) -> None:
    """A change and an event for each kept element."""
    parts, events = [], []
    kept = {one.pk: one for one, _ in pairs}
    for one in kept.values():
        gone = [other for keeper, other in pairs if keeper.pk == one.pk]
        mine = [m for m in moves if m.to.pk == one.pk]
        before = [one, *gone]
        parts.append((before, [one], mine, {e.code: was[e.code] for e in before}))
        events.append(
            ElementsJoined(
                subject=subject_of(one),
                into={other.code: one.code for other in gone},
                fields=told_moves(mine),
            )
        )
    keep_changes(act, ChangeKind.JOINED, parts)
    evidence.record_many(events, by=act.by, at=act.at, also=also)


def _new_element(
    old: Element, gone: Sequence[Field], titles: Mapping[str, str], code: str, act: Act
) -> Element:
    taken = set(
        Element.objects.filter(code__startswith=old.code[:90]).values_list("code", flat=True)
    )
    free = (f"{old.code[:90]}_{n}" for n in range(2, len(taken) + 3))
    name = code or next(one for one in free if one not in taken)
    if code and Element.objects.filter(code=code).exists():
        raise observations.WrongDefinition(problems=[])
    sources = dict.fromkeys(source_of(row.form.code) for row in gone)
    new = replace(
        definition(info(old)),
        code=name,
        titles={lang: words for lang, words in titles.items() if words},
        precedence=("ledger", *sources),
    )
    observations.define_elements([new], by=act.by, at=act.at)
    return Element.objects.get(code=name)


def _one_of_each(elements: Sequence[Element]) -> list[Field]:
    """The first question of each element, for what is remembered."""
    rows = (
        Field.objects.filter(element__in=elements)
        .select_related("element", "form__department")
        .order_by("-pk")
    )
    first = {row.element_id: row for row in rows}
    return [first[one.pk] for one in elements if one.pk in first]
