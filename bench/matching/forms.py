"""The public benchmark of Chinese forms (`bench/forms`): one half as labelled sets.

Fields come from the truth table, so that matching is measured apart from reading: with the whole
label, as a person would say it, and with the short one that stands in the cell under its parent."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from bench.matching.sets import Labelled
from lingnan.systems.reporting.rules.units_words import parse_unit
from lingnan.systems.reporting.terms import FieldDraft, FieldType, FormDraft, Layout, Option

HOME = Path(__file__).parents[1] / "forms"
SUBJECTS = {"户": "household", "人": "person"}
YEAR = "2025"
_NUMBERED = re.compile(r"^(?:\d+[.、．]|[①-⑳])")
Row = dict[str, str]


class Half:
    """`tune` or `test`; only rows of this half are ever looked at."""

    def __init__(self, half: str, home: Path = HOME) -> None:
        self.half, self.home = half, home
        self._fields = self._rows("fields.csv")

    def _rows(self, name: str) -> list[Row]:
        with (self.home / "truth" / name).open(encoding="utf-8-sig", newline="") as file:
            return [row for row in csv.DictReader(file) if row["half"] == self.half]

    def form(self, name: str, year: str = YEAR, *, short: bool = False) -> FormDraft:
        rows = [r for r in self._fields if r["form"] == name and r["year"] == year]
        fields = [_field(row, n) for n, row in enumerate(rows, start=1)]
        if short:
            fields = _shortened(rows, fields)
        subject = SUBJECTS.get(rows[0]["subject"], "village") if rows else "village"
        return FormDraft(name, name, "", Layout.ITEMS, tuple(fields), subject=subject, period=year)

    def across(self, *, short: bool = False, asked_same: bool = True) -> Iterator[Labelled]:
        """Every two forms that share a fact; `asked_same`: pairs of relation same only, else derived
        ones too."""
        wanted = {"same"} if asked_same else {"same", "derived"}
        true: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        for row in self._rows("pairs.csv"):
            if row["relation"] in wanted:
                true[row["form_a"], row["form_b"]].add((_at(row, "_a"), _at(row, "_b")))
        names = sorted({row["form"] for row in self._fields if row["year"] == YEAR})
        drafts = {name: self.form(name, short=short) for name in names}
        for a, b in combinations(names, 2):
            truth = true.get((a, b), set()) | {(y, x) for x, y in true.get((b, a), set())}
            if truth:
                yield Labelled(f"{a} {b}", drafts[a], drafts[b], frozenset(truth))

    def years(self, *, short: bool = False) -> Iterator[Labelled]:
        true: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for row in self._rows("versions.csv"):
            if row["cell_2024"] and row["cell_2025"]:
                true[row["form"]].add((_at(row, "_2024"), _at(row, "_2025")))
        for name, truth in true.items():
            before = self.form(name, "2024", short=short)
            yield Labelled(name, before, self.form(name, short=short), frozenset(truth))

    def departments(self, name: str) -> frozenset[str]:
        """Of the forms a set is named after."""
        named = {part.removesuffix(f"-{YEAR}") for part in name.split()}
        return frozenset(row["department"] for row in self._fields if row["form"] in named)

    def traps(self) -> dict[tuple[str, str], set[tuple[str, str]]]:
        """Form pair → code pairs that must never be called the same."""
        found: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        for row in self._rows("pairs.csv"):
            if row["trap"] == "yes":
                found[row["form_a"], row["form_b"]].add((_at(row, "_a"), _at(row, "_b")))
        return found


def _at(row: Row, side: str) -> str:
    return f"{row[f'sheet{side}']}!{row[f'cell{side}']}"


def _field(row: Row, n: int) -> FieldDraft:
    options = [part.strip() for part in row["options"].split(";") if part.strip()]
    path = tuple(part for part in row["path"].split(" > ") if part)
    return FieldDraft(
        code=_at(row, ""),
        label=row["label"],
        path=path,
        sheet=row["sheet"],
        row=n,
        col=1,
        cell=row["cell"],
        label_cell=row["cell"],
        type=_type(row["type"]),
        unit=parse_unit(row["unit"]) if row["unit"] else None,
        options=tuple(_option(text, k) for k, text in enumerate(options, start=1)),
    )


def _type(name: str) -> FieldType:
    return FieldType(name) if name in set(FieldType) else FieldType.TEXT


def _option(text: str, n: int) -> Option:
    return Option(str(n), _NUMBERED.sub("", text))


def _shortened(rows: Sequence[Row], fields: Sequence[FieldDraft]) -> list[FieldDraft]:
    """`低保对象中女性人数` → `女` under `低保对象人数`."""
    by_fact = {row["fact"]: found for row, found in zip(rows, fields, strict=True)}
    short = []
    for row, found in zip(rows, fields, strict=True):
        parent = by_fact.get(row["fact"].rpartition("/")[0])
        if row["breakdown"] and parent is not None and parent is not found:
            found = replace(found, label=row["breakdown"].split("/")[-1], parent=parent.code)
        short.append(found)
    return short
