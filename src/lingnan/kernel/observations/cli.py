"""`lingnan observations …`: care of the store, elements, disputes."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import yaml

from lingnan.base import canonical, clock
from lingnan.base.actors import system_actor
from lingnan.base.errors import Invalid, Problem
from lingnan.base.periods import Period
from lingnan.base.words import say
from lingnan.kernel.evidence import services as evidence

from . import services
from .queries import upkeep
from .terms import ElementDefinition, OverPlaces, OverTime, ValueType

OPERATOR = system_actor("operator", "cli")
as_json = click.option("--json", "json_out", is_flag=True, help="输出 JSON，供程序读取。")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def commands() -> None:
    """数据观测：数据项、封存、合并、清理、争议值。"""


@commands.command()
@as_json
def seal(json_out: bool) -> None:
    """把已编号的数值封存为数据段。"""
    at = clock.now()
    evidence.drain(at=at)
    done = services.seal(by=OPERATOR, at=at)
    versions = services.seal_ledgers(by=OPERATOR, at=at)
    words = f"已封存 {done.rows} 行，{done.segments} 个数据段；台账 {versions} 条。"
    _done(asdict(done) | {"ledgers": versions}, words, json_out)


@commands.command()
@click.option("--fewest", default=2, show_default=True, help="至少有几个小文件才合并。")
@as_json
def compact(fewest: int, json_out: bool) -> None:
    """合并同一时期的小数据段。"""
    done = services.compact(by=OPERATOR, at=clock.now(), fewest=fewest)
    words = f"已将 {done.files} 个数据段合并为 {done.segments} 个，共 {done.rows} 行。"
    _done(asdict(done), words, json_out)


@commands.command()
@click.option("--grace", default=6.0, show_default=True, help="被替换的文件保留的小时数。")
@as_json
def collect(grace: float, json_out: bool) -> None:
    """清理被替换的数据段和崩溃留下的无主文件。"""
    done = services.collect(by=OPERATOR, at=clock.now(), grace=timedelta(hours=grace))
    words = f"已清理 {done.segments} 个被替换的数据段、{done.orphans} 个无主文件。"
    _done(asdict(done), words, json_out)


@commands.command()
@as_json
def elements(json_out: bool) -> None:
    """列出数据项。"""
    found = [_row_of(e) for e in upkeep.elements(to=OPERATOR)]
    lines = [f"{e['code']}\t{say(e['titles'], 'zh-hans')}\t{e['unit']}" for e in found]
    _list(found, lines, json_out)


@commands.command()
@click.option("--replaced", is_flag=True, help="连同等待清理的。")
@as_json
def segments(replaced: bool, json_out: bool) -> None:
    """列出数据段清单。"""
    found = upkeep.segments(to=OPERATOR, replaced=replaced)
    lines = [f"{s.path}\t{s.rows} 行\t{s.bytes} 字节" for s in found]
    _list([asdict(s) for s in found], lines, json_out)


@commands.command()
@click.option("--resolved", is_flag=True, help="连同已裁定的。")
@click.option("--take", type=int, help="采用这个争议值。")
@click.option("--keep", type=int, help="不采用这个争议值，保留现值。")
@as_json
def contenders(resolved: bool, take: int | None, keep: int | None, json_out: bool) -> None:
    """列出争议值，或裁定一个。"""
    at = clock.now()
    for number, is_taken in ((take, True), (keep, False)):
        if number is not None:
            services.resolve_contender(number, take=is_taken, by=OPERATOR, at=at)
            evidence.drain(at=at)
    found = upkeep.contenders(to=OPERATOR, on=clock.legal_day(at), resolved=resolved, limit=1000)
    lines = [
        f"{c.id}\t地点 {c.place}\t{c.element}\t{Period.from_code(c.period)}\t"
        f"{c.text if c.value is None else canonical.decimal_text(c.value)}\t{c.source}"
        for c in found
    ]
    _list([asdict(c) for c in found], lines, json_out)


@commands.command()
@click.argument("file", type=FILE)
@as_json
def define(file: Path, json_out: bool) -> None:
    """按 YAML 或 JSON 列表定义数据项。"""
    listed = yaml.safe_load(file.read_text("utf-8"))
    if not isinstance(listed, list):
        raise Invalid(problems=[Problem(file.name, "文件应是数据项的列表。")])
    at = clock.now()
    definitions = [_definition(i, item) for i, item in enumerate(listed, 1)]
    known = services.define_elements(definitions, by=OPERATOR, at=at)
    evidence.drain(at=at)
    if json_out:
        click.echo(_dumps(known))
    else:
        click.echo(f"共 {len(known)} 个数据项。")


def _definition(number: int, item: Any) -> ElementDefinition:
    try:
        fields = dict(item)
        fields["type"] = ValueType(fields["type"])
        fields["over_places"] = OverPlaces(fields.get("over_places", OverPlaces.SUM))
        fields["over_time"] = OverTime(fields.get("over_time", OverTime.LAST))
        for name in ("breakdown", "options"):
            fields[name] = tuple((str(a), str(b)) for a, b in fields.get(name, ()))
        fields["precedence"] = tuple(fields.get("precedence", ()))
        return ElementDefinition(**fields)
    except (KeyError, TypeError, ValueError) as wrong:
        problem = Problem(f"第 {number} 项", "定义读不懂：{what}", (("what", str(wrong)),))
        raise Invalid(problems=[problem]) from None


def _row_of(element: Any) -> dict[str, Any]:
    names = [f.name for f in element._meta.concrete_fields]
    return {name: getattr(element, name) for name in names}


def _done(done: dict[str, int], words: str, json_out: bool) -> None:
    evidence.drain(at=clock.now())
    click.echo(_dumps(done) if json_out else words)


def _list(found: Sequence[dict[str, Any]], lines: list[str], json_out: bool) -> None:
    if json_out:
        click.echo(_dumps(found))
        return
    for line in lines:
        click.echo(line)


def _dumps(value: Any) -> str:
    return json.dumps(canonical.plain(value), ensure_ascii=False, indent=1)
