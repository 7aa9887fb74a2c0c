"""`xlsform` and `schema`: a registered form, or a workbook as it lies there, for other tools."""

import json
from pathlib import Path

import click

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid

from .. import queries
from ..content import reading_words
from ..rules.tabular import table_schema
from ..rules.xlsform import book_of, read_forms, xform_of, xlsform_of
from ..terms.forms import FormDraft, UnreadableWorkbook
from ..terms.xlsform import XlsForm
from .cycle import actor_of, as_user

OUT = click.Path(dir_okay=False, path_type=Path)
to_file = click.option("-o", "--out", type=OUT, default=None, help="写入的文件")


@click.command()
@click.argument("form_or_file")
@to_file
@click.option("--xml", "as_xml", is_flag=True, help="写成 XForm XML，而不是工作簿")
@as_user
def xlsform(form_or_file: str, out: Path | None, as_xml: bool, user: str) -> None:
    """由 FORM_OR_FILE（报表编号，或工作簿）做成 XLSForm；工作簿里每张报表一个文件。

    问到地方的，已登记的报表在旁边另写 towns.csv 和 villages.csv。
    """
    by = actor_of(user)
    found = _forms(form_or_file, by)
    for number, (name, form) in enumerate(found):
        book = book_of(form)
        ending = ".xml" if as_xml else ".xlsx"
        target = _target(out, f"{name}-xlsform{ending}", number)
        target.write_bytes(xform_of(book).encode() if as_xml else book)
        click.echo(f"已写入 {target}：{len(form.names)} 个问题。")
        _attach(form, target, _is_file(form_or_file), by)


@click.command()
@click.argument("form_or_file")
@to_file
@as_user
def schema(form_or_file: str, out: Path | None, user: str) -> None:
    """输出 FORM_OR_FILE（报表编号，或工作簿）的 Table Schema，每张报表一份。"""
    if _is_file(form_or_file):
        told = [table_schema(draft) for draft in _read(Path(form_or_file))]
    else:
        told = [queries.schema(form_or_file, to=actor_of(user), on=clock.today())]
    for number, one in enumerate(told):
        text = json.dumps(one, ensure_ascii=False, indent=2) + "\n"
        if out is None:
            click.echo(text, nl=False)
            continue
        target = _target(out, "", number)
        target.write_text(text, encoding="utf-8")
        click.echo(f"已写入 {target}：{len(one['fields'])} 个字段。")


VERBS: tuple[click.Command, ...] = (xlsform, schema)


def _forms(named: str, by: Actor) -> list[tuple[str, XlsForm]]:
    if _is_file(named):
        return [(draft.form, xlsform_of(draft)) for draft in _read(Path(named))]
    return [(named, queries.xlsform(named, to=by, on=clock.today()))]


def _is_file(named: str) -> bool:
    """UnreadableWorkbook for what is called a workbook and is not there."""
    path = Path(named)
    if path.suffix.lower() in {".xls", ".xlsx", ".xlsm", ".csv"} and not path.is_file():
        raise UnreadableWorkbook(name=named, why="文件不存在。")
    return path.is_file()


def _read(path: Path) -> list[FormDraft]:
    drafts = [
        draft for draft in read_forms(path.read_bytes(), path.name, reading_words()) if draft.fields
    ]
    if not drafts:
        raise Invalid(f"“{path}”里没有读出任何填报项目。")
    return drafts


def _target(out: Path | None, usual: str, number: int) -> Path:
    """The file asked for; the second form of a workbook goes beside it as `…-2`."""
    if out is None:
        return Path(usual.replace("/", "_"))
    return out if number == 0 else out.with_name(f"{out.stem}-{number + 1}{out.suffix}")


def _attach(form: XlsForm, target: Path, from_file: bool, by: Actor) -> None:
    for name in form.attachments:
        if from_file:
            click.echo(f"还需要把 {name} 放在问卷旁边（列 name、label，村另有 town）。")
            continue
        text = queries.places_csv(name, to=by, on=clock.today())
        (target.parent / name).write_text(text, encoding="utf-8")
        click.echo(f"已写入 {target.parent / name}：{text.count(chr(10)) - 1} 个地区。")
