"""Strange workbooks, made part by part; and reading one in a child process with little memory."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

MEMORY = 512 * 1024 * 1024
SECONDS = 60
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINK}"><sheets>'
    '<sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_LINKS = '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'
HEAD = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>项目</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>单位</t></is></c>'
    '<c r="C1" t="inlineStr"><is><t>数量</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>户籍人口</t></is></c>'
    '<c r="B2" t="inlineStr"><is><t>人</t></is></c></row>'
)
"""One item: the answer is C2."""

_CHILD = """
import json, resource, sys
from importlib import resources
import yaml
from lingnan.systems.reporting.rules.reading import build_reading_words, read_workbook
from lingnan.systems.reporting.terms import UnreadableWorkbook
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
with open(sys.argv[1], "rb") as file:
    data = file.read()
# Alone, without what else the package declares: memory is limited here.
told = resources.files("lingnan.systems.reporting").joinpath("content/reading.yaml")
words = build_reading_words(yaml.safe_load(told.read_text(encoding="utf-8")))
try:
    drafts = read_workbook(data, sys.argv[1], words)
    said = {"cells": [f.cell for f in drafts[0].fields][:50], "fields": len(drafts[0].fields),
            "unread": [u.why for u in drafts[0].unread][:20]}
except UnreadableWorkbook as no:
    said = {"why": no.words()}
# The rusage of a child begins with its parent's peak; the memory map's own does not.
with open("/proc/self/status") as status:
    said["peak"] = next(int(line.split()[1]) * 1024 for line in status if "VmHWM" in line)
print(json.dumps(said))
"""


def package(parts: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def book(
    rows: str = HEAD, *, after: str = "", before: str = "", name: str = "S", **more: str | bytes
) -> bytes:
    """A minimal workbook: rows as XML, what stands before and after them, and other parts."""
    return package(
        {
            "xl/workbook.xml": _BOOK.format(name=name),
            "xl/_rels/workbook.xml.rels": _LINKS,
            "xl/worksheets/sheet1.xml": f"<worksheet>{before}<sheetData>{rows}</sheetData>{after}"
            "</worksheet>",
            **more,
        }
    )


def numbered(rows: Iterable[int], cell: str = "") -> str:
    return "".join(f'<row r="{r}">{cell.format(r=r)}</row>' for r in rows)


def read_in_child(data: bytes, folder: Path, name: str) -> dict[str, Any]:
    """What the reading said; raises when it took more than a minute or died."""
    path = folder / name
    path.write_bytes(data)
    done = subprocess.run(  # RLIMIT_AS holds for the child alone
        [sys.executable, "-c", _CHILD, str(path), str(MEMORY)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    said: dict[str, Any] = json.loads(done.stdout)
    assert said["peak"] < MEMORY
    return said
