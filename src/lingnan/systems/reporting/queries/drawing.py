"""A department's file, prepared once and drawn for as many places as are wanted."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from lingnan.base.actors import system_actor
from lingnan.base.clock import LEGAL_ZONE
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.web import files

from ..models import Household
from ..rules import workbook as book
from ..rules.blanks import filled_in
from ..rules.filing import NUMERIC, cell_of, footnotes, guessed_rows, kept_back, rounding_notes
from ..rules.masking import personal_fields
from ..rules.naming import file_name
from ..terms.filings import FieldInfo, FormInfo, Produced
from ..terms.forms import FieldType, Layout, Role
from ..terms.plans import SumInfo
from .admission import admitted_by
from .forms import draft, siblings
from .masking import masking_on
from .outputs import Cut, Figures, Held, held_at, own_figures, rows_at, villages_of
from .sums import sums_of

TITLE = "填报说明"
LOST = "原表为 Excel 97 格式，其中的公式以原值保留。"
MASKED = "姓名、电话、证件号码等个人信息已脱敏。"
IN_FULL = "本文件含完整的个人信息，取用已留下记录，请妥善保管。"
BY_HOUSEHOLD = "“{title}”一户一表，本文件未填；请按户生成。"
TO_FILL = "{place}：已有的数据和已填的内容都在表内，只需填空格；填好后原样传回。"
MARKS = "批准文号：{number}　有效期限：{begins} 至 {expires}"
NO_ROWS = "“{title}”还没有数据。"
ROWS = "“{title}”：{rows} 行，其中 {told} 行已报。"
TREES = {"code": "统计用区划", "governed": "实际管辖（含功能区）"}
PREPARED = 16
Contents = dict[book.Address, book.CellContent]


@dataclass(frozen=True)
class Moment:
    """The cut and the instant people call it by; `subject`: a household, 0 for the place itself."""

    cut: Cut
    as_of: datetime
    subject: int = 0


@dataclass(frozen=True)
class _Rows:
    """What fills a list: one row a village or a household, in order."""

    keys: Sequence[tuple[int, int]]
    names: Mapping[int, str]
    held: Mapping[tuple[int, int], Figures]
    beside: book.Beside


class Printer:
    """All forms of the file that `form` came in: the department gets its whole file back."""

    def __init__(self, form: FormInfo) -> None:
        self.form = form
        self.forms = siblings(form)
        self._sums = sums_of([one.id for one in self.forms])
        self._admitted: dict[datetime, list[tuple[int, str, date, date]]] = {}
        self._again = {f.id: draft(f.id).again for f in self.forms if _is_list(f)}
        self._items = [f for f in self.forms if f.layout is Layout.ITEMS and f.subject == "place"]

    def figures(
        self, chosen: Sequence[PlaceInfo], cut: Cut, under: int | None = None
    ) -> Mapping[tuple[int, int], Held]:
        """Of all these places at once, for `draw`."""
        return held_at(self._items, chosen, cut, under=under)

    def draw(
        self, place: PlaceInfo, when: Moment, held: Mapping[tuple[int, int], Held]
    ) -> Produced:
        """The same place, cut and instant give the same bytes."""
        lists = {
            f.id: _rows_of(f, place, when.cut, self._again.get(f.id, ()))
            for f in self.forms
            if _is_list(f)
        }
        template = self._template(lists)
        contents: Contents = {}
        notes: list[str] = []
        for form in self.forms:
            dated = form.at(when.cut.period)
            if form.id in lists:
                notes += _fill_rows(contents, template, dated, lists[form.id])
            else:
                notes += self._fill_items(contents, template, dated, place, when, held)
        if template.loses_formulas:
            notes.append(LOST)
        if any(personal_fields(form, masking_on(when.cut.on)) for form in self.forms):
            notes.append(IN_FULL if when.cut.is_clear else MASKED)
        data = template.filled(
            contents,
            [TITLE, *_about(self.form, place, when), *self._marks(place, when), *notes],
        )
        return Produced(
            data=data,
            name=file_name(
                self.form.title, place.name, str(Period.from_code(when.cut.period)), "xlsx"
            ),
            seq=int(when.cut.seq) if isinstance(when.cut.seq, int) else 0,
            as_of=when.as_of,
            sha256=hashlib.sha256(data).hexdigest(),
            footnotes=tuple(notes),
            label="personal" if self.form.subject == "household" else "internal",
        )

    def _marks(self, place: PlaceInfo, when: Moment) -> list[str]:
        """统计法第十七条; who made the form is printed on the form itself."""
        if when.as_of not in self._admitted:
            self._admitted[when.as_of] = admitted_by(self.form.id, when.as_of)
        for where, number, begins, expires in self._admitted[when.as_of]:
            inside = places.ranges(where, on=when.cut.day)
            if any(low <= place.id <= high for low, high in inside):
                return [MARKS.format(number=number, begins=begins, expires=expires)]
        return []

    def _fill_items(
        self,
        contents: Contents,
        template: book.Template,
        form: FormInfo,
        place: PlaceInfo,
        when: Moment,
        held: Mapping[tuple[int, int], Held],
    ) -> list[str]:
        if form.subject == "household":
            if not when.subject:
                return [BY_HOUSEHOLD.format(title=form.title.replace("\n", ""))]
            own = own_figures([form], [place.id], when.cut)
            one = Held(own.get((form.id, place.id, when.subject), {}), {})
        else:
            one = held.get((form.id, place.id), Held({}, {}))
        formats = {f.code: template.format_of((f.sheet, f.row, f.col)) for f in form.asked}
        within: dict[book.Address, dict[int, Decimal | str | None]] = {}
        for field in form.asked:
            if field.code in one.figures:
                spot = field.sheet, field.row, field.col
                told = cell_of(field, one.figures[field.code], formats[field.code])
                if field.blank:
                    within.setdefault(spot, {})[field.blank] = told
                else:
                    contents[spot] = told
        for spot, parts in within.items():
            contents[spot] = filled_in(template.text_of(spot), parts)
        return [
            *footnotes(form.asked, one.figures, remade_by=one.remade),
            *rounding_notes(form.asked, one.figures, self._sums_of(form), formats),
        ]

    def _sums_of(self, form: FormInfo) -> Sequence[SumInfo]:
        return self._sums.get(form.id, [])

    def _template(self, lists: Mapping[int, _Rows]) -> book.Template:
        cells: list[book.Address] = []
        rooms: list[book.Room] = []
        for form in self.forms:
            if form.id not in lists:
                cells += [(f.sheet, f.row, f.col) for f in form.asked]
            elif lists[form.id].keys:
                beside = lists[form.id].beside
                columns = tuple(f.col + right for right in beside.rights for f in form.fields)
                rooms.append((form.sheet, beside.first, beside.height, columns))
                lines = range(beside.first, beside.first + beside.height)
                cells += [(form.sheet, line, column) for line in lines for column in columns]
        return _prepared(self.form.file_sha256, tuple(cells), tuple(rooms))


@lru_cache(PREPARED)
def _prepared(
    sha256: str, cells: tuple[book.Address, ...], rooms: tuple[book.Room, ...]
) -> book.Template:
    """The department's blank file as it was kept when registered; nobody changes a template."""
    raw = files.open_file(sha256, to=system_actor()).path.read_bytes()
    return book.Template(raw, cells, rooms)


