"""The same workbook, the same bytes: no clock and no machine in the file."""

import io
import re
import zipfile

from openpyxl.workbook import Workbook
from openpyxl.writer.excel import save_workbook

DAWN = (1980, 1, 1, 0, 0, 0)  # the earliest moment a zip entry can name
STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def packed(workbook: Workbook) -> bytes:
    """An .xlsx file; equal workbooks give equal bytes."""
    workbook.properties.creator = "Lingnan"
    workbook.properties.lastModifiedBy = None
    raw = io.BytesIO()
    save_workbook(workbook, raw)
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w") as target:
        for name in sorted(source.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            body = source.read(name)
            if name == "docProps/core.xml":
                body = STAMP.sub(rb"\g<1>2000-01-01T00:00:00Z\g<3>", body)
            entry = zipfile.ZipInfo(name, DAWN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, body)
    return out.getvalue()
