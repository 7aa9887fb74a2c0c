"""Of which period a filled form speaks: its title, its head lines, its sheet's and file's name."""

import re
import unicodedata
from collections.abc import Iterable

from lingnan.base.periods import Kind, Period

from ...terms.filled import PeriodGuess
from ..reading.months import month_of

_CHINESE = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_CHINESE_YEAR = re.compile(r"[一二][〇零○一二三四五六七八九]{3}(?=年)")
_SCHOOL = re.compile(r"((?:19|20)\d{2})\s*年?\s*[-—–~至/]\s*(?:20)?\d{2,4}\s*学年")
_QUARTER = re.compile(r"((?:19|20)\d{2})\s*年?度?\s*(?:第)?([一二三四1-4])\s*季(?:度|报)?")
_QUARTER_Q = re.compile(r"((?:19|20)\d{2})\s*[-年]?\s*[qQ]([1-4])(?!\d)")
_HALF = re.compile(r"((?:19|20)\d{2})\s*年?度?\s*(上|下)半年")
_RUN = re.compile(r"((?:19|20)\d{2})\s*年\s*(\d{1,2})\s*月?\s*[-—–~至]\s*(\d{1,2})\s*月")
_DAY = re.compile(r"((?:19|20)\d{2})\s*[年\-./]\s*(\d{1,2})\s*[月\-./]\s*(\d{1,2})\s*日?")
_MONTH = re.compile(r"((?:19|20)\d{2})\s*年\s*(\d{1,2})\s*月(?!\s*\d{1,2}\s*日)")
_YEAR_END = re.compile(r"((?:19|20)\d{2})\s*年\s*12\s*月\s*(?:底|末|31\s*日)")
_MONTH_RUN = re.compile(r"(?<!\d)((?:19|20)\d{2})[-._]?(0[1-9]|1[0-2])(?!\d)")
_YEAR = re.compile(r"((?:19|20)\d{2})\s*(?:年度|年|财年|学年)")
_YEAR_BARE = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_RUNS = {(1, 3): "Q1", (4, 6): "Q2", (7, 9): "Q3", (10, 12): "Q4", (1, 6): "H1", (7, 12): "H2"}
# The day somebody filled it in, or a document was issued, is not the period.
_OTHER_DAYS = re.compile(
    r"(?:填表|填报|报出|制表|上报|审核|报送|打印|印发|制定|批准)(?:日期|时间|年月)|有效期|文号|〔|\["
)
_CUT_OFF = re.compile(
    r"截(?:止|至)|末|报告期|统计(?:时间|时点|期|年度)|数据时点|时点|所属(?:期|时期)"
)
_MARCH, _JUNE, _SEPTEMBER, _DECEMBER = (3, 31), (6, 30), (9, 30), (12, 31)

SHORT = 40  # a longer text is a sentence about something else
NOTHING = "表里没有写明报告期"
AGAINST = "报告期说法不一：{all}"
OTHER_TIME = "栏目“{word}”不是本期（{period}），不知是哪一期"
_BEFORE = re.compile(r"上期|上月|上季|期初")
_YEAR_BEFORE = re.compile(r"(?:上|去)年同期")
_LAST_YEAR = re.compile(r"上年|去年|年初")
_EARLIER = re.compile(
    r"(?:[上去]年同期|上年度?末?|去年末?|上期|上月|上季度?|年初|期初)(?=[^比同的])"
)


def period_in(text: str, *, bare: bool = False) -> str:
    """The first period a text names; `bare`: a year or month needs no 年 (names of files)."""
    plain = unicodedata.normalize("NFKC", text)
    plain = _CHINESE_YEAR.sub(lambda m: m[0].translate(_CHINESE), plain)
    if found := _SCHOOL.search(plain):
        return f"{found[1]}-SY"
    for pattern in (_QUARTER, _QUARTER_Q):
        if found := pattern.search(plain):
            return f"{found[1]}-Q{'一二三四'.find(found[2]) + 1 or int(found[2])}"
    if found := _HALF.search(plain):
        return f"{found[1]}-H{'上下'.find(found[2]) + 1}"
    if found := _RUN.search(plain):
        return _of_run(found[1], int(found[2]), int(found[3]))
    return _simple(plain, bare)


def _of_run(year: str, first: int, last: int) -> str:
    if (first, last) == (1, 12):
        return year
    named = _RUNS.get((first, last), "")
    return f"{year}-{named}" if named else ""


