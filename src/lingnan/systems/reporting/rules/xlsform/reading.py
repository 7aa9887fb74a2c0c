"""An XLSForm → a form draft: groups are the path, choices the options, a repeat says whose rows."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from ...terms.forms import (
    Dimension,
    FieldDraft,
    FieldType,
    FormDraft,
    Furniture,
    Layout,
    Note,
    Option,
    Role,
    Unit,
    Unread,
    UnreadableWorkbook,
)
from ...terms.reading import ReadingWords
from ...terms.xlsform import OURS, PATH
from ..grid import Grid, cell_name
from ..labels import squeeze
from ..opening import open_grids
from ..reading import read_workbook
from ..reading.types import type_of
from ..units_words import split_unit
from .logic import CONSTRAINT, RELEVANT

MOST = 1024 * 1024
KINDS = {
    "integer": FieldType.INTEGER,
    "int": FieldType.INTEGER,
    "range": FieldType.NUMBER,
    "decimal": FieldType.NUMBER,
    "text": FieldType.TEXT,
    "string": FieldType.TEXT,
    "date": FieldType.DATE,
}
SILENT = {
    "start", "end", "today", "deviceid", "phonenumber", "username", "email", "audit", "hidden",
    "simserial", "subscriberid", "start-geopoint", "background-audio", "csv-external", "xml-external",
}  # fmt: skip
SUBJECTS = (
    ("household", re.compile(r"户|house ?hold", re.IGNORECASE)),
    ("person", re.compile(r"人|成员|member|person|people", re.IGNORECASE)),
    ("village", re.compile(r"村|village", re.IGNORECASE)),
)
CHINESE_WORDS = ("zh-hans", "zh-cn", "(zh)", "中文", "chinese", "简体")
MANY = {"select_multiple", "rank"}
SELECT = re.compile(r"^(select_one|select_multiple|select one from|select1|rank)\s+(\S+)", re.I)
_BEGIN = re.compile(r"^begin[ _](group|repeat)$")
_END = re.compile(r"^end[ _](group|repeat)$")


def read_forms(data: bytes, name: str, words: ReadingWords) -> list[FormDraft]:
    """Any workbook: an XLSForm by its own rules, every other as a department's form."""
    if is_xlsform(data, name):
        return [read_xlsform(data, name, words)]
    return read_workbook(data, name, words)


def is_xlsform(data: bytes, name: str) -> bool:
    """A sheet `survey` whose first row has `type` and `name`."""
    if name.lower().endswith((".csv", ".tsv", ".txt")) or not _may_be(data):
        return False
    try:
        return _survey(open_grids(data, name)) is not None
    except UnreadableWorkbook:
        return False  # the reader says it again, with the reason


def _may_be(data: bytes) -> bool:
    """By the names of the sheets alone, so that no other workbook is opened twice."""
    if not data.startswith(b"PK"):
        return b"survey" in data.lower() or b"s\0u\0r\0v\0e\0y\0" in data.lower()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.getinfo("xl/workbook.xml")
            return names.file_size < MOST and b"survey" in archive.read(names).lower()
    except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
        return False  # the reader says what is wrong with it


def read_xlsform(data: bytes, name: str, words: ReadingWords) -> FormDraft:
    """Cells are those of the sheet `survey`; answers belong into the first free column beside it."""
    grids = open_grids(data, name)
    for grid in grids:
        grid.words = words
    survey = _survey(grids)
    if survey is None:
        raise UnreadableWorkbook(
            name=name, why="没有 survey 工作表，或它的首行没有 type 和 name 列。"
        )
    settings = next(iter(_rows(_named(grids, "settings"))), {})
    choices = _choices(_rows(_named(grids, "choices")))
    reader = _Reader(survey, choices, _default(settings))
    for at, row in _numbered(survey):
        try:
            reader.take(at, row)
        except ValueError as wrong:  # a word of ours that somebody changed
            why = f"survey 工作表第 {at} 行看不懂（{wrong}）。"
            raise UnreadableWorkbook(name=name, why=why) from wrong
    stem = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
    return FormDraft(
        form=settings.get(f"{OURS}form") or settings.get("form_id") or stem or name,
        title=settings.get("form_title") or stem or name,
        sheet=survey.sheet,
        layout=Layout.ITEMS,
        fields=tuple(reader.fields),
        unread=tuple(reader.unread),
        period=settings.get(f"{OURS}period", ""),
        subject=settings.get(f"{OURS}subject") or reader.subject or "place",
        subject_name=reader.subject_name,
        notes=tuple(reader.notes),
        furniture=tuple(reader.furniture),
    )


