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
    "--title", "titles", multiple=True, help="LANG=NAME: zh-hans, zh-hant, en, pt"
)


@click.group("dictionary")
def dictionary() -> None:
    """What each element is called, who answers for it, whose word wins, who asks it."""


@dictionary.command("list")
@click.argument("text", default="")
@click.option("--owner", default="", help="beginning of the department's name")
@click.option("--asked", type=int, default=0, help="by at least so many questions")
@as_user
@as_json
def list_(text: str, owner: str, asked: int, user: str, as_json: bool) -> None:
    """Elements that forms ask, most asked first; TEXT is in the code or a name."""
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
    """One element CODE: names, sources, who asks it, what was done with it."""
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
            ("变更", f"{c.at.date()} {c.kind} {'、'.join(c.before)} → {'、'.join(c.after)}")
            for c in done
        ),
    ]
    told = {"element": plain(one), "askers": plain(asking), "changes": plain(done)}
    show(told, rows, as_json)


@dictionary.command()
@click.option("--least", type=float, default=0.6, help="lowest score of a match that joins")
@as_user
@as_json
def propose(least: float, user: str, as_json: bool) -> None:
    """Elements that seem to be one: clusters of questions of the registered forms."""
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
@click.option("--above", type=float, required=True, help="confidence, 0.5 to 1")
@as_user
@as_json
def confirm(above: float, user: str, as_json: bool) -> None:
    """Confirm every open pair held for one fact with at least that confidence."""
    score = Decimal(str(min(max(above, 0.5), 1.0)))
    act, done, left = services.confirm_above(score, by=actor_of(user), at=clock.now())
    drain()
    rows = [("已认定", f"{done} 对"), ("仍待确认", f"{left} 对"), ("操作", act)]
    show({"act": act, "confirmed": done, "left": left}, rows, as_json)


@dictionary.command()
@click.argument("code")
@in_language
@click.option("--owner", default=None, help="uuid of the department that answers for it")
@click.option("--truth", multiple=True, help="ledger, form:CODE, department:UUID, best first")
@click.option("--label", default=None, help="public, internal, personal, secret")
@click.option("--over-time", type=click.Choice(list(OverTime)), help="sum: happens; last: stands")
@as_user
@as_json
def name(code: str, titles: Sequence[str], user: str, as_json: bool, **given: Any) -> None:
    """Names, owner, source of truth and secrecy of element CODE."""
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
@click.option("--code", "new_code", default="", help="code of the new element")
@as_user
@as_json
def split(code: str, fields: Sequence[str], titles: Sequence[str], **given: Any) -> None:
    """The questions FIELDS (FORM:FIELD) of element CODE become an element of their own."""
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
    """Elements CODES become one: the oldest is kept."""
    act = services.join_elements(codes, titles=_titles(titles), by=actor_of(user), at=clock.now())
    _done(act, as_json)


@dictionary.command()
@click.argument("act")
@as_user
@as_json
def undo(act: str, user: str, as_json: bool) -> None:
    """Take back the act with uuid ACT, as `name`, `split`, `join` and `confirm` answer it."""
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
