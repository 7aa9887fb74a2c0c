"""Forms by what they are called, for the box in the shell."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lingnan.base.actors import Actor

from ..models import Form
from ..terms.filings import FormState
from .gate import need

READ = "reporting.read"


@dataclass(frozen=True)
class FormName:
    title: str
    department: str


def form_names() -> list[tuple[str, str]]:
    """Code and title of every current form, for an index; who shows one asks `forms_called`."""
    rows = Form.objects.filter(state=FormState.CURRENT).order_by("code", "-version")
    return [(code, _line(title)) for code, title in rows.values_list("code", "title")]


def forms_called(codes: Iterable[str], *, to: Actor, on: date) -> dict[str, FormName]:
    """Current forms of these codes. One query."""
    need(to, READ, on=on)
    rows = Form.objects.filter(state=FormState.CURRENT, code__in=list(codes)).order_by("version")
    held = rows.values_list("code", "title", "department__name")
    return {code: FormName(_line(title), name or "") for code, title, name in held}


def _line(title: str) -> str:
    return " ".join(title.split())
