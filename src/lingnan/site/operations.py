"""`lingnan backup`, `lingnan restore`: the doors of `backup.py`."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lingnan.base import clock
from lingnan.base.actors import system_actor
from lingnan.base.clock import legal_day

if TYPE_CHECKING:
    from .backup import Snapshot
    from .pruning import Pruned

FOLDER = click.argument("store", type=click.Path(path_type=Path, file_okay=False))


@click.command()
@FOLDER
@click.option("--with-keys", is_flag=True, help="连同签名私钥和证件号码密钥；请妥善保管备份。")
@click.option("--list", "listing", is_flag=True, help="只列出已有的备份。")
@click.option("--prune", "pruning", is_flag=True,
              help="不备份，按 LINGNAN_BACKUP_KEEP 清理旧备份；给出过的报表的时点都保留。")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="与 --prune 同用：只说会清理哪些。")
@click.option("--json", "as_json", is_flag=True)
def backup(store: Path, with_keys: bool, listing: bool, as_json: bool, **how: bool) -> None:
    """把数据库和文件一起备份到 STORE；只复制新文件。"""
    from . import backup as backups

    if how["pruning"]:
        _prune(store, how["dry_run"], as_json)
        return
    if listing:
        found = backups.snapshots(store)
    else:
        found = [backups.back_up(store, at=clock.now(), with_keys=with_keys)]
    rows = [_row(snapshot) for snapshot in found]
    if as_json:
        click.echo(json.dumps(rows if listing else rows[0]))
        return
    for row in rows:
        click.echo(f"{row['name']}  {row['files']:>7} 个文件  {row['tree_size']:>9} 条事件")


def _prune(store: Path, dry: bool, as_json: bool) -> None:
    if not store.is_dir():
        raise click.BadParameter(f"没有这个备份文件夹：{store}", param_hint="STORE")
    done = prune_store(store, at=clock.now(), dry=dry)
    if as_json:
        click.echo(json.dumps({"kept": done.kept, "gone": done.gone, "objects": done.objects}))
        return
    for name in done.gone:
        click.echo(f"{name}  {'将清理' if dry else '已清理'}")
    click.echo(f"保留 {done.kept} 份，清理 {len(done.gone)} 份、{done.objects} 个文件。")


def prune_kept(*, at: datetime) -> str:
    """The worker's: the store that the settings name."""
    from django.conf import settings

    store = Path(settings.ENV.backup_store)
    if not store.is_dir():
        return "no store"
    done = prune_store(store, at=at)
    return f"pruned {len(done.gone)}, objects {done.objects}"


def prune_store(store: Path, *, at: datetime, dry: bool = False) -> "Pruned":
    from django.conf import settings

    from lingnan.systems.reporting import queries

    from .pruning import Retention, prune

    given_out = queries.moments_given_out(to=system_actor("backup", "job"), on=legal_day(at))
    rule = Retention.parse(settings.ENV.backup_keep)
    return prune(store, rule, given_out, at=at, dry=dry)


@click.command()
@FOLDER
@click.option("--at", "moment", default="", help="这一时刻或之前最新的备份（ISO 格式）。")
@click.option("--replace", is_flag=True, help="覆盖已有的数据。")
def restore(store: Path, moment: str, replace: bool) -> None:
    """恢复一份备份：先文件，后数据库，逐一核对校验和。"""
    from . import backup as backups

    if not store.is_dir():
        raise click.BadParameter(f"没有这个备份文件夹：{store}", param_hint="STORE")
    snapshot = backups.choose(store, _moment(moment))
    backups.restore(store, snapshot, replace=replace)
    click.echo(f"已恢复 {snapshot.name}：{snapshot.tree_size} 条事件，树根 {snapshot.root}")
    if not snapshot.with_keys:
        click.echo("备份中没有私钥：签名和查看证件号码之前，请把私钥放回数据目录的 keys/。")


def _moment(text: str) -> datetime | None:
    """Without a zone it is legal time."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"“{text}”不是时刻，请写成 2026-10-31T18:00 这样的形式。", param_hint="--at"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=clock.LEGAL_ZONE)


def _row(snapshot: "Snapshot") -> dict[str, object]:
    return {
        "name": snapshot.name,
        "taken_at": snapshot.taken_at,
        "files": len(snapshot.objects),
        "tree_size": snapshot.tree_size,
        "root": snapshot.root,
        "with_keys": snapshot.with_keys,
    }
