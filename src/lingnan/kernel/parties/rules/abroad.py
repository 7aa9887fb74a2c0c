"""Documents issued outside the mainland, and permits to come: Hong Kong, Macao, passports."""

import re

from ..terms import Checked, Scheme
from .faults import Faults, tidy

HONG_KONG = re.compile(r"^([A-Z]{1,2})(\d{6})\(?([\dA])\)?$")
HONG_KONG_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2)
SPACE = 36
MACAO = re.compile(r"^([157]\d{6})\(?(\d)\)?$")
HOME_RETURN = re.compile(r"^[HM]\d{8}(\d{2})?$")
# Cards for permanent residents of Hong Kong and Macao who are not Chinese, given since July 2024.
HOME_RETURN_FOREIGN = re.compile(r"^[HM]A\d{7}$")
MAINLANDERS_PERMIT = re.compile(r"^C[A-Z\d]\d{7}$")
PASSPORT = re.compile(r"^[A-Z\d]{6,15}$")


def hkid_check_character(letters: str, digits: str) -> str:
    """0–9 or A: with it the weighted sum is divisible by 11."""
    values = [SPACE] * (2 - len(letters)) + [ord(ch) - 55 for ch in letters]
    values += [int(ch) for ch in digits]
    total = sum(v * w for v, w in zip(values, HONG_KONG_WEIGHTS, strict=True))
    return "0123456789A"[-total % 11]


def check_hong_kong(text: str) -> Checked:
    """`A123456(3)`; the brackets may be left out."""
    value, faults = tidy(text), Faults()
    found = HONG_KONG.match(value)
    if not found:
        return faults.result(
            Scheme.HONG_KONG, value, "香港身份证号码须为 1–2 个字母、6 位数字和括号内的校验码。"
        )
    letters, digits, given = found.groups()
    if hkid_check_character(letters, digits) != given:
        faults.deny("校验码不对，请逐位核对号码。")
    return faults.result(Scheme.HONG_KONG, f"{letters}{digits}({given})")


def check_macao(text: str) -> Checked:
    """`1234567(8)`. The rule of its check digit is not published, so only the form is looked at."""
    value, faults = tidy(text), Faults()
    found = MACAO.match(value)
    if not found:
        return faults.result(
            Scheme.MACAO,
            value,
            "澳门居民身份证号码须为 7 位数字（首位 1、5 或 7）和括号内 1 位数字。",
        )
    faults.warn("澳门居民身份证的校验规则未公布，只核对了格式。")
    return faults.result(Scheme.MACAO, f"{found[1]}({found[2]})")


def check_home_return(text: str) -> Checked:
    """港澳居民来往内地通行证: H or M and eight digits; older cards add two of re-issue."""
    value, faults = tidy(text), Faults()
    if HOME_RETURN.match(value):
        return faults.result(Scheme.HOME_RETURN, value[:9])
    if HOME_RETURN_FOREIGN.match(value):
        faults.warn("非中国籍港澳永久性居民通行证的号码格式尚待核实。")
        return faults.result(Scheme.HOME_RETURN, value)
    if MAINLANDERS_PERMIT.match(value):
        return faults.result(
            Scheme.HOME_RETURN, value, "这是内地居民往来港澳通行证号码，请选择相应证件类型。"
        )
    return faults.result(Scheme.HOME_RETURN, value, "来往内地通行证号码须为 H 或 M 加 8 位数字。")


def check_passport(text: str) -> Checked:
    """Form only: every state numbers its own way."""
    value, faults = tidy(text), Faults()
    if not PASSPORT.match(value) or not any(ch.isdigit() for ch in value):
        return faults.result(Scheme.PASSPORT, value, "护照号码须为 6–15 位字母或数字。")
    return faults.result(Scheme.PASSPORT, value)
