"""What a finding says to the person: what is wrong, and how to put it right."""

from decimal import Decimal

from ...terms.checking import Check
from ...terms.filings import FieldInfo
from ..filing import retyped

SAYS = {
    Check.RANGE: "“{label}”应在 {low} 到 {high} 之间，现为 {value}。",
    Check.SUM: "“{label}”为 {value}，分项（{parts}）之和为 {other}，相差 {gap}。",
    Check.PART: "“{label}”为 {value}，大于它所属的“{whole}” {other}。",
    Check.FORMULA: "“{label}”为 {value}，按本表算法 {formula} 应为 {other}。",
    Check.ELSEWHERE: "“{label}”填 {value}，已有数据（{source}）为 {other}。",
    Check.LEDGER: "“{label}”填 {value}，台账现有 {other}。",
    Check.CHILDREN: "“{label}”填 {value}，下级合计为 {other}，相差 {gap}。",
    Check.LAST: "“{label}”由上期 {other} 变为 {value}，变动 {share}。",
    Check.YEAR_AGO: "“{label}”由去年同期 {other} 变为 {value}，变动 {share}。",
    Check.VANISHED: "“{label}”上期为 {other}，本期改为“{value}”。",
    Check.SIBLINGS: "“{label}”为 {value}，同县各村的中位数约为 {other}，差别很大。",
}
FIXES = {
    Check.TYPE: "请改成正确的内容；没有发生填 0，不适用填“不适用”，暂缺填“缺”。",
    Check.RANGE: "请核对数字和单位（{unit}）。",
    Check.SUM: "请改正合计或分项；确实不等的，请写明原因。",
    Check.PART: "请改正其中一项；确实如此的，请写明原因。",
    Check.FORMULA: "请按算法改正，或写明原因。",
    Check.ELSEWHERE: "同一事实只认一个数：请改为一致，或写明为何不同。",
    Check.LEDGER: "请先更新台账或改正本项；确实不同的，请写明原因。",
    Check.CHILDREN: "请与下级核对后改正，或写明原因。",
    Check.LAST: "请核对是否多写或少写了位数、单位是否为{unit}；属实的，请写明原因。",
    Check.YEAR_AGO: "请核对是否多写或少写了位数、单位是否为{unit}；属实的，请写明原因。",
    Check.VANISHED: "没有发生应填 0；确实不再统计或暂时没有数据的，请写明原因。",
    Check.SIBLINGS: "请再看一眼数字和单位（{unit}）；属实可以不改。",
}


def shown(field: FieldInfo, value: Decimal | None) -> str:
    """In the form's unit, as a person would type it."""
    return retyped(field, value, None)


def said(check: Check, field: FieldInfo, **params: object) -> tuple[str, str]:
    label = field.label.strip().replace("\n", "")
    unit = field.unit or "原表单位"
    return SAYS[check].format(label=label, **params), FIXES[check].format(unit=unit)


def percent(share: Decimal) -> str:
    return f"{share * 100:+.1f}%"
