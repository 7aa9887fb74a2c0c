"""Which unit of `单位：户、人、万元` fits a label: what the label counts decides."""

import re
from collections.abc import Sequence

from ...terms import Dimension, Unit
from ..units_words import parse_unit

_D = Dimension
_SAID = (
    (re.compile(r"(率|比例|比重|占比|[%％])$"), _D.RATIO),
    (re.compile(r"户数|[^农用住账开落]户$|^户$|农户$"), _D.HOUSEHOLDS),
    (re.compile(r"人次"), _D.PERSON_TIMES),
    (re.compile(r"年龄|周?岁$"), _D.AGE),
    (
        re.compile(
            r"金额|金$|租$|价$|收入|支出|经费|工资|补贴|补助|产值|费|资产|负债|投资|[^定]额$|款$"
        ),
        _D.MONEY,
    ),
    (re.compile(r"面积|耕地$|林地$|水田$|旱地$|园地$"), _D.AREA),
    (re.compile(r"产量|重量"), _D.WEIGHT),
    (re.compile(r"里程|长度"), _D.LENGTH),
    (re.compile(r"次数|场次"), _D.TIMES),
    (re.compile(r"人数|人口|人员|劳动力|[^本他]人$|党员|儿童|学生|老人|对象$"), _D.PERSONS),
    (re.compile(r"个数|家数|座数|间数|台数|所数"), _D.THINGS),
)
_UNCOUNTED = re.compile(
    r"姓名|名称|号码?$|编号|编码|代码|电话|手机|性别|民族|地址|住址|日期|时间|年月|备注|原因|类型|类别|"
    r"是否|有无|关系|面貌|程度|学历|职务|职业|户主|户名|单位$|部门|银行|证件|证号|证$|籍贯|签名|签字|"
    r"[省市县区镇乡村组]$|负责人|联系人|责任人|法人|说明|情况$|状况$|方式|来源|序号|照片"
)


def fitting(units: Sequence[Unit], *labels: str, alone: bool = False) -> Unit | None:
    """`labels` from the nearest outward: the first that says what it counts decides. A single unit
    fits every label that does not say otherwise; of several the one of the label's dimension."""
    if not units or _UNCOUNTED.search(labels[0] or labels[-1]):
        return None
    said = next((found for label in labels if (found := _said(label))), None)
    if said is not None:
        same = [unit for unit in units if unit.dimension is said]
        if same or len(units) > 1 or units[0].dimension in _APART:
            return same[0] if same else None
    if len(units) > 1:
        counting = [unit for unit in units if unit.dimension in _COUNTING]
        return counting[0] if len(counting) == 1 and labels[0].endswith("数") else None
    return units[0] if alone or said is None else None


def _said(label: str) -> Dimension | None:
    """What is counted stands last: 补贴人数 are persons."""
    found = [(m.end(), d) for p, d in _SAID for m in p.finditer(label)]
    return max(found, key=lambda one: one[0])[1] if found else None


def implied(label: str) -> Unit | None:
    """What a label counts by its own last words, where nothing else is written: 户数, 人数."""
    bare = _BRACKETS.sub("", label)
    found = next((unit for pattern, unit in _IMPLIED if pattern.search(bare)), "")
    return parse_unit(found) if found else None


_BRACKETS = re.compile(r"[（(][^（）()]*[）)]$")
_IMPLIED = (
    (re.compile(r"人次数?$"), "人次"),
    (re.compile(r"户数$|(?:住|农|户籍|贫困|低保)户$"), "户"),
    (
        re.compile(
            r"人数$|人口数?$|(?:妇女|儿童|[老青]年人?|学生|党员|劳动力|残疾人|孤儿|[男女]童|居民|村民|"
            r"未成年人|退役军人|母亲|人员|对象)(?:总?数)?$|岁(?:及?以[上下])?$|^[男女]性?$"
        ),
        "人",
    ),
    (re.compile(r"个数$"), "个"),
)
_COUNTING = {_D.PERSONS, _D.HOUSEHOLDS, _D.THINGS, _D.TIMES}
_APART = {_D.MONEY, _D.PERSONS, _D.HOUSEHOLDS, _D.AREA, _D.WEIGHT, _D.LENGTH}
