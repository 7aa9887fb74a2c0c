"""Which element a field meant in which period: a change never reaches back to answered periods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lingnan.base.periods import Period


@dataclass(frozen=True, slots=True)
class Earlier:
    """For periods that begin before `until` the field meant this element."""

    until: date
    element: int
    code: str


def since(last_answered: int | None) -> date | None:
    """The first day after the last period with approved answers; None: no period is answered."""
    if last_answered is None:
        return None
    return Period.from_code(last_answered).end + timedelta(days=1)


def moved(
    earlier: Sequence[Earlier], left: tuple[int, str], to: int, first: date | None
) -> tuple[Earlier, ...]:
    """The history of a field that leaves the element `left` for `to` from the day `first` on.

    Where nothing was answered since its last move, that move is as if it had not been.
    """
    kept = list(earlier)
    if first is not None and not any(one.until >= first for one in kept):
        kept.append(Earlier(first, *left))
    if kept and kept[-1].element == to and (first is None or kept[-1].until >= first):
        kept.pop()
    return tuple(kept)


def precedence_of(
    truth: Sequence[str],
    sources: Sequence[tuple[str, str]],
    ledger: str = "ledger",
    held: Sequence[str] = (),
) -> tuple[str, ...]:
    """Source codes, best first. `truth`: ledger, `form:…` or `department:<uuid>`, as the bureau said;
    `sources`: (source code of a form, uuid of its department). Whoever is not named comes after, in
    the order held so far.
    """
    found: list[str] = []
    for word in truth:
        kind, _, name = word.partition(":")
        if kind == "department":
            found += [source for source, department in sources if department == name]
        else:
            found.append(word)
    rest = [ledger, *held, *(source for source, _ in sources)]
    return tuple(dict.fromkeys([*found, *rest]))
