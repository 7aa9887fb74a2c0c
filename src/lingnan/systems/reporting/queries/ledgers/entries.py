"""Entries of ledgers as people speak of them: attributes by key, numbers masked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from lingnan.base.actors import Actor, system_actor
from lingnan.base.errors import Invalid, Problem
from lingnan.kernel.evidence.queries import among
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import LedgerVersion

from ...content import ledgers
from ...models import Household, LedgerNumber, LedgerTouch
from ...terms.ledgers import Act, EntryOf, LedgerKind, NoSuchEntry, Touched
from ...terms.masking import Personal, Seen
from ..gate import need
from ..masking import is_its_own
from .veiling import KEEP, hidden, personal_of, sensitive_of, veiled

READ = "reporting.read"
MOST = 100_000
HOUSEHOLD = "household"


def kind_of(code: str) -> LedgerKind:
    """Invalid when there is no such ledger."""
    try:
        return ledgers()[code]
    except KeyError:
        raise Invalid(problems=[Problem("kind", "没有这种台账。")]) from None


def entry(uuid: str, *, to: Actor, on: date, in_full: Seen | None = None) -> EntryOf:
    """As it is now, or as it ended. NoSuchEntry out of reach."""
    return veiled([whole_entry(uuid, to=to, on=on)], to=to, on=on, in_full=in_full)[0]


def whole_entry(uuid: str, *, to: Actor, on: date) -> EntryOf:
    """For services, which say it again: what is masked must never be written back."""
    need(to, READ, on=on)
    found = observations.entries([uuid], to=to, on=on)
    if uuid not in found or found[uuid].kind not in ledgers():
        raise NoSuchEntry
    return entries_of([found[uuid]])[0]


def entry_on(
    uuid: str, day: date, *, to: Actor, on: date, in_full: Seen | None = None
) -> EntryOf | None:
    """As it stood on a day; None when it was not there then."""
    need(to, READ, on=on)
    found = observations.lives([uuid], to=to, on=on).get(uuid)
    if not found:
        raise NoSuchEntry
    begun = [one for one in found if one.valid_from <= day]
    if not begun or (begun[-1].valid_to is not None and begun[-1].valid_to <= day):
        return None
    return veiled(entries_of([begun[-1]]), to=to, on=on, in_full=in_full)[0]


def ledger_of(
    kind: str, place: int, day: date, *, to: Actor, on: date, in_full: Seen | None = None
) -> list[EntryOf]:
    """Everybody (everything) of a place or below, as of a day."""
    need(to, READ, [place], on=on)
    kind_of(kind)
    found = entries_of(observations.ledger(kind, place, to=to, on=day))
    return veiled(found, to=to, on=on, in_full=in_full)


def find_entries(  # noqa: PLR0913 - each narrows
    kind: str,
    place: int,
    *,
    to: Actor,
    on: date,
    text: str = "",
    after: int = 0,
    limit: int = 50,
    in_full: Seen | None = None,
) -> list[EntryOf]:
    """A page of today's entries. `text`: part of a name or of a household's or home's number."""
    need(to, READ, [place], on=on)
    told = kind_of(kind)
    keys = [k for k in (told.name, "number") if k in told.attributes]
    open_to = [k for k in keys if not told.attributes[k].personal or "personal" in to.labels]
    if text and not open_to:
        return []
    search = {told.element(key): text for key in open_to} if text else None
    found = observations.listed(kind, place, to=to, on=on, search=search, after=after, limit=limit)
    return veiled(entries_of(found), to=to, on=on, in_full=in_full)


def members(
    household: EntryOf, *, to: Actor, on: date, in_full: Seen | None = None
) -> list[EntryOf]:
    """Who lives in it now."""
    link = ledgers()["person"].element("household")
    found = observations.linked("person", link, [household.uuid], household.place, to=to, on=on)
    return veiled(entries_of(found), to=to, on=on, in_full=in_full)


