"""At submission: what follows by accepted sums is worked out, and what does not add up is told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from lingnan.base.errors import Problem

from ...terms.filings import Answer, FieldInfo, FormInfo, Mark
from ...terms.planning import Fact, Identity, Means, Way
from ..filing.answers import problem_of, retyped, stored
from .identities import gap_of, identity_of, solved, words_of_identity

Worth = Decimal | Mark
"""A number in the element's unit, or why there is none (MISSING, NOT_APPLICABLE)."""
NOT_YET = "由“{labels}”得出，请先填报这些项目。"
DERIVED_WRONG = "按“{sum}”推算：{why}"
DIFFERS = "“{total}”为 {value}，各分项之和为 {whole}，相差 {gap}，请核对。"
NONE_SUCH = {Mark.NOT_APPLICABLE, Mark.MISSING}


@dataclass(frozen=True, slots=True)
class Ties:
    """Ways and sums of the place's plan, titles by fact, and what is known outside the form."""

    ways: Mapping[Fact, Way] = field(default_factory=dict)
    identities: Sequence[Identity] = ()
    titles: Mapping[Fact, str] = field(default_factory=dict)
    outside: Mapping[Fact, Worth] = field(default_factory=dict)


def settle(
    form: FormInfo, answers: Mapping[str, Answer], ties: Ties
) -> tuple[dict[str, Answer], list[Problem]]:
    """The answers with what follows from them, marked as derived, and what is wrong about sums."""
    worth = {**ties.outside, **_worths(form.asked, answers)}
    _work_out(worth, ties)
    found, problems = dict(answers), []
    for one in form.asked:
        way = ties.ways.get(one.element_code)
        if way is None or way.means is not Means.IDENTITY or not found[one.code].is_blank:
            continue
        identity = identity_of(way, ties.identities)
        if identity is None:
            continue
        why = words_of_identity(one.element_code, identity, ties.titles)
        if one.element_code in worth:
            found[one.code] = _answer(one, worth[one.element_code], why)
            problems += _derived_wrong(one, found[one.code], why)
        else:
            problems += _not_yet(form, one, way, found, ties)
    return found, [*problems, *_gaps(form, worth, ties)]


def worth_of(one: FieldInfo, answer: Answer) -> Worth | None:
    if answer.mark in NONE_SUCH:
        return answer.mark
    if answer.is_blank or not answer.text or problem_of(one, answer) is not None:
        return None
    return stored(one, answer)[0]


def follows(way: Way | None) -> bool:
    """Worked out from other facts, so not asked."""
    return way is not None and bool(way.needs) and way.means in {Means.IDENTITY, Means.DERIVE}


def _worths(fields: Iterable[FieldInfo], answers: Mapping[str, Answer]) -> dict[Fact, Worth]:
    found: dict[Fact, Worth] = {}
    for one in fields:
        worth = worth_of(one, answers[one.code])
        if worth is not None:
            found[one.element_code] = worth
    return found


def _work_out(worth: dict[Fact, Worth], ties: Ties) -> None:
    """Until nothing more follows: a sum may need what another gives."""
    pending = {f: w for f, w in ties.ways.items() if w.means is Means.IDENTITY and f not in worth}
    while pending:
        before = len(pending)
        for fact in list(pending):
            identity = identity_of(pending[fact], ties.identities)
            value = _solve(fact, identity, worth) if identity else None
            if value is not None:
                worth[fact] = value
                del pending[fact]
        if len(pending) == before:
            return


def _solve(fact: Fact, identity: Identity, worth: Mapping[Fact, Worth]) -> Worth | None:
    """A missing member leaves the result missing; what does not apply adds nothing."""
    others = [one for one in identity.members if one != fact]
    if any(one not in worth for one in others):
        return None
    if Mark.MISSING in (worth[one] for one in others):
        return Mark.MISSING
    numbers = {one: w for one in others if isinstance(w := worth[one], Decimal)}
    if not numbers or (fact != identity.total and identity.total not in numbers):
        return Mark.NOT_APPLICABLE
    return solved(fact, identity, {one: numbers.get(one, Decimal(0)) for one in others})


def _answer(one: FieldInfo, worth: Worth, why: str) -> Answer:
    if isinstance(worth, Mark):
        return Answer("", worth, reason=why)
    return Answer(retyped(one, worth, None), Mark.DERIVED, reason=why)


def _derived_wrong(one: FieldInfo, answer: Answer, why: str) -> list[Problem]:
    wrong = problem_of(one, answer)
    if wrong is None:
        return []
    return [Problem(one.where, DERIVED_WRONG, (("sum", why), ("why", wrong.words())))]


def _not_yet(
    form: FormInfo, one: FieldInfo, way: Way, answers: Mapping[str, Answer], ties: Ties
) -> list[Problem]:
    """Blanks of this form are told by themselves."""
    blank = {f.element_code for f in form.asked if answers[f.code].is_blank}
    if blank & way.needs:
        return []
    labels = "、".join(ties.titles.get(need, need) for need in sorted(way.needs))
    return [Problem(one.where, NOT_YET, (("labels", labels),))]


def _gaps(form: FormInfo, worth: Mapping[Fact, Worth], ties: Ties) -> list[Problem]:
    where = {one.element_code: one.where for one in reversed(form.asked)}
    found = []
    for identity in ties.identities:
        named = [fact for fact in identity.members if fact in where]
        numbers = {f: w for f in identity.members if isinstance(w := worth.get(f), Decimal)}
        for part in identity.parts:
            if worth.get(part) is Mark.NOT_APPLICABLE:
                numbers[part] = Decimal(0)
        gap = gap_of(identity, numbers) if named else None
        if gap:
            value = numbers[identity.total]
            told = (
                ("total", ties.titles.get(identity.total, identity.total)),
                ("value", _plain(value)),
                ("whole", _plain(value - gap)),
                ("gap", _plain(abs(gap))),
            )
            found.append(Problem(where[named[0]], DIFFERS, told))
    return found


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
