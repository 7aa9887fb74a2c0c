"""Unit words of Chinese forms: base unit, multiplier, dimension (GB 3100, counting words)."""

import re
from decimal import Decimal

from ..terms import Dimension, Unit
from .labels import EQUATED, simplified

_D = Dimension
_TABLE: dict[str, tuple[str, Decimal, Dimension]] = {
    **{w: ("人", Decimal(1), _D.PERSONS) for w in ("人", "名", "位", "人数")},
    "万人": ("人", Decimal(10_000), _D.PERSONS),
    **{w: ("户", Decimal(1), _D.HOUSEHOLDS) for w in ("户", "户数")},
    "万户": ("户", Decimal(10_000), _D.HOUSEHOLDS),
    **{w: (w, Decimal(1), _D.TIMES) for w in ("次", "场", "场次", "期", "批次")},
    "人次": ("人次", Decimal(1), _D.PERSON_TIMES),
    "万人次": ("人次", Decimal(10_000), _D.PERSON_TIMES),
    **{w: (w, Decimal(1), _D.THINGS) for w in "个项盏座处所家条台套间栋幢辆本份张件宗头只株口部艘"},
    "千人": ("人", Decimal(1_000), _D.PERSONS),
    "千户": ("户", Decimal(1_000), _D.HOUSEHOLDS),
    **{f"万{w}": (w, Decimal(10_000), _D.THINGS) for w in "个头只株羽盏套辆台件处"},
    **{
        w: (w, Decimal(1), _D.THINGS)
        for w in (
            "例",
            "羽",
            "匹",
            "群",
            "对",
            "眼",
            "块",
            "枚",
            "组",
            "起",
            "册",
            "棵",
            "支",
            "班",
            "种",
        )
    },
    **{w: (w, Decimal(1), _D.TIMES) for w in ("剂次", "户次", "册次")},
    **{w: (w, Decimal(1), _D.THINGS) for w in ("台套", "台(套)", "头(只)", "人(次)", "部(台)")},
    "元": ("元", Decimal(1), _D.MONEY),
    **{w: ("元", Decimal(1), _D.MONEY) for w in ("￥", "¥", "圆")},
    "美元": ("美元", Decimal(1), _D.MONEY),
    "万美元": ("美元", Decimal(10_000), _D.MONEY),
    "人民币": ("元", Decimal(1), _D.MONEY),
    "百元": ("元", Decimal(100), _D.MONEY),
    "千元": ("元", Decimal(1_000), _D.MONEY),
    "万元": ("元", Decimal(10_000), _D.MONEY),
    "百万元": ("元", Decimal(1_000_000), _D.MONEY),
    "亿元": ("元", Decimal(100_000_000), _D.MONEY),
    "m2": ("平方米", Decimal(1), _D.AREA),
    "平方米": ("平方米", Decimal(1), _D.AREA),
    "平米": ("平方米", Decimal(1), _D.AREA),
    "万平方米": ("平方米", Decimal(10_000), _D.AREA),
    "平方公里": ("平方米", Decimal(1_000_000), _D.AREA),
    "平方千米": ("平方米", Decimal(1_000_000), _D.AREA),
    "km2": ("平方米", Decimal(1_000_000), _D.AREA),
    "公顷": ("亩", Decimal(15), _D.AREA),
    "千公顷": ("亩", Decimal(15_000), _D.AREA),
    "万公顷": ("亩", Decimal(150_000), _D.AREA),
    "百亩": ("亩", Decimal(100), _D.AREA),
    "千亩": ("亩", Decimal(1_000), _D.AREA),
    "立方米": ("立方米", Decimal(1), _D.OTHER),
    "m3": ("立方米", Decimal(1), _D.OTHER),
    "万立方米": ("立方米", Decimal(10_000), _D.OTHER),
    "千瓦": ("千瓦", Decimal(1), _D.OTHER),
    "万千瓦": ("千瓦", Decimal(10_000), _D.OTHER),
    "千瓦时": ("千瓦时", Decimal(1), _D.OTHER),
    "度": ("千瓦时", Decimal(1), _D.OTHER),
    **{w: ("千瓦时", Decimal(10_000), _D.OTHER) for w in ("万千瓦时", "万度")},
    "亿千瓦时": ("千瓦时", Decimal(100_000_000), _D.OTHER),
    # A mu is 1/15 hectare, no finite decimal in square metres: it stays its own base.
    "亩": ("亩", Decimal(1), _D.AREA),
    "万亩": ("亩", Decimal(10_000), _D.AREA),
    **{w: ("米", Decimal(1), _D.LENGTH) for w in ("米", "m", "延米")},
    **{w: ("米", Decimal("0.001"), _D.LENGTH) for w in ("毫米", "mm")},
    **{w: ("米", Decimal("0.01"), _D.LENGTH) for w in ("厘米", "cm")},
    **{w: ("米", Decimal(1_000), _D.LENGTH) for w in ("公里", "千米", "km")},
    "克": ("千克", Decimal("0.001"), _D.WEIGHT),
    "担": ("千克", Decimal(50), _D.WEIGHT),
    **{w: ("千克", Decimal(1), _D.WEIGHT) for w in ("千克", "公斤", "kg")},
    "斤": ("千克", Decimal("0.5"), _D.WEIGHT),
    "吨": ("千克", Decimal(1_000), _D.WEIGHT),
    "万吨": ("千克", Decimal(10_000_000), _D.WEIGHT),
    **{w: ("%", Decimal(1), _D.RATIO) for w in ("%", "百分比", "百分点")},
    "‰": ("%", Decimal("0.1"), _D.RATIO),
    **{w: ("岁", Decimal(1), _D.AGE) for w in ("岁", "周岁")},
    **{w: (w, Decimal(1), _D.DURATION) for w in ("年", "月", "个月", "天", "日", "小时", "工日")},
    **{w: ("代码", Decimal(1), _D.CODE) for w in ("代码", "选项", "编码")},
}
_MU_PER_ACRE = Decimal("6.070284633600")
_MONEY_WORDS = {"": 1, " thousand": 1_000, " 1000": 1_000, " 10000": 10_000, " million": 1_000_000}
_LATIN: dict[str, tuple[str, Decimal, Dimension]] = {
    **{w: ("亩", Decimal(15), _D.AREA) for w in ("ha", "hectare", "hectares")},
    **dict.fromkeys(("acre", "acres"), ("亩", _MU_PER_ACRE, _D.AREA)),
    "mu": ("亩", Decimal(1), _D.AREA),
    **{w: ("平方米", Decimal(1), _D.AREA) for w in ("m2", "sqm", "sq m", "square metres")},
    **{w: ("平方米", Decimal(1_000_000), _D.AREA) for w in ("km2", "sq km", "square kilometres")},
    **{w: ("人", Decimal(1), _D.PERSONS) for w in ("person", "persons", "people")},
    **{w: ("户", Decimal(1), _D.HOUSEHOLDS) for w in ("household", "households", "hh")},
    **{w: ("%", Decimal(1), _D.RATIO) for w in ("%", "percent", "pct")},
    **{
        name + more: (base, Decimal(times), _D.MONEY)
        for base, names in (("元", ("rmb", "cny", "yuan")), ("美元", ("usd", "us$", "$")))
        for name in names
        for more, times in _MONEY_WORDS.items()
    },
    **{
        f"{times} {w}": ("元", Decimal(times), _D.MONEY)
        for times in (1_000, 10_000)
        for w in ("rmb", "cny", "yuan")
    },
    **{w: ("千克", Decimal(1), _D.WEIGHT) for w in ("kg", "kilogram", "kilograms")},
    **{w: ("千克", Decimal(1_000), _D.WEIGHT) for w in ("t", "ton", "tons", "tonne", "tonnes")},
    **{w: ("米", Decimal(1_000), _D.LENGTH) for w in ("km", "kilometres", "kilometers")},
    **{w: ("米", Decimal(1), _D.LENGTH) for w in ("m", "metres", "meters")},
    **{w: ("米", Decimal("0.01"), _D.LENGTH) for w in ("cm", "centimetres", "centimeters")},
    **{w: ("米", Decimal("0.001"), _D.LENGTH) for w in ("mm", "millimetres", "millimeters")},
    **{w: ("千瓦时", Decimal(1), _D.OTHER) for w in ("kwh",)},
}
"""Of the acre the international one (4046.8564224 m²), of a mu 2000/3 m²."""
_ENDINGS = {
    *(
        "ha",
        "hectares",
        "acres",
        "sqm",
        "m2",
        "km2",
        "km",
        "cm",
        "mm",
        "kg",
        "tons",
        "tonnes",
        "kwh",
    ),
    *("rmb", "cny", "yuan", "usd", "pct", "percent", "persons", "households"),
}
"""Last words of `area_ha` that are surely its unit; `m`, `t` and `household` may be a name's own."""
_NAMED = re.compile(r"^[A-Za-z]\w*_([A-Za-z]+2?)$")
_LATIN_PER = {
    "": "",
    "mu": "亩",
    "ha": "公顷",
    "person": "人",
    "capita": "人",
    "household": "户",
    "year": "年",
    "month": "月",
    "day": "日",
}
_PER = {
    "年",
    "月",
    "日",
    "天",
    "季",
    "季度",
    "人",
    "户",
    "亩",
    "次",
    "平方米",
    "m2",
    "个",
    "公里",
    "公顷",
    "平方公里",
    "千米",
    "人次",
    "头",
    "班",
    *("学期", "学年", "周", "星期", "小时", "课时", "工日", "场", "期", "届", "批"),
    *("斤", "公斤", "千克", "kg", "吨", "升", "千瓦时", "度", "立方米", "m3", "米", "m"),
    *("株", "只", "羽", "间", "套", "件", "台", "辆", "张", "家", "所", "栋", "宗", "床", "生"),
    *("万人", "千人", "百人", "百户", "千户", "亩次", "位", "名", "份", "项", "处", "盏", "车"),
}
_OF_ALL = {"户/人", "个/人", "个/户", "处/户", "家/人", "项/人"}
"""Two counts in one column, not one by the other."""
_WIDE = str.maketrans("％／", "%/")
_BRACKET = re.compile(
    r"[（(\[【〔<＜]\s*(?:计量|金额|面积)?(?:单位[:：])?\s*"
    r"([^（()）\[\]【】〔〕<>＜＞]{1,24}?(?:/[（(][^（()）]{1,8}[）)])?)\s*[）)\]】〕>＞]\s*[:：]?\s*$"
)

