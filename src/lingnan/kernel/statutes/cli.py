"""`lingnan statutes …`: load the law, show it, count days by it."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from lingnan.base import clock
from lingnan.base.actors import system_actor
from lingnan.base.canonical import plain
from lingnan.kernel.evidence import services as evidence

from . import queries, services
from .rules import content
from .terms import REGIONS, Parameter, Term, Unit

BY = system_actor("operator", "cli")
DAY = click.DateTime(["%Y-%m-%d"])
as_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON，供程序读取")
on_day = click.option("--on", type=DAY, default=None, help="哪一天，缺省为今天")
in_region = click.option("--region", type=click.Choice(REGIONS), default="cn", show_default=True)


@click.group("statutes")
def commands() -> None:
    """法规参数、工作日历和法定时限。"""


@commands.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path), default=services.CONTENT)
@as_json
def load(folder: Path, as_json: bool) -> None:
    """装载法规参数和日历（缺省为随软件的内容）。"""
    done = services.load_content(folder, by=BY, at=clock.now())
    evidence.drain(at=clock.now())
    if as_json:
        return _print(asdict(done))
    years = "；".join(f"{region} {min(y)}–{max(y)}" for region, y in done.years.items())
    click.echo(
        f"新增 {done.added}，更正 {done.replaced}，撤下 {done.withdrawn}，未变 {done.unchanged}"
        + (f"；日历 {years}" if years else "")
    )
    return None


@commands.command()
@click.argument("key")
@on_day
@as_json
def show(key: str, on: Any, as_json: bool) -> None:
    """某日现行的一条规定，连同依据的条文。"""
    found = queries.parameter(key, on=_day(on))
    if as_json:
        return _print(_whole(found))
    value = json.dumps(plain(found.value), ensure_ascii=False)
    click.echo(f"{found.title}\n{found.key} = {value} {found.unit}\n{found.cite} {found.number}")
    click.echo(f"{found.valid_from} 起" + (f"，{found.valid_to} 止" if found.valid_to else ""))
    for line in (found.text, found.source):
        if line:
            click.echo(line)
    return None


@commands.command("list")
@click.argument("prefix", default="")
@on_day
@click.option("--unverified", is_flag=True, help="只列未核对原文的")
@as_json
def list_(prefix: str, on: Any, unverified: bool, as_json: bool) -> None:
    """某日现行的规定。"""
    found = queries.parameters(prefix, on=_day(on))
    found = [p for p in found if not (unverified and p.verified)]
    if as_json:
        return _print([_whole(p) for p in found])
    for p in found:
        value = json.dumps(plain(p.value), ensure_ascii=False)
        shown = value if len(value) <= 40 else f"{value[:37]}…"
        click.echo(f"{p.key:<44} {shown:<12} {p.unit:<13} {p.cite}")
    if not found:
        click.echo("那天没有这样的规定。")
    return None


@commands.command()
@click.argument("start", type=DAY)
@click.argument("term")
@click.option("--unit", type=click.Choice([u.value for u in Unit]), default="working_days")
@in_region
@as_json
def due(start: Any, term: str, unit: str, region: str, as_json: bool) -> None:
    """从某日起算的到期日；TERM 是天数，或一条规定的键名。"""
    day = start.date()
    length = (
        Term(int(term), Unit(unit)) if term.isdecimal() else queries.parameter(term, on=day).term
    )
    found = queries.calendar(region).due(day, length)
    if as_json:
        return _print(asdict(found) | {"start": day, "term": length.length, "unit": length.unit})
    click.echo(f"{found.day}{'（暂定）' if found.provisional else ''}")
    for line in found.basis:
        click.echo(f"  {line}")
    return None


@commands.command()
@click.argument("year", type=int)
@in_region
@click.option(
    "--publish",
    "path",
    type=click.Path(exists=True, path_type=Path),
    help="CSV 文件：date,kind,name",
)
@click.option("--notice", default="", help="通知的网址或文号")
@as_json
def calendar(year: int, region: str, path: Path | None, notice: str, as_json: bool) -> None:
    """一年中与平日不同的日子；或用 --publish 公布一年的安排。"""
    if path is not None:
        entries = [d for days in content.days(path.read_text("utf-8")).values() for d in days]
        new = services.publish_calendar(region, year, entries, notice=notice, by=BY, at=clock.now())
        evidence.drain(at=clock.now())
        if as_json:
            return _print({"published": new})
        return click.echo("已公布" if new else "没有变化")
    held = queries.calendar(region)
    days = [entry for day, entry in sorted(held.entries.items()) if day.year == year]
    if as_json:
        announced = year in held.notices
        return _print({"announced": announced, "days": [asdict(entry) for entry in days]})
    if year not in held.notices:
        click.echo(f"{year} 年的安排尚未公布，按周末推算，日期暂定。")
    for entry in days:
        click.echo(f"{entry.day}  {entry.kind.value:<8}  {entry.name}")
    return None


def _day(on: Any) -> date:
    day: date = on.date() if on else clock.today()
    return day


def _whole(found: Parameter) -> dict[str, Any]:
    return asdict(found) | {"cite": found.cite}


def _print(value: Any) -> None:
    click.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))
