"""Unified social credit codes, GB 32100-2015."""

import re
from collections.abc import Collection

from ..terms import Checked, Scheme
from .citizen import check_area
from .faults import Faults, tidy

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SHAPE = re.compile(rf"^[{ALPHABET}]{{2}}\d{{6}}[{ALPHABET}]{{10}}$")
WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def uscc_check_character(first17: str) -> str:
    """Any of the 31 characters (GB/T 17710, mod 31)."""
    pairs = zip(first17, WEIGHTS, strict=True)
    return ALPHABET[-sum(ALPHABET.index(ch) * weight for ch, weight in pairs) % 31]


def body_check_character(first8: str) -> str:
    """The ninth character of an organisation code (GB 11714-1997)."""
    total = sum(int(ch, 36) * w for ch, w in zip(first8, BODY_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def check_uscc(
    text: str, *, areas: Collection[str], authorities: Collection[str] = (), demo: bool = False
) -> Checked:
    """`authorities`: known first two characters; without them they are not looked at."""
    value, faults = tidy(text), Faults()
    if not SHAPE.match(value):
        return faults.result(
            Scheme.USCC, value, "统一社会信用代码须为 18 位数字或大写字母（不用 I、O、S、V、Z）。"
        )
    if uscc_check_character(value[:17]) != value[17]:
        faults.deny("校验码不对，请逐位核对代码。")
    if authorities and value[:2] not in authorities:
        faults.warn("登记管理部门和机构类别代码 {lead} 不在目录中。", lead=value[:2])
    check_area(value[2:8], areas, faults, demo=demo)
    # Bodies registered before the unified code do not always follow GB 11714.
    if body_check_character(value[8:16]) != value[16]:
        faults.warn("主体标识码与组织机构代码校验规则（GB 11714）不一致，请核对。")
    return faults.result(Scheme.USCC, value, area=value[2:8])