_BESIDE = re.compile(
    r"^(.{2,}?)\s*(?:[_＿]{2,}|[/／：:，,_])\s*([^/／：:，,_＿\s]{1,5}(?:/[^/／：:，,_＿\s]{1,3})?)$"
)
_JOINED = re.compile(
    r"^(.{0,30}(?:面积|产量|销量|总量|重量|收入|支出|金额|资金|产值|经费|投资|补助|补贴|里程|长度))"
    r"([\u4e00-\u9fff]{1,3})$"
)
"""`产量 千克`: the blank between was layout."""
_QUANTITY = re.compile(r"(?:[数量积额入出值率价款金费租资]|人口|人员|劳动力|里程|长度|[_＿]{2})$")
_NO_END = {"人数", "户数", "人民币", "代码", "选项", "编码"}
_ENDS = {
    _D.PERSONS,
    _D.HOUSEHOLDS,
    _D.MONEY,
    _D.AREA,
    _D.WEIGHT,
    _D.LENGTH,
    _D.RATIO,
    _D.PERSON_TIMES,
}
"""What may stand after a sign or a blank; of 村/组 and 年/月 no second is a unit."""
_ENGLISH = re.compile(r"^(?:unit|units|in)\b[:\s]*", re.IGNORECASE)


def parse_unit(text: str) -> Unit | None:
    """`万元/年` → base 元 × 10000 per 年, `元/人·月` per 人·月; None when the words are no unit we
    know."""
    if text.isascii() and (english := _english(text)):
        return english
    written = re.sub(r"\s+", "", text).strip(":：").translate(_WIDE)
    plain = simplified(written).removeprefix("单位:")
    head, _, per = plain.partition("/")
    by = [word.removeprefix("每") for word in re.split(r"[/·・.*]", per.strip("()"))] if per else []
    head = head if head in _TABLE else head.lower()
    if head not in _TABLE or not _PER.issuperset(by) or plain in _OF_ALL:
        return None
    base, multiplier, dimension = _TABLE[head]
    per = "·".join(by)
    return Unit(written, base, multiplier, dimension, per)


