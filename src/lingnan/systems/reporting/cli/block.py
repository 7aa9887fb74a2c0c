"""`block`: all that is known of one place."""

from datetime import datetime
from typing import Any

import click

from lingnan.base import clock
from lingnan.base.canonical import decimal_text, plain
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places

from .. import queries
from ..rules.naming import source_words
from ..rules.tabulating import SUM
from .cycle import DAY, actor_of, as_json, as_user, end_of, show

SUMMED = "下级相加"
MARKS = {
    "reported": "填报",
    "derived": "推算",
    "estimated": "估计",
    "corrected": "更正",
    "missing": "缺报",
    "not_applicable": "不适用",
}


@click.command()
@click.argument("place_code")
@click.option("--as-of", type=DAY, default=None, help="以哪一天结束时的数据为准")
@click.option("--form", default="", help="只看这张报表问的")
@click.option("--department", default="", help="只看这个部门问的")
@click.option("--text", default="", help="名称中有这些字的")
@as_user
@as_json
def block(place_code: str, as_of: datetime | None, **given: Any) -> None:
    """一地（PLACE_CODE）已知的全部数据，各有来源、时间和覆盖面。"""
    by, on = actor_of(given["user"]), clock.today()
    wanted = queries.BlockWanted(given["text"], given["form"], given["department"])
    found = queries.block(
        places.by_code(place_code, on=on),
        wanted,
        as_of=end_of(as_of) if as_of else None,
        to=by,
        on=on,
    )
    rows = [("数据元", "名称", "报告期", "数值", "单位", "标识", "来源")]
    rows += [
        (
            one.element,
            one.title,
            str(Period.from_code(one.period)),
            one.text if one.value is None else decimal_text(one.value),
            one.unit,
            MARKS.get(one.mark, one.mark),
            SUMMED if one.source == SUM else source_words(one.source),
        )
        for one in found.known
    ]
    told = {
        "place": found.place.code,
        "seq": found.seq,
        "figures": plain(list(found.known)),
        "rounds": plain(list(found.rounds)),
        "ledgers": dict(found.ledgers),
    }
    show(plain(told), rows, given["as_json"])


VERBS: tuple[click.Command, ...] = (block,)
