"""A question without its form: what makes next year's version of it, or another's, the same wording."""

from collections.abc import Mapping, Sequence
from typing import Any

from lingnan.base.canonical import sha256

from ...terms.dictionary import Identity
from ...terms.forms import FieldDraft
from ..labels import plain, take_numbering


def identity_of(field: FieldDraft, *, subject: str, department: str = "") -> Identity:
    """万元 and 元 are one wording: the multiplier is the form's own affair. Numbering is left out."""
    path = [_bare(part) for part in (*field.path, field.label)]
    unit = field.unit
    measure = [unit.base, unit.per] if unit else []
    options = sorted(plain(option.label) for option in field.options)
    parts = [_once(path), measure, options, field.type.value, subject]
    return Identity(sha256(parts), department)


def kind_of(type_: str, unit: str, options: Sequence[object], subject: str) -> str:
    """Only questions of one kind can be one element: its type and unit never change."""
    return sha256([type_, unit, [str(option) for option in options], subject])


def named(label: str, names: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """The declared names of a fact by its Chinese label, however it is numbered; {} for none."""
    return names.get(_bare(label), {})


def _bare(text: str) -> str:
    return plain(take_numbering(text)[1])


def _once(parts: Sequence[str]) -> list[str]:
    """A heading that repeats the label says nothing more."""
    return list(dict.fromkeys(part for part in parts if part))
