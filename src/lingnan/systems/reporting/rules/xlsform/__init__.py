"""XLSForm in and out: a department's form as ODK and Kobo know it, and theirs as one of ours."""

from .book import book_of
from .reading import is_xlsform, read_forms, read_xlsform
from .writing import xlsform_of
from .xform import xform_of

__all__ = ["book_of", "is_xlsform", "read_forms", "read_xlsform", "xform_of", "xlsform_of"]
