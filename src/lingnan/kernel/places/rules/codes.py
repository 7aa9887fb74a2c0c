"""Codes of GB/T 2260 and of the statistics office: 2 digits province, 2 city, 2 county, 3 town, 3
village.
"""

import re

CUTS = (2, 4, 6, 9, 12)
DIGITS = re.compile(r"[0-9]+")
HONG_KONG, MACAO = "81", "82"


def full(text: str) -> str:
    """`440117` → `440117000000`. ValueError unless 2, 4, 6, 9 or 12 digits."""
    code = text.strip()
    if not DIGITS.fullmatch(code) or len(code) not in CUTS:
        raise ValueError(f"not a division code: {text!r}")
    return code.ljust(12, "0")


def stored(text: str, scheme: str) -> str:
    """As the table keeps it: nbs 12 digits; mca 6 for counties and above, 9 for towns; others as
    they are.
    """
    if scheme == "nbs":
        return full(text)
    if scheme == "mca":
        code = full(text)
        return code[:6] if code[6:9] == "000" else code[:9]
    return text.strip()


def significant(code: str) -> str:
    """The digits that carry meaning: `440117000000` → `440117`. Codes below begin with them."""
    for cut in CUTS:
        if len(code) >= cut and not code[cut:].strip("0") and code[:cut].strip("0"):
            return code[:cut]
    return code


def level_of(code: str) -> int:
    """1 to 5, by the digits that carry meaning."""
    digits = significant(code)
    return next(n for n, cut in enumerate(CUTS, start=1) if len(digits) <= cut)


def recoded(code: str, old: str, new: str) -> str:
    """`440184100001` when `440184` becomes `440117` → `440117100001`; unchanged when not under
    `old`.
    """
    before, after = significant(old), significant(new)
    if len(before) != len(after) or not code.startswith(before):
        return code
    return after + code[len(before) :]


def kind_of(code: str, level: int, name: str) -> str:
    """What sort of place, by its code (digits 7-9 and 10-12 are classes) and its name."""
    if level <= 2:
        return (
            "special_region" if code[:2] in {HONG_KONG, MACAO} else ("province", "city")[level - 1]
        )
    if level == 3:
        return _county_kind(name)
    number = int(code[6:9] if level == 4 else code[9:12])
    if level == 4:
        return _class(number, ((100, "street"), (200, "town"), (400, "township")), "town_like")
    return _class(number, ((200, "residents_committee"), (400, "villagers_committee")), "similar")


def _county_kind(name: str) -> str:
    if name.endswith("自治县"):
        return "autonomous_county"
    return {"县": "county", "市": "county_city"}.get(name[-1:], "district")


def _class(number: int, bounds: tuple[tuple[int, str], ...], rest: str) -> str:
    return next((kind for top, kind in bounds if number < top), rest)
