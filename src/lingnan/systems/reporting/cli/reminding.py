"""The verbs of reminding: who is late, remind them, carry messages out, read one's own."""

from typing import Any
from uuid import UUID

import click

from lingnan.base import clock
from lingnan.base.canonical import plain
from lingnan.kernel.places import queries as places

from .. import queries, services
from .cycle import actor_of, as_json, as_user, at_place, drain, show


@click.command()
@click.argument("round", type=click.UUID)
@at_place
@click.option("--list", "only_list", is_flag=True, help="只列出谁还没有报送，不催办")
@as_user
@as_json
def remind(
    round: UUID,  # noqa: A002
    place_code: str,
    only_list: bool,
    user: str,
    as_json: bool,
) -> None:
    """催办：提醒还没有报送的村，同一件事一天只提醒一次。ROUND 为 status --json 列出的 uuid。"""
    by, on = actor_of(user), clock.today()
    under = places.by_code(place_code, on=on).id if place_code else None
    sent: dict[str, Any] = {}
    if only_list:
        found = queries.late(queries.round_of(str(round), to=by, on=on), under, to=by, on=on)
    else:
        try:
            done = services.remind(str(round), under, by=by, at=clock.now())
        finally:
            drain()
        found = list(done.late)
        sent = {"sent": done.sent, "already": done.already, "unreachable": done.unreachable}
    named = places.names([one.place for one in found], on=on)
    rows = [("地区", "欠报", "工作日")]
    rows += [(named[o.place], "、".join(o.forms), str(o.working_days)) for o in found]
    told = [plain(one) | {"name": named[one.place]} for one in found]
    show({**sent, "late": told}, rows, as_json)


@click.command("deliver-messages")
@as_json
def deliver_messages(as_json: bool) -> None:
    """把待发的消息经各渠道（邮件、短信、政务办公平台）发出；没发成的稍后再试。"""
    try:
        sent, failed = services.deliver(by=actor_of(""), at=clock.now())
    finally:
        drain()
    show({"sent": sent, "failed": failed}, [("已发", "没发成"), (str(sent), str(failed))], as_json)


VERBS: tuple[click.Command, ...] = (remind, deliver_messages)
