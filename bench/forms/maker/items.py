"""Item lists: 指标名称 | 代码 | 计量单位 | 数量, in the many ways offices draw them."""

from dataclasses import dataclass

from .blocks import Block
from .grid import Field, Sheet
from .parse import lines, parts, plain, printed_code

HEADS = {"group": "类别", "code": "代码", "item": "指标名称", "item2": "", "unit": "计量单位"}


@dataclass
class _List:
    sheet: Sheet
    block: Block
    year: int
    column: int
    section: str = ""
    sub: str = ""

    def __post_init__(self) -> None:
        self.kinds = self.block.get("cols", "code item unit value").split()
        self.values = [parts(v, 3) for v in self.block.get("values", ["数量 | {} | {}"])]
        order: list[tuple[str, int]] = []
        for kind in self.kinds:
            order += (
                [("value", n) for n in range(len(self.values))] if kind == "value" else [(kind, 0)]
            )
        self.order = order
        self.at = {key: self.column + n for n, key in enumerate(order)}
        self.group_from = self.left_from = 0
        self.left = ""

    def spot(self, kind: str, n: int = 0) -> int:
        return self.at[kind, n]

    def head(self, row: int) -> int:
        names = {**HEADS, **(self.block.get("heads") or {})}
        for kind, n in self.order:
            word = self.values[n][0] if kind == "value" else names[kind]
            word = word.replace("{y}", str(self.year))
            if kind != "item2":
                self.sheet.put(row, self.spot(kind, n), word, bold=True)
        if "item2" in self.kinds:
            self.sheet.merge(row, self.spot("item"), row, self.spot("item2"))
        if not self.block.get("letters"):
            return row + 1
        self.letters(row + 1)
        return row + 2

    def letters(self, row: int) -> None:
        """甲 乙 丙 over what is printed, 1 2 over what is asked."""
        names = iter("甲乙丙丁戊")
        for kind, n in self.order:
            if kind != "item2":
                self.sheet.put(row, self.spot(kind, n), n + 1 if kind == "value" else next(names))
                self.sheet.deny(row, self.spot(kind, n), "number", "栏号行")
        if "item2" in self.kinds:
            self.sheet.merge(row, self.spot("item"), row, self.spot("item2"))

    def close_group(self, row: int) -> None:
        if self.group_from and "group" in self.kinds:
            at = self.spot("group")
            self.sheet.merge(self.group_from, at, row - 1, at)
        self.group_from = 0

    def close_left(self, row: int) -> None:
        if self.left:
            self.sheet.merge(self.left_from, self.spot("item"), row - 1, self.spot("item"))
        self.left = ""

    def heading(self, row: int, line: str) -> int:
        level, words = line.replace("\\n", "\n").split(" ", 1)
        if level == "#":
            self.close_group(row)
            self.section, self.sub = words, ""
            if "group" in self.kinds:
                self.sheet.put(row, self.spot("group"), words)
                self.group_from = row
                return row
        else:
            self.sub = words
        self.sheet.put(row, self.spot("item"), words)
        for n in range(len(self.values)):
            self.sheet.deny(row, self.spot("value", n), "section", "小标题行，不填数")
        return row + 1

    def name(self, row: int, printed: str) -> None:
        """The item's words, in one cell or in two (left>right)."""
        left, _, right = printed.rpartition(">")
        if left != self.left:
            self.close_left(row)
        if not left:
            self.sheet.put(row, self.spot("item"), printed)
            if "item2" in self.kinds:
                self.sheet.merge(row, self.spot("item"), row, self.spot("item2"))
            return
        if not self.left:
            self.sheet.put(row, self.spot("item"), left)
            self.left, self.left_from = left, row
        self.sheet.put(row, self.spot("item2"), right)

    def item(self, row: int, line: str) -> None:
        code, printed, unit, label, fact, options = parts(line, 6)
        self.name(row, printed)
        if "code" in self.kinds:
            self.sheet.put(row, self.spot("code"), printed_code(code))
        if "unit" in self.kinds:
            self.sheet.put(row, self.spot("unit"), unit)
        shown = code if "code" in self.kinds else ""
        named = label or plain(printed.rpartition(">")[2], unit)
        path = " > ".join(x for x in (plain(self.section), plain(self.sub)) if x)
        for n, (_, words, key) in enumerate(self.values):
            if n and options.endswith("×"):
                self.sheet.put(row, self.spot("value", n), "×")
                self.sheet.deny(row, self.spot("value", n), "blocked", "印有×，不填")
                continue
            self.sheet.ask(
                Field(
                    row, self.spot("value", n), words.format(named), key.format(fact), path=path,
                    code=shown, unit="" if unit in ("代码", "—", "-") else unit,
                    options=options.rstrip("×"), subject=self.block.get("subject", "村"),
                    printed=printed.rpartition(">")[2],
                    words=f"（{unit}）" if "unit" in self.kinds else printed,
                )
            )  # fmt: skip


def items(sheet: Sheet, row: int, block: Block, year: int, width: int) -> int:
    """`---` starts a second list beside the first, `===` a 续表 under it."""
    start, lowest = row, row
    drawn = _List(sheet, block, year, 1)
    row = drawn.head(row)
    for line in lines(block["items"], year):
        if line in ("---", "==="):
            drawn.close_group(row)
            drawn.close_left(row)
            lowest = max(lowest, row)
            if line == "---":
                drawn = _List(sheet, block, year, drawn.column + len(drawn.order), drawn.section)
                row = drawn.head(start)
            else:
                sheet.put(row + 1, 1, block.get("again", "续表"))
                sheet.plain.add(row + 1)
                row = start = drawn.head(row + 2)
        elif line.startswith(("# ", "## ")):
            drawn.close_left(row)
            row = drawn.heading(row, line)
        else:
            drawn.item(row, line)
            row += 1
    drawn.close_group(row)
    drawn.close_left(row)
    return max(lowest, row)
