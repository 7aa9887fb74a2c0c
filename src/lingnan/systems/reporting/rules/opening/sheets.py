"""One worksheet part → its cells, merges, formulas, lists and what is hidden; one pass."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from openpyxl.formula.translate import Translator
from openpyxl.utils.datetime import CALENDAR_WINDOWS_1900, from_excel

from ..grid import cell_name, column_number
from .limits import MAX_BLANKS, MAX_FRAMES, MAX_TEXT, Refusal, text_of, too_big

_REF = re.compile(r"([A-Z]{1,3})(\d{1,7})$")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(slots=True)
class Styles:
    """By style number: whether its cells are framed, and whether their numbers are dates."""

    framed: list[bool] = field(default_factory=list)
    dated: list[bool] = field(default_factory=list)
    epoch: datetime = CALENDAR_WINDOWS_1900


def unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def number_text(raw: str, style: int, styles: Styles) -> str:
    """What a numeric cell says; a number of a dated style is a day."""
    raw = raw.strip()
    if not raw:
        return ""
    if style < len(styles.dated) and styles.dated[style]:
        try:
            return text_of(from_excel(float(raw), styles.epoch))
        except (ValueError, OverflowError):
            return raw
    try:
        return str(int(raw)) if raw.lstrip("-").isdigit() else text_of(float(raw))
    except (ValueError, OverflowError):
        return raw


class SheetScan:
    """Handlers of `scan`; afterwards the attributes hold the sheet."""

    def __init__(self, strings: list[str], styles: Styles) -> None:
        self.texts: dict[tuple[int, int], str] = {}
        self.formulas: dict[tuple[int, int], str] = {}
        self.framed: set[tuple[int, int]] = set()
        self.merges: list[str] = []
        self.lists: list[tuple[str, str]] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self._strings, self._styles = strings, styles
        self._shared: dict[str, tuple[str, str]] = {}
        self._row = self._col = self._cells = self._style = 0
        self._type = self._value = self._inline = ""
        self._f: Mapping[str, str] = {}
        self._phonetic = False
        self._sqref = ""

    def start(self, tag: str, said: Mapping[str, str]) -> None:
        if tag == "c":
            self._cell(said)
        elif tag == "row":
            self._begin_row(said)
        elif tag == "f":
            self._f = said
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "mergeCell":
            self.merges.append(said.get("ref", ""))
            too_big(cells=len(self.merges))
        elif tag == "col":
            self._column(said)
        elif tag == "dataValidation":
            self._sqref = said.get("sqref", "") if said.get("type") == "list" else ""

    def end(self, tag: str, text: str) -> None:
        if tag == "c":
            self._keep()
        elif tag == "v":
            self._value = text
        elif tag == "t" and not self._phonetic:
            self._inline += text
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "f":
            self._formula(text)
        elif tag == "formula1" and self._sqref:
            self.lists.append((self._sqref, text))

    def _begin_row(self, said: Mapping[str, str]) -> None:
        self._row = int(said.get("r") or self._row + 1)
        self._col = 0
        if said.get("hidden") in {"1", "true"}:
            self.hidden_rows.add(self._row)

    def _column(self, said: Mapping[str, str]) -> None:
        if said.get("hidden") in {"1", "true"}:
            first, last = int(said["min"]), min(int(said["max"]), 16_384)
            self.hidden_columns |= set(range(first, last + 1))

    def _cell(self, said: Mapping[str, str]) -> None:
        found = _REF.match(said.get("r", ""))
        if found:
            self._row, self._col = int(found[2]), column_number(found[1])
        else:
            self._col += 1
        self._type, self._style = said.get("t", "n"), int(said.get("s") or 0)
        self._value = self._inline = ""
        self._cells += 1
        if self._cells > MAX_BLANKS:
            raise Refusal("单元格超过 {most} 个。", most=MAX_BLANKS)

    def _keep(self) -> None:
        at = (self._row, self._col)
        text = self._text()
        if text:
            self.texts[at] = text[:MAX_TEXT]
            too_big(rows=self._row, columns=self._col, cells=len(self.texts))
        framed = self._styles.framed
        if self._style < len(framed) and framed[self._style] and len(self.framed) < MAX_FRAMES:
            self.framed.add(at)

    def _text(self) -> str:
        if self._type == "inlineStr":
            return unescaped(self._inline)
        if self._type == "s":
            return self._strings[int(self._value)] if self._value else ""
        if self._type == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(self._value, "")
        if self._type == "e":
            return ""
        if self._type != "n":
            return unescaped(self._value)
        return number_text(self._value, self._style, self._styles)

    def _formula(self, text: str) -> None:
        """A shared formula is written once; the others point at it by number."""
        at, number = cell_name(self._row, self._col), self._f.get("si", "")
        formula = f"={text}" if text else "="
        if self._f.get("t") == "shared" and text:
            self._shared[number] = (formula, at)
        elif self._f.get("t") == "shared" and number in self._shared:
            master, origin = self._shared[number]
            try:
                formula = Translator(master, origin=origin).translate_formula(at)
            except Exception:
                formula = "="
        self.formulas[self._row, self._col] = formula
