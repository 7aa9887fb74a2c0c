"""Ledgers as pages: who is there, one entry and its life, who turns an age, a register's file."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.web import paging
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Fact, Table
from lingnan.web.errors import NoSuchPage, summary
from lingnan.web.requests import asked_day

from .. import services
from ..content import ledgers as kinds
from ..queries import ledgers as seen
from ..services import ledgers as acts
from ..terms.ledgers import ACT_WORDS, EntryOf, LedgerKind
from ..terms.masking import Seen
from ..terms.works import Order, WorkKind
from .again import again, shown
from .common import home_of, ladder, names, place_of
from .dictionary import named_source
from .exports import attached
from .leaving import left_items
from .returned import waiting_items

VILLAGE = 5
KINDS = {
    "household": gettext_noop("户"),
    "person": gettext_noop("人"),
    "home": gettext_noop("房屋"),
    "enterprise": gettext_noop("企业"),
}
SHOWN = {
    "household": ("head", "support"),
    "person": ("sex", "birth", "household"),
    "home": ("area", "danger"),
    "enterprise": ("sort", "status"),
}


@require_safe
@permission("reporting.read")
def front(request: HttpRequest) -> HttpResponse:
    """To the place of the hat worn."""
    to, on = actor_of(request), clock.today()
    home = home_of((scope.place for scope in to.scopes), on)
    if home is None:
        raise NoSuchPage
    return redirect("reporting:ledger", "household", home.code)


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.read")
def ledger(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Posted with a reason: the same page with names in full, once."""
    why = request.POST.get("reason", "") if request.method == "POST" else None
    try:
        context, status = ledger_context(request, kind, code, why), 200
    except Refused as no:
        if why is None:
            raise
        context, status = ledger_context(request, kind, code) | {"error": summary(no)}, no.status
    if status == 200:
        return shown(request, "reporting/ledger.html", context)
    return render(request, "reporting/ledger.html", context, status=status)


def ledger_context(
    request: HttpRequest, kind: str, code: str, why: str | None = None
) -> dict[str, Any]:
    """`why`: names in full, for that reason."""
    to, on = actor_of(request), clock.today()
    told, place, day = _kind(kind), place_of(code, on), asked_day(request)
    text = request.GET.get("q", "").strip()
    cursor = request.GET.get("after")
    may_keep = to.may("reporting.keep") and to.reaches(place.id, on)
    if why is not None:
        page = _in_full(kind, place.id, day, text, cursor, why, to)
    elif day == on:
        page = paging.page(
            lambda after, limit: seen.find_entries(
                kind, place.id, to=to, on=on, text=text, after=after or 0, limit=limit
            ),
            key=lambda one: one.entry,
            cursor=cursor,
        )
    else:
        page = paging.window(seen.ledger_of(kind, place.id, day, to=to, on=on), cursor=cursor)
    return {
        "tabs": [
            (k, t, reverse("reporting:ledger", args=[k, code]), k == kind) for k, t in _tabs()
        ],
        "kind": told,
        "kind_title": gettext(KINDS[kind]),
        "place": place,
        "day": day,
        "is_today": day == on,
        "q": text,
        "is_clear": why is not None,
        "may_see_persons": to.may("reporting.unmask") and to.reaches(place.id, on),
        "page": page,
        "table": _table(told, list(page.rows), to, on),
        "rungs": ladder(place, lambda c: reverse("reporting:ledger", args=[kind, c]), to=to, on=on),
        "may_keep": may_keep,
        "complete": seen.complete_since(kind, place.id) if place.level == VILLAGE else None,
        "may_complete": may_keep and place.level == VILLAGE,
        "left": left_items(kind, place.id, to, on) if may_keep and place.level == VILLAGE else [],
        "waiting": waiting_items(kind, place.id, to, on) if place.level == VILLAGE else [],
        "back": f"{kind}/{code}",
    }


def _in_full(
    kind: str, place: int, day: date, text: str, cursor: str | None, why: str, by: Actor
) -> paging.Page[EntryOf]:
    """One page is one showing."""
    at, now = clock.now(), clock.today()
    if day != now:
        whole = acts.show_entries(kind, place, day, reason=why, by=by, at=at)
        return paging.window(whole, cursor=cursor)
    after = paging.decode(cursor) or 0
    found = acts.show_entries(
        kind, place, day, reason=why, text=text, after=after, limit=paging.SIZE, by=by, at=at
    )
    return paging.Page(found, "")


