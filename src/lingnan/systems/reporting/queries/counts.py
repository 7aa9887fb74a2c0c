"""What may be counted over ledgers, and where they are complete."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from lingnan.base.periods import Period

from ..content import ledger_items, plain_headings
from ..models import LedgerCover, LedgerItem
from ..rules.labels import plain
from ..terms.filings import FormInfo, Verdict
from ..terms.planning import Countable


def period_day(period: int) -> date:
    """Stocks are counted on the last day of their period, by what is known of it."""
    return Period.from_code(period).end


def covered_places(kind: str, places: Iterable[int] | None, on: date) -> list[int]:
    """Those whose ledger was declared complete by that day."""
    rows = LedgerCover.objects.filter(kind=kind, since__lte=on).order_by("place")
    held = list(rows.values_list("place", flat=True))
    wanted = None if places is None else set(places)
    return [one for one in held if wanted is None or one in wanted]


def complete_since(kind: str, place: int) -> date | None:
    """The day from which what is not in the ledger of a village does not exist."""
    rows = LedgerCover.objects.filter(kind=kind, place=place)
    return rows.values_list("since", flat=True).first()


def accepted_items(elements: Iterable[str] | None = None) -> list[LedgerItem]:
    rows = LedgerItem.objects.filter(state=Verdict.ACCEPTED).order_by("kind", "element")
    return list(rows if elements is None else rows.filter(element__in=list(elements)))


def proposed_items(elements: Iterable[str]) -> dict[str, str]:
    """Formula by element, of what nobody has decided on."""
    rows = LedgerItem.objects.filter(state=Verdict.PROPOSED, element__in=list(elements))
    return dict(rows.values_list("element", "formula"))


def countable(form: FormInfo) -> dict[str, Countable]:
    """By element: questions of a village form whose wording is declared as a count over a ledger; exact
    where nothing above the question limits it."""
    declared, plains = ledger_items(), plain_headings()
    found = {}
    for field in form.asked if form.subject == "place" else ():
        rule = declared.get((plain(field.label), field.base_unit))
        if rule and field.element_code and not field.options:
            above = [part for part in field.path if part.strip() and part != field.label]
            is_whole = all(plain(unnumbered(part)) in plains for part in above)
            found[field.element_code] = replace(rule, exact=rule.exact and is_whole)
    return found


def unnumbered(heading: str) -> str:
    """`一、基本情况` → `基本情况`."""
    return _NUMBERED.sub("", heading.strip())


_NUMBERED = re.compile(r"^(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]\s*)")
