"""The XForm that ODK, Kobo and Enketo run, made by pyxform from the workbook we give out."""

from functools import cache
from importlib import import_module
from typing import Any

from ...terms.xlsform import BadXlsForm


@cache
def _pyxform() -> Any:
    """Loaded at the first use: its grammars take a quarter of a second that no other page owes."""
    return import_module("pyxform.xls2xform")


def xform_of(workbook: bytes) -> str:
    """XML. BadXlsForm says what pyxform does not accept."""
    errors = import_module("pyxform.errors")
    try:
        found = _pyxform().convert(workbook, file_type=".xlsx", pretty_print=True)
    except errors.PyXFormError as wrong:
        raise BadXlsForm(why=str(wrong)) from wrong
    return str(found.xform)