def _tabs() -> list[tuple[str, str]]:
    return [(code, gettext(title)) for code, title in KINDS.items()]


def _kind(code: str) -> LedgerKind:
    if code not in kinds():
        raise NoSuchPage
    return kinds()[code]


def _table(
    kind: LedgerKind,
    rows: list[EntryOf],
    to: Actor,
    on: date,
    known: Mapping[str, str] | None = None,
) -> Table:
    """`known`: names of linked entries that the page shows already."""
    keys = SHOWN[kind.code]
    linked = seen.names_of(
        (one.data.get(k, "") for one in rows for k in keys if kind.attributes[k].link), to=to, on=on
    )
    linked |= known or {}
    where = names(one.place for one in rows)
    columns = [
        Column(gettext("名称")),
        *(Column(gettext(kind.attributes[k].title)) for k in keys),
        *([Column(gettext("号码"))] if kind.identifier else []),
        Column(gettext("村")),
    ]
    cells = [
        [
            Cell(seen.name_of(one), reverse("reporting:ledger_entry", args=[one.uuid])),
            *(word(kind, k, one.data.get(k, ""), linked) for k in keys),
            *([one.masked] if kind.identifier else []),
            where.get(one.place, ""),
        ]
        for one in rows
    ]
    return Table(columns, cells, gettext(kind.title), empty=gettext("没有登记"))


def word(kind: LedgerKind, key: str, text: str, linked: dict[str, str]) -> str:
    """An attribute as people read it."""
    one = kind.attributes.get(key)
    if one is None:
        return text
    if one.link:
        return linked.get(text, text and "…")
    return gettext(one.options[text]) if text in one.options else text


@require_safe
@permission("reporting.read")
def entry(request: HttpRequest, uuid: str) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    return render(request, "reporting/ledger_entry.html", entry_context(uuid, to, on))


def entry_context(uuid: str, to: Actor, on: date, *, in_full: Seen | None = None) -> dict[str, Any]:
    """`in_full` once the showing is evidence."""
    one = seen.entry(uuid, to=to, on=on, in_full=in_full)
    kind = kinds()[one.kind]
    place = place_of_id(one.place, on)
    own_name = {one.uuid: seen.name_of(one)}
    closed = seen.closed_to(one, to=to, on=on, in_full=in_full)
    steps = seen.history(uuid, to=to, on=on, in_full=in_full)
    people = seen.members(one, to=to, on=on, in_full=in_full) if one.kind == "household" else []
    own = [one.data.get(k, "") for k, a in kind.attributes.items() if a.link]
    wanted = own + [
        text
        for step in steps
        for key, pair in step.changes.items()
        if key in kind.attributes and kind.attributes[key].link
        for text in pair
    ]
    linked = seen.names_of(wanted, to=to, on=on)
    if in_full is not None:
        linked |= seen.names_of(own, to=to, on=on, in_full=in_full)
    return {
        "entry": one,
        "kind": kind,
        "kind_title": gettext(KINDS[kind.code]),
        "name": seen.name_of(one),
        "place": place,
        "facts": _facts(kind, one, linked),
        "people": _table(kinds()["person"], people, to, on, own_name) if people else None,
        "members": people,
        "history": _history(kind, steps, linked),
        "rungs": ladder(
            place, lambda c: reverse("reporting:ledger", args=[one.kind, c]), to=to, on=on
        ),
        "is_gone": one.valid_to is not None and one.valid_to <= on,
        "may_keep": to.may("reporting.keep") and to.reaches(one.place, on),
        "is_clear": in_full is not None,
        "may_unmask": bool(one.masked or seen.personal_of(one.kind, on))
        and to.may("reporting.unmask")
        and to.reaches(one.place, on),
        "today": on,
        "fields": [
            (key, a, one.data.get(key, ""), [(c, gettext(w)) for c, w in a.options.items()])
            for key, a in kind.attributes.items()
            if not a.link and not a.identifier and key not in closed
        ],
    }


def place_of_id(place: int, on: date) -> PlaceInfo:
    from lingnan.kernel.places import queries as places

    return places.place(place, on=on)


