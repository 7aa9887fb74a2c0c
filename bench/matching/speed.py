"""A hundred forms of forty-five fields against a dictionary of five thousand elements."""

import time
from dataclasses import replace
from importlib import resources

from bench import gates
from lingnan.systems.reporting.content import reading_words, vocabulary
from lingnan.systems.reporting.rules.matching import match_fields
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.terms import FieldDraft, FormDraft, Layout

FORMS, FIELDS, ELEMENTS = 100, 45, 5_000
QUALIFIED = (
    *("本级", "新增", "累计", "年初", "拟建", "农村", "城镇", "女性", "自筹", "在建"),
    *("已建", "外来", "上年", "人均", "规模", "全镇", "骨干", "示范", "兼职", "重点"),
)


def _asked() -> list[FieldDraft]:
    home = resources.files("lingnan.systems.reporting.content.forms")
    names = (
        "survey_1_village_2012.xls",
        "survey_2_household_2012.xls",
        "stat_table_1_households.xls",
    )
    drafts = [
        read_workbook(home.joinpath(name).read_bytes(), name, reading_words()) for name in names
    ]
    return [found for forms in drafts for form in forms for found in form.fields]


def dictionary(size: int = ELEMENTS) -> FormDraft:
    """Real questions, again under one and two qualifiers, until there are enough."""
    asked = _asked()
    count = len(asked)
    fields = []
    for n in range(size):
        found, turn = asked[n % count], n // count
        words = "".join(QUALIFIED[(turn + k * n) % len(QUALIFIED)] for k in range(min(turn, 2)))
        fields.append(replace(found, code=f"e{n}", label=words + found.label, parent=""))
    return FormDraft("dictionary", "", "", Layout.ITEMS, tuple(fields), subject="village")


def forms(count: int = FORMS) -> list[FormDraft]:
    all_fields = dictionary(count * FIELDS).fields[::-1]
    return [
        FormDraft(
            f"f{n}",
            "",
            "",
            Layout.ITEMS,
            all_fields[n * FIELDS : (n + 1) * FIELDS],
            subject="village",
        )
        for n in range(count)
    ]


def measure_speed(report: gates.Report) -> None:
    """Processor time, which a busy machine does not lengthen much; the dictionary is prepared in it."""
    elements, words = dictionary(), vocabulary()
    some = forms()
    start = time.process_time()
    for form in some:
        match_fields(form, elements, words)
    took = time.process_time() - start
    report.gate(
        f"{FORMS} forms against {ELEMENTS} elements", f"{took:.2f} s of one core", "< 5 s", took < 5
    )
    report.note("peak memory", f"{gates.peak_memory():.2f} GB")