def _simple(plain: str, bare: bool) -> str:
    if found := _YEAR_END.search(plain):
        return found[1]
    if (found := _MONTH.search(plain)) and 1 <= int(found[2]) <= 12:
        return f"{found[1]}-{int(found[2]):02}"
    if found := _DAY.search(plain):
        return _of_day(found[1], int(found[2]), int(found[3]))
    if bare and (found := _MONTH_RUN.search(plain)):
        return f"{found[1]}-{found[2]}"
    if found := _YEAR.search(plain):
        return found[1]
    if bare and (found := _YEAR_BARE.search(plain)):
        return found[1]
    return ""


def _of_day(year: str, month: int, day: int) -> str:
    """The end of a year is the year's; another day is its month's, to be narrowed by the form."""
    if (month, day) == _DECEMBER or not 1 <= month <= 12:
        return year
    return f"{year}-{month:02}"


def period_of(
    titles: Iterable[str], lines: Iterable[str], sheet: str, file: str, *, kind: int | None = None
) -> PeriodGuess:
    """`lines`: texts around the table; `kind` of the registered form makes 2024-12 of a yearly
    form 2024. Sayings that do not contain one another are against one another."""
    said: list[tuple[str, str]] = []
    for text in titles:
        if found := period_in(text):
            said.append((found, "标题"))
    for text in lines:
        speaks = _CUT_OFF.search(text) or len(text) <= SHORT
        if speaks and not _OTHER_DAYS.search(text) and (found := period_in(text)):
            said.append((found, "表头"))
    if found := period_in(sheet, bare=True):
        said.append((found, "工作表名"))
    if found := period_in(file.rpartition(".")[0] or file, bare=True):
        said.append((found, "文件名"))
    return _agreed([(_as_kind(period, kind), why) for period, why in said])


def _as_kind(text: str, kind: int | None) -> str:
    period = Period.parse(text)
    if kind is None or period.kind == kind or period.kind == 0:
        return text
    return str(period.year) if kind == 0 else text


def _agreed(said: list[tuple[str, str]]) -> PeriodGuess:
    """The finest of sayings that lie within one another; the title's first among equals."""
    if not said:
        return PeriodGuess(why=NOTHING)
    periods = {text: Period.parse(text) for text, _ in said}
    finest = min(periods.values(), key=lambda one: (one.end - one.start, one))
    if all(one.start <= finest.start and finest.end <= one.end for one in periods.values()):
        return PeriodGuess(str(finest), next(why for text, why in said if text == str(finest)))
    told = "；".join(f"{why} {text}" for text, why in said)
    return PeriodGuess(why=AGAINST.format(all=told))


def told_time(period: str, label: str) -> str:
    """The word for another time than the form's: its column's, or the label's first, 上年户数."""
    found = _EARLIER.match(label)
    return period or (found[0] if found else "")


def period_of_column(word: str, whole: PeriodGuess) -> PeriodGuess:
    """Of which period a column speaks that says another time than the form: 上年同期 is a year
    before, 年初 what the year before ended with, 3月 that month of the form's year."""
    if not word:
        return whole
    if own := period_in(word, bare=True):
        return PeriodGuess(own, f"栏目“{word}”")
    if not whole.period:
        return whole
    here = Period.parse(whole.period)
    found = _moved(word, here)
    if found is None:
        return PeriodGuess(why=OTHER_TIME.format(word=word, period=whole.period))
    return whole if found == here else PeriodGuess(str(found), f"栏目“{word}”")


def _moved(word: str, here: Period) -> Period | None:
    """None when the word tells of a time that the form's own does not lead to."""
    if month := month_of(word):
        named = Period(here.year, Kind.MONTH, month)
        return named if here.start <= named.start and named.end <= here.end else None
    if _YEAR_BEFORE.match(word):
        return here.year_ago() if here.kind != Kind.WEEK else None
    if _LAST_YEAR.match(word):
        school = here.kind == Kind.SCHOOL_YEAR
        return Period(here.year - 1, Kind.SCHOOL_YEAR if school else Kind.YEAR)
    if _BEFORE.match(word):
        fits = {"上月": Kind.MONTH, "上季": Kind.QUARTER}.get(word[:2], here.kind)
        return here.previous() if fits == here.kind else None
    return here
