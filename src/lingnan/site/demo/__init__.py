"""`lingnan demo`: a new data folder, one real county, a year up to today, and where to look."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from .story import Story


def run(folder: Path, *, county: str, households: int, say: Callable[[str], None]) -> None:
    """Everything through the ordinary services; `folder` is made anew.

    Settings are read once a process, so this must run before Django does.
    """
    if (folder / "lingnan.sqlite3").exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {"LINGNAN_DATA": str(folder), "LINGNAN_DEMO": "on"}
    from lingnan.site.setup import prepare

    prepare()
    _play(folder, county, households, say)


def _play(folder: Path, county: str, households: int, say: Callable[[str], None]) -> None:
    from lingnan.base import clock
    from lingnan.base.errors import Refused
    from lingnan.kernel.places import queries as places

    from . import cast, installing, story, summary
    from .days import Days

    started, days = time.perf_counter(), Days()
    with _step("数据库、区划、法规", say):
        installing.install(at=days.tick())
    here = places.by_code(county, on=clock.today())
    if here.level != 3:
        raise Refused("{code} 不是县（市、区），请给出县级代码，如 440117。", code=county)
    with _step(f"{here.name}的单位和账号", say):
        players = cast.engage(here, at=days.tick())
    told = story.Story(players, folder, households, days=days)
    _survey(told, say)
    _year(told, say)
    with _step("发放口令和一次性开户码，封存历史", say):
        cast.open_accounts(players, at=days.end)
        cast.invite_villages(here, at=days.end)
        story.seal(told)
    say(summary.text(told, seconds=time.perf_counter() - started))


def _survey(told: "Story", say: Callable[[str], None]) -> None:
    from . import story

    with _step("读入五份真实报表，逐项比对，提出推算办法", say):
        story.read_forms(told)
        story.open_rounds(told)
    with _step("各村填报，县里审核", say):
        _progress(story.collect(told), len(story.villages(told)), say)
        story.collect_further(told)
    with _step("生成报表", say):
        story.produce(told)
    with _step("更正一个数，重新生成旧报表", say):
        story.correct_and_reproduce(told)
        story.close_rounds(told)


def _year(told: "Story", say: Callable[[str], None]) -> None:
    from . import families, months, newcomers

    with _step("登记台账，另外三个部门的报表", say):
        monthly, yearly = months.let_in(told), newcomers.let_in_yearly(told)
        newcomers.join_repeats(told)
        year = months.begin(told, monthly)
        newcomers.join_by_hand(told, year.form, yearly)
        homes = families.register(year)
        families.count(homes, yearly)
    with _step("一个街镇的村，一年十二个月", say):
        meanwhile = {
            5: lambda: newcomers.ask_for_less(told),
            8: lambda: families.live(homes),
        }
        told.months = list(months.play(year, meanwhile))
        newcomers.open_yearly(year, yearly)
        families.send_down(homes)
        newcomers.ask_again(told)


@contextmanager
def _step(title: str, say: Callable[[str], None]) -> Iterator[None]:
    say(f"… {title}")
    started = time.perf_counter()
    yield
    say(f"  用时 {time.perf_counter() - started:.1f} 秒")


def _progress(done: Iterator[int], total: int, say: Callable[[str], None]) -> None:
    for number in done:
        say(f"  {number} / {total} 个村")


@click.command()
@click.option("--serve/--no-serve", default=True, help="完成后在 127.0.0.1:8000 提供服务。")
@click.option("--county", default="440117", show_default=True, help="县级区划代码。")
@click.option("--households", default=2, show_default=True, help="每村的贫困户数。")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="数据目录，将重新建立。",
)
def demo(serve: bool, county: str, households: int, folder: Path) -> None:
    """演示：一个真实的县，一年的填报，户数据为虚构。"""
    run(folder.resolve(), county=county, households=households, say=click.echo)
    if serve:
        from lingnan.site import serving
        from lingnan.site.settings import environment

        env = environment.read()
        click.echo(f"已启动：http://{env.listen}/（按 Ctrl-C 停止）")
        serving.run(env)
