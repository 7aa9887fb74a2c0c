"""The words of XLSForm, the spreadsheet standard of ODK and Kobo (xlsform.org)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lingnan.base.errors import Invalid

Row = Mapping[str, str]

CHINESE, ENGLISH = "简体中文 (zh-Hans)", "English (en)"
OURS = "lingnan_"
"""Columns of ours beside those of the standard: what XLSForm has no word for. ODK ignores them."""
PATH = "path"
"""Our role of a group that is a heading of the form, its label perhaps blank."""
TOWNS, VILLAGES = "towns.csv", "villages.csv"


@dataclass(frozen=True, slots=True)
class XlsForm:
    """Three sheets as rows; `names` leads from the names of questions back to the form's codes.

    `attachments` are the files of places that the questions choose from: they travel beside the
    form, so that 8,000 villages are not 8,000 rows of it.
    """

    survey: tuple[Row, ...]
    choices: tuple[Row, ...]
    settings: Row
    names: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class XlsFormFacts:
    """What a registered form knows beyond its draft; all by field code.

    `computed` are formulas over items of the form itself; `derived` says of an item in words where
    it comes from, so that nobody is asked.
    """

    code: str = ""
    version: str = ""
    elements: Mapping[str, str] = field(default_factory=dict)
    english: Mapping[str, str] = field(default_factory=dict)
    computed: Mapping[str, str] = field(default_factory=dict)
    derived: Mapping[str, str] = field(default_factory=dict)
    below_zero: Mapping[str, bool | None] = field(default_factory=dict)
    asks_place: bool = False
    """One filled form is about a place that the form itself does not name."""


class BadXlsForm(Invalid):
    code = "reporting.bad_xlsform"
    tell = "无法转换为 XForm：{why}"
