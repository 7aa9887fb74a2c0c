"""What is numbering, and 其中 in a card: a part of what stands above and never the whole."""

import io

import openpyxl

from lingnan.systems.reporting.content import reading_words
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.terms import FormDraft


def read(rows: list[list[str]]) -> FormDraft:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return read_workbook(held.getvalue(), "表.xlsx", reading_words())[0]


def test_numbered_levels_are_no_numbers_of_rows() -> None:
    form = read(
        [["残疾人统计表"], ["指标名称", "数量"], ["一、二级残疾人（人）", ""], ["一、概况", ""]]
    )
    assert form.fields[0].label == "一、二级残疾人"
