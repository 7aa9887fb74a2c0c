"""Applications: offer a form, see its verdict, approve by two persons, refuse, withdraw."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.base.periods import Kind, Period
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Table
from lingnan.web.errors import summary

from .. import queries, services
from ..terms.admission import AdmissionInfo, Admitting, Conditions, Held, Standing, VerdictOf
from .again import again, shown
from .common import asked_date, asked_place, home_of, names, need_all
from .forms import KINDS
from .shares import shares
from .standings import MARKS, WORDS

LISTED = ("报表", "申请部门", "范围", "现状", "评估", "批准", "文号", "有效期至")
VOTES = ("人员", "意见", "条件", "时间")
FIELDS = ("编号", "项目", "评估", "理由", "还有谁在问", "最近一次")
MINUTES = ("每村（户）分钟", "合计分钟")
COSTS = ("单独填这张表", "其他在用报表现需", "加上这张表共需", "因这张表多出")
OFFER = {"purpose": "请写明为什么要这张表。", "place": "请填写区划代码。"}
HELD = {
    Held.HELD: ("已掌握", "done"),
    Held.DERIVABLE: ("可得出", "near"),
    Held.NEW: ("要新填", "late"),
}


@require_safe
@permission("reporting.read")
def admissions(request: HttpRequest) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    found = queries.admissions(to=to, on=on)
    named = names(one.place for one in found)
    rows = [_line(one, named, on) for one in found]
    context = {
        "table": Table([Column(gettext(t)) for t in LISTED], rows, empty=gettext("还没有准入申请")),
        "may_offer": to.may("reporting.register"),
        "may_admit": to.may("reporting.admit"),
        "year": on.year,
        "stock": _stock(found),
    }
    return shown(request, "reporting/admissions.html", context)


def _line(one: AdmissionInfo, named: dict[int, str], on: date) -> list[Any]:
    now = queries.standing(one, on)
    told = one.verdict
    counts = f"{told.count(Held.NEW)} / {told.fields}" if told else ""
    return [
        Cell(one.title, reverse("reporting:admission", args=[one.uuid]), note=one.form_code),
        one.department_name,
        named.get(one.place, ""),
        Cell(gettext(WORDS[now]), mark=MARKS[now]),
        Cell(counts, note=gettext("要新填 / 全部项目")) if counts else "",
        f"{one.approvals} / 2",
        one.number,
        one.conditions.expires_on.isoformat() if one.conditions else "",
    ]


def _stock(found: list[AdmissionInfo]) -> int:
    return sum(one.basis == "stock" and one.state == "offered" for one in found)


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.register")
def offer(request: HttpRequest) -> HttpResponse:
    """A registered form, or a file that is registered by the way."""
    by, on = actor_of(request), clock.today()
    error = None
    if request.method == "POST":
        try:
            made = _offered(request, by, on)
            messages.success(request, gettext("已提出申请，下面是评估结果。"))
            return redirect("reporting:admission", made.uuid)
        except Refused as no:
            error = summary(no)
    every = queries.forms(to=by, on=on)
    busy = queries.of_forms([form.id for form in every], on)
    waiting = {one.form for one in queries.admissions(to=by, on=on, state=Admitting.OFFERED)}
    forms = [form for form in every if form.id not in waiting]
    home = home_of((scope.place for scope in by.scopes), on)
    context = {
        "forms": [(form, form.id in busy) for form in forms],
        "typed": request.POST
        or {"place": home.code if home else "", "form": request.GET.get("form", "")},
        "error": error,
    }
    return render(request, "reporting/offer.html", context, status=422 if error else 200)


def _offered(request: HttpRequest, by: Actor, on: date) -> AdmissionInfo:
    said, file = request.POST, request.FILES.get("file")
    need_all(request, OFFER)
    place = asked_place(request, on).id
    offered = services.Offer(
        said.get("purpose", ""),
        said.get("legal_basis", ""),
        tuple(said.get("only", "").replace("，", ",").replace("、", ",").replace(",", " ").split()),
        _period(said.get("period", "")),
    )
    if file is not None:
        made = services.register_form(file.read(), file.name or "", by=by, at=clock.now())
        done = [
            services.offer_form(form.id, offered, place=place, by=by, at=clock.now())
            for form in made
        ]
        return done[0]
    code = said.get("form", "")
    if not code:
        raise Invalid(problems=[Problem("form", "请选一张报表，或上传文件。")])
    form = queries.form(code, to=by, on=on)
    return services.offer_form(form.id, offered, place=place, by=by, at=clock.now())


@require_safe
@permission("reporting.read")
def admission(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _page(request, uuid)


def _page(request: HttpRequest, uuid: UUID, no: Refused | None = None) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    one = queries.admission(str(uuid), to=to, on=on)
    now = queries.standing(one, on)
    form = queries.form_by_id(one.form)
    told = one.verdict
    open_now = now is Standing.OFFERED
    wanted = one.conditions or (services.usual_conditions(one, on) if open_now else None)
    context: dict[str, Any] = {
        "one": one,
        "subject": f"reporting.admission:{one.uuid}",
        "form": form,
        "kind": gettext(KINDS[Kind(one.period_kind)]),
        "place": places.place(one.place, on=on).name,
        "state": gettext(WORDS[now]),
        "mark": MARKS[now],
        "verdict": told,
        "counts": [(gettext(HELD[k][0]), told.count(k)) for k in Held] if told else [],
        "figure": shares(one) if told else None,
        "table": _fields(told) if told else None,
        "minutes": _minutes(told) if told else None,
        "wanted": wanted,
        "once": str(Period.from_code(wanted.period)) if wanted and wanted.period else "",
        "votes": _votes(one),
        "may_admit": open_now and to.may("reporting.admit") and to.reaches(one.place, on),
        "may_assess": open_now and (to.may("reporting.admit") or to.may("reporting.register")),
        "may_end": now in {Standing.OFFERED, Standing.IN_FORCE, Standing.WAITING}
        and (to.may("reporting.admit") or to.party == one.asker),
        "may_object": to.may("reporting.object"),
        "error": summary(no) if no else None,
    }
    return render(request, "reporting/admission.html", context, status=no.status if no else 200)


@require_POST
@permission("reporting.admit")
def approve(request: HttpRequest, uuid: UUID) -> HttpResponse:
    by, on, said = actor_of(request), clock.today(), request.POST
    one = queries.admission(str(uuid), to=by, on=on)
    try:
        done = services.approve_admission(
            str(uuid),
            conditions=_conditions(request, one, on),
            seen=int(said["seen"]) if said.get("seen", "").isdecimal() else None,
            by=by,
            at=clock.now(),
        )
    except Refused as no:
        return _page(request, uuid, no)
    if done.number:
        messages.success(
            request, gettext("两人均已批准，文号 {number}。").format(number=done.number)
        )
    else:
        messages.success(request, gettext("已批准，还要另一人批准同样的条件。"))
    return redirect("reporting:admission", uuid)


def _conditions(request: HttpRequest, one: AdmissionInfo, on: date) -> Conditions:
    said = request.POST
    usual = one.conditions or services.usual_conditions(one, on)
    notice = said.get("notice_days", "").strip() or str(usual.notice_days)
    if not notice.isdecimal() or len(notice) > 4:
        raise Invalid(problems=[Problem("notice_days", "天数应为整数。")])
    wanted = replace(
        usual,
        begins_on=asked_date(request, "begins_on", default=usual.begins_on),
        expires_on=asked_date(request, "expires_on", default=usual.expires_on),
        notice_days=int(notice),
    )
    scope = said.get("scope", "")
    if scope == "all":
        return replace(wanted, only=())
    if scope == "new" and one.verdict:
        return replace(wanted, only=one.verdict.new)
    return wanted


@require_POST
@permission("reporting.admit")
def refuse(request: HttpRequest, uuid: UUID) -> HttpResponse:
    by, reason = actor_of(request), request.POST.get("reason", "")
    try:
        services.refuse_admission(str(uuid), reason, by=by, at=clock.now())
    except Refused as no:
        return _page(request, uuid, no)
    messages.success(request, gettext("已作出不予批准的决定，理由已告知申请部门。"))
    return redirect("reporting:admission", uuid)


@require_POST
@permission("reporting.read")
def withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    by, reason = actor_of(request), request.POST.get("reason", "")
    try:
        services.withdraw_admission(str(uuid), reason, by=by, at=clock.now())
    except Refused as no:
        return _page(request, uuid, no)
    messages.success(request, gettext("已停用，从今天起不再要求填报。"))
    return redirect("reporting:admission", uuid)


@require_POST
@permission("reporting.read")
def assess(request: HttpRequest, uuid: UUID) -> HttpResponse:
    try:
        services.assess_again(str(uuid), by=actor_of(request), at=clock.now())
    except Refused as no:
        return _page(request, uuid, no)
    messages.success(request, gettext("已按今天的情况重新评估。"))
    return redirect("reporting:admission", uuid)


@require_POST
@permission("reporting.admit")
@again(admissions)
def existing(request: HttpRequest) -> HttpResponse:
    """The forms in use are listed by one person, admitted by another."""
    by, on = actor_of(request), clock.today()
    home = home_of((scope.place for scope in by.scopes), on)
    if home is None:
        raise Invalid("您的岗位没有所在地区。")
    done = services.admit_existing(place=home.id, by=by, at=clock.now())
    said = gettext("列入 {offered} 张在用报表，其中 {admitted} 张两人均已批准。")
    messages.success(request, said.format(offered=done.offered, admitted=done.admitted))
    return redirect("reporting:admissions")


def _votes(one: AdmissionInfo) -> Table:
    """Persons are told apart, not named."""
    order = {v.party: n for n, v in enumerate({v.party: v for v in one.votes}.values(), start=1)}
    rows = [
        [
            gettext("批准人 {n}").format(n=order[vote.party]),
            Cell(gettext("同意") if vote.approves else gettext("不同意"), note=vote.reason,
                 mark="done" if vote.approves else "late"),
            gettext("现行条件") if vote.version == one.version else gettext("以前的条件，已失效"),
            vote.at,
        ]
        for vote in one.votes
    ]  # fmt: skip
    columns = [Column(gettext(title)) for title in VOTES]
    return Table(columns, rows, gettext("批准记录"), gettext("还没有人批准"))


def _minutes(told: VerdictOf) -> Table:
    """Before and after: one place, and all of them."""
    columns = [Column(""), *(Column(gettext(title), number=True) for title in MINUTES)]
    lines = zip(
        COSTS,
        (told.seconds_alone, told.seconds_without, told.seconds_with, told.seconds_more),
        strict=True,
    )
    rows = [[gettext(t), told.each(s), told.minutes(s)] for t, s in lines]
    said = gettext("按 {n} 个村（户）估计的填报时间").format(n=told.units)
    return Table(columns, rows, said)


def _fields(told: VerdictOf) -> Table:
    columns = [Column(gettext(FIELDS[0]), width="narrow")]
    columns += [Column(gettext(title)) for title in FIELDS[1:]]
    columns += [Column(gettext("已知村数"), number=True), Column(gettext("要问村数"), number=True)]
    rows = [
        [
            one.field,
            Cell(one.label, note=one.cell),
            Cell(gettext(HELD[one.kind][0]), mark=HELD[one.kind][1]),
            Cell(
                one.why,
                note=gettext("疑似 {other}，待确认").format(other=one.likely) if one.likely else "",
            ),
            "、".join(one.askers),
            _last(one.last_period, one.last_day),
            one.known,
            one.asked,
        ]
        for one in told.rows
    ]
    return Table(columns, rows, gettext("逐项评估"))


def _likely(other: str) -> str:
    return gettext("疑似 {other}，待确认").format(other=other) if other else ""


def _last(period: int, day: str) -> Cell:
    if not period:
        return Cell("")
    age = (clock.today() - date.fromisoformat(day)).days
    return Cell(str(Period.from_code(period)), note=gettext("{n} 天前").format(n=max(age, 0)))


def _period(text: str) -> int:
    if not text.strip():
        return 0
    try:
        return Period.parse(text).code
    except ValueError:
        said = (("text", text),)
        raise Invalid(problems=[Problem("period", "没有报告期“{text}”。", said)]) from None


urlpatterns = [
    path("admission/", admissions, name="admissions"),
    path("admission/offer/", offer, name="offer"),
    path("admission/existing/", existing, name="admit_existing"),
    path("admission/<uuid:uuid>/", admission, name="admission"),
    path("admission/<uuid:uuid>/approve/", approve, name="approve_admission"),
    path("admission/<uuid:uuid>/refuse/", refuse, name="refuse_admission"),
    path("admission/<uuid:uuid>/withdraw/", withdraw, name="withdraw_admission"),
    path("admission/<uuid:uuid>/assess/", assess, name="assess_admission"),
]
