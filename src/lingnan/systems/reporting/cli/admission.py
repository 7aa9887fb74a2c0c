"""`lingnan reporting admission …`: offer a form, hear the verdict, approve, list the catalogue."""

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from lingnan.base import clock
from lingnan.base.canonical import plain
from lingnan.base.errors import Invalid, Problem
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places

from .. import queries, services
from ..rules.admission import WORDS
from ..rules.cataloguing import rows_of
from ..terms.admission import AdmissionInfo, Conditions, Held, ObjectionKind, Ruling, VerdictOf
from .cycle import DAY, FILE, actor_of, as_json, as_user, drain, show

KINDS = {Held.HELD: "已掌握", Held.DERIVABLE: "可得出", Held.NEW: "要新填"}
the_one = click.argument("uuid", type=click.UUID)
in_place = click.option("--place", "place_code", required=True, help="区划代码")


@click.group()
def admission() -> None:
    """报表准入：申请、评估、两人批准、年度目录、重复反映。"""


@admission.command("offer")
@click.argument("form")
@in_place
@click.option("--purpose", required=True, help="为什么要这张表")
@click.option("--basis", default="", help="依据的法律、文件")
@click.option("--only", multiple=True, help="只申请这些项目（编号），可多次")
@click.option("--once", default="", help="一次性报表：唯一的报告期")
@as_user
@as_json
def offer(form: str, place_code: str, user: str, as_json: bool, **given: Any) -> None:
    """为已登记的报表 FORM（编号）申请准入，当场得到评估。"""
    by, on = actor_of(user), clock.today()
    said = services.Offer(
        given["purpose"], given["basis"], tuple(given["only"]), _period(given["once"])
    )
    place = places.by_code(place_code, on=on).id
    code = queries.form(form, to=by, on=on).id
    _told(services.offer_form(code, said, place=place, by=by, at=clock.now()), as_json)


@admission.command("list")
@as_user
@as_json
def list_(user: str, as_json: bool) -> None:
    """列出准入申请和现状，新的在前。"""
    to, on = actor_of(user), clock.today()
    found = queries.admissions(to=to, on=on)
    rows = [("申请", "编号", "报表", "现状", "批准人数", "文号", "有效期至")]
    rows += [
        (one.uuid, one.form_code, one.title, WORDS[queries.standing(one, on)], str(one.approvals),
         one.number, str(one.conditions.expires_on) if one.conditions else "")
        for one in found
    ]  # fmt: skip
    told = [_plain(one) for one in found]
    show(told, rows, as_json)


@admission.command("show")
@the_one
@as_user
@as_json
def show_(uuid: UUID, user: str, as_json: bool) -> None:
    """逐项列出一份申请（UUID）的评估。"""
    _told(queries.admission(str(uuid), to=actor_of(user), on=clock.today()), as_json)


@admission.command("assess")
@the_one
@as_user
@as_json
def assess(uuid: UUID, user: str, as_json: bool) -> None:
    """按今天的情况重新评估一份申请（UUID）。"""
    _told(services.assess_again(str(uuid), by=actor_of(user), at=clock.now()), as_json)


@admission.command("approve")
@the_one
@click.option("--new-only", is_flag=True, help="只准填评估为“要新填”的项目")
@click.option("--only", multiple=True, help="只准填这些项目（编号），可多次")
@click.option("--from", "begins", type=DAY, default=None, help="起始日，缺省为今天")
@click.option("--until", type=DAY, default=None, help="有效期至，缺省按规定")
@click.option("--notice", type=int, default=None, help="从通知到截止最少天数")
@as_user
@as_json
def approve(uuid: UUID, user: str, as_json: bool, **given: Any) -> None:
    """批准一份申请（UUID）：两个人批准同样的条件才生效。"""
    by, on = actor_of(user), clock.today()
    found = queries.admission(str(uuid), to=by, on=on)
    done = services.approve_admission(
        str(uuid), conditions=_wanted(found, given, on), seen=found.version, by=by, at=clock.now()
    )
    _told(done, as_json)


def _wanted(found: AdmissionInfo, given: Mapping[str, Any], on: date) -> Conditions | None:
    """None when nothing was said: those that stand are meant."""
    if not any(value not in (None, False, ()) for value in given.values()):
        return None
    usual = found.conditions or services.usual_conditions(found, on)
    new = found.verdict.new if given["new_only"] and found.verdict else ()
    return Conditions(
        given["begins"].date() if given["begins"] else usual.begins_on,
        given["until"].date() if given["until"] else usual.expires_on,
        usual.notice_days if given["notice"] is None else given["notice"],
        tuple(given["only"]) or new or usual.only,
        usual.period,
    )


@admission.command("refuse")
@the_one
@click.option("--reason", required=True, help="理由，会告知申请部门")
@as_user
@as_json
def refuse(uuid: UUID, reason: str, user: str, as_json: bool) -> None:
    """不予批准一份申请（UUID），并说明理由。"""
    by = actor_of(user)
    _told(services.refuse_admission(str(uuid), reason, by=by, at=clock.now()), as_json)


@admission.command("withdraw")
@the_one
@click.option("--reason", required=True, help="理由")
@as_user
@as_json
def withdraw(uuid: UUID, reason: str, user: str, as_json: bool) -> None:
    """停用一张已准入的报表，或撤回申请（UUID）。"""
    by = actor_of(user)
    _told(services.withdraw_admission(str(uuid), reason, by=by, at=clock.now()), as_json)


