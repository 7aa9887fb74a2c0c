"""`lingnan NOUN VERB`: each kernel noun and system offers the group `commands` in its `cli.py`."""

import ast
import os
import sys
from gettext import gettext
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click

from lingnan.base.errors import Refused, StorageFull, says_full

from .settings import environment
from .systems import NAMES

KERNEL = ("evidence", "places", "statutes", "parties", "observations", "cases")
# Commands of the whole installation. The demonstration makes its folder before Django starts.
OWN = {"backup": "operations", "restore": "operations", "demo": "demo", "docs": "docs"}

# Whose commands record events; evidence looks after its own.
WRITERS = {*KERNEL, "content"} - {"evidence"}


class Nouns(click.Group):
    """Loads a noun's commands only when it is named: `lingnan --help` starts no database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_homes(), *OWN})

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first line of each, read from its source: importing them all takes seconds."""
        told = {name: told_in(_source(home), "commands") for name, home in _homes().items()}
        told |= {name: told_in(_source(f"lingnan.site.{home}"), name) for name, home in OWN.items()}
        for name in super().list_commands(ctx):
            built_in = super().get_command(ctx, name)
            if built_in and not built_in.hidden:
                told[name] = built_in.get_short_help_str(200)
        with formatter.section(gettext("Commands")):
            formatter.write_dl(sorted(told.items()))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        built_in = super().get_command(ctx, name)
        if name in OWN:
            if name != "demo":
                _prepare()
            own: click.Command = getattr(import_module(f"lingnan.site.{OWN[name]}"), name)
            return own
        if built_in or name not in _homes():
            return built_in
        _prepare()
        command: click.Command = import_module(_homes()[name]).commands
        return command


def _homes() -> dict[str, str]:
    homes = {n: f"lingnan.kernel.{n}.cli" for n in KERNEL}
    homes |= {n: f"lingnan.systems.{n}.cli" for n in NAMES}
    return {name: home for name, home in homes.items() if find_spec(home)}


def told_in(path: Path, function: str) -> str:
    """First line of what a function of that source says of itself; nothing is imported."""
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return (ast.get_docstring(node) or "").partition("\n")[0]
        if isinstance(node, ast.ImportFrom) and function in {one.name for one in node.names}:
            return told_in(path.parent / f"{node.module}.py", function)
    return ""


def _source(module: str) -> Path:
    found = find_spec(module)
    return Path(found.origin if found and found.origin else os.devnull)


def _prepare() -> None:
    from .setup import prepare

    prepare()


@click.group(cls=Nouns, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lingnan", help="显示版本。")
def lingnan() -> None:
    """岭南：一件事只报一次，依法处处可用。"""


@lingnan.result_callback()
@click.pass_context
def _settle(ctx: click.Context, _: object) -> None:
    """A one-shot command leaves no event without its number; no worker need be running."""
    if ctx.invoked_subcommand not in WRITERS:
        return
    from lingnan.base import clock
    from lingnan.kernel.evidence import services as evidence
    from lingnan.kernel.evidence.models import Event

    if Event.objects.filter(seq=None).exists():
        evidence.drain(at=clock.now())


@lingnan.group()
def config() -> None:
    """本系统的设置。"""


@config.command("check")
def config_check() -> None:
    """检查设置，列出全部错误。"""
    env = environment.read()
    if fault := environment.unwritable(env):
        raise environment.Misconfigured([fault])
    click.echo(f"设置无误（{env.env}，{'PostgreSQL' if env.database_url else 'SQLite'}）。")


@config.command("show")
def config_show() -> None:
    """列出每一项设置，密钥不显示。"""
    for name, value, about in environment.shown(environment.read()):
        click.echo(f"{name:<24} {value or '-':<32} {about}")


@lingnan.command()
def migrate() -> None:
    """把数据库和静态文件升级到本版本。"""
    env = environment.read()
    env.folder.mkdir(parents=True, exist_ok=True)
    _prepare()
    from django.core.management import call_command

    from lingnan.web.i18n import compile_messages

    call_command("migrate", interactive=False, verbosity=1)
    compile_messages()
    call_command("collectstatic", interactive=False, verbosity=0)
    click.echo(f"数据目录已备好：{env.folder}")


@lingnan.command()
def serve() -> None:
    """启动网页、接口和后台任务；按 Ctrl-C 停止。"""
    env = environment.read()
    if not (env.folder / "static").is_dir():
        raise click.ClickException("数据目录还没有准备好，请先运行 lingnan migrate。")
    from . import serving

    click.echo(f"岭南已启动：http://{env.listen}/（数据在 {env.folder}）")
    serving.run(env)
    click.echo("已停止。")


@lingnan.group()
def content() -> None:
    """内容：区划、法规、数据项、报表。"""


@content.command("load")
@click.argument("folder", required=False, type=click.Path(exists=True, path_type=Path))
def content_load(folder: Path | None) -> None:
    """装载随软件的内容，或 FOLDER/<名词> 中的内容。"""
    _prepare()
    from lingnan.base import clock

    from .loading import loaders

    for noun, load in loaders():
        own = None if folder is None else folder / noun
        if own is not None and not own.is_dir():
            continue
        click.echo(f"{noun}: {load(own, at=clock.now())}")


@lingnan.group(hidden=True)
def messages() -> None:
    """翻译：供开发人员使用。"""


@messages.command("compile")
def messages_compile() -> None:
    """把各 .po 文件编译为 .mo。"""
    from lingnan.web.i18n import compile_messages

    click.echo(f"{compile_messages()} catalogues compiled.")


@messages.command("extract")
def messages_extract() -> None:
    """按代码中的文句更新各 .po 文件。"""
    _prepare()
    from lingnan.web.i18n import update_catalogues

    for lang, missing in update_catalogues().items():
        click.echo(f"{lang}: {missing} without a translation")


NOT_READY = "数据目录还没有准备好，请先运行 lingnan migrate（再运行 lingnan content load）。"
NO_TABLES = ("unable to open database file", "no such table", "does not exist")


def _says_not_ready(wrong: Exception) -> bool:
    from django.db import OperationalError, ProgrammingError

    known = isinstance(wrong, (OperationalError, ProgrammingError))
    return known and any(words in str(wrong) for words in NO_TABLES)


def main() -> None:
    # What we write is for this user alone; translations are part of the program.
    if sys.argv[1:2] != ["messages"]:
        os.umask(0o077)
    try:
        lingnan.main(standalone_mode=True)
    except environment.Misconfigured as wrong:
        raise SystemExit("\n".join(["设置有误：", *wrong.faults])) from None
    except Refused as no:
        lines = [no.words(), *(f"  {p.where}: {p.words()}" for p in no.problems)]
        raise SystemExit("\n".join(lines)) from None
    except Exception as wrong:
        if _says_not_ready(wrong):
            raise SystemExit(NOT_READY) from None
        if not says_full(wrong):
            raise
        raise SystemExit(StorageFull().words()) from None
