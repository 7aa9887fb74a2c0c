"""What stands around a table: title, seals, signatures, notes, the period and whom it describes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from lingnan.base.periods import Period

from ...terms import Furniture, Note, Unit, Unread
from ..grid import Grid, Span, blocks, cell_name
from ..labels import squeeze
from ..units_words import parse_unit

_SEAL = re.compile(r"盖\s*章|公\s*章|签\s*章|签\s*名|签\s*字|印\s*章")
_WHO = re.compile(
    r"(填表|填报|制表|审核|审批|经办|负责|联系|统计|复核|调查|录入)(人员|人|员|单位|部门|机关|电话)"
    r"|单位负责人|联系电话|户主身份证|身份证号|表\s*号|批准文号|批准机关|制定机关|有效期至|备案"
)
_WHEN = re.compile(r"(填表|填报|报出|制表|调查|审核|上报)(日期|时间|年月)|年\s+月(\s+日)?\s*$")
_BLANK = re.compile(r"^[^。；]{1,20}[:：]\s*_*\s*$")
_NOTES = re.compile(r"^(填表说明|填报说明|编制说明|指标说明|说\s*明|备\s*注|注\s*释|注)\s*[:：]")
_NOTES_ALONE = re.compile(r"^(填表说明|填报说明|说\s*明|注\s*释)$")
_TABLE_UNIT = re.compile(r"(?:^|[）)\s])(?:计量|金额|面积|数量)?单位\s*[:：]\s*(\S+?)[)）]?$")
_ENGLISH_UNIT = re.compile(
    r"^[（(]?(?:units?|measured in)\s*[:：]\s*([^()（）]+)[)）]?$", re.IGNORECASE
)
_ALONE = re.compile(r"^[（(]([^()（）]{1,16})[)）]$")
_FILLED = re.compile(
    r"(?!其中|其他|内|按|附|表|[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．])[^：:]{1,16}[：:](?!其中).+$"
)
_WITHIN = re.compile(r"[（(]((?:计量|金额|面积)?单位[:：][^（()）]+)[）)]")
_LONG = 1_000
_SENTENCE = re.compile(r"。$|.{12,}[，；。].*(?:填|指|按|为|报)")
_FORM_NUMBER = re.compile(r"^(?:附?表)?[\u4e00-\u9fffA-Za-z]{0,10}\d{1,4}(?:[-—]\d+)?表$")
_ATTACHED = re.compile(
    r"^附(?:件|表|录)?\s*[（(]?[一二三四五六七八九十\d]{0,3}(?:[-—]\d+)?[）)]?\s*[:：]?$"
    r"|^表\s*[一二三四五六七八九十\d]{1,3}\s*[:：]?$"
)
_OPINION = re.compile(
    r"(审核|审批|评议|推荐|党委|政府|村委会?|支部|居委会?|部门|单位|组织|领导|申请人?)意见$"
)
_AGAIN = re.compile(r"^[（(]?(?:续表?|接上表|接下页|转下页)[一二三四五六七八九十\d]*[）)]?$")
_YEAR = re.compile(r"((?:19|20)\d{2})\s*(?:年度|年|财年)")
_MONTH = re.compile(r"((?:19|20)\d{2})\s*年\s*(\d{1,2})\s*月(?!\s*\d{1,2}\s*日)")
_QUARTER = re.compile(r"((?:19|20)\d{2})\s*年\s*(?:第)?([一二三四1-4])\s*季度")
_HALF = re.compile(r"((?:19|20)\d{2})\s*年\s*([上下])半年")
_CUT_OFF = re.compile(
    r"截(?:止|至)[^\d]{0,6}((?:19|20)\d{2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日"
)
_PER_HOUSEHOLD = re.compile(
    r"(?:一|每)户([\u4e00-\u9fff]{0,6}?户)?(?:对应)?填(?:写|报)?一(?:张|份)"
)
_SIGNS = re.compile(r"^([\u4e00-\u9fff]{1,6}户)[（(]?签")
_SEALS = re.compile(r"^([\u4e00-\u9fff]{0,6}村)[（(]?(?:盖|公)")


@dataclass(slots=True)
class Around:
    title: str = ""
    subtitle: str = ""
    furniture: list[Furniture] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    units: tuple[Unit, ...] = ()


def look_around(grid: Grid, tables: list[Span], used: set[tuple[int, int]]) -> Around:
    """`tables` are head-to-end rectangles; `used` cells were read by them. The rest is sorted
    here into furniture, notes and unread: nothing is dropped."""
    around = Around()
    left, right = min(t.left for t in tables), max(t.right for t in tables)
    top = min(t.top for t in tables)
    unused = [at for at in sorted(grid.texts) if at not in used]
    ours = [at for at in unused if left <= at[1] <= right or (at[0] < top and _wide(grid, at))]
    known = set(ours)
    aside = [at for at in unused if at not in known]
    in_notes = False
    for at in ours:
        in_notes = _sort(grid, at, around, above=at[0] < top, in_notes=in_notes)
    around.unread += _aside(grid, aside)
    return around


def _wide(grid: Grid, at: tuple[int, int]) -> bool:
    return grid.span(*at).width > 1


def _sort(grid: Grid, at: tuple[int, int], around: Around, *, above: bool, in_notes: bool) -> bool:
    """Files one cell; True from the heading of the notes on."""
    raw, text, cell = grid.texts[at].strip(), squeeze(grid.texts[at]), cell_name(*at)
    if len(raw) > _LONG:  # a page of instructions in one cell
        around.notes.append(Note(cell, text))
        return in_notes
    if above and not (_NOTES.match(raw) and len(text) > 12):
        _sort_above(raw, text, cell, around)
        return False
    if _NOTES.match(raw) or _NOTES_ALONE.match(raw):
        rest = _NOTES.sub("", raw).strip()
        around.furniture.append(Furniture(cell, "notes", text))
        if rest:
            around.notes.append(Note(cell, squeeze(rest)))
        return True
    kind = furniture_of(raw)
    if (in_notes and (kind == "" or len(text) > 30)) or (not kind and _SENTENCE.search(text)):
        around.notes.append(Note(cell, text))
    elif kind:
        around.furniture.append(Furniture(cell, kind, text))
    else:
        around.unread.append(Unread(cell, text, "表格下方的文字，不是填报项，也不是可识别的说明。"))
    return in_notes


def _sort_above(raw: str, text: str, cell: str, around: Around) -> None:
    kind = furniture_of(raw)
    units = unit_line(text) or unit_alone(text)
    if units:
        around.units = units
        around.furniture.append(Furniture(cell, "unit", text))
    elif kind or is_filled(text):
        around.furniture.append(Furniture(cell, kind or "filled", text))
    elif _ATTACHED.match(text):
        around.furniture.append(Furniture(cell, "number", text))
    elif not around.title:
        around.title, around.units = text, around.units or units_within(text)
        around.furniture.append(Furniture(cell, "title", text))
    elif not around.subtitle and len(text) <= 40:
        around.subtitle = text
        around.furniture.append(Furniture(cell, "title", text))
    else:
        why = "表头上方的文字，不是标题，也不是可识别的填表事项。"
        around.unread.append(Unread(cell, text, why))


def signs(label: str) -> bool:
    """填表人, 审核日期, 盖章: who answers for the form; a telephone may be anybody's."""
    if label.startswith(("联系电话", "身份证号", "户主身份证")):
        return False
    return bool(_WHO.match(label) or _WHEN.search(label) or _SEAL.search(label))


