"""What is wrong with filings: the answers of a place or of a whole county against all that is known."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Count, Q

from lingnan.base.actors import Actor, system_actor
from lingnan.base.canonical import sha256
from lingnan.base.errors import Forbidden
from lingnan.base.periods import Period
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import OverPlaces, Quality
from lingnan.kernel.places import queries as places

from .. import content
from ..models import Explanation, Filing, Household
from ..rules.checking import check_sheets, counts_of, in_force, plan_of, seen_from
from ..rules.filing import ESTIMATE, LEDGER, NUMERIC, Seen, answers_of, source_of
from ..terms.checking import Beside, Check, Finding, Held, Known, Plan, Reason, Sheet, Told
from ..terms.filings import Answer, FilingInfo, FormInfo
from ..terms.forms import FormDraft
from .asked_alike import Asking, asking_the_same, with_reports
from .asks import settled
from .filings import filing
from .forms import draft, form_by_id
from .gate import is_of_circle, need
from .once import Once
from .proposals import accepted_for
from .sums import accepted_sums

VILLAGE, RUNGS = 5, {2: "city", 3: "county", 4: "town"}
HELD = {
    int(Quality.MISSING): Held.MISSING,
    int(Quality.NOT_APPLICABLE): Held.NOT_APPLICABLE,
}
COLUMNS = ("place", "element", "period", "value", "text", "quality")
Key = tuple[int, str]
NOTHING = Known()


def findings(uuid: str, *, to: Actor, on: date) -> list[Told]:
    """Of one filing, as it would be submitted now; with the reasons given so far."""
    found = filing(uuid, to=to, on=on)
    if not is_of_circle(to, found.place, on):
        raise Forbidden("检查结果会写出原数，只给填报和审核这个地方的人看。")
    form = form_by_id(found.form)
    answers, _ = settled(form, found, to=to, on=on)
    return findings_of(form, found, answers, to=to, on=on)


def findings_of(
    form: FormInfo,
    filing: FilingInfo,
    answers: Mapping[str, Answer],
    *,
    once: Once | None = None,
    to: Actor,
    on: date,
) -> list[Told]:
    """`answers` complete with what is held elsewhere; `once`: shared by who asks of many. A handful
    of queries."""
    need(to, "reporting.read", [filing.place], on=on)
    once = once or Once()
    form = form.at(filing.period)
    plan = once.of(("checks", form.id), lambda: check_plan(form, on))
    asking = once.of(
        ("beside", form.id, filing.period), lambda: asking_the_same(form, filing.period)
    )
    known = _known_of_one(form, plan, filing, asking, to, on)
    found = check_sheets(plan, [Sheet(filing.place, answers)], known)
    return told(found, {filing.place: filing.uuid}, known)


def standing(
    form: FormInfo, period: int, rows: Sequence[Filing], *, on: date
) -> dict[str, list[Told]]:
    """Uuid of each that may not be approved as it is → what blocks it, now that others have said
    more. A fixed number of queries however many; whoever asks, all that is known counts."""
    form, to = form.at(period), system_actor()
    plan = check_plan(form, on)
    subjects = [row.subject for row in rows if row.subject]
    keys = {row.subject or row.place: str(row.uuid) for row in rows}
    ids = sorted({row.place for row in rows})
    known = known_of_many(form, plan, period, ids, subjects=subjects, to=to, on=on)
    seen: Seen = {}
    sheets = [Sheet(row.subject or row.place, answers_of(row.answers, seen)) for row in rows]
    found: dict[str, list[Told]] = {}
    for one in told(check_sheets(plan, sheets, known), keys, known):
        if one.blocks:
            found.setdefault(keys[one.finding.place], []).append(one)
    return found


def told(
    found: Sequence[Finding], filings: Mapping[int, str], known: Known = NOTHING
) -> list[Told]:
    """With the reasons that were given for exactly these findings. Of two reports that contradict
    each other one reason is enough, in whichever it was given. One query; none for none."""
    if not found:
        return []
    beside = known.beside
    others = {
        beside[key].filing
        for one in found
        if one.check is Check.ELSEWHERE and (key := (one.place, one.field)) in beside
    }
    given = reasons({*filings.values(), *others})
    return [
        Told(one, _reason(given.get(filings[one.place], {}), one) or _theirs(given, beside, one))
        for one in found
    ]


def reasons(filings: Iterable[str]) -> dict[str, dict[tuple[str, str], Reason]]:
    """Filing uuid → (field, rule) → why. One query."""
    rows = Explanation.objects.filter(filing__uuid__in=list(filings)).select_related("filing")
    found: dict[str, dict[tuple[str, str], Reason]] = {}
    for row in rows:
        one = Reason(row.field, row.rule, row.said, row.reason, row.given_at)
        found.setdefault(str(row.filing.uuid), {})[row.field, row.rule] = one
    return found


def _theirs(
    given: Mapping[str, Mapping[tuple[str, str], Reason]],
    beside: Mapping[Key, Beside],
    one: Finding,
) -> str:
    """What the other report said of the same two figures."""
    other = beside.get((one.place, one.field)) if one.check is Check.ELSEWHERE else None
    if other is None:
        return ""
    reason = given.get(other.filing, {}).get((other.field.code, one.rule))
    words = seen_from(other, dict(one.figures)["value"])
    return reason.reason if reason and reason.said == sha256(words) else ""


def said_of(one: Finding) -> str:
    """What an explanation was given for."""
    return sha256(one.words)


def check_plan(form: FormInfo, on: date) -> Plan:
    """Two queries; the draft of a form is read once a process."""
    accepted = accepted_for([form.id]).values()
    confirmed = [one.total for one in accepted_sums([form.id]).get(form.id, ())]
    limits = in_force(content.thresholds(), on)
    return plan_of(form, _draft(form.id, form.uuid), accepted, limits, confirmed)


@lru_cache(maxsize=256)
def _draft(form_id: int, uuid: str) -> FormDraft:
    return draft(form_id)


def known_of_many(
    form: FormInfo,
    plan: Plan,
    period: int,
    ids: Sequence[int],
    *,
    subjects: Collection[int] = (),
    to: Actor,
    on: date,
) -> Known:
    """What is known of many places: one read of values, one count of households, two of other
    reports. With `subjects`, of these households there: keys are theirs."""
    form = form.at(period)
    now, last, ago = _periods(period)
    elements = sorted({f.element for f in form.asked if f.element})
    if not elements or not ids:
        return Known()
    table = observations.values(elements, [now, last, ago], places=ids, to=to, on=on)
    names = observations.source_codes(table["source"].unique().to_pylist())
    whose = pa.array(sorted(subjects) or [0], pa.int64())
    table = table.filter(pc.is_in(table["subject"], whose))
    at = ("subject", *COLUMNS[1:]) if subjects else COLUMNS
    columns = [_listed(table[name]) for name in at]
    held = zip(*columns, [names.get(one, "") for one in _listed(table["source"])], strict=True)
    known = with_reports(
        _sorted_out(form, held, period),
        form,
        period,
        asking_the_same(form, period),
        of_places=ids,
        subjects=subjects,
        by_subject=bool(subjects),
    )
    if subjects:
        return known
    return _with_children(_with_counts(known, plan, ids, on), form, period, ids)


def _known_of_one(
    form: FormInfo, plan: Plan, filing: FilingInfo, asking: Asking, to: Actor, on: date
) -> Known:
    elements = sorted({f.element for f in form.asked if f.element})
    found = observations.current(
        filing.place,
        elements=elements,
        periods=sorted(set(_periods(filing.period))),
        subject=filing.subject,
        to=to,
        on=on,
    )
    held = [
        (filing.place, element, period, one.value, one.text, int(one.quality), one.source)
        for (element, period), one in found.items()
    ]
    known = _sorted_out(form, held, filing.period)
    subjects = [filing.subject] if filing.subject else []
    known = with_reports(
        known, form, filing.period, asking, of_places=[filing.place], subjects=subjects
    )
    if filing.subject:
        return known
    known = _with_counts(known, plan, [filing.place], on)
    return _with_children(known, form, filing.period, [filing.place])


def _periods(period: int) -> tuple[int, int, int]:
    now = Period.from_code(period)
    return period, now.previous().code, now.year_ago().code


def _listed(column: pa.ChunkedArray) -> list[Any]:
    """Equal cells are one object: a county says few different things."""
    coded = column.combine_chunks().dictionary_encode()
    words = [*coded.dictionary.to_pylist(), None]
    return [words[i] for i in coded.indices.fill_null(len(words) - 1).to_numpy().tolist()]


def _sorted_out(form: FormInfo, held: Iterable[tuple[Any, ...]], period: int) -> Known:
    """Rows (COLUMNS, source) → by what they can tell."""
    codes: dict[int, list[str]] = {}
    for field in form.asked:
        codes.setdefault(field.element or 0, []).append(field.code)
    now, last, ago = _periods(period)
    before: dict[int, dict[Key, tuple[Decimal | None, Held]]] = {last: {}, ago: {}}
    texts: dict[Key, str] = {}
    elsewhere: dict[Key, tuple[Decimal, str]] = {}
    ledger: dict[Key, Decimal] = {}
    own, said = {source_of(form.code), ESTIMATE}, Held.VALUE
    for place, element, at, value, text, quality, source in held:
        for code in codes.get(element, ()):
            if at != now:
                before[at][place, code] = value, HELD.get(quality, said)
                if at == last and text is not None:
                    texts[place, code] = text
            elif value is not None and source == LEDGER:
                ledger[place, code] = value
            elif value is not None and source not in own:
                elsewhere[place, code] = value, source
    return Known(
        last=before[last],
        year_ago=before[ago] if ago != last else {},
        elsewhere=elsewhere,
        ledger=ledger,
        last_texts=texts,
    )


def _with_counts(known: Known, plan: Plan, ids: Sequence[int], on: date) -> Known:
    """The households of each village, for questions that ask how many there are."""
    asked = [code for code, kind in counts_of(plan).items() if kind == "household"]
    if not asked:
        return known
    living = Q(entry__valid_to__isnull=True) | Q(entry__valid_to__gt=on)
    rows = (
        Household.objects.filter(living, place__in=list(ids), entry__valid_from__lte=on)
        .values_list("place")
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts = {(place, code): Decimal(count) for place, count in rows for code in asked}
    return replace(known, ledger={**counts, **known.ledger})


def _with_children(known: Known, form: FormInfo, period: int, ids: Sequence[int]) -> Known:
    """Of places that report above villages: what their villages add up to, once all of them have
    said. The villages' figures are read once for the whole grid; never when only villages report."""
    end = Period.from_code(period).end
    below = _villages_below(ids, end)
    every = sorted({one for villages in below.values() for one in villages})
    codes = _adding_up(form.at(period)) if every else {}
    if not codes:
        return known
    to = system_actor()
    table = observations.values(sorted(codes), [period], places=every, to=to, on=end)
    names = ("place", "element", "value", "subject")
    rows = zip(*(table[name].to_pylist() for name in names), strict=True)
    held = {(place, element): value for place, element, value, whose in rows if not whose}
    children = dict(known.children)
    for place, villages in below.items():
        for element, mine in codes.items():
            parts = [held.get((one, element)) for one in villages]
            if None not in parts:
                total = sum((part for part in parts if part is not None), Decimal(0))
                children |= {(place, code): total for code in mine}
    return replace(known, children=children)


