"""The verbs of a round, from registering a form to the sums."""

import json
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import click

from lingnan.base import clock
from lingnan.base.actors import Actor, system_actor
from lingnan.base.canonical import plain
from lingnan.base.errors import Invalid, NotFound, Problem
from lingnan.base.periods import Period
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.places import queries as places

from .. import queries, services
from ..rules.filing import Figure
from ..rules.naming import told_apart
from ..terms.filings import STATE_WORDS, FormInfo, RoundState, State, Step, Uploaded
from ..terms.suppression import HIDDEN_SHOWN
from .reading import print_table

DAY = click.DateTime(["%Y-%m-%d"])
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
as_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON，供程序读取")
as_user = click.option("--as", "user", default="", help="用户名，不写则为运维人员")
of_form = click.option("--form", "form_code", required=True, help="报表编号")
in_period = click.option("--period", required=True, help="报告期，如 2026、2026-Q3、2026-10")
at_place = click.option("--place", "place_code", default="", help="区划代码")


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--department", default="", help="报表所属部门的 uuid")
@click.option("--code", "codes", multiple=True, help="报表编号，按工作表次序")
@as_user
@as_json
def register(
    files: Sequence[Path], department: str, codes: Sequence[str], user: str, as_json: bool
) -> None:
    """登记部门的报表文件 FILES，其中的项目成为数据项。"""
    by, at = actor_of(user), clock.now()
    owner = parties.party(department).id if department else None
    found = [
        form
        for file in files
        for form in services.register_form(
            file.read_bytes(), file.name, department=owner, codes=codes, by=by, at=at
        )
    ]
    drain()
    rows = [(f.code, f.title.replace("\n", ""), f"{len(f.asked)} 项", f.subject) for f in found]
    show([_form(f) for f in found], [("编号", "报表", "项目", "对象"), *rows], as_json)


@click.group("round")
def round_() -> None:
    """一轮填报：请一地以下各村填报。"""


@round_.command("open")
@click.argument("forms", nargs=-1, required=True)
@click.option("--title", default="", help="这一轮的名称")
@click.option("--place", "place_code", required=True, help="区划代码")
@in_period
@click.option("--from", "first", type=DAY, default=None, help="开始日期，缺省为今天")
@click.option("--due", type=DAY, required=True, help="截止日期")
@as_user
@as_json
def open_(forms: Sequence[str], **given: Any) -> None:
    """请一地以下各村在限期内填报 FORMS（报表编号）。"""
    by, on = actor_of(given["user"]), clock.today()
    period = period_of(given["period"])
    place = places.by_code(given["place_code"], on=on).id
    opened = services.open_round(
        given["title"] or f"{given['period']} 年度报表",
        [queries.form_to_ask(code, place, to=by, on=on).id for code in forms],
        place=place,
        period=period,
        days=(given["first"].date() if given["first"] else on, given["due"].date()),
        by=by,
        at=clock.now(),
    )
    drain()
    rows = [("任务", "截止"), (opened.title, str(opened.due_on))]
    show(plain(opened), rows, given["as_json"])


@click.command()
@click.argument("file", type=FILE)
@of_form
@in_period
@at_place
@click.option("--household", default="", help="户编号")
@as_user
@as_json
def fill(file: Path, form_code: str, period: str, **given: Any) -> None:
    """从 FILE 读入填报内容：填好的原表，或 .csv、.json 的行。"""
    by, on, at = actor_of(given["user"]), clock.today(), clock.now()
    code, at_code = period_of(period), given["place_code"]
    where = places.by_code(at_code, on=on).id if at_code else None
    form = queries.form_asked(form_code, where, code, to=by, on=on)
    done = _upload(form, file, code, given, by, at)
    drain()
    left = [(one.where, one.words + one.fix) for one in done.left]
    rows = [("单元格", "问题"), *done.problems, *left]
    said = [("已存草稿", f"{len(done.saved)} 份")] if len(rows) == 1 else rows
    told = {"saved": done.saved, "problems": done.problems, "left": plain(done.left)}
    show(told, said, given["as_json"])
    if done.problems:
        raise SystemExit(1)


@click.command()
@of_form
@in_period
@at_place
@as_user
@as_json
def submit(form_code: str, period: str, place_code: str, user: str, as_json: bool) -> None:
    """提交一张报表在一地及其以下的草稿。"""
    by = actor_of(user)
    found = _filings(form_code, period, place_code, (State.DRAFT, State.RETURNED), by)
    done = services.submit_many(found, by=by, at=clock.now())
    drain()
    show({"submitted": [f.uuid for f in done]}, [("已提交", f"{len(done)} 份")], as_json)


