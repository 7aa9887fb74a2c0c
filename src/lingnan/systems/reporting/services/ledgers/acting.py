"""A family moves, a household divides or joins another, somebody dies, a business closes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from lingnan.base.actors import Actor, system_actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid, Problem
from lingnan.kernel.observations import services as values
from lingnan.kernel.places import queries as places

from ...queries.ledgers import name_of, whole_entry
from ...rules.ledgers import Life, ended, said_from
from ...terms.ledgers import Act, EntryOf, NotAlive, NotThen, StillHas, WrongEntry
from .common import (
    alive,
    fresh_uuid,
    held,
    household_numbered,
    life,
    members_of,
    numbered,
    touch_only,
    village,
)
from .saying import Step, Why, say


@transaction.atomic
def move_entry(
    uuid: str, place: int, why: Why, *, number: str = "", by: Actor, at: datetime
) -> str:
    """A household with everybody in it, or an enterprise, to another village, from that day on. The act.

    Who knows that they leave says so: the actor must reach the old village. `number`: under which
    the new one knows the household, needed when its own is taken there.
    """
    one = held(uuid, why.day, by=by, at=at)
    village(place, legal_day(at))
    if one.kind not in {"household", "enterprise"}:
        raise Invalid(problems=[Problem("kind", "人随户迁移，或迁入另一户；房屋不能迁移。")])
    if place == one.place:
        raise Invalid(problems=[Problem("place", "已经在这个村，无需迁移。")])
    patch = {"home": ""} if one.kind == "household" else {}
    people: list[EntryOf] = []
    if one.kind == "household":
        people = members_of(one, why.day)
        patch["number"] = number or one.data.get("number", "")
        if household_numbered(place, patch["number"]):
            raise WrongEntry(
                count=1, problems=[Problem("number", "迁入村已有这个户编号，请另给一个。")]
            )
    steps = [Step(uuid, one.kind, life(one), said_from(life(one), why.day, patch, place))]
    steps += [_person(p, why, {}, place) for p in people]
    return str(say(Act.MOVE, one.kind, steps, why, by=by, at=at).uuid)


def _person(one: EntryOf, why: Why, patch: Mapping[str, str], place: int) -> Step:
    return Step(one.uuid, one.kind, life(one), said_from(life(one), why.day, patch, place))


@transaction.atomic
def move_person(
    uuid: str, household: str, why: Why, *, relation: str = "8", by: Actor, at: datetime
) -> str:
    """One person into another household, here or in another village. A household left empty is closed."""
    target = _household(household, why)
    one = held(uuid, why.day, by=by, at=at, kind="person")
    if one.data.get("household") == household:
        raise Invalid(problems=[Problem("household", "已经在这一户，无需迁移。")])
    left = held(one.data["household"], why.day, by=by, at=at, kind="household")
    patch = {"household": household, "relation": relation}
    steps = [_person(one, why, patch, target.place), touch_only(target, why.day)]
    rest = [p for p in members_of(left, why.day) if p.uuid != uuid]
    steps.append(touch_only(left, why.day) if rest else _closed(left, why))
    return str(say(Act.MOVE, "person", steps, why, by=by, at=at).uuid)


def _household(uuid: str, why: Why) -> EntryOf:
    """The one that is joined; who sends somebody there need not reach it."""
    values.lock_entries([uuid])
    found = whole_entry(uuid, to=system_actor(), on=why.day)
    if found.kind != "household":
        raise Invalid(problems=[Problem("household", "请指明一户。")])
    alive(found, why.day)
    members_of(found, why.day)
    return found


def _closed(one: EntryOf, why: Why) -> Step:
    """Gone from that day on. NotThen when it only began that day."""
    after = ended(life(one), why.day)
    if after is None:
        raise NotThen(name=name_of(one), day=why.day)
    return Step(one.uuid, one.kind, life(one), after)


@transaction.atomic
def split_household(
    uuid: str,
    people: Sequence[str],
    number: str,
    why: Why,
    *,
    head: str = "",
    by: Actor,
    at: datetime,
) -> str:
    """These people become a household of their own in the same village. Its uuid."""
    one = held(uuid, why.day, by=by, at=at, kind="household")
    here = {p.uuid: p for p in members_of(one, why.day)}
    chosen = [here[p] for p in dict.fromkeys(people) if p in here]
    problems = []
    if len(chosen) != len(set(people)) or not chosen:
        problems.append(Problem("people", "请从这一户的人中选出分出去的人。"))
    if len(chosen) == len(here):
        problems.append(Problem("people", "不能把全户都分出去。"))
    if not number.strip() or numbered("household", one.place, [number.strip()]):
        problems.append(Problem("number", "请给新户一个本村没有用过的编号。"))
    if problems:
        raise WrongEntry(count=len(problems), problems=problems)
    first = next((p for p in chosen if p.uuid == head), chosen[0])
    new = fresh_uuid("household", places.uuids([one.place])[one.place], number.strip(), at)
    data = {k: v for k, v in one.data.items() if k in {"category", "support", "home"}}
    data |= {"number": number.strip(), "head": first.data.get("name", "")}
    steps = [Step(new, "household", None, Life(why.day, None, one.place, data))]
    steps += [
        _person(p, why, {"household": new, "relation": "0" if p is first else "8"}, one.place)
        for p in chosen
    ]
    steps.append(touch_only(one, why.day))
    say(Act.SPLIT, "household", steps, why, by=by, at=at)
    return new


@transaction.atomic
def merge_households(uuid: str, into: str, why: Why, *, by: Actor, at: datetime) -> str:
    """Everybody of one household joins another; the first is closed. The act."""
    if uuid == into:
        raise Invalid(problems=[Problem("into", "请指明另一户。")])
    one = held(uuid, why.day, by=by, at=at, kind="household")
    other = _household(into, why)
    steps = [
        _person(p, why, {"household": into, "relation": "8"}, other.place)
        for p in members_of(one, why.day)
    ]
    steps += [_closed(one, why), touch_only(other, why.day)]
    return str(say(Act.MERGE, "household", steps, why, by=by, at=at).uuid)


@transaction.atomic
def die(uuid: str, why: Why, *, by: Actor, at: datetime) -> str:
    """Counted on the day of death for the last time. The last of a household closes it. The act."""
    one = held(uuid, why.day, by=by, at=at, kind="person")
    next_day = why.day + timedelta(days=1)
    after = ended(said_from(life(one), one.valid_from, {}), next_day)
    if after is None:
        raise NotAlive(name=name_of(one), day=why.day)
    home = held(one.data["household"], why.day, by=by, at=at, kind="household")
    rest = [p for p in members_of(home, why.day) if p.uuid != uuid]
    steps = [Step(uuid, "person", life(one), after)]
    if not rest:
        gone = ended(life(home), next_day)
        assert gone is not None  # it began that day at the latest
        steps.append(Step(home.uuid, "household", life(home), gone))
    else:
        steps.append(touch_only(home, why.day))
    return str(say(Act.DIE, "person", steps, why, by=by, at=at).uuid)


@transaction.atomic
def close_entry(uuid: str, why: Why, *, by: Actor, at: datetime) -> str:
    """A home pulled down, a business closed, a household nobody is in: gone from that day. The act."""
    one = held(uuid, why.day, by=by, at=at)
    if one.kind == "person":
        raise Invalid(problems=[Problem("kind", "人请办理迁移或去世登记。")])
    if one.kind == "household" and (people := members_of(one, why.day)):
        raise StillHas(count=len(people))
    if one.kind == "home":
        _nobody_lives_in(one)
    return str(say(Act.CLOSE, one.kind, [_closed(one, why)], why, by=by, at=at).uuid)


def _nobody_lives_in(home: EntryOf) -> None:
    from lingnan.kernel.observations import queries as observations

    from ...content import ledgers

    link = ledgers()["household"].element("home")
    far = home.valid_from.max
    if observations.linked("household", link, [home.uuid], home.place, to=system_actor(), on=far):
        raise Invalid(problems=[Problem("home", "还有户登记在这处房屋，请先变更这些户的住房。")])
