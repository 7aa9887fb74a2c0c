"""What one cell is by its words alone: a label, an answer's place, a value, or furniture."""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

from ...terms import Dimension
from ..grid import Grid
from ..labels import split_options, squeeze
from ..units_words import parse_unit, split_unit
from .running import running
from .surround import furniture_of, is_filled, is_note

NUMBER = re.compile(r"[+-]?[\d,，]*\.?\d+\s*[%％]?$")
_DATE = re.compile(r"(19|20)\d{2}([-/.]\d{1,2}){1,2}( \d\d:\d\d:\d\d)?$")
_YEAR = re.compile(r"(19|20)\d{2}$")
_BARRED = re.compile(r"[-—－–―/／\\×✕*＊xX#…·]{1,6}$")
_EMPTY = re.compile(r"[_＿\s\u3000.…]*$")
_DAY = re.compile(r"^(?:(?:19|20)?\d{0,4})?[_＿\s]*年[_＿\s\d]*月(?:[_＿\s\d]*日)?$")
_ORDINAL = re.compile(
    r"[（(\[]?(?:[甲乙丙丁戊己庚辛壬癸]|[A-Za-z]{1,2}|\d{1,3}|[①-⑳])[）)\]]?"
    r"(?:\s*[=＝]\s*[\d+\-－＋×x*÷/（）()%％①-⑳A-Za-z\s]+)?$"
)
_PERIOD = re.compile(
    r"(?:19|20)\d{2}年(?:度|第?[一二三四1-4]季度|[上下]半年|\d{1,2}月(?:份|\d{1,2}日)?)?$"
)
_AS_OF = re.compile(r"截[至止].{0,12}[日底末月年]$")
_COLUMN_NUMBERS = {"栏次", "栏目", "列次", "序号", "栏号", "列号", "行次"}
_ANSWERED = {"无", "不详", "暂无", "不清楚", "不知道", "未知", "是", "否", "有", "没有", "未统计"}
_ABOUT = re.compile(r"(?:大?约|近|超|不足)?([\d,.]+)(?:多|余)?([^\d,.\s]{0,4})$")
_OF_TIME = {Dimension.DURATION, Dimension.AGE}
_MEASURED = re.compile(r"(?!.{0,4}单位)[^（(\[:：]{2,16}[:：][^:：]{1,5}$")
"""`人口数：人` says its unit; it is no line that somebody filled in."""
_CROSSED = re.compile(r"[×✕*＊xX#＼\\]+$")
MAX_LABEL = 80
MAX_RAW = 1_000


class Kind(StrEnum):
    BLANK = "blank"
    """Nothing, or only lines and dots to write on."""
    ANSWER = "answer"
    """A place to answer that says how: options to tick, a unit, `年 月 日`."""
    LABEL = "label"
    VALUE = "value"
    BARRED = "barred"
    """A dash or a cross: nothing is to be written here."""
    FURNITURE = "furniture"
    RUNNING = "running"
    """A sentence with places to write in: it asks by itself."""


def kind_of(grid: Grid, row: int, col: int) -> Kind:
    """Of the cell seen at (row, col): a merged cell is one cell."""
    at = grid.anchor(row, col)
    if at in grid.formulas:
        return Kind.VALUE
    if running(grid, at):
        return Kind.RUNNING
    return kind_of_text(grid.texts.get(at, ""))


def kind_of_text(raw: str) -> Kind:
    """Longer texts than any label are sentences: no pattern is tried on them."""
    return _kind(raw) if len(raw) <= MAX_RAW else Kind.FURNITURE


@lru_cache(8192)
def _kind(raw: str) -> Kind:
    text = squeeze(raw)
    if not text or _EMPTY.match(text):
        return Kind.BLANK
    if _is_value(text):
        return Kind.VALUE
    if _BARRED.match(text):
        return Kind.BARRED
    if is_answer(raw):
        return Kind.ANSWER
    if _MEASURED.match(text) and split_unit(text)[1]:
        return Kind.LABEL
    if is_note(raw) or furniture_of(raw) or is_line(text):
        return Kind.FURNITURE
    return Kind.LABEL


def _is_value(text: str) -> bool:
    """Numbers as people type them: full width, 约32, 30人; dates; 无 and 不详."""
    said = unicodedata.normalize("NFKC", text)
    if NUMBER.match(said) or _DATE.match(said) or said in _ANSWERED:
        return True
    about = _ABOUT.match(said)
    if not about:
        return False
    unit = parse_unit(about[2]) if about[2] else None
    return not about[2] or (unit is not None and unit.dimension not in _OF_TIME)


def is_line(text: str) -> bool:
    """Sentences, `2024年`, and `村名：某村`, which is filled in: they ask nothing."""
    if split_options(text)[1]:
        return False
    if len(text) > MAX_LABEL or text.endswith("。") or _PERIOD.match(text) or _AS_OF.match(text):
        return True
    return is_filled(text)


def is_crossed(raw: str) -> bool:
    """A cross bars a cell for good; a dash may be what somebody answered."""
    return bool(_CROSSED.match(squeeze(raw)))


def years(texts: list[str]) -> set[str]:
    """2022 2023 2024 as heads of columns: they follow one another."""
    found = [squeeze(t) for t in texts if _YEAR.match(squeeze(t))]
    steps = {int(b) - int(a) for a, b in zip(found, found[1:], strict=False)}
    return set(found) if len(found) > 1 and steps in ({1}, {-1}) else set()


def is_answer(raw: str) -> bool:
    """`□是 □否`, `1.是 2.否`, `　　　元`, `　年　月　日`: words inside the answer's own cell."""
    text = squeeze(raw)
    if _DAY.match(raw.strip()):
        return True
    head, options = split_options(text)
    if options and not head:
        return True
    stripped = text.strip("_＿ ")
    blank_before = raw[:1] in " \u3000_＿"
    return bool(blank_before and len(stripped) <= 4 and parse_unit(stripped))


def is_ordinal_row(texts: list[str]) -> bool:
    """甲 乙 丙 1 2 3, (1) (2), A B 1 2: columns' numbers under the head. They start at the start."""
    if texts and squeeze(texts[0]) in _COLUMN_NUMBERS:
        texts = texts[1:]
    if len(texts) < 2 or not all(_ORDINAL.match(squeeze(text)) for text in texts):
        return False
    first = squeeze(texts[0]).strip("（()）[] ")
    begins = first[:1] in {"甲", "A", "a", "①"} or re.split("[=＝]", first)[0] == "1"
    said = (re.split("[=＝]", squeeze(text))[0].strip("（()）[] ") for text in texts)
    numbers = [int(number) for number in said if number.isdigit()]
    rising = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
    return begins and rising


def is_period(text: str) -> bool:
    """`2024年`, `2024年1月`: a column's head, or a line above a table."""
    return bool(_PERIOD.match(squeeze(text)))
