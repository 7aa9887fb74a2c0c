"""The catalogue: every form, every question with its cell, what is asked twice, what follows."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingnan.base import clock
from lingnan.base.errors import Invalid, Refused
from lingnan.base.periods import Kind
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Table
from lingnan.web.errors import summary

from .. import queries, services
from ..terms.filings import FieldInfo, FormInfo
from .again import again, shown
from .common import yes_or_no
from .standings import admitted

KINDS = {
    Kind.YEAR: "年报",
    Kind.HALF: "半年报",
    Kind.QUARTER: "季报",
    Kind.MONTH: "月报",
    Kind.WEEK: "周报",
    Kind.SCHOOL_YEAR: "学年报",
}
SUBJECTS = {"place": "一村一表", "household": "一户一表"}
TYPES = {
    "integer": "整数",
    "number": "数字",
    "money": "金额",
    "percent": "百分数",
    "code": "代码",
    "text": "文字",
    "date": "日期",
    "name": "名称",
    "place": "地区",
    "boolean": "是否",
}


@require_safe
@permission("reporting.read")
def catalogue(request: HttpRequest) -> HttpResponse:
    found = queries.forms(to=actor_of(request), on=clock.today(), with_fields=True)
    columns = [
        Column(gettext("报表")),
        Column(gettext("编号"), width="narrow"),
        Column(gettext("报告期")),
        Column(gettext("填报对象")),
        Column(gettext("项目"), number=True),
        Column(gettext("原文件")),
    ]
    rows = [
        [
            Cell(form.title, reverse("reporting:form", args=[form.code])),
            form.code,
            gettext(KINDS[Kind(form.period_kind)]),
            gettext(SUBJECTS.get(form.subject, form.subject)),
            len(form.asked),
            Cell(form.file_name, reverse("file", args=[form.file_sha256])),
        ]
        for form in found
    ]
    table = Table(columns, rows, empty=gettext("还没有登记任何报表"))
    return render(
        request,
        "reporting/forms.html",
        {
            "table": table,
            "count": len(found),
            "may_register": actor_of(request).may("reporting.register"),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.register")
def register(request: HttpRequest) -> HttpResponse:
    """A department's own blank workbook; what it asks is read from it."""
    error = None
    if request.method == "POST":
        try:
            return _registered(request)
        except Refused as no:
            error = summary(no)
    known = queries.forms(to=actor_of(request), on=clock.today())
    context = {"error": error, "forms": known, "next_of": request.POST.get("next_of", "")}
    return render(request, "reporting/register.html", context, status=422 if error else 200)


def _registered(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("请先选择文件。")
    by, on = actor_of(request), clock.today()
    before = request.POST.get("next_of", "")
    codes = [queries.form(before, to=by, on=on).code] if before else []
    made = services.register_form(file.read(), file.name or "", codes=codes, by=by, at=clock.now())
    fields = sum(len(one.asked) for one in made)
    messages.success(
        request, gettext("已登记 {n} 张表，共 {fields} 个项目。").format(n=len(made), fields=fields)
    )
    if before:
        _carried(request, made[0].code)
    return redirect("reporting:form", made[0].code)


def _carried(request: HttpRequest, code: str) -> None:
    """What people put right a version ago was put right here too, or could not be."""
    kept = queries.profile(code, to=actor_of(request), on=clock.today())
    lost, count = len(kept.lost), len(kept.corrections)
    if count:
        said = gettext("已沿用上一版的 {n} 处更正。").format(n=count - lost)
        messages.success(request, said)
    if lost:
        said = gettext("有 {n} 处更正没能沿用，原因列在“看原表”页上。").format(n=lost)
        messages.warning(request, said)


@require_safe
@permission("reporting.read")
def form(request: HttpRequest, code: str) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    found = queries.form(code, to=to, on=on)
    shared = queries.shared_elements([found.id])
    burden = queries.burden_of_form(found, to=to, on=on)
    context = {
        "burden": burden.load if burden else None,
        "sums": queries.sums_of([found.id])[found.id],
        "form": found,
        "kind": gettext(KINDS[Kind(found.period_kind)]),
        "subject": gettext(SUBJECTS.get(found.subject, found.subject)),
        "table": _fields(found, shared),
        "shared": len(shared),
        "proposals": queries.proposals(to=to, on=on, form=found.id),
        "repeats": len(queries.repeats(to=to, on=on, form=found.id)),
        "may_decide": to.may("reporting.administer"),
        "may_produce": to.may("reporting.produce"),
        "may_offer": to.may("reporting.register"),
        "may_object": to.may("reporting.object"),
        "admitted": admitted(found, on),
        "objections": len(queries.objections(form=found.code)),
    }
    return shown(request, "reporting/form.html", context)


@require_POST
@permission("reporting.administer")
@again(form, lambda _, code, number: (code,))
def decide_proposal(request: HttpRequest, code: str, number: int) -> HttpResponse:
    accept = yes_or_no(request)
    services.decide_proposal(number, accept=accept, by=actor_of(request), at=clock.now())
    said = gettext("已采纳：这一项由下级数据得出，不再填报。") if accept else gettext("已否定。")
    messages.success(request, said)
    return redirect("reporting:form", code)


def _fields(found: FormInfo, shared: dict[int, int]) -> Table:
    columns = [
        Column(gettext("编号"), width="narrow"),
        Column(gettext("项目")),
        Column(gettext("单元格"), width="narrow"),
        Column(gettext("类型")),
        Column(gettext("单位")),
        Column(gettext("共用")),
    ]
    rows = [
        [
            one.code,
            Cell(one.label.strip(), note=_path(one)),
            one.where,
            gettext(TYPES.get(one.type, one.type)),
            _unit(one),
            _shared(one, shared),
        ]
        for one in found.fields
    ]
    return Table(columns, rows, gettext("{n} 个项目").format(n=len(rows)))


def _path(one: FieldInfo) -> str:
    return " › ".join(part for part in one.path if part and part != one.label)


def _unit(one: FieldInfo) -> str:
    if one.options:
        return "；".join(f"{option.code} {option.label}" for option in one.options)
    return one.unit


def _shared(one: FieldInfo, shared: dict[int, int]) -> Cell:
    count = shared.get(one.element or 0, 0)
    return Cell(gettext("{n} 处共用").format(n=count), mark="done") if count else Cell("")


urlpatterns = [
    path("forms/", catalogue, name="forms"),
    path("register/", register, name="register"),
    path("forms/<str:code>/", form, name="form"),
    path("forms/<str:code>/proposals/<int:number>/", decide_proposal, name="decide_proposal"),
]
