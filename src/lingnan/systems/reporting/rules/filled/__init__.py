"""From a filled workbook's bytes to values with place, period and source, and to doubts."""

from .drafting import Known, read_filled
from .gazetteer import Gazetteer, build_gazetteer
from .likely import likeliest_first

__all__ = ["Gazetteer", "Known", "build_gazetteer", "likeliest_first", "read_filled"]
