"""Accounts: imported, made, suspended, unlocked; passwords and tokens."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import click

from lingnan.base import clock
from lingnan.base.canonical import plain

from .. import queries, services
from ..terms import AccountState
from .common import OPERATOR, as_json, commands, say, secret, writes


@commands.command("load-content")
@click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False
)
@writes
def load_content(folder: Path | None) -> None:
    """装载账号安全参数。"""
    at = clock.now()
    services.load_content(folder, by=OPERATOR, at=at)
    say({"loaded": True}, False, "已装载账号安全参数。")


@commands.command("import-accounts")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--codes",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="存放一次性激活码的新文件，只有您能读。",
)
@as_json
@writes
def import_accounts(file: Path, codes: Path, as_json: bool) -> None:
    """从 CSV 文件（UTF-8，有表头）导入账号和岗位，要么全部导入，要么都不导入。"""
    at = clock.now()
    # Made before the import: codes that cannot be written would be lost.
    handle = os.open(codes, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
        try:
            done = services.import_accounts(_rows(file), by=OPERATOR, at=at)
        except BaseException:
            codes.unlink()
            raise
        writer = csv.writer(out)
        writer.writerow(["username", "activation_code"])
        writer.writerows(done.codes)
    told = {k: v for k, v in plain(done).items() if k != "codes"} | {"codes": str(codes)}
    words = (
        f"{done.rows} 行：新建账号 {done.accounts}、人员 {done.parties}、"
        f"机构 {done.organisations}、岗位 {done.duties}；已有 {done.unchanged}。"
        f"一次性激活码在 {codes}。"
    )
    say(told, as_json, words)


@commands.command()
@click.argument("username")
@as_json
def show(username: str, as_json: bool) -> None:
    """查看一个账号：状态、锁定、最近登录。"""
    told = queries.account(username, to=OPERATOR)
    say(plain(told), as_json, "\n".join(f"{key}: {value}" for key, value in plain(told).items()))


@commands.command()
@click.argument("username")
@click.option("--name", default="", help="用途（发放时填写）。")
@click.option("--days", type=int, help="不写则为规定的最长期限。")
@click.option("--duty", type=int, help="只能使用这个岗位。")
@click.option("--revoke", metavar="PREFIX", help="撤销这个前缀的令牌。")
@as_json
@writes
def token(
    username: str, name: str, days: int | None, duty: int | None, revoke: str | None, as_json: bool
) -> None:
    """发放或撤销接口令牌；令牌只显示一次。"""
    at = clock.now()
    if revoke:
        services.revoke_token(revoke, by=OPERATOR, at=at)
        say({"revoked": revoke}, as_json, f"已撤销 {revoke}。")
        return
    account = queries.account(username, to=OPERATOR)
    new = services.issue_token(account.id, name=name, days=days, duty=duty, by=OPERATOR, at=at)
    words = f"{new.text}\n有效期至 {clock.legal_day(new.expires_at)}，只显示这一次。"
    say(plain(new), as_json, words)


@commands.command()
@click.argument("username")
@as_json
@writes
def unlock(username: str, as_json: bool) -> None:
    """解除账号锁定。"""
    at = clock.now()
    services.unlock(queries.account(username, to=OPERATOR).id, by=OPERATOR, at=at)
    say({"unlocked": username}, as_json, "已解锁。")


@commands.command("set-password")
@click.argument("username")
@click.option("--code", is_flag=True, help="不设口令，改发一次性激活码。")
@as_json
@writes
def set_password(username: str, code: bool, as_json: bool) -> None:
    """设置口令（提示输入或从标准输入读取），下次登录时须更换。"""
    at = clock.now()
    account = queries.account(username, to=OPERATOR)
    if code:
        text = services.issue_activation(account.id, by=OPERATOR, at=at)
        say({"username": username, "activation_code": text}, as_json, text)
        return
    services.set_password(account.id, secret("口令", twice=True), by=OPERATOR, at=at)
    say({"username": username}, as_json, "已设置口令，首次登录须修改。")


@commands.command("create-account")
@click.argument("username")
@click.option("--name", required=True, help="姓名。")
@as_json
@writes
def create_account(username: str, name: str, as_json: bool) -> None:
    """登记一人并开设账号，显示一次性激活码。"""
    at = clock.now()
    person = services.create_person(name, by=OPERATOR, at=at)
    new = services.create_account(username, party=person.id, by=OPERATOR, at=at)
    say(plain(new), as_json, new.activation_code)


@commands.command("forget-attempts")
@as_json
@writes
def forget_attempts(as_json: bool) -> None:
    """清除不再需要的登录尝试记录。"""
    at = clock.now()
    rows = services.forget_attempts(by=OPERATOR, at=at)
    say({"rows": rows}, as_json, f"已删除 {rows} 条。")


@commands.command("suspend-account")
@click.argument("username")
@as_json
@writes
def suspend_account(username: str, as_json: bool) -> None:
    """停用账号：不能再登录，岗位与记录保留。"""
    _change(username, AccountState.SUSPENDED, as_json, "已停用。")


@commands.command("restore-account")
@click.argument("username")
@as_json
@writes
def restore_account(username: str, as_json: bool) -> None:
    """恢复停用的账号；从未设过口令的，恢复为待激活。"""
    _change(username, AccountState.ACTIVE, as_json, "已恢复。")


def _change(username: str, state: AccountState, as_json: bool, words: str) -> None:
    at = clock.now()
    account = queries.account(username, to=OPERATOR)
    services.change_state(account.id, state, by=OPERATOR, at=at)
    now = queries.account(username, to=OPERATOR).state
    say({"username": account.username, "state": now.value}, as_json, words)


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)
