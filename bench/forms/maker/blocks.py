"""The parts sheets are made of: text lines, item lists, cross tables, column tables, card forms."""

from typing import Any

from .grid import Field, Sheet
from .parse import lines, parts, pick, plain, printed_code

KINDS = {
    "place": "填报单位或地点，由系统知道，不是指标",
    "sign": "签名、盖章、填报日期",
    "unit": "表头的计量单位，适用全表",
    "meta": "表号、制定机关、批准文号、有效期",
    "note": "填表说明",
}
Block = dict[str, Any]


def text(sheet: Sheet, row: int, block: Block, year: int, width: int) -> int:
    """Lines above and below tables: `kind: left || right`."""
    for line in lines(block["text"], year):
        kind, _, words = line.partition(": ")
        if kind == "blank":
            row += 1
            continue
        pieces = [
            p.strip(" ").replace("\\n", "\n").replace("{y}", str(year)) for p in words.split("||")
        ]
        step = max(1, width // len(pieces))
        for n, piece in enumerate(pieces):
            column = min(1 + n * step, width) if len(pieces) > 1 else 1
            if piece:
                sheet.put(row, column, piece, bold=kind == "title")
                if kind in KINDS:
                    sheet.deny(row, column, kind, KINDS[kind])
        if len(pieces) == 1 and kind != "unit":
            sheet.merge(row, 1, row, width)
        sheet.plain.add(row)
        sheet.heights[row] = 30 if kind == "title" else 18 * (1 + words.count("\\n"))
        row += 1
    return row


def head(sheet: Sheet, row: int, column: int, paths: list[list[str]]) -> int:
    """A head of several levels, merged as offices merge it. Gives the depth."""
    depth = max(len(p) for p in paths)
    for level in range(depth):
        start = 0
        while start < len(paths):
            path, end = paths[start], start
            if level >= len(path):
                start += 1
                continue
            same = path[: level + 1]
            while (
                level < len(path) - 1
                and end + 1 < len(paths)
                and paths[end + 1][: level + 1] == same
            ):
                end += 1
            low = depth - 1 if level == len(path) - 1 else level
            sheet.put(row + level, column + start, path[level], bold=True)
            sheet.merge(row + level, column + start, row + low, column + end)
            start = end + 1
    return depth


def numbers(sheet: Sheet, row: int, column: int, stubs: int, count: int) -> None:
    """甲 乙 丙 | 1 2 3 under the head."""
    for n in range(stubs):
        sheet.put(row, column + n, "甲乙丙丁"[n])
        sheet.deny(row, column + n, "number", "栏号行")
    for n in range(count):
        sheet.put(row, column + stubs + n, n + 1)
        sheet.deny(row, column + stubs + n, "number", "栏号行")


def columns(sheet: Sheet, row: int, block: Block, year: int, width: int) -> int:
    """One row a village, household, person: the first answer row stands for the column."""
    asked = [parts(x, 5) for x in lines(block["columns"], year)]
    paths = [p[0].split(">") for p in asked]
    place, index = pick(block.get("place"), year), pick(block.get("index"), year)
    front = [x for x in (index, place) if x]
    first = row + head(sheet, row, 1, [[x] for x in front] + paths)
    if block.get("numbers"):
        numbers(sheet, first, 1, len(front), len(asked))
        first += 1
    count = int(block.get("rows", 8))
    total_row = first + count
    if block.get("total") == "first":
        total_row, first = first, first + 1
    _front(sheet, first, block, front, index)
    for n, (_, unit, label, fact, options) in enumerate(asked):
        column = 1 + len(front) + n
        sheet.ask(
            Field(
                first, column, label or plain(paths[n][-1], unit), fact,
                path=" > ".join(plain(x) for x in paths[n][:-1]), unit=unit, options=options,
                subject=block.get("subject", "村"), repeat="village" if place else "entity",
                words="".join(paths[n]), printed=paths[n][-1],
            )
        )  # fmt: skip
        if block.get("total"):
            sheet.deny(total_row, column, "total", "各行合计，由表内算出")
    if block.get("total"):
        sheet.put(total_row, 1, "合　计", bold=True)
        sheet.merge(total_row, 1, total_row, max(1, len(front)))
    sheet.cells.setdefault((first + count - 1, len(front) + len(asked)), None)
    return max(first + count, total_row + 1)


def _front(sheet: Sheet, first: int, block: Block, front: list[str], index: str | None) -> None:
    """序号 and 村名 before the columns that ask."""
    for n, _ in enumerate(front):
        counts = bool(index) and n == 0
        why = "序号" if counts else "村名，是地点不是指标"
        sheet.deny(first, 1 + n, "index" if counts else "place", why)
    if index and not block.get("bare"):
        for n in range(block.get("rows", 8)):
            sheet.put(first + n, 1, n + 1)


def cross(sheet: Sheet, row: int, block: Block, year: int, width: int) -> int:
    """Row stub × column heads; each crossing is a field unless it is printed ×."""
    asked = [parts(x, 5) for x in lines(block["columns"], year)]
    stub = block.get("stub", "item").split()
    corner = {"item": "项　目", "code": "行次", **(block.get("corner") or {})}
    depth = head(sheet, row, 1, [[corner[s]] for s in stub] + [a[0].split(">") for a in asked])
    at = row + depth
    if block.get("numbers"):
        numbers(sheet, at, 1, len(stub), len(asked))
        at += 1
    section = ""
    for line in lines(block["cross"], year):
        if line.startswith("# "):
            section = line[2:]
            sheet.put(at, 1 + stub.index("item"), section)
            at += 1
            continue
        code, printed, label, fact, blocked, own = parts(line, 6)
        sheet.put(at, 1 + stub.index("item"), printed)
        if "code" in stub:
            sheet.put(at, 1 + stub.index("code"), printed_code(code))
        label = label or plain(printed)
        for n, (heads, unit, name, key, options) in enumerate(asked):
            column = 1 + len(stub) + n
            if str(n + 1) in blocked.split(","):
                sheet.put(at, column, "×")
                sheet.deny(at, column, "blocked", "印有×，不填")
                continue
            path = " > ".join(
                x for x in [plain(section), plain(printed), *heads.split(">")[:-1]] if x
            )
            sheet.ask(
                Field(
                    at, column, name.format(label), key.format(*fact.split(";")), path=path,
                    code=code, unit=unit or own, options=options, subject=block.get("subject", "村"),
                    words=printed + heads, printed=f"{printed} {heads.split('>')[-1]}",
                )
            )  # fmt: skip
        at += 1
    return at


def cards(sheet: Sheet, row: int, block: Block, year: int, width: int) -> int:
    """Label beside answer, several a row: the registration card. `+` spans the row."""
    per, answer = block.get("pairs", 2), block.get("answer", 1)
    span = 1 + answer
    column, section = 0, ""
    for line in lines(block["cards"], year):
        if line.startswith("# "):
            row, column = (row + 1, 0) if column else (row, 0)
            section = line[2:]
            sheet.put(row, 1, section, bold=True)
            sheet.merge(row, 1, row, per * span)
            row += 1
            continue
        printed, unit, label, fact, options, ghost = parts(line, 6)
        long = printed.startswith("+")
        printed = printed.lstrip("+")
        if long and column:
            row, column = row + 1, 0
        left = 1 + column * span
        sheet.put(row, left, printed)
        sheet.merge(row, left + 1, row, per * span if long else left + answer)
        sheet.cells.setdefault((row, per * span), None)
        sheet.ask(
            Field(
                row, left + 1, label or plain(printed, unit), fact, path=plain(section),
                unit=unit, options=options, subject=block.get("subject", "村"), ghost=ghost,
                words=printed + section, printed=printed,
            )
        )  # fmt: skip
        column += 1
        if long or column == per:
            row, column = row + 1, 0
    return row + 1 if column else row
