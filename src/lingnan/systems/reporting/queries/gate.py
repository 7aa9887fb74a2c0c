"""May this actor do it, there, that day; the words of a refusal come from parties."""

from collections.abc import Iterable
from datetime import date

from lingnan.base.actors import Actor
from lingnan.base.errors import Forbidden
from lingnan.kernel.parties import queries as parties

EXACT = "reporting.exact"
CIRCLE = ("reporting.fill", "reporting.submit", "reporting.approve")


def need(actor: Actor, permission: str, places: Iterable[int] = (), *, on: date) -> None:
    """Forbidden at the first place out of reach. No query unless refused."""
    ranges = actor.ranges_on(on)
    outside = [p for p in places if not any(low <= p <= high for low, high in ranges)]
    if actor.may(permission) and not outside:
        return
    said = parties.decide(actor, permission, outside[0] if outside else None, on)
    raise Forbidden(said.why_words, permission=permission)


def sees(actor: Actor, place: int, on: date) -> bool:
    return actor.may("reporting.read") and actor.reaches(place, on)


def is_of_circle(to: Actor, place: int, on: date) -> bool:
    """Who reports or reviews a place sees it as it is."""
    return any(to.may(one) for one in CIRCLE) and to.reaches(place, on)


def sees_exact(to: Actor, place: int, on: date) -> bool:
    """The circle, and those whose duty says so: their views are evidence."""
    return to.may(EXACT) or is_of_circle(to, place, on)


def departments_of(actor: Actor, on: date) -> frozenset[int]:
    """Every department in which the person holds or covers a duty that day. Two queries."""
    worn = [*parties.own_duties(actor.party, on=on), *parties.covered_duties(actor.party, on=on)]
    return frozenset(one.duty.department_id for one in worn if one.duty.department_id)
