"""Check your answers: everything as it will be handed in, each with the way back to change it."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from lingnan.base import clock
from lingnan.base.errors import Refused
from lingnan.base.periods import Period
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Answer as Line
from lingnan.web.errors import Line as Wrong
from lingnan.web.errors import NoSuchPage, Summary, summary, words_of

from .. import queries, services
from ..rules.filing import retyped
from ..rules.naming import told_apart
from ..terms.checking import Severity, Told
from ..terms.filings import Answer, Ask, FieldInfo, FilingInfo, FormInfo, Mark, State
from .common import period_code, place_of
from .dictionary import named_source
from .filling import OPEN, SHOWN, form_ladder


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.fill")
def check(request: HttpRequest, code: str, place: str, period: str) -> HttpResponse:
    """A draft that was saved; POST hands it in."""
    by, on = actor_of(request), clock.today()
    where, number = place_of(place, on), period_code(period)
    form = queries.form_asked(code, where.id, number, to=by, on=on)
    filing = queries.filing_of(form.id, where.id, number, to=by, on=on)
    if filing is None:
        raise NoSuchPage
    if filing.state not in OPEN:
        return redirect("reporting:filing", filing.uuid)
    error: Summary | None = None
    if request.method == "POST":
        try:
            services.submit_report(filing.uuid, by=by, at=clock.now())
            messages.success(request, gettext("已提交，等待上级审核。"))
            return redirect("reporting:filing", filing.uuid)
        except Refused as no:
            error = _told(form, no)
    asks = queries.asks_of_form(form, where.id, number, to=by, on=on)
    back = reverse("reporting:fill", args=[code, place, period])
    answers = _answers(form, filing, asks, back)
    context = {
        "form": form,
        "place": where,
        "period": str(Period.from_code(number)),
        "answers": answers,
        "findings": _findings(request, form, filing, back),
        "empty": sum(bool(one.change) and one.value in ("", None) for one in answers),
        "returned": filing.state is State.RETURNED,
        "back": back,
        "error": error,
        "rungs": form_ladder(request, form, where, number),
    }
    return render(request, "reporting/check.html", context, status=error and 422 or 200)


def _findings(
    request: HttpRequest, form: FormInfo, filing: FilingInfo, back: str
) -> list[tuple[str, str, Told]]:
    """What submitting would be told, the gravest first: (question, the way to it, finding)."""
    named = dict(zip((f.code for f in form.asked), told_apart(form.asked), strict=True))
    at = {field.code: f"{back}#f_{field.id}" for field in form.asked}
    found = queries.findings(filing.uuid, to=actor_of(request), on=clock.today())
    worst = list(Severity)
    found = sorted(found, key=lambda one: (not one.blocks, worst.index(one.finding.severity)))
    return [
        (f"{t.finding.field} {named[t.finding.field]}", at[t.finding.field], t)
        for t in found
        if t.finding.field in named
    ]


def _answers(form: FormInfo, filing: FilingInfo, asks: Mapping[str, Ask], back: str) -> list[Line]:
    found = []
    for field, name in zip(form.asked, told_apart(form.asked), strict=True):
        ask, answer = asks[field.code], filing.answers.get(field.code, Answer())
        note = _note(field, answer, ask)
        given = _text(field, answer, ask)
        locked = ask.spared or ask.follows or (ask.held and not ask.confirm) or ask.waiting
        change = "" if locked else f"{back}#f_{field.id}"
        found.append(Line(f"{field.code} {name}", given, change, note))
    return found


def _text(field: FieldInfo, answer: Answer, ask: Ask) -> str:
    held = retyped(field, ask.value, ask.text) if ask.held else ""
    text = SHOWN.get(answer.mark, answer.text) or held
    labels = {option.code: option.label for option in field.options}
    return f"{text} {labels[text]}" if text in labels else text


def _note(field: FieldInfo, answer: Answer, ask: Ask) -> str:
    """The unit, and where a value came from that nobody typed just now."""
    said = [] if field.options else [field.unit]
    if answer.mark is Mark.CONFIRMED:
        said.append(gettext("与上期相同"))
    elif ask.follows:
        said.append(gettext("提交时自动得出"))
    elif answer.source:
        said.append(named_source(answer.source))
    elif ask.held and not answer.text:
        said.append(gettext("已掌握，免填"))
    return " · ".join(part for part in said if part)


def _told(form: FormInfo, no: Refused) -> Summary:
    """The questions are on the page before: here they are named, not linked."""
    whole = summary(no)
    named = {
        field.where: f"{field.code} {name}"
        for field, name in zip(form.asked, told_apart(form.asked), strict=True)
    }
    lines = tuple(
        Wrong("", f"{named[p.where]}：{words_of(p)}" if p.where in named else words_of(p))
        for p in no.problems
    )
    return Summary(whole.title, whole.basis, lines)


urlpatterns = [path("fill/<str:code>/<str:place>/<str:period>/check/", check, name="check")]
