"""What came back from above: the village's queue, and the sender's view of what came of it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.web import paging
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Table
from lingnan.web.errors import summary

from .. import services
from ..content import ledgers as kinds
from ..queries import ledgers as seen
from ..services import ledgers as acts
from ..terms.ledgers import PROPOSED_WORDS, REPLY_WORDS, Reply, ReturnInfo
from ..terms.works import Order, WorkKind
from .common import asked_date, asked_place, home_of, names
from .returned import item_of, places_of

COUNTS = {
    **{str(reply): words for reply, words in REPLY_WORDS.items()},
    "doubt": "对不上",
    "faults": "退回",
}
SIZE = 20


@require_safe
@permission("reporting.read")
def returns(request: HttpRequest) -> HttpResponse:
    return _queue(request, actor_of(request), clock.today())


def _queue(
    request: HttpRequest, to: Actor, on: date, status: int = 200, **more: Any
) -> HttpResponse:
    reply = request.GET.get("reply", Reply.WAITING)
    reply = reply if reply in set(Reply) else Reply.WAITING
    page = paging.page(
        lambda after, limit: seen.returned_rows(
            to=to, on=on, reply=reply, after=after or 0, limit=limit
        ),
        key=lambda one: one.id,
        cursor=request.GET.get("after"),
        size=SIZE,
    )
    where = places_of(page.rows)
    context = {
        "page": page,
        "items": [item_of(one, where, to, on) for one in page.rows],
        "reply": reply,
        "replies": [(r.value, gettext(REPLY_WORDS[r])) for r in Reply],
        "may_send": to.may("reporting.send_back"),
        **more,
    }
    return render(request, "reporting/returns.html", context, status=status)


@require_POST
@permission("reporting.keep")
def answer(request: HttpRequest, row: int) -> HttpResponse:
    by, on = actor_of(request), clock.today()
    try:
        reply = Reply(request.POST.get("reply", ""))
        acts.answer_return(
            row, reply, reason=request.POST.get("reason", ""), more=_more(request, row),
            by=by, at=clock.now(),
        )  # fmt: skip
    except ValueError:
        no: Refused = Invalid(problems=[Problem("reply", "请选择怎样答复。")])
        return _queue(request, by, on, status=422, error=summary(no), wrong=row)
    except Refused as no:
        return _queue(request, by, on, status=no.status, error=summary(no), wrong=row)
    messages.success(request, gettext("已答复。"))
    kind, _, code = request.POST.get("ledger", "").partition("/")
    if kind in kinds() and code.isdigit():
        return redirect("reporting:ledger", kind, code)
    return redirect("reporting:returns")


def _more(request: HttpRequest, row: int) -> dict[str, str]:
    """A household is named by its number; somebody who moved goes into one of the other village."""
    number = request.POST.get("household", "").strip()
    if not number:
        return {}
    to = request.POST.get("to", "").strip()
    if not to.isdigit():
        return {"household": number}
    found = seen.household_of(int(to), number, on=clock.today())
    return {"household": found or ""}


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.send_back")
def sent(request: HttpRequest) -> HttpResponse:
    """What was sent, and a form to send more."""
    by, on, error = actor_of(request), clock.today(), None
    if request.method == "POST":
        try:
            return _send(request, by, on)
        except Refused as no:
            error = summary(no)
    found = seen.returns(to=by, on=on)
    columns = [Column(gettext(c)) for c in ("数据", "代码", "日期", "行", "答复")]
    rows = [
        [
            Cell(one.title, reverse("reporting:sent_one", args=[one.uuid])),
            one.code, one.day, one.rows, _counts(one),
        ]
        for one in found
    ]  # fmt: skip
    home = home_of((scope.place for scope in by.scopes), on)
    context = {
        "table": Table(columns, rows, gettext("发出的数据"), empty=gettext("还没有发出过数据")),
        "error": error,
        "kinds": [
            *((k, gettext(told.title)) for k, told in kinds().items()),
            ("value", gettext("各村数值")),
        ],
        "home": home.code if home else "",
        "today": on,
        "typed": request.POST,
    }
    return render(request, "reporting/sent.html", context, status=422 if error else 200)


def _send(request: HttpRequest, by: Actor, on: date) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid(problems=[Problem("file", "请选择文件。")])
    day, place = asked_date(request, "day", default=on), asked_place(request, on).id
    given = acts.Sent(request.POST.get("code", ""), request.POST.get("title", ""), day)
    kind, data, name = request.POST.get("kind", ""), file.read(), str(file.name)
    if services.files_are_long([(name, data)]):
        about = {"ledger": kind, "code": given.code, "title": given.title, "day": day.isoformat()}
        order = Order(WorkKind.RETURN, place, 0, about, [(name, data)], "personal")
        made = services.order_work(order, by=by, at=clock.now())
        return redirect("reporting:work", made.uuid)
    if kind == "value":
        told = acts.send_values(data, name, place, given, by=by, at=clock.now())
    else:
        told = acts.send_return(kind, data, name, place, given, by=by, at=clock.now())
    return redirect("reporting:sent_one", told.uuid)


@require_safe
@permission("reporting.send_back")
def sent_one(request: HttpRequest, uuid: str) -> HttpResponse:
    """What the villages said of it: refused, not theirs, waiting; how many were taken over."""
    to, on = actor_of(request), clock.today()
    info, left = seen.returned(uuid, to=to, on=on)
    where = names(one.place for one in left if one.place)
    columns = [Column(gettext(c)) for c in ("行", "名称", "村", "建议", "答复", "说明")]
    rows = [
        [
            one.row, one.name, where.get(one.place or 0, ""), gettext(PROPOSED_WORDS[one.proposed]),
            Cell(gettext(REPLY_WORDS[one.reply]), mark="late" if one.reply is Reply.REFUSED else "near"),
            one.reason or one.doubt,
        ]
        for one in left
    ]  # fmt: skip
    faults = Table(
        [Column(gettext("单元格"), width="narrow"), Column(gettext("问题"))],
        seen.faults_of(uuid, to=to, on=on),
        gettext("退回的行"),
    )
    context = {
        "info": info,
        "counts": _counts(info),
        "table": Table(columns, rows, gettext("没有采纳的"), empty=gettext("都已采纳或一致")),
        "faults": faults if faults.rows else None,
    }
    return render(request, "reporting/sent_one.html", context)


def _counts(one: ReturnInfo) -> str:
    said = [f"{gettext(COUNTS[k])} {n}" for k, n in sorted(one.counts.items()) if n]
    return "，".join(said)


urlpatterns = [
    path("returns/", returns, name="returns"),
    path("returns/rows/<int:row>/", answer, name="answer_return"),
    path("returns/sent/", sent, name="sent"),
    path("returns/sent/<str:uuid>/", sent_one, name="sent_one"),
]
