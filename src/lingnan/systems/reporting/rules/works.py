"""What is answered at once, and what is long."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from ..terms.works import Limits


def build_limits(said: Mapping[str, Any]) -> Limits:
    return Limits(**{name: int(number) for name, number in said.items()})


def is_long(files: Sequence[tuple[str, bytes]], limits: Limits) -> bool:
    """By what is to be read: pictures in a workbook cost nothing, packed rows much."""
    return len(files) > limits.files or sum(_share(data, limits) for _, data in files) > 1


def _share(data: bytes, limits: Limits) -> float:
    """Of what is still answered at once."""
    if not data.startswith(b"PK"):
        return len(data) / limits.text
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError):
        return 0  # refused at once
    return sum(one.file_size for one in parts if one.filename.endswith(".xml")) / limits.xml
