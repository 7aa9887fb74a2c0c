"""Portals of other sites: registered, linked, closed."""

from uuid import UUID

import click

from lingnan.base import clock
from lingnan.base.canonical import plain

from .. import queries, services
from .common import OPERATOR, as_json, commands, say, secret, writes


@commands.command("portals")
@as_json
def portals(as_json: bool) -> None:
    """列出已登记的门户。"""
    told = queries.portals(to=OPERATOR)
    lines = [
        f"{one.uuid} {'它登录我们' if one.direction == 'in' else '经我们登录'} {one.name}"
        f"{'（已停用）' if one.closed_at else ''}"
        for one in told
    ]
    say(plain(list(told)), as_json, "\n".join(lines) or "还没有门户。")


@commands.command("register-portal")
@click.argument("name")
@click.option(
    "--return-to", "addresses", multiple=True, help="经我们登录的门户的返回地址，可多次。"
)
@click.option("--issuer", default="", help="为我们的用户登录的门户的签发地址。")
@click.option("--client-id", default="", help="该门户给我们的客户端编号；密钥另行提示输入。")
@as_json
@writes
def register_portal(
    name: str, addresses: tuple[str, ...], issuer: str, client_id: str, as_json: bool
) -> None:
    """登记门户：写 --return-to 的经我们登录，写 --issuer 的为我们的用户登录。"""
    at = clock.now()
    if issuer:
        key = secret("门户给我们的密钥", twice=False)
        made = services.register_portal_in(name, issuer, client_id, key, by=OPERATOR, at=at)
        say({"uuid": str(made)}, as_json, f"已登记 {made}。返回地址：本站 /oidc/back")
        return
    new = services.register_portal_out(name, addresses, by=OPERATOR, at=at)
    words = f"客户端编号 {new.client_id}\n密钥 {new.secret}（只显示这一次）"
    say(plain(new), as_json, words)


@commands.command("link-portal")
@click.argument("portal", type=click.UUID)
@click.argument("username")
@click.argument("who", required=False)
@click.option("--remove", is_flag=True, help="解除这个账号与门户的关联。")
@as_json
@writes
def link_portal(portal: UUID, username: str, who: str, remove: bool, as_json: bool) -> None:
    """把门户的用户编号（sub）与账号关联，或解除。"""
    at = clock.now()
    account = queries.account(username, to=OPERATOR)
    if remove:
        services.unlink_portal(portal, account.id, by=OPERATOR, at=at)
        say({"unlinked": username}, as_json, "已解除关联。")
        return
    if not who:
        raise click.UsageError("请写门户的用户编号（sub）。")
    services.link_portal(portal, who, account.id, by=OPERATOR, at=at)
    say({"linked": username}, as_json, "已关联。")


@commands.command("close-portal")
@click.argument("portal", type=click.UUID)
@as_json
@writes
def close_portal(portal: UUID, as_json: bool) -> None:
    """停用门户，它手里的令牌随即失效。"""
    services.close_portal(portal, by=OPERATOR, at=clock.now())
    say({"closed": str(portal)}, as_json, "已停用。")


@commands.command("remove-factor")
@click.argument("username")
@as_json
@writes
def remove_factor(username: str, as_json: bool) -> None:
    """手机或密钥丢失时，移除账号的全部第二种验证方式。"""
    at = clock.now()
    account = queries.account(username, to=OPERATOR)
    held = queries.factors(account.id, to=OPERATOR)
    for one in held:
        services.remove_factor(account.id, one.uuid, by=OPERATOR, at=at)
    services.end_sessions(account.id, why="factor", by=OPERATOR, at=at)
    say({"removed": len(held)}, as_json, f"已移除 {len(held)} 种，并退出全部登录。")
