"""Workbooks made for a test: a village form with one question a row."""

import io
from collections.abc import Sequence

import openpyxl


def paper(title: str, questions: Sequence[tuple[str, str]], *, year: int = 2026) -> bytes:
    """`questions`: (label, unit)."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "村表"
    sheet.append([f"{year}年度{title}村基本情况统计表"])
    sheet.merge_cells("A1:D1")
    sheet.append(["序号", "指标名称", "计量单位", "数量"])
    for number, (label, unit) in enumerate(questions, start=1):
        sheet.append([number, label, unit, None])
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def crossed(title: str, *, rows: int, columns: int) -> bytes:
    """A table asked both ways: every row under every column is one question."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "村表"
    sheet.append([f"{title}统计表"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=columns + 2)
    sheet.append(["序号", "指标名称", *(f"{5 * n}—{5 * n + 4}岁（人）" for n in range(columns))])
    for number in range(1, rows + 1):
        sheet.append([number, f"第{number}村民小组", *[None] * columns])
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()
