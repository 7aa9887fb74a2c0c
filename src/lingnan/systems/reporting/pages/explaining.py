"""Findings beside the questions of a form, and the reasons a clerk gives for them."""

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.periods import Period

from .. import queries, services
from ..terms.checking import Check, Severity, Told
from ..terms.filings import FilingInfo, FormInfo, State
from .common import home_of

WHY = "why:"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def explain(request: HttpRequest, form: FormInfo, filing: FilingInfo, by: Actor) -> None:
    """Reasons typed beside findings that still stand; one for a finding that is gone is dropped."""
    given = {
        (field, rule): str(words).strip()
        for name, words in request.POST.items()
        if name.startswith(WHY) and str(words).strip()
        for field, _, rule in (name.removeprefix(WHY).partition(":"),)
    }
    if not given:
        return
    for one in queries.findings(filing.uuid, to=by, on=clock.today()):
        found = one.finding
        words = given.get(found.key, "")
        if found.severity is Severity.EXPLAIN and words and words != one.reason:
            services.explain_finding(
                filing.uuid, found.field, words, rule=found.rule, by=by, at=clock.now()
            )


def attached(data: bytes, name: str) -> HttpResponse:
    """A file given back under its own name."""
    stem, _, suffix = name.rpartition(".")
    kinds = {"csv": "text/csv", "xlsx": XLSX}
    response = HttpResponse(data, content_type=kinds.get(suffix.lower(), XLSX))
    told = quote(f"{stem or suffix}（有问题）.{suffix if stem else 'xlsx'}")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{told}"
    return response


def found_in(filing: FilingInfo | None, to: Actor, on: date) -> dict[str, list[Told]]:
    """By field, once something was saved; wrong text is told by the form itself."""
    found: dict[str, list[Told]] = {}
    if filing is None or filing.state not in {State.DRAFT, State.RETURNED}:
        return found
    for one in queries.findings(filing.uuid, to=to, on=on):
        if one.finding.check is not Check.TYPE:
            found.setdefault(one.finding.field, []).append(one)
    return found


def grids_of(
    found: Sequence[FilingInfo], forms: Mapping[int, FormInfo], to: Actor, on: date
) -> list[tuple[str, str]]:
    """One grid for each form and period that waits, at the place of the hat worn."""
    home = home_of((scope.place for scope in to.scopes), on)
    if home is None:
        return []
    pairs = {(one.form, one.period) for one in found}
    return [
        (
            f"{forms[form].title} {Period.from_code(period)}",
            reverse("reporting:grid", args=[forms[form].code, home.code, Period.from_code(period)]),
        )
        for form, period in sorted(pairs)
    ]