def _english(text: str) -> Unit | None:
    """`ha`, `RMB 10,000`, `kg/mu`: a word, a multiplier of money, `per`."""
    said = " ".join(_ENGLISH.sub("", text.strip()).replace(",", "").lower().split())
    head, _, per = said.replace(" per ", "/").partition("/")
    head, per = head.strip(), per.strip()
    if head not in _LATIN or (per and per not in _LATIN_PER):
        return None
    base, multiplier, dimension = _LATIN[head]
    return Unit(text.strip(), base, multiplier, dimension, _LATIN_PER.get(per, ""))


def split_unit(label: str) -> tuple[str, Unit | None]:
    """`支部数（个）` → (`支部数`, 个). A last bracket that is no unit stays in the label."""
    label = EQUATED.sub("", label)
    found = _BRACKET.search(label)
    unit = parse_unit(found[1]) if found else None
    if found is None or unit is None:
        return _named(label) if label.isascii() else _unbracketed(label)
    return label[: found.start()].rstrip(), unit


def _named(label: str) -> tuple[str, Unit | None]:
    """`area_ha` in ha; the column keeps its name."""
    found = _NAMED.match(label)
    known = found is not None and found[1].lower() in _ENDINGS
    return (label, parse_unit(found[1].lower())) if found and known else _unbracketed(label)


def _unbracketed(label: str) -> tuple[str, Unit | None]:
    """`面积/亩`, `人口数：人`, `收入____万元`, `产量千克`, of what surely is a quantity."""
    bare = label.rstrip("：: ")
    for pattern in (_BESIDE, _JOINED) if len(bare) <= _LONGEST else ():
        found = pattern.match(bare)
        unit = parse_unit(found[2]) if found and found[2] not in _NO_END else None
        if found is None or unit is None or unit.dimension not in _ENDS:
            continue
        head = found[1].rstrip("_＿：:，, ")
        if head and _QUANTITY.search(
            bare[: found.start(2)].rstrip("/／：:，, ").rstrip("_＿") or head
        ):
            return head, unit
    return label, None


_LONGEST = 60