def _named(grids: Sequence[Grid], title: str) -> Grid | None:
    return next((grid for grid in grids if grid.sheet.strip().lower() == title), None)


def _survey(grids: Sequence[Grid]) -> Grid | None:
    found = _named(grids, "survey")
    heads = {text.strip().lower() for _, text in found.row_cells(1)} if found else set()
    return found if {"type", "name"} <= heads else None


def _numbered(grid: Grid) -> list[tuple[int, dict[str, str]]]:
    """Rows by the names of their columns, which may be written `label : English` or `Label`."""
    heads = {
        col: re.sub(r"\s*:{1,2}\s*", "::", text.strip(), count=1) for col, text in grid.row_cells(1)
    }
    heads = {col: _lower_first(head) for col, head in heads.items()}
    return [
        (row, {heads[col]: text for col, text in grid.row_cells(row) if col in heads})
        for row in grid.rows()
        if row > 1
    ]


def _lower_first(head: str) -> str:
    word, mark, language = head.partition("::")
    return word.lower().replace(" ", "_") + mark + language


def _rows(grid: Grid | None) -> list[dict[str, str]]:
    return [row for _, row in _numbered(grid)] if grid else []


def _default(settings: Mapping[str, str]) -> str:
    return settings.get("default_language", "")


def _worded(row: Mapping[str, str], column: str, default: str) -> str:
    """The Chinese words of a column, else those of the form's own language, else any."""
    said = {head.partition("::")[2]: text for head, text in row.items() if _is(head, column)}
    chinese = [t for lang, t in said.items() if any(w in lang.lower() for w in CHINESE_WORDS)]
    ranked = [*chinese, said.get(default, ""), said.get("", ""), *said.values()]
    return next((text for text in ranked if text), "")


def _is(head: str, column: str) -> bool:
    return head == column or head.startswith(f"{column}::")


def _choices(rows: Sequence[Mapping[str, str]]) -> dict[str, tuple[Option, ...]]:
    found: dict[str, list[Option]] = {}
    for row in rows:
        name = row.get("list_name") or row.get("list name") or ""
        code = row.get(f"{OURS}code", row.get("name") or row.get("value") or "")
        label = row.get(f"{OURS}label") or squeeze(_worded(row, "label", "")) or code
        found.setdefault(name.strip(), []).append(Option(code, label))
    return {name: tuple(options) for name, options in found.items()}


@dataclass(slots=True)
class _Reader:
    """Row after row; `groups` holds the label of every group that is open, None where it only
    bundles questions: a group without a label, a repeat."""

    grid: Grid
    choices: Mapping[str, tuple[Option, ...]]
    language: str
    fields: list[FieldDraft] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    furniture: list[Furniture] = field(default_factory=list)
    groups: list[str | None] = field(default_factory=list)
    subject: str = ""
    subject_name: str = ""

    def take(self, at: int, row: Mapping[str, str]) -> None:
        kind = row.get("type", "").strip()
        low = kind.lower()
        if begin := _BEGIN.match(low):
            self._open(begin[1], at, row)
        elif _END.match(low):
            if self.groups:
                self.groups.pop()
        elif low in SILENT or row.get(f"{OURS}role") == "whose":
            self.furniture.append(
                Furniture(self._cell(at), "meta", squeeze(self._label(row)) or kind)
            )
        elif low == "note" and f"{OURS}code" not in row:
            self.notes.append(Note(self._cell(at), squeeze(self._label(row))))
        elif kind:
            self._ask(at, row, kind)

    def _open(self, kind: str, at: int, row: Mapping[str, str]) -> None:
        ours = row.get(f"{OURS}role") == PATH
        label = row.get(f"{OURS}label", "") if ours else squeeze(self._label(row))
        if kind == "group":
            self.groups.append(label if label or ours else None)
            self.furniture.append(Furniture(self._cell(at), "section", label))
            return
        self.groups.append(None)
        words = f"{label} {row.get('name', '')}"
        self.subject = next((s for s, word in SUBJECTS if word.search(words)), "row")
        self.subject_name = label

    def _ask(self, at: int, row: Mapping[str, str], kind: str) -> None:
        select = SELECT.match(kind)
        whole = self._label(row)
        if why := _not_ours(kind, row, select):
            self.unread.append(Unread(self._cell(at), squeeze(whole) or row.get("name", ""), why))
            return
        listed = select[2] if select else row.get(f"{OURS}list", "")
        options = self.choices.get(listed, ()) if listed else ()
        label, unit = split_unit(squeeze(whole))
        if f"{OURS}code" in row:
            label, unit = row.get(f"{OURS}label", ""), _unit_of(row)
        col = self.grid.right + 1
        self.fields.append(
            FieldDraft(
                code=self._code(row.get(f"{OURS}code") or row.get("name", "").strip()),
                label=label if f"{OURS}code" in row else label or row.get("name", ""),
                path=tuple(part for part in self.groups if part is not None),
                sheet=self.grid.sheet,
                row=at,
                col=col,
                cell=cell_name(at, col),
                label_cell=self._cell(at),
                type=_type_of(kind, row, (label, unit, options), self.grid.words),
                unit=unit,
                options=() if select and select[1].lower() in MANY else options,
                role=Role(row.get(f"{OURS}role") or _role(kind)),
                hint=_worded(row, "hint", self.language),
                notes=tuple(_logic(row, select, options)),
            )
        )

    def _label(self, row: Mapping[str, str]) -> str:
        return _worded(row, "label", self.language)

    def _cell(self, at: int) -> str:
        """Where its label stands, or its name."""
        heads = {text.strip().lower(): col for col, text in reversed(self.grid.row_cells(1))}
        labels = [col for head, col in heads.items() if head.startswith("label")]
        filled = [col for col in sorted(labels) if self.grid.text(at, col)]
        return cell_name(at, filled[0] if filled else heads["name"])

    def _code(self, wanted: str) -> str:
        taken = {found.code for found in self.fields}
        code, number = wanted or "x", 2
        while code in taken:
            code, number = f"{wanted}#{number}", number + 1
        return code


