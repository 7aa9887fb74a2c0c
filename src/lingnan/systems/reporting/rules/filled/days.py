"""Days and months as people and spreadsheets write them."""

import re
import unicodedata
from datetime import date, datetime, timedelta

_FULL = re.compile(r"^(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?(?:\s+[\d:]+)?$")
_MONTH = re.compile(r"^(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?$")
_YEAR = re.compile(r"^(\d{4})\s*年?$")
_RUN = re.compile(r"^(\d{4})(\d{2})(\d{2})?$")
EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet's calendar, its false 29 February 1900 included
SERIALS = range(7_305, 73_051)  # 1920 to 2100: a smaller or greater number is no day of a form


def day_said(raw: object, number_format: str, shown: str) -> str:
    """`2024-03-15`, `2024-03` or `2024`, as exact as it was written; '' when it is no date."""
    if isinstance(raw, datetime | date):
        day = raw.date() if isinstance(raw, datetime) else raw
        has_day = "d" in re.sub(r'"[^"]*"|\[[^\]]*\]', "", number_format.lower())
        return day.isoformat() if has_day or not number_format else f"{day.year}-{day.month:02}"
    if _is_serial(raw):
        return (EPOCH + timedelta(days=int(str(raw).partition(".")[0]))).isoformat()
    return written_day(shown)


def _is_serial(raw: object) -> bool:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return False
    return float(raw).is_integer() and int(raw) in SERIALS


def written_day(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().replace("。", ".")
    for pattern in (_FULL, _MONTH, _RUN, _YEAR):
        if found := pattern.match(plain):
            return _joined([int(part) for part in found.groups() if part])
    return ""


def _joined(parts: list[int]) -> str:
    """'' for a month or a day that no calendar has."""
    year, month, day = [*parts, 1, 1][:3]
    if not 1900 <= year < 2100:
        return ""
    try:
        whole = date(year, month, day)
    except ValueError:
        return ""
    return whole.isoformat()[: {1: 4, 2: 7, 3: 10}[len(parts)]]
