"""The benchmark's forms registered, put right where the reader erred, and their repeats decided."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from bench.forms.maker.world import _formulas
from bench.forms.scoring.truth import Row
from bench.forms.scoring.truth import Truth as Tables
from bench.world import US
from bench.year.truth import Truth, flows, is_rate
from lingnan.base.periods import Kind
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import OverTime
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.queries.profiles import file_of, read_draft
from lingnan.systems.reporting.queries.sums import sums_of
from lingnan.systems.reporting.rules.filing import worth
from lingnan.systems.reporting.rules.profiles import correction_at, grid_in
from lingnan.systems.reporting.terms import Verdict
from lingnan.systems.reporting.terms.filings import FieldInfo, FormInfo, ProposalInfo
from lingnan.systems.reporting.terms.forms import FieldType
from lingnan.systems.reporting.terms.profiles import Correction, Say, Told

FOLDER = Path(__file__).parents[1] / "forms"
KINDS = {"month": Kind.MONTH, "quarter": Kind.QUARTER, "half": Kind.HALF, "year": Kind.YEAR}
PERIODS = {"month": "2025-01", "quarter": "2025-Q1", "half": "2025-H1", "year": "2025"}
NUMBERS = (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY)
SAMPLE = ("440117103214", "440117107203", "440117103202")


@dataclass
class Forms:
    """`said`: what each question asks, by field id; `kinds`: forms by how often they are asked."""

    infos: list[FormInfo] = field(default_factory=list)
    said: dict[int, Row] = field(default_factory=dict)
    every: dict[int, Kind] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def of(self, kind: Kind) -> list[FormInfo]:
        return [form for form in self.infos if self.every[form.id] is kind]


def read_all(at: datetime) -> tuple[Forms, Truth]:
    """Both halves of the benchmark, the versions of 2025."""
    forms, units = Forms(), {}
    often = _often()
    for half in ("tune", "test"):
        tables = Tables(FOLDER, half)
        units |= {row["fact"]: row["base_unit"] for row in tables.fields}
        for path in sorted((FOLDER / half / "blank").glob("*-2025.*")):
            code = path.stem.removesuffix("-2025")
            _register(forms, tables, path, often[code], at)
    return forms, Truth(units)


def _often() -> dict[str, str]:
    with (Path(__file__).parent / "frequencies.csv").open(encoding="utf-8", newline="") as file:
        return {row["form"]: row["every"] for row in csv.DictReader(file)}


def _register(forms: Forms, tables: Tables, path: Path, often: str, at: datetime) -> None:
    code = path.stem.removesuffix("-2025")
    codes = [code, f"{code}-2"]
    made = services.register_form(path.read_bytes(), path.name, codes=codes, by=US, at=at)
    wider = _wider()
    for form in made:
        asked = {
            one.code: tables.row(key)
            for one in form.asked
            if (key := tables.find(path.stem, _where(one)))
        }
        people = any(row["subject"] != "村" for row in asked.values())
        said = [_form(form, PERIODS[often], "户" if people else "village")]
        said += _corrections(form, asked, wider)
        services.correct_form(form.id, said, by=US, at=at)
        now = queries.form(form.code, to=US, on=at.date())
        forms.infos.append(now)
        forms.every[now.id] = KINDS[often]
        forms.said |= {one.id: asked[one.code] for one in now.asked if one.code in asked}
        forms.counts["fields"] += len(now.asked)
        forms.counts["corrected"] += len(said) - 1


def _where(one: FieldInfo) -> dict[str, str]:
    return {"cell": one.cell, "sheet": one.sheet, "label": one.label}


def _wider() -> Mapping[str, FieldType]:
    """A fact that one form counts in 万元 or with decimals is a number of that kind in all."""
    found: dict[str, FieldType] = {}
    with (FOLDER / "truth" / "fields.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["base_unit"] == "元":
                found[row["fact"]] = FieldType.MONEY
            elif row["type"] == "decimal":
                found.setdefault(row["fact"], FieldType.NUMBER)
    return found


def _form(form: FormInfo, period: str, subject: str) -> Correction:
    grid = grid_in(file_of(form), form.file_name, form.sheet)
    told = Told(period=period, subject=subject)
    return correction_at(grid, read_draft(form.id), "", Say.FORM, told)


def _corrections(
    form: FormInfo, asked: Mapping[str, Row], wider: Mapping[str, FieldType]
) -> list[Correction]:
    """Numbers read as words, and numbers that another form counts in another kind."""
    found = []
    grid, draft = grid_in(file_of(form), form.file_name, form.sheet), read_draft(form.id)
    for one in form.asked:
        row = asked.get(one.code)
        if row is None or row["type"] not in ("integer", "decimal") or row["unit"] == "%":
            continue
        kind = wider.get(row["fact"], FieldType.INTEGER)
        if one.type is not kind:
            told = Told(type=kind, unit=row["unit"])
            found.append(correction_at(grid, draft, one.cell, Say.FIELD, told))
    return found


def decide_by_truth(forms: Forms, at: datetime) -> None:
    """The bureau's word: whatever is one fact is joined, and whether it flows is said."""
    groups: dict[tuple[str, str], dict[str, FieldInfo]] = defaultdict(dict)
    for form in forms.infos:
        for one in form.asked:
            if one.id in forms.said:
                fact = forms.said[one.id]["fact"]
                groups[fact, form.subject].setdefault(one.element_code, one)
    for (fact, _), fields in groups.items():
        if len(fields) > 1:
            _join(forms, fact, list(fields.values()), at)
    _refresh(forms, at)
    _say_what_flows(forms, at)


