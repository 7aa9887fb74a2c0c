"""The truth tables of one half, with the look-ups that scoring needs."""

import csv
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

Row = dict[str, str]
Key = tuple[str, str, str]  # form-year, sheet, cell

_BARE = re.compile(r"[^A-Z]")
_SAME_UNIT = {
    "㎡": "平方米", "m2": "平方米", "m²": "平方米", "％": "%", "km": "公里", "千米": "公里",
    "代码": "", "—": "", "-": "", "--": "", "无": "", "元/人": "元",
}  # fmt: skip


def unit(text: Any) -> str:
    """One spelling of a unit: no spaces, no brackets around it."""
    bare = str(text or "").strip().strip("（）()").replace(" ", "")
    return _SAME_UNIT.get(bare, bare)


def split_cell(said: dict[str, Any]) -> tuple[str, str]:
    """`表!C5`, `'表'!$C$5`, or a cell and a sheet beside it."""
    sheet, _, cell = str(said.get("cell") or "").rpartition("!")
    return (sheet.strip("'") or str(said.get("sheet") or "")), cell.replace("$", "").upper()


class Truth:
    def __init__(self, folder: Path, half: str) -> None:
        self.folder, self.half = folder, half
        self.fields = self._table("fields")
        self.others = self._table("not_fields")
        self.values = self._table("values")
        self.pairs = self._table("pairs")
        self.versions = self._table("versions")
        self.of: dict[str, list[Row]] = defaultdict(list)
        for row in self.fields:
            self.of[f"{row['form']}-{row['year']}"].append(row)

    def _table(self, name: str) -> list[Row]:
        path = self.folder / "truth" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return [row for row in csv.DictReader(file) if row["half"] == self.half]

    def path(self, form_year: str) -> Path:
        return self.folder / self.of[form_year][0]["file"]

    def blanks(self) -> list[str]:
        return sorted({row["file"] for row in self.fields})

    def filled(self) -> list[str]:
        return sorted({row["file"] for row in self.values})

    def form_pairs(self) -> list[tuple[str, str]]:
        """Forms of 2025 of different departments, A before B, whether or not they share a fact."""
        forms = sorted(f for f in self.of if f.endswith("-2025"))
        return [
            (a, b)
            for n, a in enumerate(forms)
            for b in forms[n + 1 :]
            if self.of[a][0]["department"] != self.of[b][0]["department"]
        ]

    def version_pairs(self) -> list[tuple[str, str]]:
        return [
            (f"{form}-2024", f"{form}-2025") for form in sorted({r["form"] for r in self.versions})
        ]

    def find(self, form_year: str, said: dict[str, Any]) -> Key | None:
        """The field of the truth an answer speaks of: same sheet and cell; in a .csv the column;
        in a list any row from the first answer row on."""
        sheet, cell = split_cell(said)
        near = [row for row in self.of[form_year] if _stands(row, cell)]
        if len(near) > 1:
            near = [r for r in near if r["sheet"] == sheet] or _likest(
                near, str(said.get("label") or "")
            )
        return (form_year, near[0]["sheet"], near[0]["cell"]) if near else None

    def row(self, key: Key) -> Row:
        return next(r for r in self.of[key[0]] if (r["sheet"], r["cell"]) == key[1:])


def _stands(row: Row, cell: str) -> bool:
    if row["cell"] == cell:
        return True
    if not row["repeat"] or _BARE.sub("", cell) != _BARE.sub("", row["cell"]):
        return False
    low = cell[len(_BARE.sub("", cell)) :]
    first = int(row["cell"][len(_BARE.sub("", row["cell"])) :])
    return row["file"].endswith(".csv") or (low.isdigit() and int(low) >= first)


def _likest(rows: list[Row], label: str) -> list[Row]:
    return sorted(
        rows,
        key=lambda r: (
            -len(set(r["label"]) & set(label)) / max(1, len(set(r["label"]) | set(label)))
        ),
    )
