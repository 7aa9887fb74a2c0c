"""What each kind of long work is: who may order it, and the use case that does it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day

from ...queries.admission import check_plan
from ...queries.filings import open_rounds, round_of
from ...queries.gate import need
from ...terms.refusals import RoundIsClosed, WrongFile
from ...terms.works import Order, Told, Track, Unit, WorkKind
from ..history import take_in_workbooks
from ..history.taking import PERMISSION
from ..ledgers import Sent, send_return, send_values, take_in_register
from ..ledgers.common import KEEP
from ..ledgers.sending import VALUE, may_send
from ..planning import plan_round
from ..returning import BIG, upload_file


@dataclass(frozen=True)
class Done:
    """What came of it. `back`: name and bytes of the file that goes back; `to`: uuid of what was made."""

    problems: Sequence[Told] = ()
    back: tuple[str, bytes] | None = None
    to: str = ""


@dataclass(frozen=True)
class Doing:
    """In whose hat, and when it was received; what has to be done now is done at `now`."""

    order: Order
    track: Track
    by: Actor
    at: datetime
    now: datetime


@dataclass(frozen=True)
class Kind:
    may: Callable[[Order, Actor, date], None]
    do: Callable[[Doing], Done]


def _may_upload(order: Order, by: Actor, on: date) -> None:
    """What would be refused whole is refused at once, not an hour later."""
    place = order.about["place"]
    need(by, "reporting.fill", [place] if place else [], on=on)
    if len(order.files[0][1]) > BIG:
        raise WrongFile(why="文件超过 64 MiB。")
    form = int(order.about["form"])
    if form not in open_rounds([form], order.period, on):
        raise RoundIsClosed


def _upload(one: Doing) -> Done:
    (name, data), about = one.order.files[0], one.order.about
    made = upload_file(
        int(about["form"]), data, name, one.order.period,
        place=about["place"], household=about["household"], track=one.track, by=one.by, at=one.at,
    )  # fmt: skip
    return Done(made.uploaded.problems, (made.name, made.data) if made.data else None)


def _may_register(order: Order, by: Actor, on: date) -> None:
    need(by, KEEP, [order.place], on=on)


def _register(one: Doing) -> Done:
    name, data = one.order.files[0]
    made = take_in_register(
        one.order.about["ledger"], data, name, one.order.place,
        complete=one.order.about["complete"], track=one.track, by=one.by, at=one.at,
    )  # fmt: skip
    return Done(made.problems)


def _sent(about: Mapping[str, Any]) -> Sent:
    return Sent(about["code"], about["title"], date.fromisoformat(about["day"]))


def _may_return(order: Order, by: Actor, on: date) -> None:
    may_send(_sent(order.about), order.place, by, on)


def _return(one: Doing) -> Done:
    (name, data), about = one.order.files[0], one.order.about
    place, sent = one.order.place, _sent(about)
    if about["ledger"] == VALUE:
        made = send_values(data, name, place, sent, track=one.track, by=one.by, at=one.at)
    else:
        made = send_return(
            about["ledger"], data, name, place, sent, track=one.track, by=one.by, at=one.at
        )
    return Done(to=made.uuid)


def _may_history(order: Order, by: Actor, on: date) -> None:
    need(by, PERMISSION, [order.place], on=on)


def _history(one: Doing) -> Done:
    one.track.begin(len(one.order.files), Unit.FILES)
    made = take_in_workbooks(
        one.order.files, place=one.order.place, track=one.track, by=one.by, at=one.at
    )
    return Done([(each.name, each.why) for each in made if each.why])


def _may_plan(order: Order, by: Actor, on: date) -> None:
    need(by, "reporting.administer", [order.place], on=on)
    check_plan(round_of(order.about["round"], to=by, on=on), on)


def _plan(one: Doing) -> Done:
    if one.track.before.keys:
        return Done()  # the plan stands; only the last word of the work is missing
    found = round_of(one.order.about["round"], to=one.by, on=legal_day(one.now))
    plan_round(found, track=one.track, by=one.by, at=one.now)
    return Done()


KINDS = {
    WorkKind.UPLOAD: Kind(_may_upload, _upload),
    WorkKind.REGISTER: Kind(_may_register, _register),
    WorkKind.RETURN: Kind(_may_return, _return),
    WorkKind.HISTORY: Kind(_may_history, _history),
    WorkKind.PLAN: Kind(_may_plan, _plan),
}