@admission.command("existing")
@in_place
@as_user
@as_json
def existing(place_code: str, user: str, as_json: bool) -> None:
    """把准入施行前在用的报表列入首次目录；由两个人先后执行。"""
    by, on = actor_of(user), clock.today()
    place = places.by_code(place_code, on=on).id
    done = services.admit_existing(place=place, by=by, at=clock.now())
    drain()
    rows = [("新列入", "已准入", "不能由您批准"),
            (str(done.offered), str(done.admitted), "、".join(done.skipped))]  # fmt: skip
    show(asdict(done), rows, as_json)


@admission.command("catalogue")
@click.argument("year", type=int)
@click.option("--as-of", "as_of", type=DAY, default=None, help="哪一天所知，缺省为今天")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV")
@as_user
@as_json
def catalogue(year: int, as_of: datetime | None, as_csv: bool, user: str, as_json: bool) -> None:
    """一年的报表目录：YEAR 内在用的全部报表。"""
    on = as_of.date() if as_of else clock.today()
    found = queries.catalogue(year, to=actor_of(user), on=on)
    rows = rows_of(found)
    if as_csv:
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        click.echo(out.getvalue(), nl=False)
        return
    told = [
        {
            "admission": _plain(one.admission),
            "standing": one.standing.value,
            "frequency": one.times,
            "minutes_alone": one.minutes_alone,
            "minutes": one.minutes,
        }
        for one in found
    ]
    show(told, rows, as_json)


@admission.command("object")
@in_place
@click.option("--form", "form_code", default="", help="报表编号")
@click.option("--file", type=FILE, default=None, help="系统外收到的表")
@click.option("--words", required=True, help="和哪张表重复，或从哪里来的")
@click.option("--sender", default="", help="系统外的表是谁发的")
@as_user
@as_json
def object_(place_code: str, form_code: str, file: Path | None, words: str, sender: str,
            user: str, as_json: bool) -> None:  # fmt: skip
    """反映一张表重复（--form），或目录外的表（--file，只读不登记）。"""
    by, on, at = actor_of(user), clock.today(), clock.now()
    place = places.by_code(place_code, on=on).id
    if bool(form_code) is (file is not None):
        raise Invalid(problems=[Problem("form", "请给出 --form 或 --file 之一。")])
    if file is not None:
        said = services.Saying(ObjectionKind.UNLISTED, words, place, sender)
        made = services.object_to_file(file.read_bytes(), file.name, said, by=by, at=at)
    else:
        said = services.Saying(ObjectionKind.REPEATS, words, place)
        form = queries.form(form_code, to=by, on=on)
        made = services.object_to_form(form.id, said, by=by, at=at)
    drain()
    rows = [("编号", "项目", "同一项在"), *((x.field, x.label, f"{x.form}:{x.other}")
                                     for x in made.likenesses)]  # fmt: skip
    show(plain(asdict(made)), rows, as_json)


@admission.command("objections")
@click.option("--open", "only_open", is_flag=True, help="只列未答复的")
@as_json
def objections(only_open: bool, as_json: bool) -> None:
    """公开的反映登记册。"""
    found = queries.objections(open_only=only_open)
    rows = [("反映", "报表", "说明", "项目", "重复", "答复期限", "答复")]
    rows += [
        (one.uuid, one.title, one.words, str(one.fields), str(len(one.likenesses)),
         str(one.due_on), one.answer)
        for one in found
    ]  # fmt: skip
    show(plain([asdict(one) for one in found]), rows, as_json)


@admission.command("answer")
@the_one
@click.option(
    "--ruling",
    type=click.Choice([one.value for one in Ruling]),
    required=True,
    help="upheld 属实、partly 部分属实、refused 不属实",
)
@click.option("--answer", "text", required=True, help="答复，公开")
@as_user
@as_json
def answer(uuid: UUID, ruling: str, text: str, user: str, as_json: bool) -> None:
    """答复一条反映（UUID）。"""
    by = actor_of(user)
    done = services.answer_objection(str(uuid), Ruling(ruling), text, by=by, at=clock.now())
    drain()
    rows = [("反映", "答复"), (done.title, done.answer)]
    show(plain(asdict(done)), rows, as_json)


VERBS: tuple[click.Command, ...] = (admission,)


def _told(found: AdmissionInfo, as_json: bool) -> None:
    drain()
    rows = [("编号", "项目", "评估", "理由", "已知", "要问")]
    if found.verdict:
        click.echo(_sentence(found.verdict, found.likely_new), err=True)
        rows += [
            (r.field, r.label, KINDS[r.kind], r.why, str(r.known), str(r.asked))
            for r in found.verdict.rows
        ]
    show(_plain(found), rows, as_json)


def _sentence(told: VerdictOf, likely: int | None) -> str:
    held, derivable, new = (told.count(kind) for kind in Held)
    said = f"{told.fields} 项中 {held} 项已掌握，{derivable} 项可以得出，{new} 项要新填。"
    if likely is not None and likely < new:
        said += f"疑似重复的项目确认后，只需新填 {likely} 项。"
    return said


def _plain(one: AdmissionInfo) -> dict[str, object]:
    told: dict[str, object] = plain(asdict(one))
    told["standing"] = queries.standing(one, clock.today()).value
    if one.verdict:
        told["counts"] = {kind.value: one.verdict.count(kind) for kind in Held}
    return told


def _period(text: str) -> int:
    if not text:
        return 0
    try:
        return Period.parse(text).code
    except ValueError:
        raise Invalid(
            problems=[Problem("once", "没有报告期“{text}”。", (("text", text),))]
        ) from None
