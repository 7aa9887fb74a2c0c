"""Parties: what I may do today, and the organisations of the province."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from lingnan.base import clock
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.parties.terms import OrganisationKind
from lingnan.kernel.places import queries as places
from lingnan.web.access import public, signed_in
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Fact, Table
from lingnan.web.labels import LABELS, label_said
from lingnan.web.systems import installed

SIZE = 50
ASSURANCE = {"none": "未完成", "password": "口令", "two_factor": "双因素", "certificate": "证书"}
KINDS = {
    "government": "政府",
    "department": "部门",
    "village_committee": "村民委员会",
    "residents_committee": "居民委员会",
    "institution": "事业单位",
    "enterprise": "企业",
    "sole_trader": "个体工商户",
    "cooperative": "合作社",
    "social": "社会组织",
    "other": "其他",
}


@require_safe
@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """My hats, and what the one I wear may do."""
    actor, today, lang = actor_of(request), clock.today(), get_language() or "zh-hans"
    hats = parties.hats(actor.account or 0, on=today, lang=lang)
    columns = [
        Column(gettext("岗位")), Column(gettext("地方")), Column(gettext("所在单位")),
        Column(gettext("任期"), width="narrow"), Column(gettext("代行")),
    ]  # fmt: skip
    rows = [
        [
            Cell(hat.title, note=gettext("现在") if hat.duty == actor.duty else ""),
            hat.place_name,
            hat.department_name,
            f"{hat.valid_from} – {hat.valid_to or ''}",
            hat.on_behalf_of_name,
        ]
        for hat in hats
    ]
    context = {
        "table": Table(columns, rows, gettext("今天的岗位"), gettext("还没有岗位")),
        "may": sorted(actor.permissions),
        "facts": [
            Fact(gettext("认证方式"), gettext(ASSURANCE[actor.assurance])),
            Fact(gettext("可看密级"), "、".join(label_said(one) for one in LABELS if one in actor.labels)),
        ],
    }  # fmt: skip
    return render(request, "platform/mine.html", context)


@require_safe
@public
def organisations(request: HttpRequest) -> HttpResponse:
    """Organisations are public facts."""
    text, kind = request.GET.get("q", "").strip(), request.GET.get("kind", "")
    kind = kind if kind in set(OrganisationKind) else ""
    found = parties.organisations(text=text, kind=kind, limit=SIZE)
    seats = sorted({one.place for one in found if one.place is not None})
    today, lang = clock.today(), get_language() or "zh-hans"
    named = places.names(seats, on=today, lang=lang) if seats else {}
    known = places.uuids(seats) if seats else {}
    rows = [
        [
            one.name,
            gettext(KINDS.get(one.organisation, one.organisation)),
            Cell(named.get(one.place, ""), reverse("platform:place", args=[known[one.place]]))
            if one.place in known and one.place is not None
            else "",
        ]
        for one in found
    ]
    columns = [Column(gettext("名称")), Column(gettext("类型")), Column(gettext("所在或所辖"))]
    caption = gettext("前 {n} 个，请用名称开头查找").format(n=SIZE) if len(found) == SIZE else ""
    context = {
        "q": text,
        "kind": kind,
        "kinds": [(code, gettext(title)) for code, title in KINDS.items()],
        "table": Table(columns, rows, caption, gettext("没有找到这样的单位")),
    }
    return render(request, "platform/organisations.html", context)


@require_safe
@signed_in
def roles(request: HttpRequest) -> HttpResponse:
    """Every role that the systems declare, and what it may do: nobody needs to guess."""
    lang = get_language() or "zh-hans"
    codes = [role.code for system in installed() for role in system.roles]
    table = Table(
        [Column(gettext("岗位")), Column(gettext("权限"))],
        [
            [parties.role_title(code, lang), "、".join(sorted(parties.permissions_of(code)))]
            for code in dict.fromkeys(codes)
        ],
    )
    return render(request, "platform/roles.html", {"table": table})


urlpatterns = [
    path("mine/", mine, name="mine"),
    path("roles/", roles, name="roles"),
    path("organisations/", organisations, name="organisations"),
]
