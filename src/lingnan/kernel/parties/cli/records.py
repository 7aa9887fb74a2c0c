"""Records of parties: organisations made, parties renamed, two records joined and parted."""

from datetime import datetime
from uuid import UUID

import click

from lingnan.base import clock
from lingnan.base.canonical import plain

from .. import services
from ..terms import OrganisationKind
from .common import DAY, OPERATOR, as_json, commands, day_of, party_of, place_of, say, writes


@commands.command()
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in OrganisationKind]),
    default=OrganisationKind.DEPARTMENT.value,
    show_default=True,
    help="机构类型。",
)
@click.option("--place", metavar="CODE", default="", help="驻地或所辖地区的区划代码。")
@as_json
@writes
def organise(name: str, kind: str, place: str, as_json: bool) -> None:
    """登记机构，给出它的 uuid。"""
    made = services.create_organisation(
        name, kind=kind, place=place_of(place), by=OPERATOR, at=clock.now()
    )
    say(plain(made), as_json, f"机构 {made.uuid}")


@commands.command()
@click.argument("party")
@click.argument("name")
@click.option("--lang", default=services.MAIN, show_default=True, help="名称的语言。")
@click.option("--on", type=DAY, help="新名称启用的第一天；不写为今天。")
@as_json
@writes
def rename(party: str, name: str, lang: str, on: datetime | None, as_json: bool) -> None:
    """更名：PARTY 为用户名或 uuid，原名称保留在案。"""
    found, day = party_of(party), day_of(on)
    services.rename_party(found.id, name, lang=lang, on=day, by=OPERATOR, at=clock.now())
    told = {"party": str(found.uuid), "lang": lang, "valid_from": day.isoformat()}
    say(told, as_json, f"自 {day} 起启用新名称。")


@commands.command()
@click.argument("alias")
@click.argument("keeper")
@as_json
@writes
def merge(alias: str, keeper: str, as_json: bool) -> None:
    """合并同一主体的两条记录：ALIAS 今后算作 KEEPER（用户名或 uuid），可用 unmerge 撤销。"""
    lost, kept = party_of(alias, "alias"), party_of(keeper, "keeper")
    done = services.merge_parties(lost.id, kept.id, on=clock.today(), by=OPERATOR, at=clock.now())
    told = {"merge": str(done), "alias": str(lost.uuid), "keeper": str(kept.uuid)}
    say(told, as_json, f"合并 {done}")


@commands.command()
@click.argument("merge", type=click.UUID)
@as_json
@writes
def unmerge(merge: UUID, as_json: bool) -> None:
    """撤销合并：MERGE 为 merge 给出的 uuid，两条记录恢复原状。"""
    services.undo_merge(merge, by=OPERATOR, at=clock.now())
    say({"undone": str(merge)}, as_json, "已撤销合并。")
