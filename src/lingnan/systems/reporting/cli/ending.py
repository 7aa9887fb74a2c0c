"""The verbs that end a round or a form, and the figure a reviewer puts where none was reported."""

from uuid import UUID

import click

from lingnan.base import clock
from lingnan.base.canonical import plain

from .. import queries, services
from .cycle import actor_of, as_json, as_user, drain, show


@click.command("close-round")
@click.argument("round", type=click.UUID)
@as_user
@as_json
def close_round(round: UUID, user: str, as_json: bool) -> None:  # noqa: A002
    """结束一轮填报，不再填写和更正：ROUND 为 status --json 列出的 uuid。"""
    by = actor_of(user)
    found = queries.round_of(str(round), to=by, on=clock.today())
    try:
        closed = services.close_round(found.uuid, by=by, at=clock.now())
    finally:
        drain()
    show(plain(closed), [("任务", "状态"), (closed.title, "已结束")], as_json)


@click.command()
@click.argument("form")
@as_user
@as_json
def withdraw(form: str, user: str, as_json: bool) -> None:
    """停用报表：FORM（编号）今后不再下发，已报的数据保留。"""
    by = actor_of(user)
    found = queries.form(form, to=by, on=clock.today())
    try:
        services.withdraw_form(found.id, by=by, at=clock.now())
    finally:
        drain()
    told = {"code": found.code, "version": found.version, "withdrawn": True}
    show(told, [("编号", "状态"), (found.code, "已停用")], as_json)


@click.command()
@click.argument("filing", type=click.UUID)
@click.argument("field")
@click.argument("value")
@click.option("--reason", required=True, help="估计依据，记入证据。")
@as_user
@as_json
def estimate(filing: UUID, field: str, value: str, reason: str, user: str, as_json: bool) -> None:
    """为没有报数的项目填入审核人的估计值：FILING 为报表的 uuid，FIELD 为项目编号。"""
    by = actor_of(user)
    found = queries.filing(str(filing), to=by, on=clock.today())
    try:
        services.add_estimate(
            found.form, (found.place, found.period), (field, value), reason, by=by, at=clock.now()
        )
    finally:
        drain()
    told = {"filing": found.uuid, "field": field, "value": value, "quality": "estimated"}
    show(told, [("项目", "估计值"), (field, value)], as_json)


VERBS: tuple[click.Command, ...] = (close_round, withdraw, estimate)
