"""`profile`: what people said of a form's cells, shown, taken along, and put onto another version."""

from pathlib import Path
from typing import Any

import click

from lingnan.base import clock
from lingnan.base.canonical import plain

from .. import queries, services
from ..rules.profiles import corrections_to_json, export_of, exported
from ..terms.profiles import SAY_WORDS, ProfileInfo, Told
from .correcting import lost_rows
from .cycle import actor_of, as_json, as_user, drain, show

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("profile")
def profile() -> None:
    """更正记录：对一张报表的人工更正，沿用到它的下一版。"""


@profile.command("show")
@click.argument("form")
@click.option("--version", type=int, default=None, help="更正记录的版本；0 是刚读出时")
@as_user
@as_json
def show_(form: str, version: int | None, user: str, as_json: bool) -> None:
    """列出报表 FORM（编号）的更正。"""
    found = queries.profile(form, version, to=actor_of(user), on=clock.today())
    show(_told(found), [*_rows(found), *lost_rows(found.lost)], as_json)


@profile.command("export")
@click.argument("form")
@click.option("-o", "--out", type=click.Path(path_type=Path), default=None, help="写入的文件")
@as_user
def export(form: str, out: Path | None, user: str) -> None:
    """把报表 FORM（编号）的更正写成 JSON，供别处沿用。"""
    found = queries.profile(form, to=actor_of(user), on=clock.today())
    text = exported(found.form, found.form_version, found.corrections)
    if out is None:
        click.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    click.echo(f"已写入 {out}：{len(found.corrections)} 处更正。")


@profile.command("apply")
@click.argument("form")
@click.argument("file", type=FILE)
@as_user
@as_json
def apply(form: str, file: Path, user: str, as_json: bool) -> None:
    """把 FILE（export 导出的）中的更正用到已登记的报表 FORM（编号）上。"""
    by = actor_of(user)
    found = queries.form(form, to=by, on=clock.today())
    said = export_of(file.read_text(encoding="utf-8"))
    made = services.apply_profile(found.id, said, by=by, at=clock.now())
    drain()
    done = [("已更正", f"{len(made.corrections) - len(made.lost)} 处")]
    show(_told(made), [*done, *lost_rows(made.lost)], as_json)


VERBS: tuple[click.Command, ...] = (profile,)


def _told(found: ProfileInfo) -> dict[str, Any]:
    return {
        "form": found.form,
        "form_version": found.form_version,
        "version": found.version,
        "corrections": corrections_to_json(found.corrections),
        "lost": plain(found.lost),
    }


def _rows(found: ProfileInfo) -> list[tuple[str, ...]]:
    head: list[tuple[str, ...]] = [("单元格", "更正为", "内容")]
    return head + [(one.at.cell, SAY_WORDS[one.say], _words(one.told)) for one in found.corrections]


def _words(told: Told) -> str:
    given = {name: value for name, value in plain(told).items() if value is not None}
    return "，".join(f"{name}={value}" for name, value in given.items())
