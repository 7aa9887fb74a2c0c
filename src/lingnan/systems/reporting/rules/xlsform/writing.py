"""A form draft → the three sheets of an XLSForm."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from lingnan.base.canonical import decimal_text

from ...terms.forms import FieldDraft, FieldType, FormDraft, Layout, Option, Role, Unit
from ...terms.xlsform import (
    CHINESE,
    ENGLISH,
    OURS,
    PATH,
    TOWNS,
    VILLAGES,
    Row,
    XlsForm,
    XlsFormFacts,
)
from ..filing import NUMERIC, asked_of
from ..filing.answers import LONGEST, may_be_negative
from .logic import Kept, kept_of, xpath_of
from .naming import Names, slug

TYPES = {
    FieldType.INTEGER: "integer",
    FieldType.NUMBER: "decimal",
    FieldType.MONEY: "decimal",
    FieldType.PERCENT: "decimal",
    FieldType.DATE: "date",
}
ROWS = {"household": "逐户填写", "person": "逐人填写", "village": "逐村填写"}
TOWN_WORDS = ("镇", "街", "乡")


@dataclass(slots=True)
class _Sheet:
    """The survey as it grows: open groups by path, choice lists by what they offer."""

    draft: FormDraft
    facts: XlsFormFacts
    bilingual: bool
    rows: list[Row] = field(default_factory=list)
    names: Names = field(default_factory=Names)
    codes: dict[str, str] = field(default_factory=dict)
    lists: dict[tuple[Option, ...], str] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    town: str = ""
    files: list[str] = field(default_factory=list)


def xlsform_of(draft: FormDraft, facts: XlsFormFacts | None = None) -> XlsForm:
    """Groups from the label paths; one repeat for a register; shared choice lists."""
    facts = facts or XlsFormFacts()
    sheet = _Sheet(draft, facts, bilingual=any(facts.english.values()))
    repeated = draft.layout is Layout.LIST
    for one in draft.fields:
        sheet.codes[one.code] = sheet.names.take(one.code, "q_")
    if facts.asks_place and not any(one.role is Role.PLACE for one in draft.fields):
        sheet.rows += _place_questions(sheet)
    if repeated:
        name = sheet.names.take(f"rows_{slug(draft.subject)}", "")
        sheet.rows.append(_titled(sheet, "begin_repeat", name, ROWS.get(draft.subject, "逐行填写")))
    for one in draft.fields:
        _move_to(sheet, one.path)
        sheet.rows.append(_question(sheet, one))
    _move_to(sheet, ())
    if repeated:
        sheet.rows.append({"type": "end_repeat"})
    return XlsForm(
        survey=tuple(sheet.rows),
        choices=tuple(_choices(sheet)),
        settings=_settings(draft, facts),
        names={name: code for code, name in sheet.codes.items()},
        attachments=tuple(dict.fromkeys(sheet.files)),
    )


def _settings(draft: FormDraft, facts: XlsFormFacts) -> Row:
    code = facts.code or draft.form
    return {
        "form_title": draft.title.replace("\n", "").strip() or code,
        "form_id": slug(code),
        "version": facts.version or "1",
        "default_language": CHINESE,
        f"{OURS}form": code,
        f"{OURS}subject": draft.subject,
        f"{OURS}period": draft.period,
    }


def _move_to(sheet: _Sheet, path: Sequence[str]) -> None:
    """Close the groups that end here and open those that begin."""
    shared = 0
    while shared < min(len(path), len(sheet.path)) and path[shared] == sheet.path[shared]:
        shared += 1
    sheet.rows += [{"type": "end_group"}] * (len(sheet.path) - shared)
    for part in path[shared:]:
        name = sheet.names.take(f"g_{slug(part)}", "")
        sheet.rows.append(_titled(sheet, "begin_group", name, part) | {f"{OURS}role": PATH})
    sheet.path = tuple(path)


def _titled(sheet: _Sheet, kind: str, name: str, label: str, english: str = "") -> dict[str, str]:
    """A blank label would be refused, so blank paths are shown as a dash and kept in our column."""
    shown = _inert(label) or "—"
    row = {"type": kind, "name": name, f"label::{CHINESE}": shown, f"{OURS}label": label}
    if sheet.bilingual:
        row[f"label::{ENGLISH}"] = _inert(english) or shown
    return row


def _inert(label: str) -> str:
    """`${` would be read as a reference to another question."""
    return label.strip().replace("${", "$ {")


def _question(sheet: _Sheet, one: FieldDraft) -> Row:
    english = sheet.facts.english.get(one.code, "")
    row = _titled(sheet, _kind(sheet, one), sheet.codes[one.code], _asked(one), english)
    row |= {
        f"{OURS}code": one.code,
        f"{OURS}label": one.label,
        f"{OURS}type": one.type.value,
        f"{OURS}role": one.role.value,
        f"{OURS}cell": one.cell,
        f"{OURS}list": _list_of(sheet, one) if one.options else "",
        f"{OURS}element": sheet.facts.elements.get(one.code, ""),
        **_unit_columns(one.unit),
    }
    kept = kept_of(one.notes, set(sheet.codes.values()))
    hint = _inert("；".join(_hints(sheet, one, kept)))
    if hint:
        row[f"hint::{CHINESE}"] = hint
        if sheet.bilingual:
            row[f"hint::{ENGLISH}"] = hint
    return {name: text for name, text in (row | _logic(sheet, one, kept)).items() if text}


def _kind(sheet: _Sheet, one: FieldDraft) -> str:
    if one.code in sheet.facts.computed:
        return "calculate"
    if one.code in sheet.facts.derived:
        return "note"
    if one.options:
        return f"select_one {_list_of(sheet, one)}"
    if one.role is Role.PLACE:
        return _from_file(sheet, one)
    return TYPES.get(one.type, "text")


def _from_file(sheet: _Sheet, one: FieldDraft) -> str:
    town = one.label.strip().endswith(TOWN_WORDS)
    if town:
        sheet.town = sheet.codes[one.code]
    sheet.files.append(TOWNS if town else VILLAGES)
    return f"select_one_from_file {sheet.files[-1]}"


def _list_of(sheet: _Sheet, one: FieldDraft) -> str:
    """Equal options are one list, however many questions offer them."""
    return sheet.lists.setdefault(one.options, f"list_{len(sheet.lists) + 1}")


def _asked(one: FieldDraft) -> str:
    """`年收入（万元，1万元=10000元）`: a clerk must see the multiplier where she types."""
    unit = one.unit
    if unit is None or not unit.written.strip():
        return one.label
    said = unit.written
    if unit.multiplier != 1 and unit.base:
        one_of = unit.written.partition("/")[0]
        said += f"，1{one_of}={decimal_text(unit.multiplier)}{unit.base}"
    return f"{one.label}（{said}）"


def _unit_columns(unit: Unit | None) -> dict[str, str]:
    if unit is None:
        return {}
    return {
        f"{OURS}unit": unit.written,
        f"{OURS}base": unit.base,
        f"{OURS}multiplier": decimal_text(Decimal(unit.multiplier)),
        f"{OURS}dimension": unit.dimension.value,
        f"{OURS}per": unit.per,
    }


def _hints(sheet: _Sheet, one: FieldDraft, kept: Kept) -> Iterator[str]:
    if one.hint:
        yield one.hint
    yield from kept.words
    if one.code in sheet.facts.derived:
        yield sheet.facts.derived[one.code]
    labels = {found.code: found.label for found in sheet.draft.fields}
    for hint in sheet.draft.sums:
        if hint.total == one.code:
            yield "通常等于：" + " + ".join(labels.get(code, code) for code in hint.parts)


def _logic(sheet: _Sheet, one: FieldDraft, kept: Kept) -> dict[str, str]:
    formula = sheet.facts.computed.get(one.code, "")
    if formula:
        units = {found.code: found.unit for found in sheet.draft.fields}
        return {"calculation": xpath_of(formula, sheet.codes, units, one.unit)}
    if one.code in sheet.facts.derived:
        return {}
    found = {"relevant": kept.relevant, "constraint": kept.constraint}
    found |= {f"{OURS}constraint": kept.constraint}
    if one.role is Role.ASKED:
        found |= {"required": "yes", f"required_message::{CHINESE}": "没有发生填 0"}
    if one.role is Role.PLACE and not one.options:
        found["appearance"] = "minimal autocomplete"
        if sheet.town and sheet.codes[one.code] != sheet.town:
            found["choice_filter"] = f"town=${{{sheet.town}}}"
    rule, said = _own_rule(one, sheet.facts.below_zero.get(one.code))
    if rule:
        found["constraint"] = f"({kept.constraint}) and {rule}" if kept.constraint else rule
        found[f"constraint_message::{CHINESE}"] = said
    return found


def _own_rule(one: FieldDraft, below_zero: bool | None) -> tuple[str, str]:
    """The same limits as when the report is filed here."""
    info = replace(asked_of(one), below_zero=below_zero)
    if not one.options and one.type in NUMERIC and not may_be_negative(info):
        return ". >= 0", "不能为负数"
    if one.type in {FieldType.TEXT, FieldType.NAME} and not one.options:
        return f"string-length(.) <= {LONGEST}", f"文字不超过 {LONGEST} 字"
    return "", ""


def _place_questions(sheet: _Sheet) -> list[Row]:
    """Town, then village: 26,000 names come from files beside the form, filtered by the town."""
    sheet.town = sheet.names.take("place_town", "")
    village = sheet.names.take("place_village", "")
    sheet.files += [TOWNS, VILLAGES]
    about = {"required": "yes", "appearance": "minimal autocomplete", f"{OURS}role": "whose"}
    town = _titled(sheet, f"select_one_from_file {TOWNS}", sheet.town, "镇（街道）", "Town")
    place = _titled(sheet, f"select_one_from_file {VILLAGES}", village, "村（社区）", "Village")
    return [town | about, place | about | {"choice_filter": f"town=${{{sheet.town}}}"}]


def _choices(sheet: _Sheet) -> Iterator[Row]:
    for options, name in sheet.lists.items():
        taken: set[str] = set()
        for option in options:
            row: dict[str, str] = {
                "list_name": name,
                "name": _choice_name(option.code, taken),
                f"label::{CHINESE}": _inert(option.label) or "—",
                f"{OURS}code": option.code,
                f"{OURS}label": option.label,
            }
            if sheet.bilingual:
                row[f"label::{ENGLISH}"] = row[f"label::{CHINESE}"]
            yield row


def _choice_name(code: str, taken: set[str]) -> str:
    base = code if code and code.isascii() and code.isalnum() else slug(code)
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    taken.add(name)
    return name


def columns_of(rows: Sequence[Mapping[str, str]], first: Sequence[str]) -> list[str]:
    """The standard's own columns first, ours last, each once."""
    seen = dict.fromkeys([*first, *(name for row in rows for name in row)])
    return sorted(seen, key=lambda name: name.startswith(OURS))
