"""What counts as known: free, worth a look, or nothing, and in which words.

What happened in another period is never this period's value; what stood at its end may still stand,
and one look confirms it.
"""

from datetime import date

from lingnan.base.errors import Sentence
from lingnan.kernel.observations.terms import Quality

from ...terms.planning import Costs, Fact, Means, Way
from ...terms.plans import Holding, Knowing, Trust, When

VALUELESS = {Quality.MISSING, Quality.SUPPRESSED}
UNSURE = {Quality.ESTIMATED}
NOW = {
    Trust.TRUTH: Knowing.HELD,
    Trust.LEDGER: Knowing.LEDGER,
    Trust.RETURNED: Knowing.RETURNED,
    Trust.OTHER: Knowing.OTHER,
}
MEANS = {
    Knowing.HELD: Means.KNOWN,
    Knowing.LEDGER: Means.DERIVE,
    Knowing.COMING: Means.DERIVE,
    Knowing.SPANNED: Means.DERIVE,
    Knowing.RETURNED: Means.RETURNED,
    Knowing.OTHER: Means.CONFIRM,
    Knowing.LAST_YEAR: Means.CONFIRM,
    Knowing.ROUGH: Means.CONFIRM,
    Knowing.UNCHANGED: Means.CONFIRM,
    Knowing.YEAR_AGO: Means.CONFIRM,
}
WORDS = {
    Knowing.NOTHING: Sentence("无人掌握，需填报"),
    Knowing.HELD: Sentence("{source} {day} 已核"),
    Knowing.LEDGER: Sentence("由台账汇总"),
    Knowing.SPANNED: Sentence("由 {source} 已报的数得出"),
    Knowing.COMING: Sentence("分户表审核后由户台账汇总"),
    Knowing.RETURNED: Sentence("上级回流 {value}，请核对"),
    Knowing.OTHER: Sentence("{source} {day} 报 {value}，请核对"),
    Knowing.LAST_YEAR: Sentence("上年报表已报 {value}，请核对"),
    Knowing.ROUGH: Sentence("由户台账推算约 {value}，请核对"),
    Knowing.UNCHANGED: Sentence("上期 {value}，若无变化请确认"),
    Knowing.YEAR_AGO: Sentence("上年同期 {value}，若无变化请确认"),
}
BARE = {
    Knowing.HELD: Sentence("已核"),
    Knowing.SPANNED: Sentence("由已报的数得出"),
    Knowing.RETURNED: Sentence("上级回流，请核对"),
    Knowing.OTHER: Sentence("别处已报，请核对"),
    Knowing.LAST_YEAR: Sentence("上年报表已报，请核对"),
    Knowing.ROUGH: Sentence("由户台账推算，请核对"),
    Knowing.UNCHANGED: Sentence("上期已报，若无变化请确认"),
    Knowing.YEAR_AGO: Sentence("上年同期已报，若无变化请确认"),
}
GUESSED = Sentence("{day} 估计 {value}，请核对")
GUESSED_BY = Sentence("{source} {day} 估计 {value}，请核对")
LEDGER, DECISION, RETURN, REPORT = "ledger", "decision", "return:", "form:"


def judge(held: Holding) -> Knowing:
    """What one value is worth for the round's period."""
    if held.quality in VALUELESS:
        return Knowing.NOTHING
    if held.when is When.NOW:
        return Knowing.OTHER if held.quality in UNSURE else NOW[held.trust]
    if not held.is_fresh or (held.is_flow and held.quality is not Quality.NOT_APPLICABLE):
        return Knowing.NOTHING
    return Knowing.UNCHANGED if held.when is When.BEFORE else Knowing.YEAR_AGO


def says_for_others(quality: Quality, trust: Trust) -> bool:
    """Whether a value of another period is good enough to stand in this one unseen."""
    return quality not in VALUELESS | UNSURE and trust in {Trust.TRUTH, Trust.LEDGER}


def trust_of(source: str, precedence: tuple[str, ...]) -> Trust:
    """An approved report is its reporter's own word, whichever form it stood in."""
    if source == LEDGER:
        return Trust.LEDGER
    if source.startswith(RETURN):
        return Trust.RETURNED
    trusted = source in precedence or source == DECISION or source.startswith(REPORT)
    return Trust.TRUTH if trusted else Trust.OTHER


def own_ways(fact: Fact, knowing: Knowing, costs: Costs) -> list[Way]:
    """Asking is always possible; what is known may be cheaper."""
    ways = [Way(fact, Means.ASK, costs.seconds[Means.ASK], why=Knowing.NOTHING.name)]
    means = MEANS.get(knowing)
    if means is not None:
        ways.append(Way(fact, means, costs.seconds[means], why=knowing.name))
    return ways


def words_of_guess(*, source: str, day: date, value: str) -> Sentence:
    """Of a figure of this period that nobody reported; `source` where somebody else estimated it."""
    if not source:
        return GUESSED.filled(day=day.isoformat(), value=value)
    return GUESSED_BY.filled(source=source, day=day.isoformat(), value=value)


def words_of(
    knowing: Knowing, *, source: str = "", day: date | None = None, value: str = ""
) -> Sentence:
    """The reason a person reads; when nothing is known of it, only its kind."""
    if not source and not value:
        return BARE.get(knowing, WORDS[knowing])
    return WORDS[knowing].filled(source=source, day=day.isoformat() if day else "", value=value)
