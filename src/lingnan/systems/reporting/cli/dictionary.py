"""`lingnan reporting dictionary …`: the element dictionary from the command line."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import click

from lingnan.base import clock
from lingnan.base.canonical import plain
from lingnan.kernel.observations.terms import OverTime

from .. import queries, services
from .cycle import actor_of, as_json, as_user, drain, show

LANGUAGES = ("zh-hans", "zh-hant", "en", "pt")
in_language = click.option(
    "--title", "titles", multiple=True, help="语言=名称：zh-hans、zh-hant、en、pt"
)


@click.group("dictionary")
def dictionary() -> None:
    """数据元目录：每个数据元叫什么、谁负责、以谁为准、哪些表在问。"""


@dictionary.command("list")
@click.argument("text", default="")
@click.option("--owner", default="", help="责任部门名称的开头")
@click.option("--asked", type=int, default=0, help="至少有几处在问")
@as_user
@as_json
def list_(text: str, owner: str, asked: int, user: str, as_json: bool) -> None:
    """报表在问的数据元，问得最多的在前；编码或名称中含 TEXT。"""
    to, on = actor_of(user), clock.today()
    found = queries.entries(to=to, on=on, text=text, owner=owner, asked=asked)
    rows = [
        (one.code, one.titles.get("zh-hans", ""), one.unit, one.owner, str(one.forms), one.standing)
        for one in found
    ]
    head = ("编码", "名称", "单位", "责任部门", "在问的表", "状态")
    show([plain(one) for one in found], [head, *rows], as_json)


@dictionary.command("show")
@click.argument("code")
@as_user
@as_json
def show_(code: str, user: str, as_json: bool) -> None:
    """一个数据元 CODE（编码）：名称、来源、谁在问、变更经过。"""
    to, on = actor_of(user), clock.today()
    one = queries.entry(code, to=to, on=on)
    asking = queries.askers(one.id, to=to, on=on)
    done = queries.changes(one.id, to=to, on=on)
    rows = [
        ("编码", one.code),
        *(("名称", f"{lang} {words}") for lang, words in one.titles.items()),
        ("单位", one.unit),
        ("责任部门", one.owner),
        ("密级", one.label),
        ("来源次序", "、".join(one.precedence)),
        *(("在问", f"{ask.form} {ask.field.where} {ask.field.label}") for ask in asking),
        *(
            (
                "变更",
                f"{clock.legal_day(c.at)} {c.kind} {'、'.join(c.before)} → {'、'.join(c.after)}",
            )
            for c in done
        ),
    ]
    told = {"element": plain(one), "askers": plain(asking), "changes": plain(done)}
    show(told, rows, as_json)


@dictionary.command()
@click.option("--least", type=float, default=0.6, help="可以归并的最低匹配分")
@as_user
@as_json
def propose(least: float, user: str, as_json: bool) -> None:
    """看起来是同一个的数据元：已登记报表中的同类问题。"""
    found = queries.proposed(to=actor_of(user), on=clock.today(), least=least)
    rows = [
        (
            one.titles.get("zh-hans", ""),
            one.unit,
            str(len(one.fields)),
            str(one.saved),
            " ".join(dict.fromkeys(f.element_code for f in one.fields)),
        )
        for one in found
    ]
    head = ("名称", "单位", "几处", "每村每年少填", "编码")
    show([plain(one) for one in found], [head, *rows], as_json)


@dictionary.command()
@click.option("--above", type=float, required=True, help="把握，0.5 到 1")
@as_user
@as_json
def confirm(above: float, user: str, as_json: bool) -> None:
    """把握不低于此数、判为同一事实的待定项目对，一次全部认定。"""
    score = Decimal(str(min(max(above, 0.5), 1.0)))
    act, done, left = services.confirm_above(score, by=actor_of(user), at=clock.now())
    drain()
    rows = [("已认定", f"{done} 对"), ("仍待确认", f"{left} 对"), ("操作", act)]
    show({"act": act, "confirmed": done, "left": left}, rows, as_json)


@dictionary.command()
@click.argument("code")
@in_language
@click.option("--owner", default=None, help="责任部门的 uuid")
@click.option(
    "--truth", multiple=True, help="权威来源，以先为准：ledger、form:报表编号、department:部门 uuid"
)
@click.option("--label", default=None, help="密级：public、internal、personal、secret")
@click.option(
    "--over-time",
    type=click.Choice(list(OverTime)),
    help="sum：发生数，可累加；last：时点数，取期末",
)
@as_user
@as_json
def name(code: str, titles: Sequence[str], user: str, as_json: bool, **given: Any) -> None:
    """给数据元 CODE（编码）定名称、责任部门、权威来源和密级。"""
    act = services.describe_element(
        code,
        titles=_titles(titles) or None,
        owner=given["owner"],
        truth=list(given["truth"]) or None,
        label=given["label"],
        over_time=OverTime(given["over_time"]) if given["over_time"] else None,
        by=actor_of(user),
        at=clock.now(),
    )
    _done(act, as_json)


@dictionary.command()
@click.argument("code")
@click.argument("fields", nargs=-1, required=True)
@in_language
@click.option("--code", "new_code", default="", help="新数据元的编码")
@as_user
@as_json
def split(code: str, fields: Sequence[str], titles: Sequence[str], **given: Any) -> None:
    """把数据元 CODE 的若干问题 FIELDS（报表编号:项目编号）分出来，另成一个数据元。"""
    act = services.split_element(
        code,
        [(form, field) for form, _, field in (one.rpartition(":") for one in fields)],
        titles=_titles(titles),
        new_code=given["new_code"],
        by=actor_of(given["user"]),
        at=clock.now(),
    )
    _done(act, given["as_json"])


@dictionary.command()
@click.argument("codes", nargs=-1, required=True)
@in_language
@as_user
@as_json
def join(codes: Sequence[str], titles: Sequence[str], user: str, as_json: bool) -> None:
    """把数据元 CODES 并成一个，保留最早的。"""
    act = services.join_elements(codes, titles=_titles(titles), by=actor_of(user), at=clock.now())
    _done(act, as_json)


@dictionary.command()
@click.argument("act")
@as_user
@as_json
def undo(act: str, user: str, as_json: bool) -> None:
    """撤销一次操作：ACT 为 name、split、join、confirm 给出的 uuid。"""
    count = services.undo_act(act, by=actor_of(user), at=clock.now())
    drain()
    show({"undone": count}, [("已撤销", f"{count} 处")], as_json)


VERBS = (dictionary,)


def _titles(said: Sequence[str]) -> dict[str, str]:
    found = dict(one.partition("=")[::2] for one in said)
    if strange := [lang for lang in found if lang not in LANGUAGES]:
        raise click.BadParameter(f"语言应为 {'、'.join(LANGUAGES)}，不是“{strange[0]}”。")
    return found


def _done(act: str, as_json: bool) -> None:
    drain()
    show({"act": act}, [("已完成，可用 undo 撤销", act)], as_json)
