"""What the verbs share: who acts, how an answer is said, how a party, place or day is named."""

import json
import sys
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, ParamSpec
from uuid import UUID

import click

from lingnan.base import clock
from lingnan.base.actors import Actor, system_actor
from lingnan.base.errors import Invalid, NotFound, Problem
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.places import queries as places

from .. import queries
from ..terms import PartyInfo

OPERATOR = system_actor("operator", "cli")
DAY = click.DateTime(["%Y-%m-%d"])
as_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON，供程序读取。")
P = ParamSpec("P")


def writes(command: Callable[P, None]) -> Callable[P, None]:
    """Leaves no event unsequenced, a refusal's neither."""

    @wraps(command)
    def drained(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        finally:
            evidence.drain(at=clock.now())

    return drained


@click.group()
def commands() -> None:
    """主体：人员、机构、账号和岗位。"""


def say(told: Any, as_json: bool, words: str) -> None:
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else words)


def place_of(code: str) -> int | None:
    if not code:
        return None
    return places.by_code(code, on=clock.today()).id


def party_of(who: str, where: str = "party") -> PartyInfo:
    """By uuid, or the person behind a username. Invalid names the argument `where`."""
    try:
        return queries.party(UUID(who))
    except ValueError:
        pass  # no uuid: a username
    except NotFound:
        raise _unknown(who, where) from None
    try:
        found = queries.account(who, to=OPERATOR).party
    except NotFound:
        raise _unknown(who, where) from None
    return queries.parties([found])[found]


def actor_of(user: str) -> Actor:
    """The named account with its first hat; without a name the operator at the machine."""
    if not user:
        return OPERATOR
    account = queries.account(user, to=OPERATOR)
    return queries.actor_of(account.id, at=clock.now(), channel="cli")


def day_of(given: datetime | None) -> date:
    """Today when left out."""
    return given.date() if given else clock.today()


def secret(asked: str, *, twice: bool = False) -> str:
    """From standard input, or asked for without an echo: it stands in no shell history."""
    if sys.stdin.isatty():
        return str(click.prompt(asked, hide_input=True, confirmation_prompt=twice))
    return sys.stdin.readline().rstrip("\r\n")


def _unknown(who: str, where: str) -> Invalid:
    tell = "没有这个主体：{who}。请写机构的 uuid，或人员的用户名。"
    return Invalid(problems=[Problem(where, tell, (("who", who),))])
