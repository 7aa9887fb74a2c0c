"""`lingnan evidence …`: verify, prove, check, and the care of keys and deliveries."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import click

from lingnan.base import canonical, clock
from lingnan.base.actors import system_actor
from lingnan.base.clock import LEGAL_ZONE

from . import queries, services
from .rules import proof, signing
from .terms import Entry, Finding, Head

T = TypeVar("T")
OPERATOR = system_actor("operator", "cli")
as_json = click.option("--json", "json_out", is_flag=True, help="输出 JSON，供程序读取。")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
def commands() -> None:
    """证据：查验、出具证明、换钥、重新投递。"""


@commands.command()
@click.option("--head", "head_file", type=FILE, help="存放在本机之外的树头。")
@as_json
@click.pass_context
def verify(ctx: click.Context, head_file: Path | None, json_out: bool) -> None:
    """对照签名树头校验全部内容；发现异常时退出码为 1。"""
    outside = _read(head_file, signing.read_head) if head_file else None
    count = 0
    for found in queries.verify(outside):
        count += 1
        _line(found, json_out)
    size = queries.watermark()
    if json_out:
        click.echo(_dumps({"tree_size": size, "findings": count, "outside_head": bool(outside)}))
    elif count:
        click.echo(f"共 {count} 处异常。", err=True)
    else:
        kept = "" if outside else "（未提供外部树头：尾部被截断或整库回退无法察觉）"
        click.echo(f"{size} 条事件与签名一致{kept}。")
    ctx.exit(1 if count else 0)


@commands.command()
@click.argument("target", metavar="SUBJECT|SEQ")
@click.option("--out", type=OUT, help="把证明写到这个文件，不写则输出到屏幕。")
@click.option("--private", is_flag=True, help="连同私密内容和盐值。")
@as_json
def prove(target: str, out: Path | None, private: bool, json_out: bool) -> None:
    """为一个事件或一个对象的全部事件出具可离线核对的证明。"""
    _drain()
    what = int(target) if target.isdigit() else target
    made = queries.prove(what, to=OPERATOR, private=private)
    if out is None:
        click.echo(_dumps(made, indent=None if json_out else 2))
        return
    out.write_text(_dumps(made, indent=2) + "\n", encoding="utf-8")
    told = {"file": str(out), "entries": len(made["entries"]), "key_id": made["head"]["key_id"]}
    _tell(told, "已写入 {file}：{entries} 条事件，签名密钥 {key_id}", json_out)


@commands.command()
@click.argument("file", type=FILE)
@click.option("--head", "head_file", type=FILE, help="您保存的树头：签名密钥须与它相同。")
@click.option("--key", "key_id", default="", help="已公布的密钥指纹。")
@as_json
@click.pass_context
def check(
    ctx: click.Context, file: Path, head_file: Path | None, key_id: str, json_out: bool
) -> None:
    """不用数据库，查验证明文件或导出的树头；不成立时退出码为 1。"""
    head, found, entries = _read(file, _checked)
    known = _read(head_file, signing.read_head).key_id if head_file else key_id.lower()
    if known and known != head.key_id:
        found.append(Finding("evidence.key", head.key_id, f"签名密钥不是 {known}"))
    for one in found:
        _line(one, json_out)
    told = {"holds": not found, "entries": entries, "key_id": head.key_id} | {
        "tree_size": head.tree_size,
        "key_compared": bool(known),
    }
    if json_out:
        click.echo(_dumps(told))
    elif not found:
        click.echo(f"证明成立：{entries} 条事件在 {_local(head)} 签名的 {head.tree_size} 条之中。")
        if not known:
            click.echo(f"请核对签名密钥指纹：{head.key_id}")
    ctx.exit(1 if found else 0)


@commands.command()
@click.option("--after", "after_seq", default=0, help="只列这个编号之后的。")
@click.option("--limit", default=20, type=click.IntRange(1, 10_000))
@as_json
def tail(after_seq: int, limit: int, json_out: bool) -> None:
    """按次序列出事件，缺省为最近的。"""
    start = after_seq or max(0, queries.watermark() - limit)
    for entry in queries.tail(to=OPERATOR, after_seq=start, limit=limit):
        click.echo(_dumps(_entry(entry)) if json_out else _entry_line(entry))


@commands.command()
@click.option("--out", type=OUT, help="把树头写到这个文件，请存放到别的机器。")
@as_json
def head(out: Path | None, json_out: bool) -> None:
    """最新的签名树头。"""
    _drain()
    newest = queries.latest_head()
    if newest is None:
        raise click.ClickException("还没有任何事件，因此没有树头。")
    made = signing.head_dict(newest)
    if out is not None:
        out.write_text(_dumps(made, indent=2) + "\n", encoding="utf-8")
    if json_out:
        click.echo(_dumps(made))
    else:
        click.echo(f"{newest.tree_size} 条，{_local(newest)}\n根 {newest.root}")
        click.echo(f"密钥 {newest.key_id}" + (f"\n已写入 {out}，请存放于本机之外。" if out else ""))


@commands.command("rotate-key")
@click.option("--lost", is_flag=True, help="旧私钥已遗失，不能认证。")
@as_json
def rotate_key(lost: bool, json_out: bool) -> None:
    """换用新的签名密钥，由旧密钥认证后销毁旧密钥。"""
    fresh = services.rotate_key(by=OPERATOR, at=clock.now(), lost=lost)
    _drain()
    _tell({"key_id": fresh, "certified": not lost}, "新密钥 {key_id}，请公布其指纹。", json_out)


@commands.command()
@click.argument("seq", type=int)
@click.option("--basis", required=True, help="依据的规定或申请；不要写姓名。")
@as_json
def erase(seq: int, basis: str, json_out: bool) -> None:
    """删除一个事件的私密内容，事件和承诺值仍在。"""
    event = queries.event_at(seq, to=OPERATOR)
    told = services.erase_body(event.id, basis=basis, by=OPERATOR, at=clock.now())
    _drain()
    _tell({"seq": seq, "recorded_as": told}, "事件 {seq} 的私密内容已删除。", json_out)


@commands.command()
@click.option("--basis", required=True, help="由谁核对，依据什么。")
@as_json
def adopt(basis: str, json_out: bool) -> None:
    """把没有事件记载的行按现状纳入校验。"""
    rows = services.adopt_states(basis=basis, by=OPERATOR, at=clock.now())
    _drain()
    _tell({"rows": rows}, "已将 {rows} 行按现状纳入校验。", json_out)


@commands.command("dead-letters")
@click.option("--listener", default="", help="只看一个接收方的。")
@click.option("--limit", default=100, type=click.IntRange(1, 10_000))
@as_json
def dead_letters(listener: str, limit: int, json_out: bool) -> None:
    """列出未送达的通知。"""
    letters = queries.dead_letters(to=OPERATOR, listener=listener, limit=limit)
    for one in letters:
        text = f"{one.id}  {one.listener}  seq {one.seq} {one.kind}  "
        text += f"试过 {one.attempts} 次  {one.error}"
        click.echo(_dumps(asdict(one)) if json_out else text)
    if not letters and not json_out:
        click.echo("没有未送达的通知。")


@commands.command()
@click.argument("letter", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="全部（或 --listener 的全部）。")
@click.option("--listener", default="")
@as_json
@click.pass_context
def retry(
    ctx: click.Context, letter: tuple[int, ...], everything: bool, listener: str, json_out: bool
) -> None:
    """重新投递未送达的通知；再次失败时退出码为 1。"""
    if bool(letter) == everything:
        raise click.UsageError("请写明通知的编号，或用 --all。")
    wanted = letter or tuple(
        one.id for one in queries.dead_letters(to=OPERATOR, listener=listener, limit=10_000)
    )
    delivered, failed = services.retry(wanted, by=OPERATOR, at=clock.now())
    _drain()
    _tell({"delivered": delivered, "failed": failed}, "送达 {delivered}，失败 {failed}。", json_out)
    ctx.exit(1 if failed else 0)


@commands.command()
@as_json
def drain(json_out: bool) -> None:
    """编号、签名并投递等待中的事件。"""
    done = services.drain(at=clock.now())
    words = "编号 {sequenced}，送达 {delivered}，放弃 {dead}，等待重试 {waiting}。"
    _tell(asdict(done), words, json_out)


def _drain() -> None:
    services.drain(at=clock.now())


def _checked(raw: Any) -> tuple[Head, list[Finding], int]:
    if isinstance(raw, dict) and raw.get("format") == signing.HEAD_FORMAT:
        head = signing.read_head(raw)
        fault = Finding("evidence.head", str(head.tree_size), "树头签名不成立")
        return head, [] if signing.head_holds(head) else [fault], 0
    head, found = proof.check(raw)
    return head, found, len(raw["entries"])


def _read(file: Path, reader: Callable[[Any], T]) -> T:
    try:
        return reader(json.loads(file.read_text(encoding="utf-8")))
    except json.JSONDecodeError as wrong:
        where = f"第 {wrong.lineno} 行第 {wrong.colno} 列"
        raise click.UsageError(f"{file} 不是有效的 JSON（{where}）。") from None
    except UnicodeDecodeError:
        raise click.UsageError(f"{file} 不是 UTF-8 文本文件。") from None
    except ValueError as wrong:
        raise click.UsageError(f"{file} 的内容不对：{wrong}") from None


def _line(found: Finding, json_out: bool) -> None:
    click.echo(_dumps(asdict(found)) if json_out else f"{found.noun} {found.row}：{found.what}")


def _tell(facts: dict[str, Any], words: str, json_out: bool) -> None:
    click.echo(_dumps(facts) if json_out else words.format(**facts))


def _entry(entry: Entry) -> dict[str, Any]:
    shown = {name: getattr(entry, name) for name in Entry.__dataclass_fields__ if name != "event"}
    made: dict[str, Any] = canonical.plain(shown)
    return made


def _entry_line(entry: Entry) -> str:
    at = entry.at.astimezone(LEGAL_ZONE).strftime("%Y-%m-%d %H:%M:%S")
    return f"{entry.seq}  {at}  {entry.kind}  {entry.subject}  {entry.by}"


def _local(head: Head) -> str:
    return head.at.astimezone(LEGAL_ZONE).strftime("%Y-%m-%d %H:%M:%S")


def _dumps(value: Any, indent: int | None = None) -> str:
    return json.dumps(canonical.plain(value), ensure_ascii=False, indent=indent)
