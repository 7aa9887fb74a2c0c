"""`lingnan docs`: the list of commands from the commands themselves, and links that lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[3]
PAGE = Path("docs") / "guide" / "commands.md"
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
HIDDEN_FOLDERS = {".venv", "build", "node_modules", "var", ".git"}
HEAD = """# Commands · 命令

Written by `make docs` from the commands themselves. `lingnan NOUN VERB --help` says more; settings
are in [settings.md](settings.md). From a checkout: `.venv/bin/lingnan …`.
"""
# One line that works as it stands, or after its capitals are replaced.
EXAMPLES = {
    "backup": "lingnan backup /backup/lingnan-2026-11-22",
    "restore": "lingnan restore /backup/lingnan-2026-11-22",
    "demo": "lingnan demo --county 440117 --households 8",
    "serve": "LINGNAN_LISTEN=127.0.0.1:9000 lingnan serve",
    "content load": "lingnan content load ./content",
    "cases list": "lingnan cases list --place 440117103201",
    "cases desk": "lingnan cases desk clerk.440117103201",
    "evidence prove": "lingnan evidence prove 1204",
    "evidence tail": "lingnan evidence tail --limit 20",
    "evidence verify": "lingnan evidence verify --head head.json",
    "places find": "lingnan places find 从化 --on 2012-12-31",
    "places show": "lingnan places show 440117",
    "places tree": "lingnan places tree 440117",
    "places lineage": "lingnan places lineage 440184",
    "statutes due": "lingnan statutes due 2026-02-10 20",
    "statutes calendar": "lingnan statutes calendar 2026",
    "reporting read": "lingnan reporting read form.xls --json",
    "reporting match": "lingnan reporting match a.xls b.xls --json",
    "reporting profile": "lingnan reporting profile export ZZ-DZZ -o zz-dzz.json",
    "reporting xlsform": "lingnan reporting xlsform form.xls -o form.xlsx --xml",
    "reporting schema": "lingnan reporting schema form.xls -o form.json",
}


def commands_page(root: click.Group) -> str:
    """Every noun a section, every verb one line and one example."""
    ctx = click.Context(root, info_name="lingnan")
    alone, nouns = [], []
    for name in root.list_commands(ctx):
        command = root.get_command(ctx, name)
        if command is None or command.hidden:
            continue
        if isinstance(command, click.Group):
            nouns.append(_noun(name, command, ctx))
        else:
            alone.append(_line((name,), command))
    whole = ["## The whole installation · 整套系统", "", *alone]
    return "\n".join([HEAD, *whole, "", *nouns]).rstrip() + "\n"


def _noun(name: str, group: click.Group, ctx: click.Context) -> str:
    inner = click.Context(group, parent=ctx, info_name=name)
    lines = [f"## {name}", "", _sentence(group), ""]
    for verb in group.list_commands(inner):
        command = group.get_command(inner, verb)
        if command is not None and not command.hidden:
            lines.append(_line((name, verb), command))
    return "\n".join([*lines, ""])


def _line(path: tuple[str, ...], command: click.Command) -> str:
    example = EXAMPLES.get(" ".join(path)) or _usage(path, command)
    return f"- **`lingnan {' '.join(path)}`** – {_sentence(command)}\n  `{example}`"


def _usage(path: tuple[str, ...], command: click.Command) -> str:
    """Arguments, and the options one cannot leave out."""
    parts = ["lingnan", *path]
    for param in command.params:
        if isinstance(param, click.Argument):
            name = (param.name or "").upper() + ("…" if param.nargs == -1 else "")
            parts.append(name if param.required else f"[{name}]")
        elif param.required:
            parts.append(f"{param.opts[0]} {(param.name or '').upper()}")
    return " ".join(parts)


def _sentence(command: click.Command) -> str:
    """The first sentence of the help, on one line."""
    text = " ".join((command.help or "").split("\n\n")[0].split())
    found = re.match(r".+?[.。](?=\s|$)", text)
    return found[0] if found else text


def dead_links(root: Path) -> Iterator[str]:
    """`page: target` for every relative link of a page that leads to no file."""
    for page in sorted(root.rglob("*.md")):
        if HIDDEN_FOLDERS & set(page.relative_to(root).parts):
            continue
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            if "://" in target or target.startswith("mailto:"):
                continue
            if not (page.parent / target).exists():
                yield f"{page.relative_to(root)}: {target}"


@click.command()
@click.option("--check", is_flag=True, help="只检查，不写入；清单过期则失败。")
@click.pass_context
def docs(ctx: click.Context, *, check: bool) -> None:
    """把命令清单写入 docs/guide，并检查每一页的链接。"""
    if not (ROOT / "docs").is_dir():
        raise click.ClickException("Only from a checkout: there is no docs folder.")
    root = ctx.find_root().command
    assert isinstance(root, click.Group)
    text, page = commands_page(root), ROOT / PAGE
    if check and (not page.exists() or page.read_text(encoding="utf-8") != text):
        raise click.ClickException(f"{PAGE} is out of date: run `make docs`.")
    if not check:
        page.write_text(text, encoding="utf-8")
    dead = list(dead_links(ROOT))
    if dead:
        raise click.ClickException("\n".join(["Links that lead nowhere:", *dead]))
    click.echo(f"{PAGE} is up to date; every link leads somewhere.")
