"""A form as its own sheet: press a cell and say what it is. Every cell is an address."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from lingnan.base import clock
from lingnan.base.errors import Invalid, Refused, Sentence
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.errors import summary

from .. import queries, services
from ..rules.grid import Grid, cell_name
from ..rules.profiles import (
    breakdown_of,
    correction_at,
    exported,
    field_at,
    grid_in,
    period_of,
    place_of,
)
from ..rules.sheetview import SheetView, sheet_view
from ..terms.filings import FormInfo
from ..terms.forms import FieldType, FormDraft, Option, Role
from ..terms.profiles import BadCorrection, Correction, ProfileInfo, Say, Told
from .forms import TYPES

ROLES = {Role.ASKED: "要填的", Role.PLACE: "说明是哪个地区的", Role.UNIT: "说明是哪个单位的"}
SUBJECTS = {
    "place": "一个地区",
    "village": "一个村",
    "household": "一户",
    "person": "一个人",
    "row": "一行",
}
SAYS = {
    Say.FIELD: "填报项",
    Say.HEADING: "标题或表头",
    Say.NOTE: "说明",
    Say.NOTHING: "不是填报项",
    Say.PART: "合计的一部分",
    Say.READ: "按系统读出的",
}
THOUGHT = {
    "asks": "填报项",
    "label": "项目名称",
    "head": "标题或表头",
    "note": "说明",
    "unread": "没有读懂",
    "nothing": "不是填报项",
    "plain": "没有用到",
}


@dataclass
class Shown:
    """One form with its sheet, as read and as corrected."""

    form: FormInfo
    grid: Grid
    data: bytes
    read: FormDraft
    profile: ProfileInfo

    @property
    def draft(self) -> FormDraft:
        assert self.profile.draft is not None
        return self.profile.draft

    def view(self) -> SheetView:
        return sheet_view(self.grid, self.draft, self.data, self.said)

    @property
    def said(self) -> set[str]:
        """Cells put right by hand; those of another version that found no place are none of them."""
        lost = {(one.cell, one.text) for one in self.profile.lost}
        return {
            one.at.cell
            for one in self.profile.corrections
            if not lost & {(one.at.cell, text) for text in (one.at.text, *one.at.left[:1])}
        }


def _shown(request: HttpRequest, code: str) -> Shown:
    to, on = actor_of(request), clock.today()
    form = queries.form(code, to=to, on=on)
    data = queries.file_of(form)
    return Shown(
        form,
        grid_in(data, form.file_name, form.sheet),
        data,
        queries.read_draft(form.id),
        queries.profile(form.uuid, to=to, on=on),
    )


@require_safe
@permission("reporting.read")
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, _shown(request, code), request.GET.get("cell", ""))


@require_POST
@permission("reporting.register")
def correct(request: HttpRequest, code: str) -> HttpResponse:
    """Back to the same cell; what was typed stays where it cannot be taken."""
    shown, cell = _shown(request, code), request.POST.get("cell", "")
    try:
        one = _correction(shown, cell, request.POST)
        made = services.correct_form(shown.form.id, [one], by=actor_of(request), at=clock.now())
    except Refused as no:
        return _page(request, shown, cell, no, request.POST)
    told = gettext("已记下，这是第 {n} 次更正。明年的新版会照此处理。").format(n=made.version)
    if made.form_version != shown.form.version:
        told = gettext(
            "已记下。填报项变了，这张表成为第 {n} 版：准入以后才用于新一轮填报，正在进行的填报照旧。"
        ).format(n=made.form_version)
    messages.success(request, told)
    return redirect(f"{reverse('reporting:sheet', args=[code])}?{urlencode({'cell': cell})}")


@require_safe
@permission("reporting.read")
def profile_file(request: HttpRequest, code: str, version: int) -> HttpResponse:
    found = queries.profile(code, version, to=actor_of(request), on=clock.today())
    text = exported(found.form, found.form_version, found.corrections)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="profile-{version}.json"'
    return response


def _page(
    request: HttpRequest,
    shown: Shown,
    cell: str,
    no: Refused | None = None,
    typed: QueryDict | None = None,
) -> HttpResponse:
    view, to = shown.view(), actor_of(request)
    name = _name(shown.grid, cell)
    chosen = view.cell(name) if name else None
    unread = [
        {"cell": u.cell, "first": u.cell.partition(":")[0], "text": u.text, "why": u.why}
        for u in shown.draft.unread
    ]
    context = {
        "form": shown.form,
        "view": view,
        "chosen": chosen,
        "cell": name,
        "panel": _panel(shown, name, typed),
        "thought": gettext(THOUGHT[chosen.role]) if chosen else "",
        "profile": shown.profile,
        "profiles": queries.profiles(shown.form.uuid, to=to, on=clock.today()),
        "unread": unread,
        "count": len(shown.draft.fields),
        "subject": f"reporting.form:{shown.form.uuid}",
        "may_correct": to.may("reporting.register"),
        "error": summary(no) if no else None,
    }
    return render(request, "reporting/sheet.html", context, status=no.status if no else 200)


def _name(grid: Grid, cell: str) -> str:
    """The cell that shows at that address; '' for what is no address."""
    try:
        return cell_name(*grid.anchor(*place_of(cell))) if cell else ""
    except BadCorrection:
        return ""


def _panel(shown: Shown, cell: str, typed: QueryDict | None) -> dict[str, object]:
    """What the form beside the sheet shows: as typed, else as it is thought to be."""
    draft = shown.draft
    found = field_at(draft, cell) if cell else None
    answered = found is not None and found.cell == cell
    values: dict[str, object] = {
        "say": Say.FIELD.value if answered else "",
        "title": draft.title,
        "form_period": draft.period,
        "subject": draft.subject,
    }
    if found is not None:
        values |= {
            "code": found.code,
            "label": found.label,
            "path": "\n".join(found.path),
            "unit": found.unit.written if found.unit else "",
            "type": found.type.value,
            "options": "\n".join(f"{o.code} {o.label}" for o in found.options),
            "role": found.role.value,
            "period": period_of(found),
            "breakdown": "\n".join(breakdown_of(found)),
            "total": _total(draft, found.code),
        }
    said = shown.said
    offered = [s for s in SAYS if s is not Say.READ or cell in said]
    return {
        "values": values | (typed.dict() if typed else {}),
        "field": found,
        "answered": answered,
        "says": [(s.value, gettext(SAYS[s])) for s in offered],
        "types": [(t.value, gettext(TYPES[t.value])) for t in FieldType],
        "roles": [(role.value, gettext(word)) for role, word in ROLES.items()],
        "subjects": [(key, gettext(word)) for key, word in SUBJECTS.items()],
        "said": cell in said,
    }


def _total(draft: FormDraft, code: str) -> str:
    """The cell of the total that a field is part of."""
    total = next((hint.total for hint in draft.sums if code in hint.parts), "")
    return next((one.cell for one in draft.fields if one.code == total), "")


def _correction(shown: Shown, cell: str, posted: QueryDict) -> Correction:
    said = posted.get("say", "")
    if said not in set(Say):
        raise Invalid("请先选择这个单元格是什么。")
    say, covers = Say(said), bool(posted.get("covers"))
    if say is Say.FORM:
        told = Told(
            title=posted.get("title", "").strip() or None,
            period=posted.get("form_period", "").strip(),
            subject=posted.get("subject") or None,
        )
        return correction_at(shown.grid, shown.read, "", say, told)
    total = posted.get("total", "")
    return correction_at(
        shown.grid, shown.read, cell, say, _told(posted, cell), total=total, covers=covers
    )


def _told(posted: QueryDict, cell: str) -> Told:
    """Controls that were not sent say nothing; blank ones of a new field say nothing either."""

    def lines(name: str) -> tuple[str, ...]:
        return tuple(text.strip() for text in posted.get(name, "").splitlines() if text.strip())

    kind, role = posted.get("type", ""), posted.get("role", "")
    return Told(
        code=posted.get("code", "").strip() or None,
        label=posted.get("label", "").strip() or None,
        path=lines("path") if "path" in posted else None,
        unit=posted.get("unit", "").strip() if "unit" in posted else None,
        type=FieldType(kind) if kind in set(FieldType) else None,
        options=tuple(_option(text, cell) for text in lines("options")),
        role=Role(role) if role in set(Role) else None,
        period=posted.get("period", "").strip(),
        breakdown=lines("breakdown"),
    )


def _option(text: str, cell: str) -> Option:
    """`1 是`, `1.是` → code and label."""
    for mark in (" ", ".", "．", "、", ":", "：", "="):
        code, found, label = text.partition(mark)
        if found and code.strip() and label.strip():
            return Option(code.strip(), label.strip())
    raise BadCorrection(
        cell=cell, why=Sentence("选项“{text}”应写成“代码 名称”，例如“1 是”。", (("text", text),))
    )


urlpatterns = [
    path("forms/<str:code>/sheet/", sheet, name="sheet"),
    path("forms/<str:code>/sheet/correct/", correct, name="sheet_correct"),
    path("forms/<str:code>/profile/<int:version>/", profile_file, name="profile_file"),
]
