"""Numbers built like GB 11643-1999: of citizens, residence permits, foreign residents."""

import re
from collections.abc import Collection
from datetime import date

from ..terms import Checked, Scheme
from .faults import Faults, tidy

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
SHAPE = re.compile(r"^\d{17}[\dX]$")
OLD_SHAPE = re.compile(r"^\d{15}$")
# 15-digit numbers of people a hundred years old when it was given end in these.
CENTENARIANS = range(996, 1000)
DEMO_AREA = "4499"
RESIDENCE_AREAS = {"810000": "香港", "820000": "澳门", "830000": "台湾"}
OLDEST = 130  # years; more is possible in principle, so it only warns


def check_character(first17: str) -> str:
    """The eighteenth character (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11]


def upgrade(old: str) -> str:
    """Fifteen digits as eighteen (GB 11643-1999): century put in, check character added."""
    century = "18" if int(old[12:]) in CENTENARIANS else "19"
    first17 = old[:6] + century + old[6:]
    return first17 + check_character(first17)


def check_citizen(text: str, *, on: date, areas: Collection[str], demo: bool = False) -> Checked:
    """Eighteen characters, or fifteen, which are upgraded. A birth after `on` is wrong."""
    value, faults = tidy(text), Faults()
    if OLD_SHAPE.match(value):
        value = upgrade(value)
        faults.warn("15 位旧号码已按 GB 11643-1999 升为 18 位，请核对。")
    if not SHAPE.match(value):
        return faults.result(Scheme.CITIZEN, value, "居民身份证号码须为 17 位数字加 1 位校验码。")
    _check_digit(value, faults)
    area = value[:6]
    if area in RESIDENCE_AREAS:
        faults.deny("这是港澳台居民居住证号码，请选择相应证件类型。")
    check_area(area, areas, faults, demo=demo)
    return _born(Scheme.CITIZEN, value, faults, on)


def check_residence(text: str, *, on: date) -> Checked:
    """Residence permits for people from Hong Kong, Macao and Taiwan (国办发〔2018〕81号)."""
    value, faults = tidy(text), Faults()
    if not SHAPE.match(value) or value[:6] not in RESIDENCE_AREAS:
        return faults.result(
            Scheme.RESIDENCE, value, "居住证号码须为 18 位，以 810000、820000 或 830000 开头。"
        )
    _check_digit(value, faults)
    return _born(Scheme.RESIDENCE, value, faults, on)


def check_permanent(text: str, *, on: date) -> Checked:
    """Foreigners' permanent residence card of 2023: eighteen characters, the first one is 9."""
    value, faults = tidy(text), Faults()
    if not SHAPE.match(value) or not value.startswith("9"):
        return faults.result(
            Scheme.PERMANENT, value, "外国人永久居留身份证号码须为 18 位，以 9 开头。"
        )
    _check_digit(value, faults)
    return _born(Scheme.PERMANENT, value, faults, on)


def check_area(area: str, areas: Collection[str], faults: Faults, *, demo: bool) -> None:
    """An abolished code is still right on an old document, so an unknown one only warns."""
    if area.startswith(DEMO_AREA):
        if not demo:
            faults.deny("行政区划代码 4499 未分配，只用于演示数据。")
    elif area not in areas:
        faults.warn("行政区划代码 {area} 不在现行目录中，可能是已撤销的旧代码。", area=area)


def _check_digit(value: str, faults: Faults) -> None:
    if check_character(value[:17]) != value[17]:
        faults.deny("校验码不对，请逐位核对号码。")


def _born(scheme: Scheme, value: str, faults: Faults, on: date) -> Checked:
    birth = _date(value[6:14])
    if birth is None:
        faults.deny("第 7–14 位不是有效的出生日期。")
    elif birth > on:
        faults.deny("出生日期晚于今天。")
        birth = None
    elif on.year - birth.year > OLDEST:
        faults.warn("出生日期距今超过 {years} 年，请核对。", years=OLDEST)
    sex = "1" if int(value[16]) % 2 else "2"
    return faults.result(scheme, value, birth=birth, sex=sex, area=value[:6])


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


__all__ = [
    "DEMO_AREA",
    "check_area",
    "check_character",
    "check_citizen",
    "check_permanent",
    "check_residence",
    "upgrade",
]
