"""The type of a field from its unit, its options, its label, or its sample values."""

import re
from collections.abc import Sequence

from ...terms import Dimension, FieldType, Option, Unit

_BY_DIMENSION = {
    Dimension.PERSONS: FieldType.INTEGER,
    Dimension.HOUSEHOLDS: FieldType.INTEGER,
    Dimension.TIMES: FieldType.INTEGER,
    Dimension.PERSON_TIMES: FieldType.INTEGER,
    Dimension.THINGS: FieldType.INTEGER,
    Dimension.AGE: FieldType.INTEGER,
    Dimension.MONEY: FieldType.MONEY,
    Dimension.RATIO: FieldType.PERCENT,
    Dimension.CODE: FieldType.CODE,
    Dimension.AREA: FieldType.NUMBER,
    Dimension.LENGTH: FieldType.NUMBER,
    Dimension.WEIGHT: FieldType.NUMBER,
    Dimension.DURATION: FieldType.NUMBER,
    Dimension.OTHER: FieldType.NUMBER,
}
_DATE = re.compile(r"(日期|时间|年月|年月日)$")
_NAME = re.compile(r"(姓名|户名|户主|名称|单位|部门|机构|负责人|联系人)$")
_PLACE = re.compile(r"(地区|地址|住址|籍贯|[省市县区镇乡街村])$|^所(?:属|在)地")
_COUNT = re.compile(r"(人数|户数|个数|次数|家数|户籍人口|总人口|人口数|户总数)$")
_MONEY = re.compile(r"(收入|支出|资金|金额|经费|工资|补贴|费用|投入)$")
_RATE = re.compile(r"(率|比例|比重|占比)$")


def type_of(label: str, unit: Unit | None, options: Sequence[Option]) -> FieldType:
    if options:
        return FieldType.CODE
    if unit is not None:
        if unit.multiplier > 1 and _BY_DIMENSION[unit.dimension] is FieldType.INTEGER:
            return FieldType.NUMBER
        return _BY_DIMENSION[unit.dimension]
    for pattern, found in (
        (_DATE, FieldType.DATE),
        (_RATE, FieldType.PERCENT),
        (_COUNT, FieldType.INTEGER),
        (_MONEY, FieldType.MONEY),
        (_PLACE, FieldType.PLACE),
        (_NAME, FieldType.NAME),
    ):
        if pattern.search(label):
            return found
    return FieldType.TEXT


def type_of_values(values: Sequence[str]) -> FieldType:
    """From sample values: all must agree, blanks say nothing."""
    said = [value.strip() for value in values if value.strip()]
    if not said:
        return FieldType.TEXT
    for pattern, found in (
        (r"[+-]?(?:0|[1-9]\d{0,15})", FieldType.INTEGER),
        (r"[+-]?\d{1,15}(?:\.\d+)?", FieldType.NUMBER),
        (r"\d+(?:\.\d+)?\s*[%％]", FieldType.PERCENT),
        (r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?", FieldType.DATE),
    ):
        if all(re.fullmatch(pattern, value) for value in said):
            # A leading zero is a code, not a quantity.
            if found is FieldType.NUMBER and any(re.match(r"0\d", v) for v in said):
                return FieldType.TEXT
            return found
    return FieldType.TEXT
