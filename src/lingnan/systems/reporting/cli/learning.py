"""`learn`: the weights of matching, refitted from what people confirmed and refused."""

import json
from dataclasses import asdict
from pathlib import Path

import click
import yaml

from lingnan.base import clock

from ..queries import matching
from .cycle import actor_of, as_json, as_user
from .reading import print_table


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="权重写入的 YAML 文件")
@as_user
@as_json
def learn(out: Path | None, user: str, as_json: bool) -> None:
    """按已确认和已否定的重复项目重新拟合匹配权重；--out 写入文件，由 LINGNAN_MATCHING_WEIGHTS 启用。"""
    weights, count = matching.learned(to=actor_of(user), on=clock.today())
    before = matching.words().weights
    if out is not None:
        text = yaml.safe_dump(asdict(weights), allow_unicode=True, sort_keys=False)
        out.write_text(text, encoding="utf-8")
    if as_json:
        told = {"decisions": count, "before": asdict(before), "after": asdict(weights)}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    rows = [("特征", "原权重", "新权重")]
    for name, value in weights.features.items():
        old = before.features.get(name, 0.0)
        if round(old, 2) != round(value, 2):
            rows.append((name, f"{old:.2f}", f"{value:.2f}"))
    print_table([*rows, (f"依据 {count} 项决定", "", "")])


VERBS = (learn,)
