"""Long work: how far it is, cancel it, what came of it; and reports of many villages in one file."""

from collections.abc import Mapping

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
from lingnan.web.components import Cell, Column, Fact, Table
from lingnan.web.errors import summary
from lingnan.web.progress import Progress

from .. import queries, services
from ..content import ledgers as kinds
from ..content import limits_at_once
from ..terms.filings import FormInfo
from ..terms.works import OPEN, OVER, Order, Step, Unit, WorkInfo, WorkKind
from .common import home_of, names, step_of
from .explaining import attached

TITLES = {
    WorkKind.UPLOAD: "读入填好的报表",
    WorkKind.REGISTER: "导入名册",
    WorkKind.RETURN: "发出数据",
    WorkKind.HISTORY: "历史表导入",
    WorkKind.PLAN: "编制填报计划",
}
FAR = {
    Unit.ROWS: "{total} 行中已办好 {done} 行",
    Unit.SHEETS: "{total} 张工作表中已办好 {done} 张",
    Unit.FILES: "{total} 个文件中已办好 {done} 个",
    Unit.FACTS: "{total} 个项目中已编好 {done} 个，每个都算遍各村",
}
RULES = {
    "villages": "逐村收下：中断了接着办，已收下的不重来；取消以后，已收下的村都在，其余没有动。",
    "files": "逐个文件收下：中断了接着办；取消以后，已收下的文件都在。",
    "whole": "一次办完才算数：中断了从头再办；取消以后，什么都没有改动。",
    "plan": "编完才替换原来的计划：中断了从头再编；取消以后，原来的计划不变。",
}
RULE_OF = {
    WorkKind.UPLOAD: "villages",
    WorkKind.REGISTER: "whole",
    WorkKind.RETURN: "whole",
    WorkKind.HISTORY: "files",
    WorkKind.PLAN: "plan",
}
KEPT = {
    "reports": "收下的报表（份）",
    "new": "新增",
    "changed": "变更",
    "same": "一致",
    "rows": "发到村里的行",
    "refused": "退回的行",
    "files": "收下的文件",
    "places": "村",
    "households": "户",
    "asked": "要填的项",
    "confirmed": "要确认的项",
}


@require_safe
@permission("reporting.read")
def works(request: HttpRequest) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    found = queries.works(to=to, on=on)
    named = names(one.place for one in found if one.place)
    columns = [
        Column(gettext("任务")),
        Column(gettext("地区")),
        Column(gettext("进度"), width="narrow"),
        Column(gettext("交来时间")),
    ]
    rows = [
        [
            Cell(
                gettext(TITLES[one.kind]),
                reverse("reporting:work", args=[one.uuid]),
                note="、".join(one.files[:2]),
            ),
            named.get(one.place, ""),
            _far(one),
            one.ordered_at,
        ]
        for one in found
    ]
    table = Table(columns, rows, gettext("最近交办的"), gettext("没有后台任务"))
    context = {"table": table, "may_import": to.may("reporting.fill")}
    return render(request, "reporting/works.html", context)


def _far(one: WorkInfo) -> Cell:
    words, mark = step_of(one.state)
    return Cell(words, note=f"{one.done:,}／{one.total:,}" if one.total else "", mark=mark)


@require_safe
@permission("reporting.read")
def work(request: HttpRequest, uuid: str) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    found = queries.work(uuid, to=to, on=on)
    (url, action), (state, mark) = _leads(found, to), step_of(found.state)
    context = {
        "work": found,
        "subject": f"reporting.work:{found.uuid}",
        "title": gettext(TITLES[found.kind]),
        "place": names([found.place]).get(found.place, "") if found.place else "",
        "period": str(Period.from_code(found.period)) if found.period else "",
        "about": _about(found, to),
        "state": state,
        "mark": mark,
        "over": found.state in OVER,
        "why": gettext(found.why) if found.why else "",
        "rule": gettext(RULES[RULE_OF[found.kind]]),
        "progress": _progress(found),
        "facts": _facts(found),
        "problems": _problems(found),
        "more": max(found.faults - len(found.problems), 0),
        "days": limits_at_once().keep_days,
        "url": url,
        "action": action,
    }
    return render(request, "reporting/work.html", context)