def history(uuid: str, *, to: Actor, on: date, in_full: Seen | None = None) -> list[Touched]:
    """What was done to an entry, newest first; personal words as the reader may see them."""
    shown = whole_entry(uuid, to=to, on=on)
    kind = ledgers()[shown.kind]
    stars: set[str] = set()
    if "personal" not in to.labels:
        stars = {key for key, one in kind.attributes.items() if one.personal}
    veils: Mapping[str, Personal] = {}
    secret: frozenset[str] = frozenset()
    if in_full is None and not is_its_own(to, shown.place, KEEP):
        veils, secret = personal_of(shown.kind, on), sensitive_of(shown.kind)
    rows = LedgerTouch.objects.filter(entry=uuid).select_related("act").order_by("-pk")
    return [
        Touched(
            act=str(row.act.uuid),
            name=Act(row.act.act),
            day=row.act.day,
            source=row.act.source,
            reason=row.act.reason,
            at=row.act.at,
            changes=_changes(row.before, row.after, stars, veils, secret),
        )
        for row in rows
    ]


def _changes(
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
    stars: set[str],
    veils: Mapping[str, Personal],
    secret: frozenset[str],
) -> dict[str, tuple[str, str]]:
    old, new = (_words(state) for state in (before, after))
    shown_old, shown_new = hidden(old, veils, secret), hidden(new, veils, secret)
    return {
        key: (
            _hide(shown_old.get(key, ""), key in stars),
            _hide(shown_new.get(key, ""), key in stars),
        )
        for key in {**old, **new}
        if old.get(key, "") != new.get(key, "")
    }


def _words(state: Mapping[str, object] | None) -> dict[str, str]:
    if state is None:
        return {}
    data = state["data"]
    assert isinstance(data, dict)
    return {**data, "place": str(state["place"]), "to": str(state["to"] or "")}


def _hide(text: str, is_hidden: bool) -> str:
    return "***" if is_hidden and text else text


def entries_of(versions: Sequence[LedgerVersion]) -> list[EntryOf]:
    """One query for the numbers of all; one more for households of which nothing but a report is
    known: they are called as the report calls them."""
    numbers = _masked({one.uuid for one in versions})
    kinds = ledgers()
    bare = [one.entry for one in versions if one.kind == HOUSEHOLD and not one.data]
    rows = among(Household.objects, "entry", bare).values_list("entry", "number") if bare else ()
    reported = {entry: {"number": number} for entry, number in rows}
    return [
        EntryOf(
            uuid=one.uuid,
            entry=one.entry,
            kind=one.kind,
            place=one.place,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            data=reported.get(one.entry, {})
            | {kinds[one.kind].key_of(k): t for k, t in one.data.items() if t},
            masked=numbers.get(one.uuid, ""),
        )
        for one in versions
    ]


def _masked(uuids: set[str]) -> dict[str, str]:
    rows = LedgerNumber.objects.all()
    if len(uuids) <= 400:
        rows = rows.filter(entry__in=list(uuids))
    return {str(e): m for e, m in rows.values_list("entry", "masked") if str(e) in uuids}


def names_of(
    uuids: Iterable[str], *, to: Actor, on: date, in_full: Seen | None = None
) -> dict[str, str]:
    """What people call them."""
    wanted = {one for one in uuids if one}
    found = observations.entries(sorted(wanted), to=to, on=on)
    shown = veiled(entries_of(list(found.values())), to=to, on=on, in_full=in_full)
    return {one.uuid: name_of(one) for one in shown}


def name_of(one: EntryOf) -> str:
    name = one.data.get(ledgers()[one.kind].name, "")
    number = one.data.get("number", "")
    return " ".join(part for part in (number, name) if part) or one.uuid[:8]


def day_before(day: date) -> date:
    return day - timedelta(days=1)


def household_of(place: int, number: str, *, on: date) -> str | None:
    """The uuid of a village's household by its number: what one village tells another of it."""
    code = ledgers()["household"].element("number")
    found = observations.linked("household", code, [number], place, to=system_actor(), on=on)
    return found[0].uuid if found else None
