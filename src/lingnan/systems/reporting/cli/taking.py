"""`take-in`, `confirm-history`, `withdraw-history`, `rivals`: filled forms into the store."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from lingnan.base import clock
from lingnan.base.canonical import plain
from lingnan.base.errors import Refused
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places

from .. import queries, services
from ..terms.histories import HistoryFileInfo, HistorySheetInfo
from .cycle import actor_of, as_json, as_user, at_place, drain, in_full, show
from .history import workbooks_in
from .reading import FILE, bytes_of

STATES = {
    "staged": "待入库",
    "confirmed": "已入库",
    "disputed": "有争议",
    "refused": "未采用",
    "withdrawn": "已撤回",
}


@click.command("take-in")
@click.argument("files", nargs=-1, required=True, type=FILE)
@at_place
@click.option("--confirm", is_flag=True, help="确定的数值立即入库")
@as_user
@as_json
def take_in(
    files: Sequence[Path], place_code: str, confirm: bool, user: str, as_json: bool
) -> None:
    """收存填好的工作簿 FILES（或文件夹）和其中的数值，等待确认。"""
    by, at = actor_of(user), clock.now()
    place = places.by_code(place_code, on=clock.today()).id if place_code else None
    opened = ((file.name, bytes_of(file)) for file in workbooks_in(files))
    taken = services.take_in_workbooks(opened, place=place, by=by, at=at)
    if confirm:
        _confirm([sheet.uuid for file in taken for sheet in file.sheets if sheet.form], user)
        taken = [queries.history_file(one.uuid, to=by, on=clock.today()) for one in taken]
    drain()
    rows: list[tuple[str, ...]] = [("文件", "表", "报表", "状态", "数值", "待确认", "编号")]
    for file in taken:
        rows += [_row(file, sheet) for sheet in file.sheets]
        if file.why:
            rows.append((file.name, "", "", "未读", "", "", file.why))
    show(plain(taken), rows, as_json)


def _row(file: HistoryFileInfo, sheet: HistorySheetInfo) -> tuple[str, ...]:
    total = str(sum(sheet.counts.values()))
    state = STATES[sheet.state]
    return (file.name, sheet.sheet, sheet.form, state, total, str(sheet.open), sheet.uuid)


@click.command("confirm-history")
@click.argument("sheets", nargs=-1, required=True)
@click.option("--name", "named", multiple=True, help="文字=区划代码：这些数值是哪里的")
@click.option("--period", default="", help="没有写明报告期的数值算哪一期：2024、2024-06……")
@click.option("--household", default="", help="这些表所填的户的编号")
@as_user
@as_json
def confirm_history(
    sheets: Sequence[str], named: Sequence[str], user: str, as_json: bool, **given: str
) -> None:
    """把 SHEETS（take-in 列出的编号）中确定的数值入库。"""
    by, on, at = actor_of(user), clock.today(), clock.now()
    words = dict(pair.rpartition("=")[::2] for pair in named)
    ids = {text: places.by_code(code, on=on).id for text, code in words.items()}
    period = Period.parse(given["period"]).code if given["period"] else None
    household = given["household"]
    if ids or period is not None or household:
        for sheet in sheets:
            services.amend_history(
                sheet, named=ids, period=period, household=household, by=by, at=at
            )
    done = _confirm(sheets, user)
    drain()
    rows: list[tuple[str, ...]] = [("表", "入库", "待确认", "有争议", "与其他来源不一致")]
    rows += [(s, *(str(n) for n in numbers)) for s, *numbers in done]
    told = [
        {"sheet": s, "recorded": r, "left": n, "disputed": d, "contenders": c}
        for s, r, n, d, c in done
    ]
    show(told, rows, as_json)


def _confirm(sheets: Sequence[str], user: str) -> list[tuple[str, int, int, int, int]]:
    """One by one: what cannot be confirmed is told and the others go on."""
    by, found = actor_of(user), []
    for sheet in sheets:
        try:
            done = services.confirm_history(sheet, by=by, at=clock.now())
        except Refused as no:
            if len(sheets) == 1:
                raise
            click.echo(f"{sheet}：{no.words()}", err=True)
            continue
        found.append((sheet, done.recorded, done.left, done.disputed, done.contenders))
    return found


@click.command("withdraw-history")
@click.argument("sheet")
@as_user
@as_json
def withdraw_history(sheet: str, user: str, as_json: bool) -> None:
    """撤回 SHEET（take-in 列出的编号）入库的数值。"""
    gone = services.withdraw_history(sheet, by=actor_of(user), at=clock.now())
    drain()
    show({"withdrawn": gone}, [("已撤回", f"{gone} 个数值")], as_json)


@click.command()
@click.option("--take", multiple=True, help="改用这个数值：列出的号，如 contender:12")
@click.option("--keep", multiple=True, help="维持现用、不采用这个数值：列出的号")
@in_full
@as_user
@as_json
def rivals(
    take: Sequence[str], keep: Sequence[str], reason: str | None, user: str, as_json: bool
) -> None:
    """列出两张表说法不一的数值，或作出裁定。"""
    by, on, at = actor_of(user), clock.today(), clock.now()
    for taken, named in ((True, take), (False, keep)):
        for words in named:
            kind, _, number = words.partition(":")
            services.settle_rival(kind, int(number), take=taken, by=by, at=at)
    drain()
    if reason is None:
        found = queries.rivals(to=by, on=on)
    else:
        found = services.show_rivals(reason=reason, by=by, at=at)
        drain()
    where = places.names(sorted({one.place for one in found}), on=on)
    rows = [("号", "地方", "项目", "报告期", "现用", "来源", "另一说法", "来源")]
    for one in found:
        period = str(Period.from_code(one.period))
        name = where.get(one.place, "")
        number = f"{one.kind}:{one.id}"
        sources = (one.held, one.held_source, one.said, one.said_source)
        rows.append((number, name, one.label, period, *sources))
    told: Any = plain(found)
    show(told, rows, as_json)


VERBS: tuple[click.Command, ...] = (take_in, confirm_history, withdraw_history, rivals)
