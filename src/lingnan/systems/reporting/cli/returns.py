"""`lingnan reporting return …`: data sent down, what waits, what came of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from lingnan.base import clock
from lingnan.base.canonical import plain

from ..queries import ledgers as seen
from ..services import ledgers as acts
from ..terms.ledgers import PROPOSED_WORDS, REPLY_WORDS, Reply
from .cycle import FILE, actor_of, as_json, as_user, drain, show
from .ledgers import at_place, day_of, done, on_day, pairs_of, place_id


@click.group("return")
def return_() -> None:
    """回流：上级掌握的数据回到村里核对。"""


@return_.command("send")
@click.argument("kind", type=click.Choice(["household", "person", "home", "enterprise", "value"]))
@click.argument("file", type=FILE)
@at_place
@click.option("--code", required=True, help="数据的代码，如 subsidies")
@click.option("--title", required=True, help="是什么数据")
@on_day
@as_user
@as_json
def send(kind: str, file: Path, place_code: str, code: str, title: str, **given: Any) -> None:
    """把部门数据 FILE 发给各村核对；value 为各村的数值。"""
    by, at = actor_of(given["user"]), clock.now()
    sent = acts.Sent(code, title, day_of(given["day"]))
    data, place = file.read_bytes(), place_id(place_code)
    told = (
        acts.send_values(data, file.name, place, sent, by=by, at=at)
        if kind == "value"
        else acts.send_return(kind, data, file.name, place, sent, by=by, at=at)
    )
    drain()
    rows = [
        ("批次", "行"),
        (told.uuid, str(told.rows)),
        *((k, str(v)) for k, v in told.counts.items()),
    ]
    show(plain(told), rows, given["as_json"])


@return_.command("list")
@at_place
@click.option("--reply", type=click.Choice([r.value for r in Reply]), default="waiting")
@as_user
@as_json
def queue(place_code: str, reply: str, user: str, as_json: bool) -> None:
    """等村里核对的数据，最早的在前。"""
    found = seen.returned_rows(
        to=actor_of(user), on=clock.today(), place=place_id(place_code), reply=reply, limit=500
    )
    rows = [("编号", "来源", "名称", "建议", "变化", "等了几天")]
    for one in found:
        said = "；".join(f"{k} {old}→{new}" for k, (old, new) in one.changes.items())
        rows.append(
            (str(one.id), one.title, one.name, PROPOSED_WORDS[one.proposed], said, str(one.days))
        )
    show(plain(found), rows, as_json)


@return_.command("answer")
@click.argument("row", type=int)
@click.option("--reply", type=click.Choice(["accepted", "refused", "not_ours"]), required=True)
@click.option("--reason", default="", help="不采纳的原因")
@click.option("--set", "pairs", multiple=True, help="补充，如 household=3")
@as_user
@as_json
def answer(
    row: int, reply: str, reason: str, pairs: Sequence[str], user: str, as_json: bool
) -> None:
    """答复一条：采纳、不采纳（写明原因）或不是本村。"""
    acts.answer_return(
        row, Reply(reply), reason=reason, more=pairs_of(pairs), by=actor_of(user), at=clock.now()
    )
    done(REPLY_WORDS[Reply(reply)], as_json)


@return_.command("status")
@as_user
@as_json
def status(user: str, as_json: bool) -> None:
    """发出去的数据各村答复得怎样。"""
    found = seen.returns(to=actor_of(user), on=clock.today())
    rows = [("批次", "数据", "日期", "行", "答复")]
    for one in found:
        said = "，".join(f"{k} {v}" for k, v in sorted(one.counts.items()))
        rows.append((one.uuid, one.title, str(one.day), str(one.rows), said))
    show(plain(found), rows, as_json)


VERBS: tuple[click.Command, ...] = (return_,)
