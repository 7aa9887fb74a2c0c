"""`produce`: a department's own file, tables, a bundle, or the workbooks of a whole level."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.canonical import plain
from lingnan.kernel.places import queries as places

from .. import queries, services
from ..terms.outputs import Kind, ProductionInfo
from ..terms.works import STEP_WORDS
from .cycle import (
    DAY,
    actor_of,
    as_json,
    as_user,
    drain,
    end_of,
    in_full,
    in_period,
    period_of,
    show,
)

LEVELS = {"city": 2, "county": 3, "town": 4, "village": 5}
FORMATS = [kind.value for kind in Kind if kind is not Kind.BLOCK]


@click.command()
@click.argument("forms", nargs=-1)
@click.option("--place", "place_code", default="", help="区划代码，不写则为全省")
@in_period
@click.option("--as-of", type=DAY, default=None, help="以哪一天结束时的数据为准")
@click.option("--format", "kind", type=click.Choice(FORMATS), default="workbook", help="文件种类")
@click.option("--tree", type=click.Choice(["code", "governed"]), default="code",
              help="按统计用区划，还是按实际管辖（含功能区）")  # fmt: skip
@click.option("--level", type=click.Choice(list(LEVELS)), default=None,
              help="每个这一级的地方各一份；表格则每地一行")  # fmt: skip
@click.option("--all-counties", is_flag=True, help="全省各县各一份；中断后再运行同一命令即接着做")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="文件或文件夹")
@in_full
@as_user
@as_json
def produce(forms: Sequence[str], place_code: str, period: str, out: Path, **given: Any) -> None:
    """生成填好的部门原表 FORMS（报表编号；--all-counties 时可不写，为全部报表）。"""
    by, on, at = actor_of(given["user"]), clock.today(), clock.now()
    moment = min(end_of(given["as_of"]), at) if given["as_of"] else None
    place = (places.by_code(place_code, on=on) if place_code else places.roots(on=on)[0]).id
    code = period_of(period)
    level = 3 if given["all_counties"] else LEVELS.get(given["level"] or "")
    kind = Kind(given["kind"])
    if level is not None and kind is Kind.WORKBOOK:
        if given["reason"] is not None:
            raise click.UsageError("成批生成的文件一律脱敏，不能写 --reason。")
        _many(_chosen(forms, place, code, by), place, code, out, moment, level, given, by, at)
        return
    if not forms:
        raise click.UsageError("请写明报表编号。")
    ids = [queries.form_asked(one, place, code, to=by, on=on).id for one in forms]
    if kind is Kind.WORKBOOK:
        for number in ids:
            _one(number, place, code, out, moment or at, given, by, at)
        return
    made = services.take_output(
        kind, ids, place, code, as_of=moment, tree=given["tree"], level=level,
        reason=given["reason"], by=by, at=at,
    )  # fmt: skip
    path = _write(out, made.name, made.data)
    drain()
    told = {"file": str(path), "sha256": made.sha256, "seq": made.seq, "as_of": made.as_of}
    show(plain(told), [("文件", str(path)), ("校验值", made.sha256)], given["as_json"])


def _one(  # noqa: PLR0913 - as the command was given
    form: int,
    place: int,
    period: int,
    out: Path,
    moment: datetime,
    given: dict[str, Any],
    by: Actor,
    at: datetime,
) -> None:
    made = services.produce_workbook(
        form, place, period, as_of=moment, tree=given["tree"], reason=given["reason"], by=by, at=at
    )
    path = _write(out, made.name, made.data)
    drain()
    rows = [("文件", str(path)), ("校验值", made.sha256), *(("说明", n) for n in made.footnotes)]
    told = {
        "file": str(path),
        "sha256": made.sha256,
        "seq": made.seq,
        "as_of": made.as_of,
        "footnotes": made.footnotes,
    }
    show(plain(told), rows, given["as_json"])


def _many(  # noqa: PLR0913 - as the command was given
    forms: Sequence[int],
    place: int,
    period: int,
    out: Path,
    moment: datetime | None,
    level: int,
    given: dict[str, Any],
    by: Actor,
    at: datetime,
) -> None:
    """Killed and run again, it goes on with the same figures into the same folder."""
    job = services.order_production(
        forms,
        place,
        period,
        level=level,
        tree=given["tree"],
        as_of=moment,
        folder=out,
        by=by,
        at=at,
    )
    done = services.work_production(job.uuid, by=by, at=at)
    drain()
    show(plain(_told(done)), _lines(done), given["as_json"])
    if done.why:
        raise SystemExit(1)


def _told(done: ProductionInfo) -> dict[str, Any]:
    return {
        "production": done.uuid,
        "state": str(done.state),
        "files": done.done,
        "folder": done.folder,
        "manifest": done.manifest,
        "seq": done.seq,
        "as_of": done.as_of,
        "why": done.why,
    }


def _lines(done: ProductionInfo) -> list[tuple[str, ...]]:
    return [
        ("任务", done.uuid),
        ("状态", STEP_WORDS[done.state]),
        ("文件", f"{done.done}／{done.total} 份，在 {done.folder}"),
        ("清单校验值", done.manifest),
        *([("原因", done.why)] if done.why else []),
    ]


def _chosen(codes: Sequence[str], place: int, period: int, by: Actor) -> list[int]:
    """Without a code: every current form that can be filled place by place."""
    on = clock.today()
    if codes:
        return [queries.form_asked(one, place, period, to=by, on=on).id for one in codes]
    return [form.id for form in queries.forms(to=by, on=on) if form.subject == "place"]


def _write(out: Path, name: str, data: bytes) -> Path:
    path = out / name if out.is_dir() else out
    path.write_bytes(data)
    return path


VERBS: tuple[click.Command, ...] = (produce,)
