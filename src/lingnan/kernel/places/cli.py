"""`lingnan places …`: load the trees, look around in them, change them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from lingnan.base import clock
from lingnan.base.actors import system_actor
from lingnan.base.canonical import plain
from lingnan.base.errors import Invalid, NotFound, Problem
from lingnan.kernel.evidence import services as evidence

from . import queries, services
from .services.load import CONTENT
from .terms import RUNGS, ChangeInfo, Part, PlaceInfo, Step, Tree, Why

DAY = click.DateTime(["%Y-%m-%d"])
TREES = click.Choice([tree.value for tree in Tree])
BY = system_actor("operator", "cli")

as_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON，供程序读取")
on_day = click.option("--on", type=DAY, default=None, help="哪一天，缺省为今天")
in_tree = click.option("--tree", type=TREES, default=Tree.CODE.value, show_default=True)


@click.group("places")
def commands() -> None:
    """区划：按日装载、查找、变更。"""


@commands.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path), default=CONTENT)
@as_json
def load(folder: Path, as_json: bool) -> None:
    """装载行政区划（缺省为随软件的广东省及港澳）。"""
    done = services.load_divisions(folder, by=BY, at=clock.now())
    evidence.drain(at=clock.now())
    if as_json:
        return _print(asdict(done))
    what = "已装载过，未作改动" if done.repeated else "已装载"
    click.echo(
        f"{what}：{done.places} 个区划，{done.codes} 个代码，{done.changes} 项变更，"
        f"{done.outlines} 个轮廓；{len(done.unmatched)} 条未对上"
    )
    return None


@commands.command()
@click.argument("text")
@click.option("--within", default="", help="在哪个区划之内查找（代码）")
@click.option("--level", type=click.IntRange(1, 5))
@click.option("--limit", default=20, show_default=True)
@on_day
@as_json
def find(text: str, within: str, level: int | None, limit: int, on: Any, as_json: bool) -> None:
    """按名称、代码开头、拼音或首字母查找。"""
    day = _day(on)
    near = _place(within, day).id if within else None
    _places(queries.find(text, on=day, within=near, level=level, limit=limit), as_json)


@commands.command()
@click.argument("code")
@on_day
@in_tree
@as_json
def show(code: str, on: Any, tree: str, as_json: bool) -> None:
    """一个区划在某日的样子。"""
    day = _day(on)
    it = _place(code, day)
    above = queries.ancestors(it.id, on=day, tree=tree)
    below = queries.children(it.id, on=day, tree=tree)
    if as_json:
        whole = _info(it) | {"ancestors": [_info(i) for i in above], "children": len(below)}
        return _print(whole | {"ranges": queries.ranges(it.id, on=day, tree=tree)})
    click.echo(" / ".join(i.name for i in [*above, it]))
    codes = "  ".join(f"{scheme} {number}" for scheme, number in sorted(it.codes.items()))
    click.echo(f"{codes}  {RUNGS[it.level - 1].value}  {it.kind}  下级 {len(below)}")
    click.echo(f"subject {it.subject}")
    return None


@commands.command()
@click.argument("code", default="44")
@click.option("--depth", default=1, show_default=True)
@on_day
@in_tree
@as_json
def tree(code: str, depth: int, on: Any, tree: str, as_json: bool) -> None:
    """某日的区划树。"""
    day = _day(on)
    top = _place(code, day)
    below = queries.descendants(top.id, on=day, tree=tree)
    near = [i for i in below if _depth(i, top.id, below) <= depth]
    if as_json:
        return _print([_info(i) for i in [top, *near]])
    for it in sorted([top, *near], key=lambda i: i.id):
        click.echo(f"{'  ' * (it.level - top.level)}{it.code}  {it.name}")
    return None


@commands.command()
@click.argument("code")
@click.option("--scheme", default="nbs", show_default=True)
@as_json
def lineage(code: str, scheme: str, as_json: bool) -> None:
    """一个旧代码后来变成了什么。"""
    try:
        steps = queries.lineage(code, scheme)
    except queries.NoSuchPlace:
        raise NotFound("从来没有用过这个代码：{code}", code=code) from None
    if as_json:
        return _print([asdict(s) for s in steps])
    for step in steps or ():
        click.echo(_step(step))
    if not steps:
        click.echo("没有后来的变更。")
    return None


@commands.command()
@click.option("--since", type=DAY)
@click.option(
    "--apply", "path", type=click.Path(exists=True, path_type=Path), help="要记入的 CSV 变更表"
)
@as_json
def changes(since: Any, path: Path | None, as_json: bool) -> None:
    """列出记下的变更；或用 --apply 记入一份变更表。"""
    if path is not None:
        made, known = services.apply_changes(path, by=BY, at=clock.now())
        evidence.drain(at=clock.now())
        if as_json:
            return _print({"made": made, "known": known})
        return click.echo(f"记入 {made} 项，{known} 项先前已记。")
    listed = queries.changes(since=since.date() if since else None)
    if as_json:
        return _print([asdict(c) for c in listed])
    for change in listed:
        click.echo(_change(change))
    return None


def _changing(command: Callable[..., None]) -> Callable[..., None]:
    """The options every change takes."""
    for option in (
        as_json,
        click.option("--verified", is_flag=True, help="已核对原文"),
        click.option("--source", default=""),
        click.option("--document", default="", help="文号"),
        click.option("--on", type=DAY, required=True, help="自哪一天起"),
    ):
        command = option(command)
    return command


@commands.command()
@click.argument("code")
@click.option("--into", "parts", multiple=True, required=True, help="名称=代码[:下级,下级…]")
@click.option("--end", "ends", is_flag=True, help="原区划撤销")
@_changing
def split(code: str, parts: Sequence[str], ends: bool, **rest: Any) -> None:
    """分设：从一个区划划出新的。"""
    day, given = _deed(rest)
    made = services.split_place(
        _eve(code, day), [_part(text, day) for text in parts], keep=not ends, **given
    )
    _done(made, day, rest)


@commands.command()
@click.argument("codes", nargs=-1, required=True)
@click.option("--into", required=True, help="并入的区划代码，或新设的 名称=代码")
@_changing
def merge(codes: Sequence[str], into: str, **rest: Any) -> None:
    """合并：这些区划并入另一个（已有的或新设的）。"""
    day, given = _deed(rest)
    target = _part(into, day) if "=" in into else _eve(into, day)
    made = services.merge_places([_eve(code, day) for code in codes], target, **given)
    _done([made], day, rest)


@commands.command()
@click.argument("code")
@click.option("--name", default="")
@click.option("--code", "new_code", default="", help="新的统计用区划代码")
@_changing
def rename(code: str, name: str, new_code: str, **rest: Any) -> None:
    """更名、换代码：还是同一个区划。"""
    day, given = _deed(rest)
    place_id = _eve(code, day)
    services.rename_place(place_id, name=name, code=new_code, **given)
    _done([place_id], day, rest)


@commands.command()
@click.argument("code")
@click.option("--to", "parent", required=True, help="新上级的代码")
@click.option("--tree", "trees", multiple=True, type=TREES, help="不写则两棵树都改")
@_changing
def transfer(code: str, parent: str, trees: Sequence[str], **rest: Any) -> None:
    """划归：换一个上级。"""
    day, given = _deed(rest)
    place_id = _eve(code, day)
    services.transfer_place(
        place_id, _place(parent, day).id, trees=tuple(trees) or tuple(Tree), **given
    )
    _done([place_id], day, rest)


def _day(on: Any) -> date:
    return on.date() if on else clock.today()


def _place(code: str, day: date) -> PlaceInfo:
    """`440117`, or `zone:hengqin` for another scheme."""
    scheme, colon, rest = code.partition(":")
    return queries.by_code(rest if colon else code, on=day, scheme=scheme if colon else "nbs")


def _eve(code: str, day: date) -> int:
    return _place(code, date.fromordinal(day.toordinal() - 1)).id


def _deed(rest: dict[str, Any]) -> tuple[date, dict[str, Any]]:
    why = Why(document=rest["document"], source=rest["source"], verified=rest["verified"])
    day = rest["on"].date()
    return day, {"on": day, "why": why, "by": BY, "at": clock.now()}


def _part(text: str, day: date) -> Part:
    name, told, rest = text.partition("=")
    code, _, children = rest.partition(":")
    if not told or not name.strip():
        tell = "“{part}”应写成 名称=代码:下级代码,下级代码（代码和下级可以不写，等号不能少）。"
        raise Invalid(problems=[Problem("--into", tell, (("part", text),))])
    below = tuple(_eve(child, day) for child in children.split(",") if child)
    return Part(name=name.strip(), code=code.strip(), children=below)


def _depth(it: PlaceInfo, top: int, among: Sequence[PlaceInfo]) -> int:
    parents = {i.id: i.parent for i in among}
    depth, at = 1, it.parent
    while at is not None and at != top:
        depth, at = depth + 1, parents.get(at)
    return depth


def _done(ids: Sequence[int], day: date, rest: dict[str, Any]) -> None:
    evidence.drain(at=clock.now())
    _places(queries.infos(list(ids), on=day), rest["as_json"])


def _places(found: Sequence[PlaceInfo], as_json: bool) -> None:
    if as_json:
        return _print([_info(i) for i in found])
    for it in found:
        click.echo(f"{it.code:<12}  {it.name}  {it.kind}")
    if not found:
        click.echo("没有找到。旧代码、旧名称请用 lingnan places lineage 查后来的变更。")
    return None


def _info(it: PlaceInfo) -> dict[str, Any]:
    return asdict(it) | {"code": it.code, "subject": it.subject}


def _step(step: Step) -> str:
    old = f"{step.old_code} {step.old_name}".strip()
    new = f"{step.new_code} {step.new_name}".strip()
    sure = "" if step.verified else "（未核实）"
    return f"{step.effective}  {step.kind:<9}  {old} → {new}  {step.document}{sure}"


def _change(change: ChangeInfo) -> str:
    head = f"{change.effective}  {change.kind:<9}  {change.document}"
    head += "" if change.verified else "（未核实）"
    return "\n".join([head, *(f"    {_step(s)}" for s in change.steps)])


def _print(value: Any) -> None:
    click.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))
