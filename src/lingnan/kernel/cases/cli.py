"""`lingnan cases …`: what is to be done, by whom; settle by hand what no event settles."""

import json
from dataclasses import asdict
from typing import Any

import click

from lingnan.base import clock
from lingnan.base.actors import system_actor
from lingnan.base.canonical import plain
from lingnan.base.words import say
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.places import queries as places

from . import queries, services
from .terms import TaskInfo, View, Which

BY = system_actor("operator", "cli")
as_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON，供程序读取")


@click.group("cases")
def commands() -> None:
    """待办事项：谁在哪里、哪天之前要办什么。"""


@commands.command("list")
@click.option("--place", "code", default="", help="只列某地的，填区划代码")
@click.option("--subject", default="", help="只列某一对象的，例如 reporting.round:<uuid>")
@click.option("--all", "closed", is_flag=True, help="连已办结、已撤回的")
@click.option("--after", type=int, default=0, help="从这个编号之后列起")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@as_json
def list_(code: str, subject: str, closed: bool, after: int, limit: int, as_json: bool) -> None:
    """待办事项，按编号。"""
    on = clock.today()
    found = queries.tasks(
        to=BY,
        on=on,
        place=places.by_code(code, on=on).id if code else None,
        subject=subject,
        only_open=not closed,
        after=after,
        limit=limit,
    )
    _show(found, as_json)


@commands.command()
@click.argument("username")
@click.option("--view", type=click.Choice([v.value for v in View]), default=View.WAITING.value)
@as_json
def desk(username: str, view: str, as_json: bool) -> None:
    """某个账号每个岗位的待办。"""
    at = clock.now()
    account = parties.account(username, to=BY)
    for hat in parties.hats(account.id, on=clock.legal_day(at)):
        worn = parties.actor_of(account.id, duty=hat.duty, at=at, channel="cli")
        if not as_json:
            click.echo(f"{hat.title} {hat.place_name}")
        _show(queries.desk(worn, clock.legal_day(at), View(view)), as_json)


@commands.command()
@click.argument("uuid")
@as_json
def show(uuid: str, as_json: bool) -> None:
    """一件事：要办什么、到哪天、现在在谁手上。"""
    found = queries.task(uuid, to=BY, on=clock.today())
    if as_json:
        return click.echo(json.dumps(plain(asdict(found)), ensure_ascii=False, indent=2))
    for name, value in asdict(found).items():
        click.echo(f"{name:<12} {value}")
    return None


@commands.command()
@click.argument("keys", nargs=-1, required=True)
def done(keys: tuple[str, ...]) -> None:
    """按 KEY 销号：确已办结而系统没有得知的。"""
    count = services.finish_tasks(Which(keys=keys), by=BY, at=clock.now())
    _settled(count)


@commands.command()
@click.argument("keys", nargs=-1, required=True)
@click.option("--reason", required=True, help="为什么不必再办")
def withdraw(keys: tuple[str, ...], reason: str) -> None:
    """按 KEY 撤回：不必再办的。"""
    _settled(services.withdraw_tasks(Which(keys=keys), reason, by=BY, at=clock.now()))


@commands.command()
@as_json
def kinds(as_json: bool) -> None:
    """各系统登记的事项种类。"""
    found = queries.kinds().values()
    if as_json:
        rows = [{"code": k.code, "title": dict(k.title), "permission": k.permission} for k in found]
        return click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    for one in found:
        click.echo(f"{one.code:<24} {say(one.title, 'zh-hans'):<12} {one.permission}")
    return None


def _settled(count: int) -> None:
    evidence.drain(at=clock.now())
    click.echo(f"{count} 件")


def _show(found: list[TaskInfo], as_json: bool) -> None:
    if as_json:
        rows: Any = [plain(asdict(one)) for one in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo(f"{one.id:>8}  {one.due_on}  {one.stand.state:<9}  {one.key}  {one.title}")