@require_POST
@permission("reporting.read")
def cancel(request: HttpRequest, uuid: str) -> HttpResponse:
    try:
        services.cancel_work(uuid, by=actor_of(request), at=clock.now())
        messages.success(request, gettext("已取消。"))
    except Refused as no:
        if no.status == 404:
            raise
        messages.error(request, str(summary(no).title))
    return redirect("reporting:work", uuid)


@require_safe
@permission("reporting.read")
def fetch(request: HttpRequest, uuid: str) -> HttpResponseBase:
    """The file as it was handed in, with the faults marked in it."""
    name, where = services.take_back(uuid, by=actor_of(request), at=clock.now())
    stem, _, suffix = name.rpartition(".")
    told = f"{stem or suffix}（有问题）.{suffix if stem else 'xlsx'}"
    return FileResponse(where.open("rb"), as_attachment=True, filename=told)


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.fill")
def import_many(request: HttpRequest) -> HttpResponse:
    """A file with a row a village or household: small ones are answered at once."""
    to, on, error = actor_of(request), clock.today(), None
    if request.method == "POST":
        try:
            return _imported(request, to)
        except Refused as no:
            error = summary(no)
    asked = request.POST or request.GET
    open_now = [one for one in queries.rounds(to=to, on=on) if one.state == "open"]
    forms = queries.forms_by_id({form for one in open_now for form in one.forms})
    offered = [
        (form.code, str(Period.from_code(one.period)), form.title, one.title)
        for one in open_now
        for form in (forms[number] for number in one.forms)
    ]
    context = {
        "offered": [(f"{code}|{period}", *rest) for code, period, *rest in offered],
        "chosen": asked.get("form", ""),
        "error": error,
        "typed": request.POST,
    }
    return render(request, "reporting/import.html", context, status=422 if error else 200)


def _imported(request: HttpRequest, by: Actor) -> HttpResponse:
    on, at = clock.today(), clock.now()  # before the file is read: what was received in time counts
    file = request.FILES.get("file")
    form, period = _chosen(request, by)
    if file is None:
        raise Invalid(problems=[Problem("file", "请选择文件。")])
    data, name = file.read(), str(file.name)
    if services.files_are_long([(name, data)]):
        home = home_of((scope.place for scope in by.scopes), on) or places.roots(on=on)[0]
        made = order_upload(form, period, name, data, home.id, None, by)
        return redirect("reporting:work", made.uuid)
    done = services.upload_file(form.id, data, name, period, by=by, at=at)
    for cell, words in done.uploaded.problems[:20]:
        messages.warning(request, f"{cell}：{words}")
    if done.data and request.POST.get("back"):
        return attached(done.data, done.name)
    said = gettext("已读入 {n} 份报表，请核对后提交。")
    messages.success(request, said.format(n=len(done.uploaded.saved)))
    return redirect("reporting:import")


def _chosen(request: HttpRequest, by: Actor) -> tuple[FormInfo, int]:
    """One control says both: a form, and the period in which a round asks it."""
    code, _, text = request.POST.get("form", "").partition("|")
    try:
        period = Period.parse(text).code
    except ValueError:
        raise Invalid(problems=[Problem("form", "请选一张报表。")]) from None
    return queries.form_asked(code, None, period, to=by, on=clock.today()), period


def order_upload(
    form: FormInfo, period: int, name: str, data: bytes, home: int, place: int | None, by: Actor
) -> WorkInfo:
    about = {"form": form.id, "place": place, "household": ""}
    order = Order(WorkKind.UPLOAD, home, period, about, [(name, data)], "personal")
    return services.order_work(order, by=by, at=clock.now())


