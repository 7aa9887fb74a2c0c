"""Fill one form: what is known stands there with its source, the rest is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingnan.base import clock
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.base.periods import Period
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Rung
from lingnan.web.errors import Line, Summary, summary, words_of

from .. import queries, services
from ..rules.filing import retyped
from ..rules.naming import file_name, told_apart
from ..terms.checking import Told
from ..terms.filings import (
    STATE_WORDS,
    Answer,
    Ask,
    FieldInfo,
    FilingInfo,
    FormInfo,
    Mark,
    State,
)
from ..terms.forms import Option
from .again import again, shown
from .common import STATE_MARKS, ladder, period_code, place_of
from .dictionary import named_source
from .explaining import attached, explain, found_in
from .standings import admitted
from .works import order_upload

SHOWN = {Mark.NOT_APPLICABLE: "不适用", Mark.MISSING: "缺"}
OPEN = {State.DRAFT, State.RETURNED}


@dataclass(frozen=True)
class Question:
    """One line of the page. `id` is safe in HTML and names the control."""

    id: str
    field: FieldInfo
    value: str
    ask: Ask
    wrong: str = ""
    remark: str = ""
    section: str = ""
    confirmed: bool = False
    told: Sequence[Told] = ()

    @property
    def options(self) -> tuple[Option, ...]:
        return self.field.options

    @property
    def numeric(self) -> bool:
        return self.field.type in {"integer", "number", "money", "percent"}

    @property
    def locked(self) -> bool:
        """Known from elsewhere, or about to be: shown, not asked."""
        held = self.ask.spared or (self.ask.held and not self.ask.confirm)
        return held or self.ask.waiting or (self.ask.follows and not self.value)

    @property
    def source(self) -> str:
        return named_source(self.ask.source) if self.ask.source else ""

    @property
    def same(self) -> str:
        """The control that confirms what is offered; empty where nothing is."""
        return f"{self.id}_same" if self.ask.confirm and self.ask.why else ""

    @property
    def offered(self) -> str:
        if not self.ask.held:
            return ""
        code = retyped(self.field, self.ask.value, self.ask.text)
        return next((one.label for one in self.options if one.code == code), code)


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.fill")
def fill(request: HttpRequest, code: str, place: str, period: str) -> HttpResponse:
    by, on = actor_of(request), clock.today()
    where, number = place_of(place, on), period_code(period)
    form = queries.form_asked(code, where.id, number, to=by, on=on)
    filing = queries.filing_of(form.id, where.id, number, to=by, on=on)
    error: Summary | None = None
    if request.method == "POST":
        try:
            filing = _save(
                request, form, where.id, number, _offered(request, form, where.id, number)
            )
            explain(request, form, filing, by)
            if request.POST.get("act") == "submit":
                services.submit_report(filing.uuid, by=by, at=clock.now())
                messages.success(request, gettext("已提交，等待上级审核。"))
                return redirect("reporting:filing", filing.uuid)
            if request.POST.get("act") == "check":
                return redirect("reporting:check", code, place, period)
            messages.success(request, gettext("已保存。"))
            return redirect(request.path)
        except Refused as no:
            error = _by_question(form, no)
    asks = queries.asks_of_form(form, where.id, number, to=by, on=on)
    typed = request.POST if error else {}
    context = {
        "form": form,
        "workbook": file_name(form.title, where.name, str(Period.from_code(number)), "xlsx"),
        "place": where,
        "period": str(Period.from_code(number)),
        "filing": filing,
        "state": gettext(STATE_WORDS[filing.state]) if filing else "",
        "mark": STATE_MARKS[filing.state] if filing else "",
        "editable": filing is None or filing.state in OPEN,
        "questions": _questions(form, filing, asks, error, typed, found_in(filing, by, on)),
        "held": sum(one.held and not one.confirm for one in asks.values()),
        "confirmable": sum(one.held and one.confirm and bool(one.why) for one in asks.values()),
        "admitted": admitted(form, on),
        "error": error,
        "rungs": form_ladder(request, form, where, number),
    }
    if error is None:
        return shown(request, "reporting/fill.html", context)
    return render(request, "reporting/fill.html", context, status=422)


@require_safe
@permission("reporting.fill")
def workbook(request: HttpRequest, code: str, place: str, period: str) -> HttpResponse:
    """The form's own workbook with what is known, to be filled where there is no signal."""
    to, on = actor_of(request), clock.today()
    where, number = place_of(place, on), period_code(period)
    form = queries.form_asked(code, where.id, number, to=to, on=on)
    return attached(*queries.form_to_fill(form, where.id, number, to=to, on=on))


