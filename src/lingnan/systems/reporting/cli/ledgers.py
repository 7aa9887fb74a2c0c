"""`lingnan reporting ledger …`: registers in and out, acts of life, who turns an age."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from lingnan.base import clock
from lingnan.base.canonical import plain
from lingnan.base.errors import Invalid, Problem
from lingnan.kernel.places import queries as places

from .. import queries
from ..queries import ledgers as seen
from ..services import ledgers as acts
from ..terms.ledgers import ACT_WORDS
from .cycle import DAY, FILE, actor_of, as_json, as_user, drain, in_full, show

KINDS = click.Choice(["household", "person", "home", "enterprise"])
at_place = click.option("--place", "place_code", required=True, help="区划代码")
on_day = click.option("--on", "day", type=DAY, default=None, help="哪一天，缺省为今天")
why_text = click.option("--reason", default="", help="原因或依据")


@click.group()
def ledger() -> None:
    """台账：户、人、房屋、企业。"""


def day_of(given: Any) -> date:
    return given.date() if given else clock.today()


def place_id(code: str) -> int:
    return places.by_code(code, on=clock.today()).id


def _why(given: dict[str, Any]) -> acts.Why:
    return acts.Why(day_of(given["day"]), reason=given["reason"])


def pairs_of(given: Sequence[str]) -> dict[str, str]:
    problems = [Problem(one, "应写成 项目=内容。") for one in given if "=" not in one]
    if problems:
        raise Invalid(problems=problems)
    return {key.strip(): text for key, _, text in (one.partition("=") for one in given)}


@ledger.command("import")
@click.argument("kind", type=KINDS)
@click.argument("file", type=FILE)
@at_place
@on_day
@click.option("--complete", is_flag=True, help="文件里各村的台账从此齐全，可以据以计数")
@as_user
@as_json
def import_(kind: str, file: Path, place_code: str, complete: bool, **given: Any) -> None:
    """把名册 FILE（Excel 或 CSV）登记进 KIND 台账；有误的行按单元格退回。"""
    by = actor_of(given["user"])
    told = acts.take_in_register(
        kind, file.read_bytes(), file.name, place_id(place_code), day=day_of(given["day"]),
        complete=complete, by=by, at=clock.now(),
    )  # fmt: skip
    drain()
    rows = [
        ("新增", "变更", "一致", "有误"),
        (str(told.new), str(told.changed), str(told.same), str(len(told.problems))),
    ]
    rows += [(cell, words, "", "") for cell, words in told.problems]
    show(plain(told), rows, given["as_json"])


@ledger.command("list")
@click.argument("kind", type=KINDS)
@at_place
@on_day
@in_full
@as_user
@as_json
def list_(kind: str, place_code: str, day: Any, reason: str | None, **given: Any) -> None:
    """列出一地某一天的台账（默认脱敏）。"""
    to, when, on = actor_of(given["user"]), day_of(day), clock.today()
    if reason is None:
        found = seen.ledger_of(kind, place_id(place_code), when, to=to, on=on)
    else:
        found = acts.show_entries(
            kind, place_id(place_code), when, reason=reason, limit=1_000_000, by=to, at=clock.now()
        )
        drain()
    rows = [("uuid", "名称", "号码", "自")]
    rows += [(e.uuid, seen.name_of(e), e.masked, str(e.valid_from)) for e in found]
    show(plain(found), rows, given["as_json"])


@ledger.command("history")
@click.argument("uuid")
@as_user
@as_json
def history(uuid: str, user: str, as_json: bool) -> None:
    """一个对象的登记过程。"""
    found = seen.history(uuid, to=actor_of(user), on=clock.today())
    rows = [("办理", "日期", "来源", "变化", "原因")]
    for one in found:
        said = "；".join(f"{key} {old}→{new}" for key, (old, new) in one.changes.items())
        rows.append((ACT_WORDS[one.name], str(one.day), one.source, said, one.reason))
    show(plain(found), rows, as_json)


@ledger.command("keep")
@click.argument("kind", type=KINDS)
@at_place
@click.option("--set", "pairs", multiple=True, required=True, help="项目=内容，如 name=甲")
@on_day
@why_text
@as_user
@as_json
def keep(kind: str, place_code: str, pairs: Sequence[str], as_json: bool, **given: Any) -> None:
    """登记一个对象。"""
    by = actor_of(given["user"])
    uuid = acts.register_entry(
        kind, place_id(place_code), pairs_of(pairs), _why(given), by=by, at=clock.now()
    )
    done(uuid, as_json)


@ledger.command("change")
@click.argument("uuid")
@click.option("--set", "pairs", multiple=True, required=True, help="项目=内容；内容留空为去掉")
@on_day
@why_text
@as_user
@as_json
def change(uuid: str, pairs: Sequence[str], as_json: bool, **given: Any) -> None:
    """变更一个对象的项目，从所写日期起生效；以前的错误也这样更正。"""
    by = actor_of(given["user"])
    acts.change_entry(uuid, pairs_of(pairs), _why(given), by=by, at=clock.now())
    done(uuid, as_json)


@ledger.command("move")
@click.argument("uuid")
@click.option("--to", "target", required=True, help="区划代码；人则为迁入户的 uuid")
@click.option("--number", default="", help="迁入村的户编号")
@on_day
@why_text
@as_user
@as_json
def move(uuid: str, target: str, number: str, as_json: bool, **given: Any) -> None:
    """全户（或企业）迁到另一村，或一人迁入另一户。"""
    by, at = actor_of(given["user"]), clock.now()
    if len(target) == 36:
        act = acts.move_person(uuid, target, _why(given), by=by, at=at)
    else:
        act = acts.move_entry(uuid, place_id(target), _why(given), number=number, by=by, at=at)
    done(act, as_json)


@ledger.command("split")
@click.argument("uuid")
@click.option("--person", "people", multiple=True, required=True, help="分出去的人的 uuid")
@click.option("--number", required=True, help="新户的编号")
@on_day
@why_text
@as_user
@as_json
def split(uuid: str, people: Sequence[str], number: str, as_json: bool, **given: Any) -> None:
    """分户。"""
    by = actor_of(given["user"])
    fresh = acts.split_household(uuid, people, number, _why(given), by=by, at=clock.now())
    done(fresh, as_json)


@ledger.command("merge")
@click.argument("uuid")
@click.option("--into", required=True, help="并入的户的 uuid")
@on_day
@why_text
@as_user
@as_json
def merge(uuid: str, into: str, as_json: bool, **given: Any) -> None:
    """并户。"""
    by = actor_of(given["user"])
    done(acts.merge_households(uuid, into, _why(given), by=by, at=clock.now()), as_json)


@ledger.command("born")
@click.argument("household")
@click.option("--set", "pairs", multiple=True, required=True, help="项目=内容，如 name=甲")
@on_day
@why_text
@as_user
@as_json
def born(household: str, pairs: Sequence[str], as_json: bool, **given: Any) -> None:
    """出生登记：--on 为出生日期。"""
    by = actor_of(given["user"])
    done(acts.born(household, pairs_of(pairs), _why(given), by=by, at=clock.now()), as_json)


@ledger.command("die")
@click.argument("uuid")
@on_day
@why_text
@as_user
@as_json
def die(uuid: str, as_json: bool, **given: Any) -> None:
    """去世登记：--on 为去世日期。"""
    done(acts.die(uuid, _why(given), by=actor_of(given["user"]), at=clock.now()), as_json)


@ledger.command("close")
@click.argument("uuid")
@on_day
@why_text
@as_user
@as_json
def close(uuid: str, as_json: bool, **given: Any) -> None:
    """注销房屋、企业或空户。"""
    done(acts.close_entry(uuid, _why(given), by=actor_of(given["user"]), at=clock.now()), as_json)


@ledger.command("retract")
@click.argument("act")
@click.option("--reason", required=True, help="为什么撤回")
@as_user
@as_json
def retract(act: str, reason: str, user: str, as_json: bool) -> None:
    """撤回一次登记：ACT 为 history 列出的 act。"""
    done(acts.retract_act(act, reason=reason, by=actor_of(user), at=clock.now()), as_json)


@ledger.command("unmask")
@click.argument("uuid")
@click.option("--reason", required=True, help="为什么要看；会留下记录")
@as_user
def unmask(uuid: str, reason: str, user: str) -> None:
    """查看完整号码。"""
    shown = acts.unmask_entry(uuid, reason=reason, by=actor_of(user), at=clock.now())
    drain()
    click.echo(shown)


@ledger.command("turning")
@click.option("--age", type=int, required=True, help="满多少岁")
@click.option("--month", required=True, help="哪个月，如 2026-12")
@at_place
@in_full
@as_user
@as_json
def turning(
    age: int, month: str, place_code: str, reason: str | None, user: str, as_json: bool
) -> None:
    """谁在这个月满多少岁（默认脱敏）。"""
    first, last = seen.month_days(month)
    place, to = place_id(place_code), actor_of(user)
    if reason is None:
        found = seen.turning(place, age, first, last, to=to, on=clock.today())
    else:
        found = acts.show_turning(place, age, first, last, reason=reason, by=to, at=clock.now())
        drain()
    named = places.names([t.place for t in found], on=clock.today())
    rows = [("姓名", "号码", "生日", "满岁日", "村")]
    rows += [(t.name, t.masked, str(t.birth), str(t.day), named.get(t.place, "")) for t in found]
    show(plain(found), rows, as_json)


@ledger.command("export")
@click.argument("kind", type=KINDS)
@at_place
@on_day
@click.option("--to", "target", type=click.Path(path_type=Path), default=None, help="写入的文件")
@click.option("--reason", default=None, help="导出完整的姓名、电话、地址；写明原因，会留下记录")
@as_user
def export(
    kind: str, place_code: str, day: Any, target: Path | None, reason: str | None, user: str
) -> None:
    """导出台账（CSV，默认脱敏）。"""
    data = acts.export_ledger(
        kind, place_id(place_code), day_of(day), reason=reason, by=actor_of(user), at=clock.now()
    )
    drain()
    if target is None:
        sys.stdout.buffer.write(data)
    else:
        target.write_bytes(data)


@ledger.command("complete")
@click.argument("kind", type=KINDS)
@at_place
@on_day
@as_user
@as_json
def complete(kind: str, place_code: str, day: Any, user: str, as_json: bool) -> None:
    """声明一个村的台账已经齐全，从此可以据以计数。"""
    by = actor_of(user)
    fresh = acts.declare_complete(kind, [place_id(place_code)], day_of(day), by=by, at=clock.now())
    done(str(fresh), as_json)


@ledger.command("items")
@click.option("--form", "form_code", default="", help="从这张报表里找能由台账计数的项目")
@click.option("--accept", multiple=True, help="数据项代码：由台账计数")
@click.option("--refuse", multiple=True, help="数据项代码：不由台账计数")
@as_user
@as_json
def items(
    form_code: str, accept: Sequence[str], refuse: Sequence[str], user: str, as_json: bool
) -> None:
    """哪些数据项由台账计数，按什么算式。"""
    by, on = actor_of(user), clock.today()
    if form_code:
        acts.propose_items(queries.form(form_code, to=by, on=on).id, by=by, at=clock.now())
    for code in (*accept, *refuse):
        acts.decide_item(code, accept=code in accept, by=by, at=clock.now())
    drain()
    found = seen.item_rules(to=by, on=on)
    said = {"proposed": "待确认", "accepted": "已采纳", "refused": "已否定"}
    rows = [("数据项", "名称", "台账", "算式", "状态")]
    rows += [(r.element, r.title, r.kind, r.formula, said[r.state]) for r in found]
    show(plain(found), rows, as_json)


@ledger.command("derive")
@at_place
@as_user
@as_json
def derive(place_code: str, user: str, as_json: bool) -> None:
    """重算一地在填各期由台账得出的数。"""
    fresh = acts.derive_below(place_id(place_code), by=actor_of(user), at=clock.now())
    done(str(fresh), as_json)


def done(text: str, as_json: bool) -> None:
    drain()
    show({"done": text}, [("完成",), (text,)], as_json)


VERBS: tuple[click.Command, ...] = (ledger,)
