"""Pairs of questions of `traps/`, each drawn as two small workbooks: which were called the same."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from .truth import split_cell

KINDS = {"traps": "trap", "same": "same"}


@dataclass(frozen=True)
class Question:
    """`章节 > 上级 ^ 项目 [单位]` in the form of that title."""

    title: str
    sections: tuple[str, ...]
    parents: tuple[str, ...]
    label: str
    unit: str

    def __str__(self) -> str:
        return " > ".join((*self.sections, " ^ ".join((*self.parents, self.label))))


@dataclass(frozen=True)
class Pair:
    kind: str
    department: str
    left: Question
    right: Question
    reason: str


def pairs(folder: Path) -> list[Pair]:
    return [pair for name, kind in KINDS.items() for pair in _read(folder / f"{name}.txt", kind)]


def _read(path: Path, kind: str) -> Iterator[Pair]:
    department, titles = "", ("", "")
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            department, *both = (part.strip() for part in line[1:].split("|"))
            titles = (both[0], both[1])
        elif "||" in line and not line.startswith("#"):
            left, _, rest = line.partition("||")
            right, _, reason = rest.partition("|")
            asked = (_question(left, titles[0]), _question(right, titles[1]))
            yield Pair(kind, department, *asked, reason.strip())


def _question(text: str, title: str) -> Question:
    asked, _, unit = text.strip().rpartition(" [")
    *sections, asked = asked.split(" > ")
    *parents, label = asked.split(" ^ ")
    return Question(title, tuple(sections), tuple(parents), label, unit.rstrip("]"))


def draw(path: Path, asked: Question, bracketed: bool) -> str:
    """The form of one question, with what stands above it; the cell of its answer. Its unit has a
    column of its own or stands in brackets behind the label."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.append([asked.title])
    page.append(["填报单位：", None, "2025年"])
    page.append(["指标名称", "数量"] if bracketed else ["项目", "计量单位", "数量"])
    for section in asked.sections:
        page.append([section])
    for depth, label in enumerate((*asked.parents, asked.label)):
        words = "　" * depth + label
        unit = asked.unit
        page.append([f"{words}（{unit}）"] if bracketed else [words, unit])
    book.save(path)
    return f"{'B' if bracketed else 'C'}{page.max_row}"


def relation(run: Callable[[list[str]], Any], pair: Pair, folder: Path) -> str | None:
    """What the program says of the two; None when it did not read one of them."""
    a, b = folder / "left.xlsx", folder / "right.xlsx"
    one, other = draw(a, pair.left, False), draw(b, pair.right, True)
    for row in run(["match", str(a), str(b)]):
        if split_cell(row["source"])[1] == one:
            found = (c for c in row["candidates"] if split_cell(c["target"])[1] == other)
            return next((str(c["relation"]) for c in found), "none")
    return None


def report(some: list[Pair], said: list[str | None], verbose: bool) -> Iterator[str]:
    number = Counter(pair.kind for pair in some)
    called: Counter[str] = Counter()
    unread = 0
    missed = []
    for pair, told in zip(some, said, strict=True):
        called[pair.kind] += told == "same"
        unread += told is None
        if (told == "same") != (pair.kind == "same"):
            missed.append(f"    {pair.kind}, said {told}: {pair.left} – {pair.right} {pair.reason}")
    yield f"pairs of questions, {len(some)}, {unread} not read"
    yield f"  traps called same {called['trap']} of {number['trap']}"
    yield f"  same called same  {called['same']} of {number['same']} = {called['same'] / number['same']:.3f}"
    if verbose:
        yield from missed