@click.command()
@of_form
@in_period
@at_place
@as_user
@as_json
def approve(form_code: str, period: str, place_code: str, user: str, as_json: bool) -> None:
    """审核通过一张报表在一地及其以下已提交的填报。"""
    by = actor_of(user)
    _check_round(form_code, period, by)
    found = _filings(form_code, period, place_code, (State.SUBMITTED,), by)
    given = services.approve_many(found, by=by, at=clock.now())
    drain()
    told = [
        {"filing": one.filing.uuid, "cell": said.finding.cell, "words": said.finding.words}
        for one in given.left
        for said in one.told
    ]
    rows = [("已通过", f"{len(given.done)} 份"), *((one["cell"], one["words"]) for one in told)]
    show({"approved": [f.uuid for f in given.done], "left": told}, rows, as_json)


@click.command()
@at_place
@click.option("--all", "every", is_flag=True, help="直接下级逐个列出，已结束的任务也列出")
@as_user
@as_json
def status(place_code: str, every: bool, user: str, as_json: bool) -> None:
    """各轮填报在一地的进度，直接下级合为一行；JSON 总是全部。"""
    by, on = actor_of(user), clock.today()
    head = ("任务", "报告期", "地区", "应报", *(STATE_WORDS[state] for state in State))
    rows: list[tuple[str, ...]] = [head]
    told, ended = [], 0
    for found in queries.rounds(to=by, on=on):
        top = places.by_code(place_code, on=on).id if place_code else found.place
        own, below = queries.progress(found, top, to=by, on=on)
        named = places.names([own.place, *(s.place for s in below)], on=on)
        steps = (own, *below)
        told += [{"round": found.uuid, "name": named[s.place], **plain(s)} for s in steps]
        if not every and found.state is RoundState.CLOSED:
            ended += 1
            continue
        period = str(Period.from_code(found.period))
        rows += [
            (found.title, period, named[s.place], *_counts(s)) for s in (steps if every else (own,))
        ]
        if below and not every:
            done = sum(0 < s.expected == s.approved for s in below)
            said = f"直接下级 {len(below)} 个，已完成 {done} 个"
            if not own.expected:
                said = f"直接下级 {len(below)} 个，应报户数未知"
            rows.append(("", "", said, *("" for _ in _counts(own))))
    show(told, rows, as_json)
    if ended and not as_json:
        click.echo(f"另有 {ended} 个已结束的任务；逐个列出请加 --all。")


def _counts(step: Step) -> tuple[str, ...]:
    counts = (step.expected, step.draft, step.submitted, step.returned, step.approved)
    return tuple(str(n) for n in counts)


@click.command()
@of_form
@in_period
@click.option("--place", "place_code", required=True, help="区划代码")
@click.option("--as-of", type=DAY, default=None, help="以哪一天结束时的数据为准")
@as_user
@as_json
def rollup(form_code: str, period: str, place_code: str, **given: Any) -> None:
    """一张报表在一地及其直接下级的汇总，以基本单位计。"""
    by, on = actor_of(given["user"]), clock.today()
    place = places.by_code(place_code, on=on)
    form = queries.form_asked(form_code, place.id, period_of(period), to=by, on=on)
    as_of = end_of(given["as_of"]) if given["as_of"] else None
    found = queries.rollup_table(form, place, period_of(period), as_of=as_of, to=by)
    named = places.names(sorted(found), on=on)
    ids = [place.id, *(n for n in sorted(found) if n != place.id)]
    rows = [("编号", "项目", *(named.get(n, "") for n in ids))]
    for field, name in zip(form.asked, told_apart(form.asked), strict=True):
        cells = [found.get(n, {}).get(field.code) for n in ids]
        if any(cells):
            values = [_said(c) for c in cells]
            rows.append((field.code, name, *values))
    told = {named.get(n, str(n)): {c: f.value for c, f in found[n].items()} for n in found}
    show(plain(told), rows, given["as_json"])


def _said(figure: Figure | None) -> str:
    if figure is not None and figure.hidden:
        return HIDDEN_SHOWN
    return "" if figure is None or figure.value is None else f"{figure.value.normalize():f}"


