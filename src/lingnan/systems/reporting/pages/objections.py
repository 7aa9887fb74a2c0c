"""'This form repeats another': said from a form's page or with a file from outside; a public register."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingnan.base import clock
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.web.access import permission, public
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Clock, Column, Table
from lingnan.web.errors import summary

from .. import queries, services
from ..terms.admission import ObjectionInfo, ObjectionKind, Ruling
from .common import asked_place, home_of, names

LISTED = ("报表", "反映", "地方", "重复项目", "日期", "答复期限", "答复")
ALIKE = ("编号", "项目", "在用报表", "编号", "把握", "理由")
KINDS = {ObjectionKind.REPEATS: "与其他表重复", ObjectionKind.UNLISTED: "目录外的表"}
RULINGS = {
    Ruling.UPHELD: ("属实，不必填报", "done"),
    Ruling.PARTLY: ("部分属实", "near"),
    Ruling.REFUSED: ("不属实", "quiet"),
}


@require_safe
@public
def register_of(request: HttpRequest) -> HttpResponse:
    """Open to everybody: what was said of which form, and what the bureau answered."""
    found = queries.objections(form=request.GET.get("form", ""))
    named = names(one.place for one in found)
    rows = [_line(one, named) for one in found]
    context = {
        "table": Table([Column(gettext(t)) for t in LISTED], rows, empty=gettext("还没有人反映")),
        "open": sum(one.ruling is None for one in found),
        "late": sum(one.ruling is None and clock.today() > one.due_on for one in found),
        "may_object": actor_of(request).may("reporting.object"),
    }
    return render(request, "reporting/objections.html", context)


def _line(one: ObjectionInfo, named: dict[int, str]) -> list[Any]:
    late = one.ruling is None and clock.today() > one.due_on
    waiting = Cell(
        gettext("已超期") if late else gettext("待答复"), mark="late" if late else "near"
    )
    ruled = waiting
    if one.ruling is not None:
        words, mark = RULINGS[one.ruling]
        ruled = Cell(gettext(words), note=one.answer, mark=mark)
    return [
        Cell(
            one.title, reverse("reporting:objection", args=[one.uuid]), note=one.form or one.sender
        ),
        Cell(gettext(KINDS[one.kind]), note=one.words),
        named.get(one.place, ""),
        f"{len(one.likenesses)} / {one.fields}",
        clock.legal_day(one.made_at).isoformat(),
        one.due_on.isoformat(),
        ruled,
    ]


@require_safe
@public
def objection(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _page(request, uuid)


def _page(request: HttpRequest, uuid: UUID, no: Refused | None = None) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    one = queries.objection(str(uuid))
    made = clock.legal_day(one.made_at)
    rows = [[x.field, x.label, x.form, x.other, x.score, x.why] for x in one.likenesses]
    context = {
        "one": one,
        "subject": f"reporting.objection:{one.uuid}",
        "kind": gettext(KINDS[one.kind]),
        "place": names([one.place]).get(one.place, ""),
        "clock": Clock((on - made).days, max((one.due_on - made).days, 1))
        if one.ruling is None
        else None,
        "ruling": RULINGS.get(one.ruling) if one.ruling else None,
        "table": Table(
            [Column(gettext(t)) for t in ALIKE],
            rows,
            gettext("与在用报表相同的项目"),
            gettext("没有读出与在用报表相同的项目"),
        ),
        "rulings": [(r.value, gettext(words)) for r, (words, _) in RULINGS.items()],
        "may_answer": one.ruling is None
        and to.may("reporting.admit")
        and to.reaches(one.place, on),
        "error": summary(no) if no else None,
    }
    return render(request, "reporting/objection.html", context, status=no.status if no else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.object")
def objecting(request: HttpRequest) -> HttpResponse:
    """Of a registered form (`?form=`), or of a file that came outside the system."""
    by, on = actor_of(request), clock.today()
    error = None
    if request.method == "POST":
        try:
            made = _made(request)
            messages.success(request, gettext("已登记，答复期限 {day}。").format(day=made.due_on))
            return redirect("reporting:objection", made.uuid)
        except Refused as no:
            error = summary(no)
    home = home_of((scope.place for scope in by.scopes), on)
    code = request.POST.get("form", request.GET.get("form", ""))
    context = {
        "form": queries.form(code, to=by, on=on) if code else None,
        "typed": request.POST or {"place": home.code if home else ""},
        "error": error,
    }
    return render(request, "reporting/objecting.html", context, status=422 if error else 200)


def _made(request: HttpRequest) -> ObjectionInfo:
    by, on, said = actor_of(request), clock.today(), request.POST
    place = asked_place(request, on).id
    file, code = request.FILES.get("file"), said.get("form", "")
    words, sender = said.get("words", ""), said.get("sender", "")
    if code:
        saying = services.Saying(ObjectionKind.REPEATS, words, place)
        form = queries.form(code, to=by, on=on)
        return services.object_to_form(form.id, saying, by=by, at=clock.now())
    if file is None:
        raise Invalid(problems=[Problem("file", "请上传收到的表。")])
    saying = services.Saying(ObjectionKind.UNLISTED, words, place, sender)
    return services.object_to_file(file.read(), file.name or "", saying, by=by, at=clock.now())


@require_POST
@permission("reporting.admit")
def answer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    said = request.POST
    if said.get("ruling") not in set(Ruling):
        return _page(request, uuid, Invalid(problems=[Problem("ruling", "请选一种结论。")]))
    try:
        services.answer_objection(
            str(uuid), Ruling(said["ruling"]), said.get("answer", ""), by=actor_of(request),
            at=clock.now(),
        )  # fmt: skip
    except Refused as no:
        return _page(request, uuid, no)
    messages.success(request, gettext("已答复并公开。"))
    return redirect("reporting:objection", uuid)


urlpatterns = [
    path("objections/", register_of, name="objections"),
    path("objections/new/", objecting, name="objecting"),
    path("objections/<uuid:uuid>/", objection, name="objection"),
    path("objections/<uuid:uuid>/answer/", answer, name="answer_objection"),
]