def _join(forms: Forms, fact: str, fields: Sequence[FieldInfo], at: datetime) -> None:
    """Those of one unit and kind; of two kinds each its own, and it is told."""
    kinds: dict[object, list[str]] = defaultdict(list)
    known = observations.element_map([one.element_code for one in fields])
    for one in fields:
        element = known[one.element_code]
        kinds[element.type, element.unit, element.options].append(one.element_code)
    forms.counts["two units"] += len(kinds) - 1
    for codes in kinds.values():
        if len(codes) > 1:
            services.join_elements(codes, by=US, at=at)
            forms.counts["joined"] += len(codes) - 1


def decide_by_matcher(forms: Forms, at: datetime) -> None:
    """Only what the matcher calls the same, all of it, unseen."""
    _, done, _ = services.confirm_above(Decimal("0.5"), by=US, at=at)
    forms.counts["joined"] = done
    _refresh(forms, at)
    _say_what_flows(forms, at)


def _say_what_flows(forms: Forms, at: datetime) -> None:
    """Where the words alone misled: 播种面积 happens in a year though nothing says so."""
    wanted: dict[str, OverTime] = {}
    for form in forms.infos:
        for one in form.asked:
            row = forms.said.get(one.id)
            if row is None or one.type not in (*NUMBERS, FieldType.PERCENT):
                continue
            fact = row["fact"].removesuffix("@上年")
            over = OverTime.SUM if flows(fact) else OverTime.LAST
            wanted[one.element_code] = OverTime.NONE if flows(fact) and is_rate(fact) else over
    for code, element in observations.element_map(wanted).items():
        if element.over_time is not wanted[code]:
            services.describe_element(code, over_time=wanted[code], by=US, at=at)
            forms.counts["flows said"] += 1


def decide_sums(forms: Forms, truth: Truth, periods: Iterable[int], at: datetime) -> None:
    """Sums and rates that the form's shape suggests: accepted when they hold in the sample."""
    spans = list(periods)
    for form in forms.infos:
        if form.subject != "place":
            continue
        known = {one.code: forms.said[one.id]["fact"] for one in form.asked if one.id in forms.said}
        for hint in sums_of([form.id])[form.id]:
            holds = {hint.total, *hint.parts} <= known.keys() and all(
                truth.number(known[hint.total], v, p)
                == sum((truth.number(known[part], v, p) for part in hint.parts), Decimal(0))
                for v in SAMPLE
                for p in spans
            )
            services.decide_sum(form.id, hint.total, accept=holds, by=US, at=at)
            forms.counts["sums" if holds else "sums refused"] += 1
    for one in queries.proposals(to=US, on=at.date()):
        if one.state is not Verdict.PROPOSED:
            continue
        row, uses = forms.said.get(one.field.id), set()
        for form in forms.infos:
            if form.id == one.village_form:
                uses = {forms.said[f.id]["fact"] for f in form.asked if f.code in one.uses}
        formula = set(_formulas().get(row["fact"], ())) if row else set()
        rate = one.household_form is None and bool(uses) and uses <= formula
        rate = rate and _holds(forms, truth, one, spans)
        services.decide_proposal(one.id, accept=rate, by=US, at=at)
        forms.counts["rates" if rate else "derivations refused"] += 1


def _holds(forms: Forms, truth: Truth, one: ProposalInfo, periods: Sequence[int]) -> bool:
    """The bureau looks at three villages before it accepts a rate: to two decimals."""
    known = {
        field.code: forms.said[field.id]["fact"]
        for form in forms.infos
        if form.id == one.village_form
        for field in form.asked
        if field.id in forms.said
    }
    for village in SAMPLE:
        for period in periods:
            parts = {code: truth.number(known[code], village, period) for code in one.uses}
            worked = worth(one.formula, items=parts)
            told = truth.number(known[one.field.code], village, period)
            if worked is not None and abs(worked - told) > Decimal("0.01"):
                return False
    return True


def _refresh(forms: Forms, at: datetime) -> None:
    forms.infos = [queries.form(form.code, to=US, on=at.date()) for form in forms.infos]
