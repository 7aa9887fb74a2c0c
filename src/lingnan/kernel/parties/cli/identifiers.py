"""Numbers from registers: checked, added, and shown in full for a reason."""

import sys

import click

from lingnan.base import clock

from .. import queries, services
from ..terms import SCHEME_TITLES, Scheme
from .common import OPERATOR, actor_of, as_json, commands, party_of, say, secret, writes


@commands.command("check-id")
@click.argument("value", required=False)
@click.option("--scheme", type=click.Choice([s.value for s in Scheme]), help="不写则自动判断。")
@as_json
def check_id(value: str | None, scheme: str | None, as_json: bool) -> None:
    """按校验位检查证件号码。不写 VALUE 则从标准输入读取，以免留在命令历史里。
    不保存、不记日志；有误时退出码为 1。"""
    text = sys.stdin.readline() if value in (None, "-") else str(value)
    wanted = Scheme(scheme) if scheme else None
    checked = queries.check_identifier(text, scheme=wanted, on=clock.today())
    errors = [p.words() for p in checked.errors]
    warnings = [p.words() for p in checked.warnings]
    told = {
        "scheme": checked.scheme.value,
        "title": SCHEME_TITLES[checked.scheme],
        "ok": checked.ok,
        "masked": queries.masked(checked),
        "errors": errors,
        "warnings": warnings,
        "birth": checked.birth and checked.birth.isoformat(),
        "sex": checked.sex,
        "area": checked.area,
    }
    lines = [f"{told['title']} {told['masked']}：{'有效' if checked.ok else '无效'}"]
    lines += [f"  错误：{words}" for words in errors]
    lines += [f"  提示：{words}" for words in warnings]
    say(told, as_json, "\n".join(lines))
    if not checked.ok:
        sys.exit(1)


@commands.command("add-identifier")
@click.argument("party")
@click.option(
    "--scheme", type=click.Choice([s.value for s in Scheme]), required=True, help="证件类型。"
)
@click.option("--issuer", default="", help="护照签发国的三字母代码。")
@as_json
@writes
def add_identifier(party: str, scheme: str, issuer: str, as_json: bool) -> None:
    """登记证件号码：PARTY 为用户名或 uuid，号码只从标准输入读取，不写在命令行上。"""
    at = clock.now()
    holder = party_of(party)
    value = secret("号码")
    number = services.add_identifier(
        holder.id, Scheme(scheme), value, issuer=issuer, by=OPERATOR, at=at
    )
    held = queries.identifiers(holder.party, to=OPERATOR, on=clock.legal_day(at))
    masked = next((one.masked for one in held if one.id == number), "")
    told = {"identifier": number, "scheme": scheme, "masked": masked}
    say(told, as_json, f"证件 {number}：{SCHEME_TITLES[Scheme(scheme)]} {masked}")


@commands.command()
@click.argument("identifier", type=int)
@click.option("--reason", required=True, help="查看事由（至少 4 个字），记入证据。")
@click.option("--as", "user", default="", help="查看人的用户名；不写为操作员。")
@as_json
@writes
def unmask(identifier: int, reason: str, user: str, as_json: bool) -> None:
    """显示完整证件号码一次：IDENTIFIER 为 add-identifier 给出的编号，谁看过、为何看都留下记录。"""
    value = services.unmask(identifier, reason=reason, by=actor_of(user), at=clock.now())
    say({"identifier": identifier, "value": value}, as_json, value)
