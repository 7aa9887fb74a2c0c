"""Duties: given, ended, covered while the holder is away."""

from datetime import datetime

import click

from lingnan.base import clock
from lingnan.base.canonical import plain

from .. import queries, services
from .common import (
    DAY,
    OPERATOR,
    as_json,
    commands,
    day_of,
    party_of,
    place_of,
    say,
    writes,
)


@commands.command()
@click.argument("username")
@as_json
def hats(username: str, as_json: bool) -> None:
    """账号今天可用的岗位。"""
    found = queries.hats(queries.account(username, to=OPERATOR).id, on=clock.today())
    lines = [
        f"{hat.duty}  {hat.title}  {hat.place_name}  {hat.department_name}"
        + (f"  代理 {queries.masked_name(hat.on_behalf_of_name)}" if hat.on_behalf_of else "")
        for hat in found
    ]
    say([plain(hat) for hat in found], as_json, "\n".join(lines) or "没有在任的岗位。")


@commands.command("give-duty")
@click.argument("username")
@click.argument("role")
@click.option("--place", metavar="CODE", default="", help="岗位所辖的区划代码。")
@click.option("--department", default="", help="部门的 uuid。")
@click.option("--until", type=DAY, help="不再任职的第一天；不写为长期。")
@as_json
@writes
def give_duty(
    username: str, role: str, place: str, department: str, until: datetime | None, as_json: bool
) -> None:
    """给账号所属的人一个岗位，自今日起。"""
    at, today = clock.now(), clock.today()
    duty = services.give_duty(
        queries.account(username, to=OPERATOR).party,
        role,
        place=place_of(place),
        department=party_of(department, "--department").id if department else None,
        valid_from=today,
        valid_to=until.date() if until else None,
        by=OPERATOR,
        at=at,
    )
    say({"duty": duty}, as_json, f"岗位 {duty}")


@commands.command("end-duty")
@click.argument("duty", type=int)
@click.option("--on", type=DAY, help="不再任职的第一天；不写为今天。")
@as_json
@writes
def end_duty(duty: int, on: datetime | None, as_json: bool) -> None:
    """免去岗位：DUTY 为 hats 列出的岗位编号，对它的代理一并结束。"""
    day = day_of(on)
    services.end_duty(duty, on=day, by=OPERATOR, at=clock.now())
    say({"duty": duty, "valid_to": day.isoformat()}, as_json, f"岗位 {duty} 自 {day} 起不再担任。")


@commands.command()
@click.argument("duty", type=int)
@click.argument("username")
@click.option("--from", "first", type=DAY, help="代理的第一天；不写为今天。")
@click.option("--until", type=DAY, required=True, help="不再代理的第一天。")
@click.option("--reason", required=True, help="代理事由。")
@as_json
@writes
def cover(
    duty: int, username: str, first: datetime | None, until: datetime, reason: str, as_json: bool
) -> None:
    """安排代理：由 USERNAME 在一段日子里代行岗位 DUTY。"""
    stand_in = party_of(username, "username").id
    number = services.cover_absence(
        duty,
        stand_in,
        valid_from=day_of(first),
        valid_to=until.date(),
        reason=reason,
        by=OPERATOR,
        at=clock.now(),
    )
    say({"cover": number, "duty": duty}, as_json, f"代理 {number}")


@commands.command("end-cover")
@click.argument("cover", type=int)
@click.option("--on", type=DAY, help="不再代理的第一天；不写为今天。")
@as_json
@writes
def end_cover(cover: int, on: datetime | None, as_json: bool) -> None:
    """提前结束代理：COVER 为 cover 给出的代理编号。"""
    services.end_cover(cover, on=day_of(on), by=OPERATOR, at=clock.now())
    say({"cover": cover}, as_json, f"代理 {cover} 已结束。")