def _not_ours(kind: str, row: Mapping[str, str], select: re.Match[str] | None) -> str:
    """Why a question becomes no field; '' when it does."""
    word = kind.split()[0].lower()
    if f"{OURS}code" in row or select or word in KINDS or word.startswith("select_one_from_file"):
        return ""
    if word == "calculate":
        return "由表单自动计算，不是填报项。"
    return f"这种题型（{kind}）不能作为填报项。"


def _type_of(
    kind: str,
    row: Mapping[str, str],
    said: tuple[str, Unit | None, tuple[Option, ...]],
    words: ReadingWords,
) -> FieldType:
    label, unit, options = said
    if written := row.get(f"{OURS}type"):
        return FieldType(written)
    word = kind.split()[0].lower()
    if word.startswith("select_one_from_file"):
        return FieldType.PLACE
    if word not in KINDS:
        return FieldType.TEXT if word in MANY else FieldType.CODE
    found = KINDS[word]
    if found is FieldType.NUMBER and unit is not None:
        guessed = type_of(label, unit, options, words)
        return guessed if guessed in {FieldType.MONEY, FieldType.PERCENT} else found
    return found


def _role(kind: str) -> str:
    return "place" if kind.lower().startswith("select_one_from_file") else "asked"


def _unit_of(row: Mapping[str, str]) -> Unit | None:
    if f"{OURS}multiplier" not in row:
        return None
    try:
        multiplier = Decimal(row[f"{OURS}multiplier"])
    except InvalidOperation:
        multiplier = Decimal(1)
    dimension = row.get(f"{OURS}dimension", "")
    return Unit(
        written=row.get(f"{OURS}unit", ""),
        base=row.get(f"{OURS}base", ""),
        multiplier=multiplier,
        dimension=Dimension(dimension) if dimension in set(Dimension) else Dimension.OTHER,
        per=row.get(f"{OURS}per", ""),
    )


def _logic(
    row: Mapping[str, str], select: re.Match[str] | None, options: Sequence[Option]
) -> list[str]:
    """What a foreign form demands, kept as hints; our own limits are made again from the type."""
    found = []
    if select and select[1].lower() in MANY:
        found.append("可多选：" + "；".join(f"{o.code} {o.label}" for o in options))
    constraint = row.get(f"{OURS}constraint" if f"{OURS}code" in row else "constraint")
    if constraint:
        found.append(f"{CONSTRAINT}{constraint}")
    if row.get("relevant"):
        found.append(f"{RELEVANT}{row['relevant']}")
    if parameters := row.get("parameters"):
        found.append(f"参数：{parameters}")
    return found
