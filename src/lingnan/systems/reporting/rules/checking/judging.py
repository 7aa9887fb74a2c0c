"""One check on one cell, exactly: the reference that the fast look over a county must agree with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lingnan.base.errors import Sentence
from lingnan.base.numbers import number

from ...terms.checking import (
    Beside,
    Check,
    Finding,
    Held,
    Identity,
    Known,
    Pair,
    Plan,
    Severity,
    Sheet,
)
from ...terms.filings import Answer, FieldInfo
from ...terms.forms import FieldType
from ..filing import NUMERIC, problem_of, stored, worth
from ..naming import source_said
from .arrays import HELD, is_plain
from .siblings import Usual
from .words import FIXES, percent, said, shown

Figures = tuple[tuple[str, Decimal], ...]
WORDS_HELD = {
    Held.MISSING: Sentence("缺"),
    Held.NOT_APPLICABLE: Sentence("不适用"),
    Held.NOTHING: Sentence("未填"),
}


@dataclass(frozen=True)
class Case:
    """Everything one judgement may look at."""

    plan: Plan
    known: Known
    usual: Mapping[str, Usual]
    sheet: Sheet
    fields: Mapping[str, FieldInfo]
    read: dict[str, Decimal | None] = field(default_factory=dict)

    def value(self, code: str) -> Decimal | None:
        """Read once, however many checks ask."""
        if code not in self.read:
            self.read[code] = self._value(code)
        return self.read[code]

    def _value(self, code: str) -> Decimal | None:
        field, answer = self.fields[code], self.sheet.answers.get(code, Answer())
        if field.type not in NUMERIC:
            return None
        if is_plain(answer):  # nothing can be wrong with it but its size in base units
            try:
                return number(int(answer.text) * field.multiplier)
            except ValueError:
                return None
        return None if problem_of(field, answer) else stored(field, answer)[0]

    def held(self, code: str) -> Held:
        answer = self.sheet.answers.get(code, Answer())
        if answer.is_blank:
            return Held.NOTHING
        return HELD.get(answer.mark, Held.VALUE)

    def finding(
        self,
        check: Check,
        code: str,
        figures: Figures = (),
        *,
        severity: Severity | None = None,
        rule: str = "",
        **params: object,
    ) -> Finding:
        field, limits = self.fields[code], self.plan.thresholds
        words, fix = said(check, field, **params)
        return Finding(
            severity or limits.severities[check],
            check,
            self.sheet.place,
            code,
            field.where,
            words,
            fix,
            figures,
            rule or check.value,
            limits.source,
        )


def is_answer(case: Case, code: str) -> Finding | None:
    field = case.fields[code]
    wrong = problem_of(field, case.sheet.answers.get(code, Answer()))
    if wrong is None:
        return None
    return Finding(
        case.plan.thresholds.severities[Check.TYPE],
        Check.TYPE,
        case.sheet.place,
        code,
        field.where,
        Sentence(wrong.tell, wrong.params),
        FIXES[Check.TYPE],
        rule=Check.TYPE.value,
        source="报表项目的类型和单位",
    )


def in_range(case: Case, code: str) -> Finding | None:
    field, value = case.fields[code], case.value(code)
    found = case.plan.thresholds.ranges.get(range_of(field))
    if found is None or value is None or any(word in field.label for word in found.besides):
        return None
    own = value / field.multiplier
    above, below = (
        found.high is not None and own > found.high,
        found.low is not None and own < found.low,
    )
    if not above and not below:
        return None
    return case.finding(
        Check.RANGE,
        code,
        (("value", value),),
        severity=found.severity,
        low=found.low,
        high=found.high,
        value=shown(field, value),
    )


def adds_up(case: Case, one: Identity) -> Finding | None:
    """Not applicable adds nothing; a part that is missing leaves the sum unknown, not wrong."""
    total = case.value(one.total)
    parts = [_part(case, code) for code in one.parts]
    if total is None or None in parts:
        return None
    other = sum((part for part in parts if part is not None), Decimal(0))
    field = case.fields[one.total]
    if abs(total - other) <= slack_of(case.plan, one):
        return None
    return case.finding(
        Check.SUM,
        one.total,
        (("total", total), ("parts", other)),
        severity=Severity.ERROR if one.said else None,
        rule=f"sum:{one.total}={'+'.join(one.parts)}",
        value=shown(field, total),
        other=shown(field, other),
        gap=shown(field, total - other),
        parts="、".join(one.parts),
    )


def is_part(case: Case, one: Pair) -> Finding | None:
    part, whole = case.value(one.part), case.value(one.whole)
    if part is None or whole is None or part <= whole:
        return None
    field = case.fields[one.part]
    return case.finding(
        Check.PART,
        one.part,
        (("part", part), ("whole", whole)),
        severity=Severity.ERROR if one.said else None,
        rule=f"part:{one.part}<={one.whole}",
        value=shown(field, part),
        other=shown(case.fields[one.whole], whole),
        whole=case.fields[one.whole].label.strip(),
    )


def follows(case: Case, code: str, formula: str, uses: tuple[str, ...]) -> Finding | None:
    field, value = case.fields[code], case.value(code)
    if value is None:
        return None
    items = {used: case.value(used) for used in uses if used in case.fields}
    other = worth(formula, items=items)
    if other is None or abs(value - other) <= case.plan.thresholds.tolerance * field.multiplier:
        return None
    return case.finding(
        Check.FORMULA,
        code,
        (("value", value), ("formula", other)),
        rule=f"formula:{formula}",
        value=shown(field, value),
        other=shown(field, other.quantize(Decimal("0.01"))),
        formula=formula,
    )


def _part(case: Case, code: str) -> Decimal | None:
    return Decimal(0) if case.held(code) is Held.NOT_APPLICABLE else case.value(code)


def slack_of(plan: Plan, one: Identity) -> Decimal:
    """Whole numbers add up exactly; measured ones may be rounded."""
    fields = {f.code: f for f in plan.fields}
    members = [fields[code] for code in (one.total, *one.parts)]
    if all(f.type is FieldType.INTEGER and f.multiplier == 1 for f in members):
        return Decimal(0)
    return plan.thresholds.tolerance * max(f.multiplier for f in members)


def range_of(field: FieldInfo) -> str:
    return "percent" if field.type is FieldType.PERCENT else field.dimension


def changed(check: Check) -> Callable[[Case, str], Finding | None]:
    def judge(case: Case, code: str) -> Finding | None:
        before = case.known.last if check is Check.LAST else case.known.year_ago
        old = before.get((case.sheet.place, code), (None, Held.NOTHING))[0]
        field, value = case.fields[code], case.value(code)
        if old is None or value is None:
            return None
        limits = case.plan.thresholds.change_of(field.dimension)
        gap = abs(value - old)
        if gap <= limits.least or gap <= limits.share * abs(old):
            return None
        share = percent((value - old) / abs(old)) if old else "由 0 起"
        return case.finding(
            check,
            code,
            (("value", value), ("before", old)),
            value=shown(field, value),
            other=shown(field, old),
            share=share,
        )

    return judge


def vanished(case: Case, code: str) -> Finding | None:
    old, was = case.known.last.get((case.sheet.place, code), (None, Held.NOTHING))
    now = case.held(code)
    if was is not Held.VALUE or old is None or now not in {Held.MISSING, Held.NOT_APPLICABLE}:
        return None
    field = case.fields[code]
    return case.finding(
        Check.VANISHED, code, (("before", old),), value=WORDS_HELD[now], other=shown(field, old)
    )


def unlike(check: Check) -> Callable[[Case, str], Finding | None]:
    """Another figure of the same fact: elsewhere, in a ledger, or added up from below."""

    def judge(case: Case, code: str) -> Finding | None:
        other, source = other_of(case.known, check, (case.sheet.place, code))
        field, value = case.fields[code], case.value(code)
        if other is None or value is None or value == other:
            return None
        return case.finding(
            check,
            code,
            (("value", value), ("other", other)),
            **_figures(field, value, other, source),
        )

    return judge


def _figures(field: FieldInfo, value: Decimal, other: Decimal, source: str) -> dict[str, Any]:
    """What fills the words of two figures, in whichever of two reports they are said."""
    return {
        "value": shown(field, value),
        "other": shown(field, other),
        "gap": shown(field, value - other),
        "source": source_said(source) if source else source,
    }


def seen_from(one: Beside, value: Decimal) -> str:
    """The words of the same contradiction in the other report, where we say `value`."""
    figures = _figures(one.field, one.value, value, one.us)
    return said(Check.ELSEWHERE, one.field, **figures)[0]


def other_of(known: Known, check: Check, key: tuple[int, str]) -> tuple[Decimal | None, str]:
    if check is Check.ELSEWHERE:
        return known.elsewhere.get(key, (None, ""))
    table = known.ledger if check is Check.LEDGER else known.children
    return table.get(key), ""


def stands_out(case: Case, code: str) -> Finding | None:
    usual, value = case.usual.get(code), case.value(code)
    if usual is None or value is None:
        return None
    if not usual.is_far(float(value), case.plan.thresholds.unusual):
        return None
    field = case.fields[code]
    middle = Decimal(repr(usual.middle)).quantize(Decimal("0.01"))
    return case.finding(
        Check.SIBLINGS,
        code,
        (("value", value), ("median", middle)),
        value=shown(field, value),
        other=shown(field, middle),
    )


CELLS: Mapping[Check, Callable[[Case, str], Finding | None]] = {
    Check.TYPE: is_answer,
    Check.RANGE: in_range,
    Check.ELSEWHERE: unlike(Check.ELSEWHERE),
    Check.LEDGER: unlike(Check.LEDGER),
    Check.CHILDREN: unlike(Check.CHILDREN),
    Check.LAST: changed(Check.LAST),
    Check.YEAR_AGO: changed(Check.YEAR_AGO),
    Check.VANISHED: vanished,
    Check.SIBLINGS: stands_out,
}
