"""Workbooks of a whole level: order them, see how far they are, fetch them one by one."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import LEVELS, Cell, Column, Table
from lingnan.web.errors import summary
from lingnan.web.progress import Progress

from .. import queries, services
from ..terms.outputs import MEDIA, Kind, ProductionInfo
from ..terms.works import OVER
from .common import asked_period, asked_place, home_of, names, step_of
from .products import TREES, usual


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.produce")
def productions(request: HttpRequest) -> HttpResponse:
    """Choose forms, a place and a level; the job's own page follows it."""
    to, on = actor_of(request), clock.today()
    error = None
    if request.method == "POST":
        try:
            job = _order(request)
        except Refused as no:
            error = summary(no)
        else:
            return redirect("reporting:production", job.uuid)
    home = home_of((scope.place for scope in to.scopes), on)
    asked = request.POST or request.GET
    context = {
        "forms": [f for f in queries.forms(to=to, on=on) if f.subject == "place"],
        "chosen": asked.getlist("form"),
        "code": asked.get("place", home.code if home else ""),
        "period": asked.get("period", usual(to, on).period),
        "level": int(asked.get("level") or 3) if (asked.get("level") or "3").isdecimal() else 3,
        "levels": [(number, LEVELS[number]) for number in (2, 3, 4, 5)],
        "trees": TREES.items(),
        "table": _jobs(request),
        "error": error,
    }
    return render(request, "reporting/productions.html", context, status=422 if error else 200)


def _order(request: HttpRequest) -> ProductionInfo:
    by, on, given = actor_of(request), clock.today(), request.POST
    code, tree = given.get("place", "").strip(), given.get("tree") or "code"
    if tree not in TREES:
        raise Invalid(problems=[Problem("tree", "请选择一种地区口径。")])
    level = given.get("level") or "3"
    if level not in {"2", "3", "4", "5"}:
        raise Invalid(problems=[Problem("level", "请选择做到哪一级。")])
    place = asked_place(request, on) if code else places.roots(on=on)[0]
    period = asked_period(request)
    return services.order_production(
        [queries.form_asked(c, place.id, period, to=by, on=on).id for c in given.getlist("form")],
        place.id,
        period,
        level=int(level),
        tree=tree,
        by=by,
        at=clock.now(),
    )


@require_safe
@permission("reporting.produce")
def production(request: HttpRequest, uuid: str) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    job = queries.production(uuid, to=to, on=on)
    state, mark = step_of(job.state)
    context = {
        "job": job,
        "subject": f"reporting.production:{job.uuid}",
        "place": names([job.place]).get(job.place, ""),
        "period": str(Period.from_code(job.period)),
        "forms": "、".join(job.forms),
        "state": state,
        "mark": mark,
        "over": job.state in OVER,
        "why": gettext(job.why) if job.why else "",
        "progress": _progress(job),
        "table": _files(request, job),
    }
    return render(request, "reporting/production.html", context)


@require_POST
@permission("reporting.produce")
def cancel(request: HttpRequest, uuid: str) -> HttpResponse:
    try:
        services.cancel_production(uuid, by=actor_of(request), at=clock.now())
        messages.success(request, gettext("已取消；已经做好的仍可下载。"))
    except Refused as no:
        messages.error(request, str(summary(no).title))
    return redirect("reporting:production", uuid)


@require_safe
@permission("reporting.produce")
def fetch(request: HttpRequest, uuid: str, sha256: str) -> HttpResponseBase:
    name, where = services.take_file(uuid, sha256, by=actor_of(request), at=clock.now())
    return FileResponse(
        where.open("rb"), as_attachment=True, filename=name, content_type=MEDIA[Kind.WORKBOOK]
    )


def watch(uuid: str, to: Actor) -> Progress:
    """For the page that is open while the worker makes the files."""
    return _progress(queries.production(uuid, to=to, on=clock.today()))


def _progress(job: ProductionInfo) -> Progress:
    words = gettext("{total} 份中已做好 {done} 份").format(total=job.total, done=job.done)
    return Progress(job.done, job.total, words, job.state in OVER, *step_of(job.state))


def _jobs(request: HttpRequest) -> Table:
    found = queries.productions(to=actor_of(request), on=clock.today())
    named = names(one.place for one in found)
    columns = [
        Column(gettext("地区")),
        Column(gettext("报表")),
        Column(gettext("报告期"), width="narrow"),
        Column(gettext("进度"), width="narrow"),
        Column(gettext("数据截至")),
    ]
    rows = [
        [
            Cell(named.get(one.place, ""), reverse("reporting:production", args=[one.uuid])),
            "、".join(one.forms),
            str(Period.from_code(one.period)),
            _far(one),
            one.as_of,
        ]
        for one in found
    ]
    return Table(columns, rows, gettext("生成任务"), gettext("还没有成批生成过"))


def _far(one: ProductionInfo) -> Cell:
    words, mark = step_of(one.state)
    return Cell(words, note=f"{one.done:,}／{one.total:,}", mark=mark)


def _files(request: HttpRequest, job: ProductionInfo) -> Table:
    found = queries.production_files(job.uuid, to=actor_of(request), on=clock.today())
    columns = [
        Column(gettext("文件")),
        Column(gettext("大小（字节）"), number=True),
        Column(gettext("校验值"), width="narrow"),
    ]
    rows = [
        [
            Cell(
                one.name,
                ""
                if job.folder
                else reverse("reporting:production_file", args=[job.uuid, one.sha256]),
            ),
            one.size,
            one.sha256[:16],
        ]
        for one in found
    ]
    return Table(columns, rows, gettext("可下载的文件"), gettext("还没有做好的文件"))


urlpatterns = [
    path("productions/", productions, name="productions"),
    path("productions/<slug:uuid>/", production, name="production"),
    path("productions/<slug:uuid>/cancel/", cancel, name="cancel_production"),
    path("productions/<slug:uuid>/<slug:sha256>/", fetch, name="production_file"),
]

WATCHES = {"reporting.production": watch}
