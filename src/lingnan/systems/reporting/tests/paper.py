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
