"""How officials write an answer, and what they mean by it."""

from .form import Form
from .grid import Field, Value
from .parse import plain
from .world import Village, draw, value

MISSING, NONE = "缺", "不适用"
PER = {"万元": 1e4, "千元": 1e3, "公顷": 15.0, "公斤/公顷": 1 / 15, "米": 0.001}
DECIMAL = {"万元", "公顷", "吨", "公斤/亩", "公斤/公顷", "千元", "公里", "%"}
WORDS = {"text", "id", "phone", "date", "month", "是/否", "男/女"}
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_TEXT = {
    "民族": ["汉族", "瑶族", "壮族"],
    "学校": ["镇中心小学", "镇初级中学", "县第二中学"],
    "年级": ["三年级", "七年级", "九年级"],
    "开户银行": ["农村商业银行", "邮政储蓄银行"],
    "备注": ["", "已公示", ""],
}


def male(*key: object) -> bool:
    return draw("sex", *key) < 0.5


def identity(born: tuple[int, int], *key: object) -> str:
    """A made-up identity number of the unassigned area 4499 with the right sex and check digit."""
    low, high = born
    day = f"{low + int(draw('born', *key) * (high - low))}{1 + int(draw('m', *key) * 12):02d}15"
    serial = 100 + 2 * int(draw("s", *key) * 449) + male(*key)
    body = f"4499{int(draw('a', *key) * 90) + 10}{day}{serial}"
    total = sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def choices(options: str) -> list[str]:
    """'1.是 2.否' → ['1', '2']; '□是 □否' → ['是', '否']; '①因病②因残' → ['①', '②']."""
    if options.startswith("□"):
        return [p.strip() for p in options.split("□") if p.strip()]
    if options[:1] in "①②③":
        return [c for c in options if "①" <= c <= "⑳"]
    return [p.split(".")[0] for p in options.split() if "." in p]


def _chosen(asked: Field, key: tuple[object, ...]) -> tuple[Value, str]:
    found = choices(asked.options)
    pick = found[int(draw("option", asked.fact, *key) * len(found))]
    if asked.fact == "人:性别":
        pick = found[0 if male(*key[1:]) else 1]
    if asked.ghost:
        return asked.ghost.replace("□" + pick, "☑" + pick), pick
    return (int(pick) if pick.isdecimal() else pick), pick


def _date(key: tuple[object, ...], kind: str) -> tuple[Value, str]:
    year, month = 2010 + int(draw("y", *key) * 13), 1 + int(draw("m", *key) * 12)
    day = 1 + int(draw("d", *key) * 28)
    style = int(draw("style", *key) * 4)
    if kind == "month":
        shown = [
            f"{year}-{month:02d}",
            f"{year}年{month}月",
            f"{year}.{month}",
            f"{year}{month:02d}",
        ]
        return shown[style], f"{year}-{month:02d}"
    shown = [
        f"{year}-{month:02d}-{day:02d}",
        f"{year}年{month}月{day}日",
        f"{year}.{month}.{day}",
        f"{year}/{month}/{day}",
    ]
    return shown[style], f"{year}-{month:02d}-{day:02d}"


def _word(asked: Field, key: tuple[object, ...], born: tuple[int, int]) -> tuple[Value, str]:
    name = asked.fact.split(":")[-1]
    row = int(str(key[-1])) + 1
    if asked.options == "男/女":
        shown = "男" if male(*key) else "女"
    elif asked.options == "是/否":
        shown = asked.options.split("/")[int(draw(asked.fact, *key) * 2)]
    elif asked.options == "id":
        shown = identity(born, *key)
    elif asked.options == "phone":
        shown = f"100{int(draw(asked.fact, *key) * 1e8):08d}"
    elif name in _TEXT:
        shown = _TEXT[name][int(draw(asked.fact, *key) * len(_TEXT[name]))]
    elif name == "学籍号":
        shown = "G" + identity(born, *key)
    elif name.endswith(("地址", "地")):
        shown = f"第{row}村民小组"
    else:
        shown = f"{plain(name).removesuffix('姓名') or '村民'}{row:02d}"
    return shown, shown or MISSING


def amount(asked: Field, village: Village, year: int, row: int = 0) -> int | float:
    """The number in the unit of the field."""
    base = value(asked.fact, village.code, year, row)
    if asked.unit in PER or asked.unit in DECIMAL:
        return round(base / PER.get(asked.unit, 1), 2)
    return int(base)


def answer(
    asked: Field, village: Village, year: int, form: Form, *, row: int = 0, skew: float = 1
) -> tuple[Value, str]:
    """What is written in the cell, and the value meant: a number, a word, 缺 or 不适用."""
    key = (village.code, form.code, row)
    if asked.options in ("date", "month"):
        return _date((asked.fact, *key), asked.options)
    if asked.options in WORDS:
        return _word(asked, key, tuple(form.spec.get("born", (1945, 2004))))
    if asked.options:
        return _chosen(asked, (0 if ":" in asked.fact else year, *key))
    number = amount(asked, village, year, row)
    if skew != 1:
        number = round(number * skew) if isinstance(number, int) else round(number * skew, 2)
    return _styled(number, int(draw("style", asked.cell, asked.sheet, year, *key) * 100))


def _styled(number: int | float, style: int) -> tuple[Value, str]:
    meant = str(number) if isinstance(number, int) else f"{number:.2f}".rstrip("0").rstrip(".")
    if style in (0, 1):
        return None, MISSING
    if style in (2, 3):
        return ("不详", MISSING) if style == 2 else ("—", NONE)
    if number == 0 and style < 40:
        return "无", "0"
    if number >= 1000 and style < 30:
        return f"{number:,}", meant
    if style in (40, 41) and isinstance(number, int):
        return str(number).translate(_WIDE), meant
    if style == 42 and isinstance(number, int) and number > 9:
        return f"约{number}", meant
    if style in (43, 44):
        return meant, meant
    return number, meant