def _villages_below(ids: Sequence[int], end: date) -> dict[int, list[int]]:
    """Of those that are no villages themselves. From memory."""
    tree = places.hierarchy(on=end)
    mine = tree.filter(pc.is_in(tree["place"], pa.array(sorted(ids), pa.int64())))
    levels = zip(mine["place"].to_pylist(), mine["level"].to_pylist(), strict=True)
    above = {place: RUNGS[level] for place, level in levels if level in RUNGS}
    if not above:
        return {}
    villages = tree.filter(pc.equal(tree["level"], VILLAGE))
    found: dict[int, list[int]] = {}
    for place, rung in above.items():
        inside = villages.filter(pc.equal(villages[rung], place))
        found[place] = inside["place"].to_pylist()
    return {place: below for place, below in found.items() if below}


def _adding_up(form: FormInfo) -> dict[int, list[str]]:
    """Element → field codes; an average of villages is none of their sum."""
    held = observations.element_map({f.element_code for f in form.asked if f.element_code})
    found: dict[int, list[str]] = {}
    for field in form.asked:
        element = held.get(field.element_code)
        if element and field.type in NUMERIC and element.over_places is OverPlaces.SUM:
            found.setdefault(element.id, []).append(field.code)
    return found


def _reason(given: Mapping[tuple[str, str], Reason], one: Finding) -> str:
    reason = given.get(one.key)
    return reason.reason if reason and reason.said == said_of(one) else ""