def _facts(kind: LedgerKind, one: EntryOf, linked: dict[str, str]) -> list[Fact]:
    found = []
    for key, attribute in kind.attributes.items():
        text = one.data.get(key, "")
        url = ""
        if attribute.link and text:
            url = reverse("reporting:ledger_entry", args=[text])
        shown = one.masked if attribute.identifier else word(kind, key, text, linked)
        unit = f" {attribute.unit}" if attribute.unit and shown else ""
        found.append(Fact(gettext(attribute.title), f"{shown}{unit}" or "—", url=url))
    found.append(Fact(gettext("自"), one.valid_from))
    if one.valid_to:
        found.append(Fact(gettext("至"), one.valid_to))
    return found


def _history(kind: LedgerKind, steps: Any, linked: dict[str, str]) -> list[dict[str, Any]]:
    where = names(
        int(text)
        for step in steps
        for text in step.changes.get("place", ())
        if text.isdigit() and text != "0"
    )
    return [
        {
            "step": step,
            "title": gettext(ACT_WORDS[step.name]),
            "source": named_source(step.source),
            "said": [
                (_title(kind, key), *(_told(kind, key, text, linked, where) for text in pair))
                for key, pair in step.changes.items()
            ],
        }
        for step in steps
    ]


def _title(kind: LedgerKind, key: str) -> str:
    known = kind.attributes.get(key)
    return gettext(known.title if known else "村" if key == "place" else "至")


def _told(
    kind: LedgerKind, key: str, text: str, linked: dict[str, str], where: dict[int, str]
) -> str:
    if key == "place" and text.isdigit():
        return where.get(int(text), gettext("无"))
    return word(kind, key, text, linked) or "—"


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.read")
@again(ledger)
def export(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Masked; posted with a reason: names in full."""
    by, on = actor_of(request), clock.today()
    _kind(kind)
    why = request.POST.get("reason", "") if request.method == "POST" else None
    data = acts.export_ledger(
        kind, place_of(code, on).id, asked_day(request), reason=why, by=by, at=clock.now()
    )
    return attached(data, f"{kind}-{code}.csv", "text/csv; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.keep")
def take_in(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """A register's file; what is wrong in it is shown by cell."""
    by, on = actor_of(request), clock.today()
    told, place, taken, error = _kind(kind), place_of(code, on), None, None
    file = request.FILES.get("file")
    if request.method == "POST" and file is not None:
        data, name, complete = file.read(), str(file.name), request.POST.get("complete") == "yes"
        try:
            if services.files_are_long([(name, data)]):
                about = {"ledger": kind, "complete": complete}
                order = Order(WorkKind.REGISTER, place.id, 0, about, [(name, data)], "personal")
                made = services.order_work(order, by=by, at=clock.now())
                return redirect("reporting:work", made.uuid)
            taken = acts.take_in_register(
                kind, data, name, place.id, complete=complete, by=by, at=clock.now()
            )
            if not taken.problems:
                said = gettext("已导入：新增 {new}，变更 {changed}，一致 {same}。")
                messages.success(
                    request, said.format(new=taken.new, changed=taken.changed, same=taken.same)
                )
                return redirect("reporting:ledger", kind, code)
        except Refused as no:
            error = summary(no)
    elif request.method == "POST":
        error = summary(Invalid(problems=[Problem("file", "请选择文件。")]))
    columns = [Column(gettext("单元格"), width="narrow"), Column(gettext("问题"))]
    problems = Table(columns, taken.problems, gettext("退回的行")) if taken else None
    context = {
        "kind": told, "kind_title": gettext(KINDS[kind]), "place": place, "taken": taken,
        "problems": problems, "error": error,
        "heads": "、".join(gettext(a.title) for a in told.attributes.values()),
    }  # fmt: skip
    return render(request, "reporting/ledger_import.html", context, status=422 if error else 200)


urlpatterns = [
    path("ledgers/", front, name="ledgers"),
    path("ledgers/entries/<str:uuid>/", entry, name="ledger_entry"),
    path("ledgers/<str:kind>/<str:code>/", ledger, name="ledger"),
    path("ledgers/<str:kind>/<str:code>/import/", take_in, name="ledger_import"),
    path("ledgers/<str:kind>/<str:code>/export.csv", export, name="ledger_export"),
]