@click.command()
@click.option("--form", "form_code", default="", help="只看这张报表")
@click.option("--accept", type=int, multiple=True, help="要采纳的编号")
@click.option("--refuse", type=int, multiple=True, help="要否定的编号")
@click.option("--accept-exact", is_flag=True, help="采纳全部准确的")
@as_user
@as_json
def proposals(form_code: str, user: str, as_json: bool, **given: Any) -> None:
    """可以由其他项目得出的项目：列出、采纳或否定。"""
    by, on, at = actor_of(user), clock.today(), clock.now()
    wanted = queries.form(form_code, to=by, on=on).id if form_code else None
    exact = [
        one.id
        for one in queries.proposals(to=by, on=on, form=wanted)
        if given["accept_exact"] and one.quality == "exact" and one.state == "proposed"
    ]
    for number in (*given["accept"], *exact):
        services.decide_proposal(number, accept=True, by=by, at=at)
    for number in given["refuse"]:
        services.decide_proposal(number, accept=False, by=by, at=at)
    drain()
    found = queries.proposals(to=by, on=on, form=wanted)
    names: dict[int, str] = {}
    for form in queries.forms_by_id({p.village_form for p in found}).values():
        names |= dict(zip((f.id for f in form.fields), told_apart(form.fields), strict=True))
    rows = [("号", "编号", "项目", "算法", "把握", "状态")]
    rows += [
        (str(p.id), p.field.code, names[p.field.id], p.formula, p.quality, p.state) for p in found
    ]
    show(
        [
            {"id": p.id, "field": p.field.code, "formula": p.formula, "quality": p.quality,
             "reasons": p.reasons, "state": p.state}
            for p in found
        ],
        rows,
        as_json,
    )  # fmt: skip


VERBS: tuple[click.Command, ...] = (
    register, round_, fill, submit, approve, status, rollup, proposals,
)  # fmt: skip


in_full = click.option(
    "--reason", default=None, help="显示完整的姓名、电话、号码；写明原因，会留下记录"
)


def actor_of(user: str) -> Actor:
    """The named account with its first hat; without a name the operator at the machine."""
    if not user:
        return system_actor("operator", "cli")
    account = parties.account(user, to=system_actor("operator", "cli"))
    return parties.actor_of(account.id, at=clock.now(), channel="cli")


def period_of(text: str) -> int:
    try:
        return Period.parse(text).code
    except ValueError:
        problem = Problem("--period", "没有这个报告期：{text}", (("text", text),))
        raise Invalid(problems=[problem]) from None


def _check_round(form_code: str, period: str, by: Actor) -> None:
    """NotFound when the form was never asked for that period."""
    on, code = clock.today(), period_of(period)
    form = queries.form_asked(form_code, None, code, to=by, on=on).id
    if not any(r.period == code and form in r.forms for r in queries.rounds(to=by, on=on)):
        raise NotFound(
            "没有这样的填报任务：报表 {form}，报告期 {period}。", form=form_code, period=period
        )


def end_of(day: datetime) -> datetime:
    return datetime.combine(day.date(), time.max, clock.LEGAL_ZONE)


def _upload(
    form: FormInfo, file: Path, period: int, given: dict[str, Any], by: Actor, at: datetime
) -> Uploaded:
    data = file.read_bytes()
    suffix = file.suffix.lower()
    if suffix == ".csv":
        return services.upload_csv(form.id, data, period, by=by, at=at)
    if suffix == ".json":
        return services.upload_rows(form.id, json.loads(data), period, by=by, at=at)
    code = given["place_code"]
    place = places.by_code(code, on=clock.today()).id if code else None
    return services.upload_answers(
        form.id, data, period, place=place, household=given["household"], by=by, at=at
    )


def _filings(
    form_code: str, period: str, place_code: str, states: tuple[State, ...], by: Actor
) -> list[str]:
    """Every one, page by page."""
    on: date = clock.today()
    under = places.by_code(place_code, on=on).id if place_code else None
    code = period_of(period)
    form = queries.form_asked(form_code, under, code, to=by, on=on).id
    found = []
    for state in states:
        wanted = queries.Wanted(state=state, form=form, period=code, under=under, limit=100_000)
        found += [one.uuid for one in queries.filings(wanted, to=by, on=on)]
    return found


def drain() -> None:
    """A one-shot command waits until what it did is numbered and signed."""
    evidence.drain(at=clock.now())


def _form(form: FormInfo) -> dict[str, Any]:
    return {
        "code": form.code,
        "version": form.version,
        "title": form.title,
        "subject": form.subject,
        "fields": len(form.asked),
    }


def show(told: Any, rows: Sequence[tuple[str, ...]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(plain(told), ensure_ascii=False, indent=2))
    else:
        print_table(rows)