def unit_line(text: str) -> tuple[Unit, ...] | None:
    """`单位：户、万元` → both units; None when the text is no such line."""
    if len(text) > 200:
        return None
    if english := _ENGLISH_UNIT.match(text.strip()):
        said = parse_unit(english[1].strip())
        return (said,) if said else None
    found = _TABLE_UNIT.search(squeeze(text))
    if not found:
        return None
    words = [w for w in re.split(r"[、，,；;]|\s", found[1]) if w]
    units = [unit for word in words if (unit := parse_unit(word))]
    return tuple(units) if units and len(units) == len(words) else None


def unit_alone(text: str) -> tuple[Unit, ...]:
    """`（人）` in a line of its own above a table."""
    found = _ALONE.match(squeeze(text))
    unit = parse_unit(found[1]) if found else None
    return (unit,) if unit else ()


def units_within(title: str) -> tuple[Unit, ...]:
    """`耕地情况（单位：亩）`."""
    found = _WITHIN.search(title[:200])
    return (unit_line(found[1]) or ()) if found else ()


def is_filled(text: str) -> bool:
    """`村名：某村`: a line that is filled in already."""
    before = re.split("[：:]", text)[0]
    closed = len(re.findall("[（(]", before)) == len(re.findall("[）)]", before))
    return closed and bool(_FILLED.match(text))


