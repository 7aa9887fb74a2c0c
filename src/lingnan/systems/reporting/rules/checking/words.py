"""What a finding says to the person: what is wrong, and how to put it right."""

from decimal import Decimal

from lingnan.base.errors import Sentence

from ...terms.checking import Check
from ...terms.filings import FieldInfo
from ..filing import retyped

SAYS = {
    Check.RANGE: Sentence("“{label}”应在 {low} 到 {high} 之间，现为 {value}。"),
    Check.SUM: Sentence("“{label}”为 {value}，分项（{parts}）之和为 {other}，相差 {gap}。"),
    Check.PART: Sentence("“{label}”为 {value}，大于它所属的“{whole}” {other}。"),
    Check.FORMULA: Sentence("“{label}”为 {value}，按本表算法 {formula} 应为 {other}。"),
    Check.ELSEWHERE: Sentence("“{label}”填 {value}，已有数据（{source}）为 {other}。"),
    Check.LEDGER: Sentence("“{label}”填 {value}，台账现有 {other}。"),
    Check.CHILDREN: Sentence("“{label}”填 {value}，下级合计为 {other}，相差 {gap}。"),
    Check.LAST: Sentence("“{label}”由上期 {other} 变为 {value}，变动 {share}。"),
    Check.YEAR_AGO: Sentence("“{label}”由去年同期 {other} 变为 {value}，变动 {share}。"),
    Check.VANISHED: Sentence("“{label}”上期为 {other}，本期改为“{value}”。"),
    Check.SIBLINGS: Sentence("“{label}”为 {value}，同县各村的中位数约为 {other}，差别很大。"),
}
FIXES = {
    Check.TYPE: Sentence("请改成正确的内容；没有发生填 0，不适用填“不适用”，暂缺填“缺”。"),
    Check.RANGE: Sentence("请核对数字和单位（{unit}）。"),
    Check.SUM: Sentence("请改正合计或分项；确实不等的，请写明原因。"),
    Check.PART: Sentence("请改正其中一项；确实如此的，请写明原因。"),
    Check.FORMULA: Sentence("请按算法改正，或写明原因。"),
    Check.ELSEWHERE: Sentence("同一事实只认一个数：请改为一致，或写明为何不同。"),
    Check.LEDGER: Sentence("请先更新台账或改正本项；确实不同的，请写明原因。"),
    Check.CHILDREN: Sentence("请与下级核对后改正，或写明原因。"),
    Check.LAST: Sentence("请核对是否多写或少写了位数、单位是否为{unit}；属实的，请写明原因。"),
    Check.YEAR_AGO: Sentence("请核对是否多写或少写了位数、单位是否为{unit}；属实的，请写明原因。"),
    Check.VANISHED: Sentence("没有发生应填 0；确实不再统计或暂时没有数据的，请写明原因。"),
    Check.SIBLINGS: Sentence("请再看一眼数字和单位（{unit}）；属实可以不改。"),
}


def shown(field: FieldInfo, value: Decimal | None) -> str:
    """In the form's unit, as a person would type it."""
    return retyped(field, value, None)


def said(check: Check, field: FieldInfo, **params: object) -> tuple[Sentence, Sentence]:
    label = field.label.strip().replace("\n", "")
    unit = field.unit or Sentence("原表单位")
    return SAYS[check].filled(label=label, **params), FIXES[check].filled(unit=unit)


def percent(share: Decimal) -> str:
    return f"{share * 100:+.1f}%"