def to_fill(
    form: FormInfo, said: Mapping[str, str], name: str, offered: Sequence[str] = ()
) -> bytes:
    """The department's file for one who fills it: `said` by field code stands in its cells, as the
    place would have typed it; `offered`: lines on what is known and waits for a look."""
    spots = {
        field.code: (field.sheet, field.row, field.col)
        for field in form.asked
        if "#" not in field.cell  # a place in a sentence: several share the cell
    }
    template = _prepared(form.file_sha256, tuple(spots.values()), ())
    contents: Contents = {
        spots[field.code]: _as_cell(field, said[field.code], template.format_of(spots[field.code]))
        for field in form.asked
        if field.code in spots and said.get(field.code)
    }
    return template.filled(contents, [TITLE, TO_FILL.format(place=name), *offered])


def _as_cell(field: FieldInfo, text: str, number_format: str) -> book.CellContent:
    """A cell that shows hundredths holds the share itself."""
    if field.type not in NUMERIC:
        return text
    is_share = field.type is FieldType.PERCENT and "%" in number_format
    try:
        return Decimal(text) / 100 if is_share else Decimal(text)
    except InvalidOperation:  # 缺, 不适用, or what is wrong still
        return text


def _is_list(form: FormInfo) -> bool:
    return form.layout is not Layout.ITEMS and bool(form.fields)


