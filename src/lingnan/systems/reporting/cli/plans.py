"""The verbs of a plan: make it, say what it spares, explain one choice, decide on sums."""

from collections.abc import Sequence
from uuid import UUID

import click

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.canonical import plain
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.places import queries as places

from .. import queries, services
from ..terms.filings import RoundInfo
from ..terms.plans import FormLoad, Load
from .cycle import actor_of, as_json, as_user, at_place, drain, show

MEANS = {
    "known": "已掌握",
    "returned": "上级回流",
    "derive": "由台账或公式得出",
    "identity": "由其他项目得出",
    "confirm": "请确认",
    "ask": "请填报",
}
of_round = click.argument("round", type=click.UUID)
HEAD = ("", "村（户）", "项目", "填报", "确认", "免填", "原需分钟", "现需分钟")


@click.command()
@of_round
@as_user
@as_json
def plan(round: UUID, user: str, as_json: bool) -> None:  # noqa: A002
    """编制一轮填报的最小填报清单：ROUND 为 status --json 列出的 uuid。"""
    by = actor_of(user)
    found = _round(round, by)
    told = services.plan_round(found, by=by, at=clock.now())
    drain()
    figures = told.figures
    gap = figures["seconds"] - figures["bound"]
    rows = [
        ("村", "户", "各表项目", "事实", "填报", "确认", "不同清单", "与下限相差秒"),
        (*(str(figures[name]) for name in
           ("places", "households", "fields", "facts", "asked", "confirmed", "shapes")), str(gap)),
    ]  # fmt: skip
    show(plain(told), rows, as_json)


@click.command()
@of_round
@at_place
@as_user
@as_json
def burden(round: UUID, place_code: str, user: str, as_json: bool) -> None:  # noqa: A002
    """一轮填报的负担，按报表、部门和下级地区列出：ROUND 为 status --json 列出的 uuid。"""
    by, on = actor_of(user), clock.today()
    found = _round(round, by)
    place = places.by_code(place_code, on=on).id if place_code else found.place
    told = queries.burden(found, place, to=by, on=on)
    names = places.names(sorted(told.places), on=on)
    owners = {
        one: party.name for one, party in parties.parties(d for d in told.departments if d).items()
    }
    rows = [HEAD, _line("合计", told.whole)]
    rows += [_line(f"报表 {one.title}", one.load) for one in told.forms]
    rows += [
        _line(f"部门 {owners.get(one or 0, '未注明')}", load)
        for one, load in told.departments.items()
    ]
    rows += [_line(names.get(one, ""), load) for one, load in told.places.items()]
    told_json = {
        "whole": _figures(told.whole),
        "forms": [_of_form(one) for one in told.forms],
        "departments": {owners.get(d or 0, ""): _figures(x) for d, x in told.departments.items()},
        "places": {names.get(p, str(p)): _figures(x) for p, x in told.places.items()},
    }
    show(told_json, rows, as_json)


@click.command()
@of_round
@click.option("--place", "place_code", required=True, help="区划代码")
@click.option("--fact", default="", help="数据项代码，或 报表:编号；不写则全部列出")
@as_user
@as_json
def explain(
    round: UUID,  # noqa: A002
    place_code: str,
    fact: str,
    user: str,
    as_json: bool,
) -> None:
    """说明一个村的每一项为什么要填或不用填：ROUND 为 status --json 列出的 uuid。"""
    by, on = actor_of(user), clock.today()
    found, place = _round(round, by), places.by_code(place_code, on=on).id
    told = (
        [queries.explain(found, fact, place, to=by, on=on)]
        if fact
        else queries.plan_of(found, place, to=by, on=on)
    )
    rows = [("数据项", "名称", "方式", "理由")]
    rows += [(one.fact, one.title, MEANS[one.way.means], one.why) for one in told]
    listed = [
        {"fact": one.fact, "title": one.title, "means": one.way.means, "why": one.why,
         "seconds": one.way.cost, "needs": sorted(one.way.needs), "forms": one.forms}
        for one in told
    ]  # fmt: skip
    show(plain(listed), rows, as_json)


@click.command()
@click.argument("form")
@click.option("--accept", multiple=True, help="编号：这个合计确等于各分项之和")
@click.option("--refuse", multiple=True, help="编号：不是各分项之和")
@as_user
@as_json
def sums(form: str, accept: Sequence[str], refuse: Sequence[str], user: str, as_json: bool) -> None:
    """列出、采纳或否定报表 FORM（编号）中看起来是合计的项目。"""
    by, on = actor_of(user), clock.today()
    found = queries.form(form, to=by, on=on)
    for code in (*accept, *refuse):
        services.decide_sum(found.id, code, accept=code in accept, by=by, at=clock.now())
    drain()
    told = queries.sums_of([found.id])[found.id]
    said = {None: "待确认", True: "已采纳", False: "已否定"}
    rows = [("合计", "分项", "理由", "状态")]
    rows += [(s.total, "+".join(s.parts), s.why, said[s.is_accepted]) for s in told]
    show(plain(told), rows, as_json)


VERBS: tuple[click.Command, ...] = (plan, burden, explain, sums)


def _round(uuid: UUID, by: Actor) -> RoundInfo:
    return queries.round_of(str(uuid), to=by, on=clock.today())


def _line(title: str, load: Load) -> tuple[str, ...]:
    return (title, *(str(n) for n in _figures(load).values()))


def _of_form(one: FormLoad) -> dict[str, object]:
    return {"form": one.form, "title": one.title, **_figures(one.load)}


def _figures(load: Load) -> dict[str, int]:
    return {
        "units": load.units,
        "fields": load.fields,
        "asks": load.asks,
        "confirms": load.confirms,
        "avoided": load.avoided,
        "minutes_before": load.minutes_before,
        "minutes_after": load.minutes_after,
    }
