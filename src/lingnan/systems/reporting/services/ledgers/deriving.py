"""Facts of villages counted over their ledgers: known at once when a ledger changes."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from lingnan.base.actors import Actor, system_actor
from lingnan.base.canonical import sha256
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid, NotFound, Problem
from lingnan.base.ids import subject, uuid_of
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue, Quality
from lingnan.kernel.places import queries as places

from ...content import ledgers
from ...models import LedgerItem, Round
from ...queries.counts import accepted_items, countable, period_day
from ...queries.forms import form_by_id
from ...queries.gate import need
from ...queries.ledgers.counting import count_items
from ...rules.expressions import BadFormula
from ...rules.filing import LEDGER
from ...rules.ledgers import usable
from ...terms.filings import RoundState, Verdict
from ...terms.ledgers import LedgerDerived, LedgerItemDecided, LedgerItemsProposed
from ...terms.planning import Countable


@transaction.atomic
def propose_items(form_id: int, *, by: Actor, at: datetime) -> int:
    """Questions of a village form whose wording is declared as a count over a ledger. How many new.

    Where the wording is sure and nothing above it limits it, the count is accepted at once; the bureau
    may refuse it like any other."""
    need(by, "reporting.register", on=legal_day(at))
    form = form_by_id(form_id)
    found = countable(form)
    known = set(
        LedgerItem.objects.filter(element__in=list(found)).values_list("element", flat=True)
    )
    new = [_item(code, one) for code, one in found.items() if code not in known]
    LedgerItem.objects.bulk_create(new, batch_size=500)
    if new:
        evidence.record(
            LedgerItemsProposed(
                subject=subject("reporting", "form", form.uuid),
                elements=tuple(one.element for one in new),
            ),
            by=by,
            at=at,
        )
    sure = [_decided(one, declared=True) for one in new if one.state == Verdict.ACCEPTED]
    if sure:
        evidence.record_many(sure, by=by, at=at)
    return len(new)


def _item(code: str, one: Countable) -> LedgerItem:
    return LedgerItem(
        uuid=uuid_of("reporting", "ledger_item", code),
        element=code,
        kind=one.kind,
        formula=one.formula,
        state=Verdict.ACCEPTED if one.exact else Verdict.PROPOSED,
    )


@transaction.atomic
def decide_item(
    element: str, *, accept: bool, kind: str = "", formula: str = "", by: Actor, at: datetime
) -> None:
    """A fact is counted over a ledger from now on, or is not. `kind` and `formula` say how when nothing
    proposed it, or otherwise than proposed. Invalid for a formula the ledger cannot answer."""
    need(by, "reporting.administer", on=legal_day(at))
    row = LedgerItem.objects.select_for_update().filter(element=element).first()
    if row is None:
        if not formula or element not in observations.element_map([element]):
            raise NotFound
        row = LedgerItem(uuid=uuid_of("reporting", "ledger_item", element), element=element)
    row.kind, row.formula = kind or row.kind, formula or row.formula
    if accept:
        _check(row)
    row.state = Verdict.ACCEPTED if accept else Verdict.REFUSED
    row.decided_by, row.decided_at = by.party, at
    row.save()
    evidence.record(_decided(row), by=by, at=at)


def _decided(row: LedgerItem, *, declared: bool = False) -> LedgerItemDecided:
    return LedgerItemDecided(
        subject=subject("reporting", "ledger_item", row.uuid),
        element=row.element,
        formula=row.formula,
        accepted=row.state == Verdict.ACCEPTED,
        declared=declared,
    )


def _check(row: LedgerItem) -> None:
    if row.kind not in ledgers():
        raise Invalid(problems=[Problem("kind", "没有这种台账。")])
    try:
        usable(ledgers()[row.kind], row.formula)
    except BadFormula as no:
        raise Invalid(
            problems=[Problem("formula", "算式不能用：{why}", (("why", str(no)),))]
        ) from None


@transaction.atomic
def derive_ledgers(
    touched: Sequence[int] | None = None,
    *,
    by: Actor,
    at: datetime,
    since: date | None = None,
    below: int | None = None,
) -> int:
    """Counts of the facts that open rounds ask, for periods that end on `since` or later. Of the
    villages `touched`, or of all `below`. How many values are new or changed.

    What is no longer known of somebody takes a count back: it is said to be missing, not kept."""
    rules = {one.element: one for one in accepted_items()}
    if not rules:
        return 0
    written = 0
    for period, asked in _asked(set(rules), touched, below, at).items():
        day = period_day(period)
        if since is not None and day < since:
            continue
        codes, tops = asked
        items = [rules[code] for code in sorted(codes)]
        for top in tops if touched is None else touched:
            found = count_items(items, top, touched and [top], day)
            ranges = places.ranges(top, on=day, tree="code")
            inside = {
                key: value
                for key, value in found.items()
                if touched or any(low <= key[0] <= high for low, high in ranges)
            }
            written += _record(period, inside, by=by, at=at)
    return written


def _is_in(place: int, top: int, day: date) -> bool:
    return any(low <= place <= high for low, high in places.ranges(top, on=day, tree="code"))


def _asked(
    wanted: set[str], touched: Sequence[int] | None, below: int | None, at: datetime
) -> dict[int, tuple[set[str], list[int]]]:
    """Period → (facts counted, places of its rounds) of open rounds."""
    rows = Round.objects.filter(state=RoundState.OPEN).prefetch_related("forms")
    day = legal_day(at)
    found: dict[int, tuple[set[str], list[int]]] = {}
    for row in rows:
        if below is not None and not (
            _is_in(below, row.place, day) or _is_in(row.place, below, day)
        ):
            continue
        if touched is not None and not any(_is_in(one, row.place, day) for one in touched):
            continue
        codes = {
            field.at(row.period).element_code
            for form in row.forms.all()
            for field in form_by_id(form.pk).asked
        } & wanted
        if codes:
            held, tops = found.setdefault(row.period, (set(), []))
            held |= codes
            # Of a round and a place, the lower one: only what the round asks of, only what is meant.
            top = below if below is not None and _is_in(below, row.place, day) else row.place
            if top not in tops:
                tops.append(top)
    return found


def _record(
    period: int, found: dict[tuple[int, str], Decimal | None], *, by: Actor, at: datetime
) -> int:
    if not found:
        return 0
    infos = observations.element_map(sorted({code for _, code in found}))
    ids = {code: one.id for code, one in infos.items()}
    unknown = {(p, ids[code]) for (p, code), value in found.items() if value is None}
    new = [
        NewValue(
            place=place, element=ids[code], period=period, value=value, quality=Quality.DERIVED
        )
        for (place, code), value in sorted(found.items())
        if value is not None
    ]
    new += _taken_back(period, unknown)
    if not new:
        return 0
    facts = [(v.place, v.element, str(v.value)) for v in new]
    digest = sha256([facts, at])
    event = LedgerDerived(
        subject=f"reporting.ledger_counts:{uuid_of('reporting', 'ledger_counts', str(period))}",
        period=period,
        places=len({v.place for v in new}),
        elements=len({v.element for v in new}),
    )
    info = values.record_values(
        f"reporting:ledger:{period}:{digest}", new, source=LEDGER, by=by, at=at, event=event
    )
    return info.rows


def _taken_back(period: int, unknown: Iterable[tuple[int, int]]) -> list[NewValue]:
    wanted = set(unknown)
    if not wanted:
        return []
    table = observations.values(
        sorted({e for _, e in wanted}), [period], places=sorted({p for p, _ in wanted}),
        to=system_actor(), on=period_day(period),
    )  # fmt: skip
    named = observations.source_codes(sorted(set(table["source"].to_pylist())))
    return [
        NewValue(place=row["place"], element=row["element"], period=period, quality=Quality.MISSING)
        for row in table.select(["place", "element", "source", "value", "subject"]).to_pylist()
        if (row["place"], row["element"]) in wanted
        and row["subject"] == 0
        and row["value"] is not None
        and named.get(row["source"]) == LEDGER
    ]


def derive_below(place: int, *, by: Actor, at: datetime) -> int:
    """All villages below a place, by whoever may plan or keep there."""
    permission = "reporting.keep" if by.may("reporting.keep") else "reporting.administer"
    need(by, permission, [place], on=legal_day(at))
    return derive_ledgers(by=by, at=at, below=place)