def _rows_of(form: FormInfo, place: PlaceInfo, cut: Cut, again: Sequence[int]) -> _Rows:
    """One row a village, or a household; a village that reported nothing is named too."""
    under = villages_of(place.id, cut.period, cut.tree)
    known = places.names(under, on=cut.day)
    names = {number: known.get(number, "") for number in under}
    held = rows_at(form, under, cut)
    households = form.subject == "household"
    keys = [key for key in held if bool(key[1]) == households]
    told = _by_number(keys) if households else [(number, 0) for number in names]
    return _Rows(told, names, held, _beside(form, len(told), again))


def _beside(form: FormInfo, rows: int, again: Sequence[int]) -> book.Beside:
    """As many lines as the department left free, or more where that is not enough."""
    first, rights = form.fields[0].row, (0, *again)
    if not again:
        return book.Beside(first, rights, max(rows, 1))
    columns = tuple(f.col + right for right in rights for f in form.fields)
    free = _free_lines(form.file_sha256, form.sheet, first, columns)
    return book.Beside(first, rights, max(free, -(-rows // len(rights)), 1))


@lru_cache(PREPARED)
def _free_lines(sha256: str, sheet: str, first: int, columns: tuple[int, ...]) -> int:
    raw = files.open_file(sha256, to=system_actor()).path.read_bytes()
    return book.blank_rows(book.opened(raw)[sheet], first, columns)


def _by_number(keys: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Village by village, in the order of the households' numbers."""
    rows = Household.objects.filter(place__in={place for place, _ in keys})
    numbers = dict(rows.values_list("entry_id", "number"))
    return sorted(keys, key=lambda key: (key[0], numbers.get(key[1], ""), key[1]))


def _fill_rows(
    contents: Contents, template: book.Template, form: FormInfo, rows: _Rows
) -> list[str]:
    title = form.title.replace("\n", "")
    if not rows.keys:
        return [NO_ROWS.format(title=title)]
    for number, key in enumerate(rows.keys):
        found = rows.held.get(key, {})
        line, right = rows.beside.at(number)
        for field in form.fields:
            spot = form.sheet, line, field.col + right
            if field.role is Role.PLACE:
                contents[spot] = rows.names[key[0]]
            elif field.code in found:
                pattern = template.format_of((field.sheet, field.row, field.col))
                contents[spot] = cell_of(field, found[field.code], pattern)
    told = len([key for key in rows.keys if key in rows.held])
    back = kept_back(one for found in rows.held.values() for one in found.values())
    named = ((rows.names[key[0]], rows.held.get(key, {})) for key in rows.keys)
    guesses = guessed_rows(form.fields, named)
    return [ROWS.format(title=title, rows=len(rows.keys), told=told), *guesses, *back]


def _about(form: FormInfo, place: PlaceInfo, when: Moment) -> Sequence[str]:
    moment = when.as_of.astimezone(LEGAL_ZONE)
    tree = "" if when.cut.tree == "code" else f"　口径：{TREES[when.cut.tree]}"
    return [
        f"报表：{form.title}（表号 {form.code}，第 {form.version} 版）".replace("\n", ""),
        f"地区：{place.name}　报告期：{Period.from_code(when.cut.period)}{tree}",
        f"数据截至：{moment:%Y-%m-%d %H:%M:%S}（北京时间），证据序号 {when.cut.seq}。",
        "数值按 GB/T 8170 修约；修约后分项之和可能不等于合计，不作调整。",
    ]
