"""The verbs of checking and review: what is wrong, why it is right, what passes, what is released."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import click

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.canonical import plain
from lingnan.kernel.places import queries as places

from .. import queries, services
from ..terms.checking import Severity, Told
from ..terms.filings import FormInfo, State
from .cycle import actor_of, as_json, as_user, drain, in_period, of_form, period_of, show

below = click.option("--place", "place_code", required=True, help="区划代码")
SEVERITY_WORDS = {Severity.ERROR: "错误", Severity.EXPLAIN: "需说明", Severity.HINT: "提示"}
LEVELS = {"town": 4, "county": 3, "city": 2, "province": 1}


@click.command()
@click.argument("filing", type=click.UUID)
@as_user
@as_json
def check(filing: UUID, user: str, as_json: bool) -> None:
    """检查一份报表：哪个单元格有什么问题，怎样改。FILING 为报表的 uuid。有拦住提交的问题时退出码为 1。"""
    found = queries.findings(str(filing), to=actor_of(user), on=clock.today())
    rows = [("单元格", "程度", "问题", "怎样改", "已说明的原因")]
    for told in found:
        one = told.finding
        rows.append((one.cell, SEVERITY_WORDS[one.severity], one.words, one.fix, told.reason))
    show([_told(one) for one in found], rows, as_json)
    if any(one.blocks for one in found):
        raise SystemExit(1)


@click.command("explain-finding")
@click.argument("filing", type=click.UUID)
@click.argument("field")
@click.option("--reason", required=True, help="为什么属实，记入证据。")
@click.option("--rule", default="", help="只说明这一条规则；不写则该项目的全部")
@as_user
@as_json
def explain(filing: UUID, field: str, reason: str, user: str, as_json: bool, rule: str) -> None:
    """对检查出的问题写明原因：FILING 为报表的 uuid，FIELD 为项目编号。"""
    by = actor_of(user)
    try:
        services.explain_finding(str(filing), field, reason, rule=rule, by=by, at=clock.now())
    finally:
        drain()
    show({"filing": str(filing), "field": field, "reason": reason}, [("已说明", field)], as_json)


@click.command()
@of_form
@in_period
@below
@click.option("--page", type=int, default=1, help="第几页村")
@click.option("--pass-clean", is_flag=True, help="按规则自动通过无变化、无问题的")
@as_user
@as_json
def review(**given: Any) -> None:
    """审核一张报表：各村排成表，对合计影响大的在前；可按规则自动通过无变化、无问题的。"""
    by, on = actor_of(given["user"]), clock.today()
    form, place, period = _where(given, by)
    passed = []
    if given["pass_clean"]:
        try:
            passed = services.pass_clean(form.id, place, period, by=by, at=clock.now())
        finally:
            drain()
    found = queries.review_grid(form, place, period, page=given["page"], to=by, on=on)
    named = places.names([row.place for row in found.rows], on=on)
    rows = [("地区", "状态", "问题", *(f.label.strip()[:12] for f in found.fields))]
    for row in found.rows:
        cells = (c.answer.text + ("!" if c.told else "") for c in row.cells)
        rows.append((named[row.place], row.state.value, str(row.errors), *cells))
    told = {
        "expected": found.expected,
        "submitted": found.counts[State.SUBMITTED],
        "approved": found.counts[State.APPROVED],
        "needed": found.needed,
        "findings": found.findings,
        "passed_by_rule": [one.uuid for one in passed],
        "rows": [
            {
                "name": named[row.place],
                "filing": row.filing,
                "state": row.state,
                "passes": row.passes,
                "cells": [
                    {"field": f.code, "text": c.answer.text, "effect": _share(c.effect),
                     "finding": c.told.finding.words if c.told else ""}
                    for f, c in zip(found.fields, row.cells, strict=True)
                ],
            }
            for row in found.rows
        ],
    }  # fmt: skip
    show(told, rows, given["as_json"])


@click.command()
@of_form
@in_period
@below
@click.option("--leave-missing", is_flag=True, help="缺报的不作估计")
@as_user
@as_json
def release(**given: Any) -> None:
    """放行：达到规定比例的村已通过时，一个地区的数据先行可用；缺的村按规定方法估计并标明。"""
    by = actor_of(given["user"])
    form, place, period = _where(given, by)
    try:
        done = services.release_place(
            form.id,
            place,
            period,
            estimate_missing=not given["leave_missing"],
            by=by,
            at=clock.now(),
        )
    finally:
        drain()
    show(plain(done) | {"words": done.words}, [("已放行", done.words)], given["as_json"])


@click.command("order-review")
@click.argument("form")
@click.option("--level", "levels", multiple=True, required=True, type=click.Choice(list(LEVELS)))
@as_user
@as_json
def order_review(form: str, levels: tuple[str, ...], user: str, as_json: bool) -> None:
    """规定一张报表由哪几级依次审核：FORM 为报表编号。"""
    by = actor_of(user)
    found = queries.form(form, to=by, on=clock.today())
    try:
        services.order_review(
            found.id,
            levels=[LEVELS[one] for one in levels],
            by=by,
            at=clock.now(),
        )
    finally:
        drain()
    told = {"form": form, "levels": levels}
    show(told, [("报表", "审核层级"), (form, "、".join(levels))], as_json)


VERBS: tuple[click.Command, ...] = (check, explain, review, release, order_review)


def _where(given: dict[str, Any], by: Actor) -> tuple[FormInfo, int, int]:
    on = clock.today()
    place, period = places.by_code(given["place_code"], on=on).id, period_of(given["period"])
    return queries.form_asked(given["form_code"], place, period, to=by, on=on), place, period


def _share(effect: float | None) -> Decimal | None:
    """A share of the total, as exact as anybody needs."""
    return None if effect is None else Decimal(f"{effect:.6f}")


def _told(one: Told) -> dict[str, Any]:
    found: dict[str, Any] = plain(one.finding)
    return found | {"reason": one.reason, "blocks": one.blocks}