def watch(uuid: str, to: Actor) -> Progress:
    """For the page that is open while the worker is at it."""
    return _progress(queries.work(uuid, to=to, on=clock.today()))


def _progress(found: WorkInfo) -> Progress:
    if found.state is Step.WAITING:
        words = gettext("排在前面的办完就开始")
    elif not found.total:
        words = gettext("正在读取") if found.state in OPEN else ""
    elif found.kind in (WorkKind.REGISTER, WorkKind.RETURN) and not found.done:
        words = gettext("{total} 行，正在核对入账").format(total=f"{found.total:,}")
    else:
        words = gettext(FAR[found.unit]).format(total=f"{found.total:,}", done=f"{found.done:,}")
    return Progress(found.done, found.total, words, found.state in OVER, *step_of(found.state))


def _about(found: WorkInfo, to: Actor) -> str:
    """What it is about, in a few words."""
    about: Mapping[str, str | int] = found.about
    if found.kind is WorkKind.UPLOAD:
        return queries.form_by_id(int(about["form"])).title
    if found.kind is WorkKind.PLAN:
        return queries.round_of(str(about["round"]), to=to, on=clock.today()).title
    if found.kind is WorkKind.RETURN:
        return str(about["title"])
    return gettext(kinds()[str(about["ledger"])].title) if "ledger" in about else ""


def _leads(found: WorkInfo, to: Actor) -> tuple[str, str]:
    """Where what came of it is seen, and what the link says."""
    if found.state is not Step.DONE:
        return "", ""
    code = places.place(found.place, on=clock.today()).code
    if found.kind is WorkKind.PLAN:
        args = [found.about["round"], code]
        return reverse("reporting:burden", args=args), gettext("看填报负担")
    if found.kind is WorkKind.REGISTER:
        args = [found.about["ledger"], code]
        return reverse("reporting:ledger", args=args), gettext("看台账")
    if found.kind is WorkKind.RETURN:
        return reverse("reporting:sent_one", args=[found.to]), gettext("看各村的答复")
    if found.kind is WorkKind.HISTORY:
        return reverse("reporting:history"), gettext("看读出的数值")
    if (place := found.about["place"]) is not None:
        form = queries.form_by_id(int(found.about["form"]))
        code = places.place(place, on=clock.today()).code
        args = [form.code, code, str(Period.from_code(found.period))]
        return reverse("reporting:fill", args=args), gettext("核对后提交")
    return reverse("reporting:rounds"), gettext("看填报任务")


def _facts(found: WorkInfo) -> list[Fact]:
    facts = [Fact(gettext("交来时间"), found.ordered_at)]
    if found.ended_at:
        facts.append(Fact(gettext("结束时间"), found.ended_at))
    if found.files:
        facts.append(Fact(gettext("文件"), "、".join(found.files)))
    facts += [
        Fact(gettext(words), found.kept[name]) for name, words in KEPT.items() if name in found.kept
    ]
    return facts


def _problems(found: WorkInfo) -> Table | None:
    if not found.problems:
        return None
    columns = [Column(gettext("在哪里"), width="narrow"), Column(gettext("问题"))]
    rows = [[_where(found, where), words] for where, words in found.problems]
    return Table(columns, rows, gettext("有问题的地方"))


def _where(found: WorkInfo, where: str) -> str:
    """`8.203`: the question 203 of the eighth row under the head."""
    number, _, code = where.partition(".")
    if found.kind is not WorkKind.UPLOAD or not number.isdecimal():
        return where
    return f"{gettext('数据第 {n} 行').format(n=number)} {code}".strip()


urlpatterns = [
    path("import/", import_many, name="import"),
    path("works/", works, name="works"),
    path("works/<slug:uuid>/", work, name="work"),
    path("works/<slug:uuid>/cancel/", cancel, name="cancel_work"),
    path("works/<slug:uuid>/file/", fetch, name="work_file"),
]

WATCHES = {"reporting.work": watch}
