"""The value that periods of another kind give to this one, with its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from lingnan.base.periods import Period
from lingnan.kernel.observations.terms import ElementInfo, OverTime, Quality, ValueInfo

from ..rules.planning import says_for_others, spans_of, trust_of
from ..terms.filings import Ask, Mark

Values = Mapping[tuple[int, int], ValueInfo]


@dataclass(frozen=True, slots=True)
class Spanned:
    """`mark`: why there is no number (not applicable), else None. `said`: the periods it is from."""

    value: Decimal | None
    text: str | None
    mark: Mark | None
    said: str
    as_of: datetime

    def given(self, ask: Ask) -> Ask:
        """Held, without a source: it becomes the report's own, worked out, so that its period has it."""
        mark = self.mark or Mark.DERIVED
        return replace(
            ask, held=True, value=self.value, text=self.text, mark=mark, as_of=self.as_of
        )


def spanned(element: ElementInfo, period: int, values: Values) -> Spanned | None:
    """A flow is the sum of its parts, a stock what another period has on the same last day."""
    spans = spans_of(period)
    sound = {
        code: one
        for code in spans.codes
        if (one := values.get((element.id, code))) is not None and _says(one, element)
    }
    if element.over_time is OverTime.SUM:
        part = spans.whole(set(sound))
        return _sum(part, [sound[code] for code in part]) if part else None
    end = next((code for code in spans.ends if code in sound), None)
    if end is None or element.over_time is not OverTime.LAST:
        return None
    one = sound[end]
    mark = Mark.NOT_APPLICABLE if one.quality is Quality.NOT_APPLICABLE else None
    return Spanned(one.value, one.text, mark, str(Period.from_code(end)), one.recorded_at)


def _says(one: ValueInfo, element: ElementInfo) -> bool:
    return says_for_others(one.quality, trust_of(one.source, element.precedence))


def _sum(part: Sequence[int], held: Sequence[ValueInfo]) -> Spanned:
    """What does not apply in one month adds nothing; in none of them, it does not apply."""
    numbers = [one.value for one in held if one.value is not None]
    first, last = (Period.from_code(code) for code in (part[0], part[-1]))
    mark = None if numbers else Mark.NOT_APPLICABLE
    value = sum(numbers, Decimal(0)) if numbers else None
    newest = max(one.recorded_at for one in held)
    return Spanned(value, None, mark, f"{first} 至 {last}", newest)
