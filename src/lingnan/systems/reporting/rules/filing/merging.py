"""Three states of one report, cell by cell: what stood there, what I typed, what stands there now."""

from collections.abc import Mapping

from ...terms.away import Difference
from ...terms.filings import Answer, FieldInfo, FormInfo, Mark
from .answers import typed

CONFIRM, NOT_APPLICABLE, MISSING = "无变化", "不适用", "缺"


def control_of(answer: Answer) -> str:
    """What a control of the fill page says for an answer; what nobody typed is not repeated there."""
    if answer.mark is Mark.CONFIRMED:
        return CONFIRM
    if answer.source or answer.mark is Mark.DERIVED:
        return ""
    if answer.mark is Mark.NOT_APPLICABLE:
        return NOT_APPLICABLE
    return MISSING if answer.mark is Mark.MISSING else answer.text


def merged(
    form: FormInfo,
    mine: Mapping[str, str],
    base: Mapping[str, str],
    theirs: Mapping[str, Answer],
) -> tuple[dict[str, str], list[Difference]]:
    """What to write, and where she must choose: only cells that both changed, and differently.

    A cell she left as it was keeps what others wrote. `10`, ` 10` and full-width `１０` are alike.
    """
    write: dict[str, str] = {}
    differ = []
    for field in form.asked:
        if field.code not in mine:
            continue
        now, want = control_of(theirs.get(field.code, Answer())), mine[field.code]
        stood = base.get(field.code, "")
        if _alike(field, want, now) or _alike(field, want, stood):
            continue
        if _alike(field, now, stood):
            write[field.code] = want
        else:
            differ.append(Difference(field, want, now))
    return write, differ


def differing(
    form: FormInfo, mine: Mapping[str, str], theirs: Mapping[str, Answer]
) -> list[Difference]:
    """Every cell in which the two do not say the same, whoever changed it."""
    found = []
    for field in form.asked:
        now = control_of(theirs.get(field.code, Answer()))
        if field.code in mine and not _alike(field, mine[field.code], now):
            found.append(Difference(field, mine[field.code], now))
    return found


def _alike(field: FieldInfo, one: str, other: str) -> bool:
    return one == other or control_of(typed(field, one)) == control_of(typed(field, other))
