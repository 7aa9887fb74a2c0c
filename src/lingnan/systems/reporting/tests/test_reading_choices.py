"""Drop-down lists of Excel 97: two real surveys have them; ranges are made here by the record."""

import struct

import pytest
import xlrd

from lingnan.systems.reporting.rules.grid import Span
from lingnan.systems.reporting.rules.opening import open_grids
from lingnan.systems.reporting.rules.opening.lists import Lists
from lingnan.systems.reporting.rules.opening.xls import input_rule

from .forms import FORMS

HOUSEHOLDS = "survey_2_household_2012.xls"
NO_TEXT = struct.pack("<HB", 1, 0) + b"\0"
WIDE = "是\0否"
AREA = struct.pack("<BHHHH", 0x25, 0, 2, 8, 8)
"""I1:I3, absolute."""


def rule(code: bytes, *ranges: tuple[int, int, int, int]) -> bytes:
    formulas = struct.pack("<HH", len(code), 0) + code + struct.pack("<HH", 0, 0)
    refs = b"".join(struct.pack("<HHHH", *one) for one in ranges)
    return struct.pack("<I", 3) + NO_TEXT * 4 + formulas + struct.pack("<H", len(ranges)) + refs


def test_the_lists_of_a_real_survey_are_read() -> None:
    (grid, *_) = open_grids((FORMS / HOUSEHOLDS).read_bytes(), HOUSEHOLDS)
    assert grid.choices == [
        (Span(35, 4, 35, 4), ("1", "2", "3", "4")),
        (Span(5, 4, 5, 4), ("1", "2", "3", "4")),
    ]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (struct.pack("<BBB", 0x17, 3, 1) + WIDE.encode("utf-16-le"), ("是", "否")),
        (struct.pack("<BBB", 0x17, 3, 0) + b"a\0b", ("a", "b")),
        (AREA, ("甲类", "乙类")),
        (b"\xff\xff", ()),
    ],
)
def test_words_of_a_rule_are_written_out_or_stand_in_cells(
    code: bytes, words: tuple[str, ...]
) -> None:
    book = xlrd.open_workbook(FORMS / HOUSEHOLDS)
    read = input_rule(rule(code, (4, 9, 3, 3), (20, 20, 3, 4)), book)
    lists = Lists({"表": {(1, 9): "甲类", (3, 9): "乙类"}}, {}, "表").of([read])
    spans = [Span(5, 4, 10, 4), Span(21, 4, 21, 5)] if words else []
    assert lists == [(span, words) for span in spans]