def is_note(raw: str) -> bool:
    raw = raw[:40]
    return bool(_NOTES.match(raw.strip()) or _NOTES_ALONE.match(raw.strip()))


def is_signature(raw: str) -> bool:
    """Lines for seals, names and dates, which close a table."""
    text = raw.strip()
    return (
        len(text) <= 200
        and len(squeeze(text)) <= 40
        and bool(_WHO.match(text) or _WHEN.search(text) or _SEAL.search(text))
    )


def furniture_of(raw: str) -> str:
    """`seal`, `signature`, `date`, `blank`, `unit` or ''. Long texts are sentences, not
    furniture."""
    if len(raw) > 200 or len(squeeze(raw)) > 60:
        return ""
    if unit_line(raw):
        return "unit"
    if _FORM_NUMBER.match(squeeze(raw)):
        return "number"
    if _OPINION.search(squeeze(raw)):
        return "opinion"
    if _AGAIN.match(squeeze(raw)):
        return "continued"
    for kind, pattern in (("seal", _SEAL), ("signature", _WHO), ("date", _WHEN), ("blank", _BLANK)):
        if pattern.search(raw):
            return kind
    return ""


def _aside(grid: Grid, cells: list[tuple[int, int]]) -> Iterable[Unread]:
    for span in blocks(cells, gap=2):
        inside = [grid.texts[at] for at in cells if span.covers(*at)]
        start = squeeze(next(iter(inside)))
        if len(inside) == 1:
            yield Unread(str(span), start, "表格以外的单独文字，不是填报项。")
            continue
        size = f"{span.height} 行 × {span.width} 列，{len(inside)} 格有字"
        yield Unread(str(span), start, f"表格旁边另有一份清单（{size}），不是填报项，未作字段。")


def period_of_text(texts: Iterable[str]) -> str:
    """The first period named: `2012-Q1`, `2012-06`, `2012-H1`, `2012`; '' when none."""
    joined = [squeeze(text) for text in texts]
    for text in joined:
        if found := _QUARTER.search(text):
            number = "一二三四".find(found[2]) + 1 or int(found[2])
            return str(Period.parse(f"{found[1]}-Q{number}"))
        if (found := _MONTH.search(text)) and 1 <= int(found[2]) <= 12:
            return str(Period.parse(f"{found[1]}-{int(found[2]):02}"))
        if found := _HALF.search(text):
            return f"{found[1]}-H{'上下'.index(found[2]) + 1}"
        if found := _YEAR.search(text):
            return found[1]
    return ""


def cut_off_of(texts: Iterable[str]) -> date | None:
    for text in texts:
        if found := _CUT_OFF.search(squeeze(text)):
            try:
                return date(int(found[1]), int(found[2]), int(found[3]))
            except ValueError:
                continue
    return None


def subject_of(around: Around) -> tuple[str, str]:
    """(`household`, `贫困户`), (`village`, `贫困村`) or ('', ''): one sheet a household wins over
    the village's seal, which both carry."""
    texts = [squeeze(f.text) for f in around.furniture]
    signs = next((m[1] for t in texts if (m := _SIGNS.match(t))), "")
    for note in around.notes:
        if found := _PER_HOUSEHOLD.search(note.text):
            return "household", found[1] or signs
    if signs:
        return "household", signs
    for text in texts:
        if found := _SEALS.match(text):
            return "village", found[1]
    return "", ""
