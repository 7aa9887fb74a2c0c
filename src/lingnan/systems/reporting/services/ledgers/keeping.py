"""Register an entry, or change what is said of it; a mistake long ago is put right from its day on."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Problem
from lingnan.kernel.observations import services as values
from lingnan.kernel.places import queries as places

from ...content import ledgers
from ...queries.gate import need
from ...queries.ledgers import kind_of, name_of, personal_of, whole_entry
from ...rules.ledgers import Life, given_of, later, on_day
from ...rules.masking import unchanged
from ...terms.ledgers import Act, EntryOf, LedgerKind, NotAlive, NotThen, NumberTaken, WrongEntry
from . import numbers
from .common import (
    KEEP,
    alive,
    check_day,
    fresh_uuid,
    household_numbered,
    is_uuid,
    life,
    numbered,
    touch_only,
    village,
)
from .saying import Step, Why, lives_of, say


@transaction.atomic
def register_entry(
    kind: str,
    place: int,
    given: Mapping[str, str],
    why: Why,
    *,
    by: Actor,
    at: datetime,
    act: Act = Act.REGISTER,
) -> str:
    """The new entry's uuid. `given` by attribute key; a link is a number in the same village, or a uuid.

    WrongEntry names each attribute; NumberTaken when the register's number is somebody else's.
    """
    on = legal_day(at)
    need(by, KEEP, [place], on=on)
    village(place, on)
    check_day(why.day, on)
    told = kind_of(kind)
    data, number = _fitted(told, given, on)
    steps: list[Step] = []
    _link(told, data, place, why.day, steps)
    if "number" in told.attributes and numbered(kind, place, [data["number"]]):
        raise WrongEntry(
            count=1, problems=[Problem("number", "本村已有这个编号，请换一个或变更原有登记。")]
        )
    home = places.uuids([place])[place]
    uuid = fresh_uuid(kind, home, data.get("number", ""), at)
    also = []
    if number is not None:
        if numbers.holders(kind, [number.blind]):
            raise NumberTaken
        also = numbers.keep(kind, [(uuid, number)], at)
    steps.insert(0, Step(uuid, kind, None, Life(why.day, None, place, data)))
    say(act, kind, steps, why, by=by, at=at, also=also)
    return uuid


def _fitted(
    kind: LedgerKind, given: Mapping[str, str], on: date
) -> tuple[dict[str, str], numbers.Number | None]:
    text = str(given.get(kind.identifier, "")).strip() if kind.identifier else ""
    data, problems = given_of(kind, given, whole=True)
    data.pop(kind.identifier, None)
    number = None
    if text:
        number, wrong = numbers.checked(kind, text, on)
        problems += wrong or (numbers.agreed(data, number) if kind.code == "person" else [])
    if problems:
        raise WrongEntry(count=len(problems), problems=problems)
    return data, number


def _link(kind: LedgerKind, data: dict[str, str], place: int, day: date, steps: list[Step]) -> None:
    """Numbers become uuids; a household somebody joins is told of it."""
    for key, one in kind.attributes.items():
        text = data.get(key, "")
        if not one.link or not text:
            continue
        target = _target(one.link, place, text)
        if target is None or target.place != place:
            problem = Problem(
                key,
                "本村没有编号为“{number}”的{title}。",
                (("number", text), ("title", ledgers()[one.link].title)),
            )
            raise WrongEntry(count=1, problems=[problem])
        alive(target, day)
        data[key] = target.uuid
        if one.link == "household":
            values.lock_entries([target.uuid])
            steps.append(touch_only(target, day))


def _target(kind: str, place: int, text: str) -> EntryOf | None:
    if not is_uuid(text):
        return numbered(kind, place, [text]).get(text)
    from lingnan.base.actors import system_actor

    found = whole_entry(text, to=system_actor(), on=date.max)
    return found if found.kind == kind else None


def born(household: str, given: Mapping[str, str], why: Why, *, by: Actor, at: datetime) -> str:
    """A child of a household, from its birthday on, which is the day of the act."""
    home = whole_entry(household, to=by, on=legal_day(at))
    whole = {"relation": "2" if given.get("sex") in {"1", "男"} else "3", **given}
    whole |= {"household": home.uuid, "birth": why.day.isoformat()}
    return register_entry("person", home.place, whole, why, by=by, at=at, act=Act.BORN)


@transaction.atomic
def change_entry(uuid: str, given: Mapping[str, str], why: Why, *, by: Actor, at: datetime) -> None:
    """What is said of an entry from `why.day` on. A day long ago is right: later states that only
    carried the old word on are said again too. An empty text takes an attribute away.

    Household and place change by `move`, not here. NotAlive when it was not there on that day.
    """
    on = legal_day(at)
    check_day(why.day, on)
    values.lock_entries([uuid])
    found = whole_entry(uuid, to=by, on=on)
    need(by, KEEP, [found.place], on=on)
    kind = ledgers()[found.kind]
    back = unchanged(given, found.data, personal_of(found.kind, on))
    given = {key: text for key, text in given.items() if key not in back}
    patch, also = _patch(kind, found, given, on, at)
    held = lives_of([uuid], on)[uuid][1] if why.day < found.valid_from else [life(found)]
    base = on_day(held, why.day)
    if base is None:
        raise (NotThen if why.day < held[0].start else NotAlive)(name=name_of(found), day=why.day)
    steps = [
        Step(uuid, found.kind, on_day(held, one.start), one) for one in later(held, why.day, patch)
    ]
    steps = [one for one in steps if one.before is None or one.before.data != one.after.data]
    if steps or also:
        say(Act.CHANGE, found.kind, steps or [_again(found, why.day)], why, by=by, at=at, also=also)


def _again(found: EntryOf, day: date) -> Step:
    return Step(
        found.uuid, found.kind, life(found), replace(life(found), start=max(day, found.valid_from))
    )


def _patch(
    kind: LedgerKind, found: EntryOf, given: Mapping[str, str], on: date, at: datetime
) -> tuple[dict[str, str], list[str]]:
    cleared = {key for key, text in given.items() if not str(text).strip()}
    data, problems = given_of(kind, given, whole=False)
    text = data.pop(kind.identifier, "")
    also: list[str] = []
    problems += _not_here(kind, [*data, *cleared], cleared)
    if "number" in data and data["number"] != found.data.get("number"):
        problems += _number_free(kind, found, data["number"])
    if text:
        also, wrong = _numbered(kind, found, text, data, on, at)
        problems += wrong
    if problems:
        raise WrongEntry(count=len(problems), problems=problems)
    for key, one in kind.attributes.items():
        if one.link and data.get(key) and not is_uuid(data[key]):
            _link(kind, data, found.place, found.valid_from, [])
    return data | {key: "" for key in cleared if key != kind.identifier}, also


def _not_here(kind: LedgerKind, keys: Iterable[str], cleared: set[str]) -> list[Problem]:
    """A household changes by moving; what is needed cannot be taken away."""
    problems = []
    for key in keys:
        one = kind.attributes.get(key)
        if one is not None and one.link == "household":
            problems.append(Problem(key, "换户请办理迁移。"))
        elif key in cleared and one is not None and one.need:
            problems.append(Problem(key, "请填写{title}。", (("title", one.title),)))
    return problems


def _number_free(kind: LedgerKind, found: EntryOf, number: str) -> list[Problem]:
    taken = numbered(kind.code, found.place, [number])
    return [Problem("number", "本村已有这个编号，请换一个或变更原有登记。")] if taken else []


def _numbered(
    kind: LedgerKind, found: EntryOf, text: str, data: dict[str, str], on: date, at: datetime
) -> tuple[list[str], list[Problem]]:
    number, wrong = numbers.checked(kind, text, on)
    if number is None:
        return [], wrong
    wrong = numbers.agreed(data, number) if kind.code == "person" else []
    holder = numbers.holders(kind.code, [number.blind]).get(number.blind)
    if holder == found.uuid or wrong:
        return [], wrong
    if holder is not None or found.masked:
        raise NumberTaken
    return numbers.keep(kind.code, [(found.uuid, number)], at), []


__all__ = ["born", "change_entry", "household_numbered", "register_entry"]
