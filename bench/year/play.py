"""A month of a county: rounds opened and planned, villages fill what is asked, reviewers approve."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from bench.forms.maker.fill import PER, choices
from bench.forms.maker.world import draw
from bench.forms.scoring.truth import Row
from bench.world import US
from bench.year.forms import Forms
from bench.year.truth import Truth, flows
from lingnan.base.periods import Kind, Period
from lingnan.kernel.evidence import services as evidence
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Filing, HistoryValue, Household
from lingnan.systems.reporting.rules.filing import answers_of, retyped
from lingnan.systems.reporting.services.households import household_ids
from lingnan.systems.reporting.terms.checking import Severity
from lingnan.systems.reporting.terms.filings import (
    Answer,
    Ask,
    FieldInfo,
    FormInfo,
    Mark,
    State,
)
from lingnan.systems.reporting.terms.forms import FieldType
from lingnan.systems.reporting.terms.histories import HistoryState
from lingnan.systems.reporting.terms.refusals import NeedExplanation

SAME, PEOPLE = "无变化", 2
ASKED, CHANGED, CONFIRMED, DERIVED, KNOWN = "asked", "changed", "confirmed", "derived", "known"
NUMERIC = (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY, FieldType.PERCENT)


@dataclass
class Told:
    """Of one calendar month: how many cells were come by in which way."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    rounds: list[str] = field(default_factory=list)
    knowable: int = 0
    explained: int = 0
    planned_before: int = 0
    planned_after: int = 0

    @property
    def fields(self) -> int:
        return sum(self.counts.values())


