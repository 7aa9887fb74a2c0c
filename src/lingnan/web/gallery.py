"""`/ui/`: every part of the pages in every state, made of figures that are nobody's."""

import json
from datetime import UTC, date, datetime
from math import cos, pi, sin
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .access import public
from .components import (
    Answer,
    Cell,
    Clock,
    Column,
    Fact,
    Filter,
    GridCell,
    GridRow,
    ReviewGrid,
    Rung,
    Series,
    Stage,
    Step,
    Table,
)
from .errors import Line, Summary
from .figures import bars, line
from .maps import Area, coloured

DAY = date(2026, 10, 31)
ARTICLE = "《行政许可法》第四十二条"  # a citation, the same in every language


@require_safe
@public
def show(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/gallery.html", {**_places(), **_waits(), **_forms(), **_figures()})


@require_safe
@public
def resident(request: HttpRequest) -> HttpResponse:
    """`?step=` 1 to 3, `?years=`: what was answered goes along in the address and is kept nowhere."""
    choices = [("less", _("不满半年")), ("some", _("半年到五年")), ("more", _("五年以上"))]
    said, step = request.GET.get("years", ""), request.GET.get("step", "")
    known, here = dict(choices), reverse("web:gallery_resident")
    context: dict[str, Any] = {"step": 1, "choices": choices, "said": said}
    context |= {"police": _("公安"), "day": DAY}
    if step in {"2", "3"} and said not in known:
        wrong = _("请选您住了多久")
        context |= {"wrong": wrong, "error": Summary(_("有 1 处要改"), "", (Line("years", wrong),))}
    elif step == "2":
        told = f"{_('公安')} · {DAY.isoformat()}"
        change = f"{here}?{urlencode({'years': said})}"
        answers = [
            Answer(_("户籍地"), "石门村", note=told),
            Answer(_("住了多久"), known[said], change),
        ]
        context |= {"step": 2, "answers": answers}
    elif step == "3":
        stages = [
            Stage(_("已提交"), _("您"), DAY),
            Stage(_("核对"), _("镇便民服务中心"), DAY, now=True),
            Stage(_("发出证明"), "石门村"),
        ]
        context |= {"step": 3, "stages": stages, "stage_clock": Clock(1, 3)}
    return render(request, "ui/gallery_resident.html", context)


def _places() -> dict[str, Any]:
    here = reverse("web:gallery")
    names = ("广东省", "广州市", "从化区", "太平镇", "石门村")
    ladder = [Rung(i + 1, name, here) for i, name in enumerate(names[:-1])]
    return {
        "whole": [*ladder, Rung(5, names[-1], current=True)],
        "skipping": [Rung(1, "广东省", here), Rung(2, "东莞市", here), Rung(4, "虎门镇", current=True)],
        "below": [("格塘村", here), ("井岗村", here), ("钱岗村", here)],
        "sources": [(_("公安"), quality) for quality in
                    ("reported", "derived", "estimated", "corrected", "missing", "suppressed")],
        "day": DAY,
        "facts": [Fact(_("户数"), 1286, note=_("户")), Fact(_("更新日期"), DAY), Fact(_("备注"), None)],
        "events": [
            _event(3, "reporting.report_submitted", 9),
            _event(None, "reporting.reports_approved", 11),
        ],
    }  # fmt: skip


def _event(seq: int | None, kind: str, hour: int) -> SimpleNamespace:
    at = datetime(2026, 10, 31, hour - 8, 30, tzinfo=UTC)
    return SimpleNamespace(at=at, kind=kind, by="operator via:web", seq=seq)


def _waits() -> dict[str, Any]:
    here = reverse("web:gallery")
    return {
        "clocks": [
            Clock(3, 20, ARTICLE),
            Clock(17, 20, ARTICLE),
            Clock(23, 20, ARTICLE),
            Clock(8, 20, ARTICLE, reason=_("等申请人补正材料")),
            Clock(5, 20, provisional=True),
        ],
        "steps": [
            Step(_("户籍和人口"), _("已完成"), here, "done"),
            Step(_("耕地和产业"), _("在填"), here, "near", _("还差 3 项")),
            Step(_("民生服务"), _("有错"), here, "late", _("2 处要改")),
            Step(_("提交审核"), _("还不能开始"), hint=_("前面各项填好后就能提交")),
        ],
        "stages": [
            Stage(_("已提交"), _("村报表员"), date(2026, 10, 8)),
            Stage(_("审核"), _("镇审核员"), date(2026, 10, 12), now=True),
            Stage(_("汇总"), _("县数据管理员")),
        ],
        "stage_clock": Clock(3, 20, ARTICLE),
    }


def _forms() -> dict[str, Any]:
    here = reverse("web:gallery")
    return {
        "broken": Summary(
            _("有 2 处要改，改好后再提交"),
            ARTICLE,
            (Line("sample_households", _("户数应为整数，现在写的是“约三百”")),
             Line("村表!E8", _("男女之和 1,205 与总人口 1,250 不等"))),
        ),
        "answers": [
            Answer(_("户数"), 1286, here, _("户")),
            Answer(_("总人口"), 4120, here, _("人")),
            Answer(_("更新日期"), DAY),
        ],
        "filters": [
            Filter("q", _("查找"), "石门", kind="search"),
            Filter("state", _("状态"), "late", [("", _("全部")), ("late", _("已超期"))]),
            Filter("on", _("截至"), DAY.isoformat(), kind="date"),
        ],
        "no_filters": [Filter("q2", _("查找"), kind="search")],
    }  # fmt: skip


def _figures() -> dict[str, Any]:
    months = [f"{month}" for month in range(1, 9)]
    return {
        "bars": bars(Series(months, [12, 15, 9, None, 18, 22, 17, 19], _("户数"), _("户"))),
        "line": line(Series(months, [4010, 4032, 4051, None, 4080, 4096, 4111, 4120], _("总人口"), _("人"))),
        "map": coloured(_areas(), title=_("户数"), unit=_("户")),
        "table": Table(
            [Column(_("地区")), Column(_("户数"), number=True), Column(_("状态"), width="narrow")],
            [
                [Cell("石门村", "#table"), 1286, Cell(_("已完成"), mark="done")],
                [Cell("格塘村", "#table"), None, Cell(_("已超期"), mark="late")],
            ],
            caption=_("户数"),
        ),
        "no_table": Table([Column(_("地区"))], [], empty=_("没有内容")),
        "grid": _grid(),
    }  # fmt: skip


def _grid() -> ReviewGrid:
    swollen = GridCell("1,286", "near", _("比上期多两成"), "1,061 · +18%")
    wrong = GridCell("1,250", "late", _("男女之和与总人口不等"), "1,244")
    return ReviewGrid(
        [Column(_("户数"), number=True), Column(_("总人口"), number=True)],
        [
            GridRow(
                "石门村", [swollen, GridCell("4,120", note="4,096")], "#grid", _("待审核"), key="1"
            ),
            GridRow(
                "格塘村", [GridCell("366", note="366"), wrong], "#grid", _("待审核"), "near", "2"
            ),
            GridRow("井岗村", [GridCell("402"), GridCell("1,377")], "#grid", _("已通过"), "done"),
        ],
        _("对合计影响大的在前。下面一行是上期数和对合计的影响。"),
    )


def _areas() -> list[Area]:
    """Seven cells like a honeycomb, drawn and no place's boundary; one of them has not reported."""
    centres = [(0.0, 0.0), *((cos(k * pi / 3) * 1.75, sin(k * pi / 3) * 1.75) for k in range(6))]
    values = [1286, 402, 366, None, 731, 518, 905]
    names = ["石门村", "格塘村", "井岗村", "钱岗村", "木棉村", "上塘村", "邓村"]
    return [
        Area(name, _hexagon(113.5 + x / 50, 23.5 + y / 54), value, "#map", approximate=True)
        for name, value, (x, y) in zip(names, values, centres, strict=True)
    ]


def _hexagon(x: float, y: float) -> str:
    corners = [(k + 0.5) * pi / 3 for k in range(7)]
    ring = [[x + cos(turn) / 50, y + sin(turn) / 54] for turn in corners]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})