@require_POST
@permission("reporting.fill")
@again(fill)
def upload(request: HttpRequest, code: str, place: str, period: str) -> HttpResponse:
    """A filled copy of the department's own workbook."""
    by, on = actor_of(request), clock.today()
    where, number = place_of(place, on), period_code(period)
    form = queries.form_asked(code, where.id, number, to=by, on=on)
    at = clock.now()  # before the file is read: what was received in time counts
    file = request.FILES.get("file")
    if file is None:
        raise Invalid(problems=[Problem("file", "请选择文件。")])
    data, name = file.read(), str(file.name)
    if services.files_are_long([(name, data)]):
        made = order_upload(form, number, name, data, where.id, where.id, by)
        return redirect("reporting:work", made.uuid)
    done = services.upload_file(form.id, data, name, number, place=where.id, by=by, at=at)
    for cell, words in done.uploaded.problems[:20]:
        messages.warning(request, f"{cell}：{words}")
    if done.data and request.POST.get("back"):
        return attached(done.data, done.name)
    messages.success(request, gettext("已读入文件，请核对后提交。"))
    return redirect("reporting:fill", code, place, period)


def _offered(request: HttpRequest, form: FormInfo, place: int, period: int) -> frozenset[str]:
    """What one act confirms together: the questions that offer what stood before."""
    if request.POST.get("act") != "same":
        return frozenset()
    by, on = actor_of(request), clock.today()
    asks = queries.asks_of_form(form, place, period, to=by, on=on)
    return frozenset(code for code, ask in asks.items() if ask.held and ask.confirm and ask.why)


def _save(
    request: HttpRequest, form: FormInfo, place: int, period: int, unchanged: frozenset[str]
) -> FilingInfo:
    """Only controls that were on the page: what is not asked was not shown as a control. What was
    typed stands before the mark that nothing changed."""
    answers = {
        field.code: request.POST[_id(field)]
        or ("无变化" if field.code in unchanged or f"{_id(field)}_same" in request.POST else "")
        for field in form.asked
        if _id(field) in request.POST
    }
    version = request.POST.get("version", "")
    draft = services.Draft(place, answers, version=int(version) if version.isdecimal() else None)
    return services.save_draft(form.id, period, draft, by=actor_of(request), at=clock.now())


def _questions(
    form: FormInfo,
    filing: FilingInfo | None,
    asks: dict[str, Ask],
    error: Summary | None,
    typed: object,
    told: dict[str, list[Told]],
) -> list[Question]:
    held = filing.answers if filing else {}
    remarks = filing.remarks if filing else {}
    found, section = [], ""
    for field in form.asked:
        above = field.path[0] if field.path else ""
        given = typed.get(_id(field)) if hasattr(typed, "get") else None
        answer = held.get(field.code, Answer())
        found.append(
            Question(
                _id(field),
                field,
                given if given is not None else _value(answer),
                asks[field.code],
                error.of(_id(field)) if error else "",
                remarks.get(field.code, ""),
                above if above != section and above != field.label else "",
                answer.mark is Mark.CONFIRMED,
                told.get(field.code, []),
            )
        )
        section = above
    return found


def form_ladder(request: HttpRequest, form: FormInfo, place: PlaceInfo, period: int) -> list[Rung]:
    """Up from one report: to the sums of the same form."""
    when = str(Period.from_code(period))
    return ladder(
        place,
        lambda c: reverse("reporting:rollup", args=[form.code, c, when]),
        to=actor_of(request),
        on=clock.today(),
    )


def _value(answer: Answer) -> str:
    if answer.source or answer.mark in {Mark.CONFIRMED, Mark.DERIVED}:
        return ""
    return SHOWN.get(answer.mark, answer.text)


def _id(field: FieldInfo) -> str:
    return f"f_{field.id}"


def _by_question(form: FormInfo, no: Refused) -> Summary:
    """Problems name cells; on the page they lead to the control, and still say the cell."""
    whole = summary(no)
    ids = {field.where: _id(field) for field in form.asked}
    labels = {
        field.where: f"{field.code} {name}"
        for field, name in zip(form.asked, told_apart(form.asked), strict=True)
    }
    lines = tuple(
        Line(ids[p.where], f"{labels[p.where]}（{p.where}）：{words_of(p)}")
        if p.where in ids
        else Line(p.where, words_of(p))
        for p in no.problems
    )
    return Summary(whole.title, whole.basis, lines)


urlpatterns = [
    path("fill/<str:code>/<str:place>/<str:period>/", fill, name="fill"),
    path("fill/<str:code>/<str:place>/<str:period>/file/", upload, name="upload"),
    path("fill/<str:code>/<str:place>/<str:period>/workbook/", workbook, name="workbook"),
]