@dataclass
class Year:
    """`had`: every fact a village has given, by what it is about; `again`: what was asked though it was
    among them, as (village, form, field, fact, period)."""

    forms: Forms
    truth: Truth
    place: int
    villages: Mapping[str, int]  # code → id
    months: list[Told] = field(default_factory=list)
    had: set[tuple[object, ...]] = field(default_factory=set)
    again: list[tuple[str, ...]] = field(default_factory=list)
    asked_facts: set[tuple[object, ...]] = field(default_factory=set)
    last: dict[tuple[object, ...], date] = field(default_factory=dict)
    filings: int = 0

    def month(self, number: int) -> Told:
        """January brings last year's yearly forms too; December all that ends with the year."""
        told = Told()
        day = datetime(2026, number, 20, 2, tzinfo=UTC)
        for kind, period in _due(number):
            asked = self.forms.of(kind)
            if asked:
                self._round(asked, period, day, told)
        self.months.append(told)
        return told

    def _round(self, asked: Sequence[FormInfo], period: Period, at: datetime, told: Told) -> None:
        days = at.date(), at.date() + timedelta(days=10)
        title = f"{period} 报表"
        found = services.open_round(
            title,
            [f.id for f in asked],
            place=self.place,
            period=period.code,
            days=days,
            by=US,
            at=at,
        )
        figures = services.plan_round(found, by=US, at=at).figures
        told.planned_before += figures["seconds_before"]
        told.planned_after += figures["seconds"]
        told.rounds.append(str(period))
        for form in asked:
            sent = list(self._drafts(form, period.code, at, told))
            uuids = self._sent(form, period.code, sent, at, told)
            services.approve_many(uuids, by=US, at=at)
        evidence.drain(at=at)

    def _sent(
        self,
        form: FormInfo,
        period: int,
        drafts: Sequence[services.Draft],
        at: datetime,
        told: Told,
    ) -> list[str]:
        saved = services.save_drafts(form, period, drafts, by=US, at=at)
        self.filings += len(saved)
        for one in saved:
            try:
                services.submit_report(one.uuid, by=US, at=at)
            except NeedExplanation:
                self._explain(one.uuid, at, told)
                services.submit_report(one.uuid, by=US, at=at)
        return [one.uuid for one in saved]

    def _explain(self, uuid: str, at: datetime, told: Told) -> None:
        for one in queries.findings(uuid, to=US, on=at.date()):
            if one.blocks and one.finding.severity is not Severity.ERROR:
                services.explain_finding(uuid, one.finding.field, "已核实", by=US, at=at)
                told.explained += 1

    def _drafts(
        self, form: FormInfo, period: int, at: datetime, told: Told
    ) -> Iterator[services.Draft]:
        for code, place in self.villages.items():
            rows = [0]
            if form.subject == "household":
                numbers = [f"{form.code}-{n}" for n in range(1, PEOPLE + 1)]
                rows = list(household_ids(place, numbers, by=US, at=at).values())
            for row, subject in enumerate(rows):
                asks = queries.asks_of_form(
                    form, place, period, subject=subject, to=US, on=at.date()
                )
                answers = self._answers(form, (code, row, subject), period, asks, told)
                yield services.Draft(place, answers, subject)

    def _answers(
        self,
        form: FormInfo,
        who: tuple[str, int, int],
        period: int,
        asks: Mapping[str, Ask],
        told: Told,
    ) -> dict[str, str]:
        """What the clerk types: the truth where it is asked, 无变化 where the offer is true."""
        typed: dict[str, str] = {}
        for one in form.asked:
            ask, text = asks[one.code], self.text(one, who, period)
            way = _way(one, ask, text)
            told.counts[way] += 1
            if way in (ASKED, CHANGED):
                typed[one.code] = text
            elif way == CONFIRMED:
                typed[one.code] = SAME
            self._remember(form, one, who, period, (way, told))
        return typed

    def _remember(
        self,
        form: FormInfo,
        one: FieldInfo,
        who: tuple[str, int, int],
        period: int,
        come: tuple[str, Told],
    ) -> None:
        """A fact is of a village (and of a row of its list) and of a day, or of the days of a period."""
        way, told = come
        row = self.forms.said.get(one.id)
        fact = row["fact"] if row else f"{form.code}:{one.code}"
        whole = Period.from_code(period)
        if fact.endswith("@上年"):
            fact, whole = fact.removesuffix("@上年"), whole.year_ago()
        key = (*_whose(form, who), fact, whole.start if flows(fact) else None, whole.end)
        if way == ASKED:
            if key in self.had:
                self.again.append((who[0], form.code, one.code, fact, str(whole)))
            told.knowable += self._follows(key, whole)
            self.asked_facts.add(key)
        self.had.add(key)
        self.last[key[:-2]] = whole.end

    def _follows(self, key: tuple[object, ...], whole: Period) -> bool:
        """Whether what the village gave before says it: a stock of an earlier day, a flow's every month."""
        if key[-2] is None:
            return key[:-2] in self.last
        months = [one for one in _months_of(whole) if one != whole]
        return bool(months) and all((*key[:-2], m.start, m.end) in self.had for m in months)

    def wrong(self) -> tuple[int, list[tuple[str, ...]], list[tuple[str, ...]]]:
        """Cells of all approved reports; those that say what last year's files say of that very fact
        though the table has another number, or what the village wrote to two decimals in another
        form's coarser unit, or a difference of such numbers; and those that are blank or not the truth."""
        before, explained = self._told_before(), []
        coarsest: dict[str, Decimal] = {}
        for one in (each for form in self.forms.infos for each in form.asked):
            if one.id in self.forms.said:
                fact = self.forms.said[one.id]["fact"]
                coarsest[fact] = max(coarsest.get(fact, one.multiplier), one.multiplier)
        codes = {place: code for code, place in self.villages.items()}
        forms = {form.id: form for form in self.forms.infos}
        found, cells = [], 0
        numbers = dict(Household.objects.values_list("entry_id", "number"))
        for row in Filing.objects.order_by("pk").iterator():
            form = forms[row.form_id]
            number = int(numbers[row.subject].rpartition("-")[2]) - 1 if row.subject else 0
            answers = answers_of(row.answers)
            for one in form.asked:
                cells += 1
                text = self.text(one, (codes[row.place], number, row.subject), row.period)
                said = answers[one.code].text if one.code in answers else ""
                if row.state != State.APPROVED or not _alike(one, said, text):
                    told = (codes[row.place], form.code, one.code, str(row.period), said, text)
                    fact = self.forms.said[one.id]["fact"] if one.id in self.forms.said else ""
                    heard = before[row.place, fact, row.period]
                    answer = answers.get(one.code, Answer())
                    coarse = max(coarsest.get(fact, one.multiplier), one.multiplier)
                    rounded = _rounded(coarse, one, answer, text)
                    known = rounded or _heard(one, said, heard)
                    (explained if known else found).append(told)
        return cells, explained, found

    def _told_before(self) -> dict[tuple[int | None, str, int | None], set[Decimal | None]]:
        """Place, fact, period → what confirmed files say, in base units; None where one says 不适用."""
        found: dict[tuple[int | None, str, int | None], set[Decimal | None]] = defaultdict(set)
        rows = HistoryValue.objects.filter(state=HistoryState.CONFIRMED, entry=0)
        for row in rows.exclude(field=None).iterator():
            if row.field_id in self.forms.said:
                fact = self.forms.said[row.field_id]["fact"]
                found[row.place, fact, row.period].add(row.value)
        return found

    def text(self, one: FieldInfo, who: tuple[str, int, int], period: int) -> str:
        """As it is written in the form's cell."""
        village, number, _ = who
        row = self.forms.said.get(one.id)
        if row is None:
            return f"{number + 1:02}"
        fact = row["fact"]
        if row["type"] in ("integer", "decimal"):
            value = self.truth.number(fact, village, period, number) / Decimal(
                str(PER.get(row["unit"], 1))
            )
            return _plain(value.quantize(Decimal("0.01")))
        return _word(one, row, (fact, village, number))


def _due(number: int) -> list[tuple[Kind, Period]]:
    """What is reported in a month, the shortest periods first."""
    found = [(Kind.YEAR, Period(2025, Kind.YEAR))] if number == 1 else []
    found.append((Kind.MONTH, Period(2026, Kind.MONTH, number)))
    if number % 3 == 0:
        found.append((Kind.QUARTER, Period(2026, Kind.QUARTER, number // 3)))
    if number % 6 == 0:
        found.append((Kind.HALF, Period(2026, Kind.HALF, number // 6)))
    if number == 12:
        found.append((Kind.YEAR, Period(2026, Kind.YEAR)))
    return found


def _months_of(whole: Period) -> list[Period]:
    first, last = whole.start.month, whole.end.month
    return [Period(whole.year, Kind.MONTH, n) for n in range(first, last + 1)]


def _whose(form: FormInfo, who: tuple[str, int, int]) -> tuple[object, ...]:
    return who[0], who[2]


def _way(one: FieldInfo, ask: Ask, text: str) -> str:
    if ask.waiting or ask.follows:
        return DERIVED
    if not ask.held:
        return ASKED
    if ask.confirm:
        return CONFIRMED if offered(one, ask) == text else CHANGED
    return KNOWN if ask.source else DERIVED


def offered(one: FieldInfo, ask: Ask) -> str:
    text = retyped(one, ask.value, ask.text)
    return _plain(Decimal(text)) if one.type in NUMERIC and text else text


def _alike(one: FieldInfo, said: str, text: str) -> bool:
    """As the form shows it: to two decimals."""
    if one.type not in NUMERIC or not said:
        return said == text
    return abs(Decimal(said) - Decimal(text)) < Decimal("0.01")


def _rounded(coarse: Decimal, one: FieldInfo, answer: Answer, text: str) -> bool:
    """36.13 万元 in one form are 361.3 千元 in another, whatever was not written down; and a part worked out
    from a total and the other part, each written to the hundredth, may be one hundredth off."""
    if one.type not in NUMERIC or not answer.text or not text:
        return False
    off = abs(Decimal(answer.text) - Decimal(text))
    if answer.source.startswith("form:") and coarse > one.multiplier:
        return off * one.multiplier <= coarse * Decimal("0.005")
    return answer.mark is Mark.DERIVED and off == Decimal("0.01")


def _heard(one: FieldInfo, said: str, heard: Set[Decimal | None]) -> bool:
    if not said:
        return None in heard
    if one.type not in NUMERIC:
        return False
    number = Decimal(said) * one.multiplier
    close = one.multiplier * Decimal("0.01")
    return any(held is not None and abs(held - number) < close for held in heard)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _word(one: FieldInfo, row: Row, key: tuple[object, ...]) -> str:
    if one.options:
        return one.options[int(draw("option", *key) * len(one.options))].code
    if row["type"] == "option":
        found = [w for w in row["options"].replace("；", ";").split(";") if w] or choices(
            row["options"]
        )
        return found[int(draw("option", *key) * len(found))]
    if row["type"] in ("date", "month"):
        return date(2015 + int(draw(*key) * 9), 1 + int(draw("m", *key) * 12), 15).isoformat()
    return f"{row['label'][:6]}{int(draw(*key) * 90) + 10}"
