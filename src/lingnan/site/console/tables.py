"""What the security administrator may look at: each table, its columns, what is searched."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from lingnan.base import clock
from lingnan.kernel.parties import rules, services
from lingnan.kernel.parties.models import (
    Account,
    ApiToken,
    Duty,
    Portal,
    SecondFactor,
    SignedSession,
)
from lingnan.kernel.places.models import PlaceName
from lingnan.web.actors import actor_of

Column = Callable[[Any], Any]


def column(get: Column, title: Any, order: str = "") -> Column:
    """A column under our own words; rows show, they are not fields to be written."""

    @admin.display(description=title, ordering=order or None)
    def shown(row: Any) -> Any:
        return get(row)

    shown.__name__ = order or f"column_{id(get)}"
    return shown


class Reading(admin.ModelAdmin[Any]):
    """Reads, and says so to evidence before it shows."""

    title: Any = ""
    about_persons = True
    actions = None
    list_per_page = 50
    show_full_result_count = False
    details: tuple[Column, ...] = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.details or self.list_display

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.get_fields(request, obj)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(
            request, (extra_context or {}) | {"title": self.title, "table": self.title}
        )
        told = getattr(response, "context_data", None) or {}
        if "cl" in told and self.about_persons:
            self._told(request, rows=len(told["cl"].result_list))
        return response

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if self.about_persons and self.get_object(request, object_id) is not None:
            self._told(request, row=object_id)
        context = (extra_context or {}) | {"title": self.title, "table": self.title}
        return super().change_view(request, object_id, form_url, context)

    def _told(self, request: HttpRequest, *, row: str = "", rows: int = 1) -> None:
        table = self.model.__name__.lower()
        services.look_at(table, row=row, rows=rows, by=actor_of(request), at=clock.now())


def masked(row: Any) -> str:
    return rules.mask_name(row.party.name)


class Accounts(Reading):
    title = _("账号")
    search_fields = ("username",)
    list_filter = ("state", "must_change")
    list_select_related = ("party",)
    list_display = (
        column(lambda row: row.username, _("用户名"), "username"),
        column(masked, _("姓名")),
        column(lambda row: row.state, _("状态"), "state"),
        column(lambda row: row.last_seen_at, _("最近登录"), "last_seen_at"),
        column(lambda row: row.locked_until, _("锁定到"), "locked_until"),
        column(lambda row: row.factor_due_at, _("第二种验证方式的期限"), "factor_due_at"),
    )
    details = (
        *list_display,
        column(lambda row: row.party.name, _("全名")),
        column(lambda row: row.must_change, _("须更换口令"), "must_change"),
        column(lambda row: row.password_set_at, _("口令设置于"), "password_set_at"),
        column(lambda row: row.tries, _("连续输错次数"), "tries"),
        column(lambda row: row.factors.count(), _("第二种验证方式")),
        column(lambda row: row.created_at, _("登记于"), "created_at"),
    )


class Duties(Reading):
    title = _("岗位")
    search_fields = ("role",)
    list_filter = ("role",)
    list_select_related = ("party",)
    list_display = (
        column(masked, _("姓名")),
        column(lambda row: row.role, _("岗位"), "role"),
        column(lambda row: row.place_name, _("地方")),
        column(lambda row: row.valid_from, _("起"), "valid_from"),
        column(lambda row: row.valid_to, _("止"), "valid_to"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        names = PlaceName.objects.filter(place=OuterRef("place"), lang="zh-hans", valid_to=None)
        named = Subquery(names.order_by("pk").values("name")[:1])
        rows: QuerySet[Any] = super().get_queryset(request).annotate(place_name=named)
        return rows


class Sessions(Reading):
    title = _("正在登录的地方")
    search_fields = ("account__username",)
    list_select_related = ("account",)
    list_display = (
        column(lambda row: row.account.username, _("用户名"), "account__username"),
        column(lambda row: row.device, _("设备"), "device"),
        column(lambda row: row.assurance, _("验证程度"), "assurance"),
        column(lambda row: row.began_at, _("登录于"), "began_at"),
        column(lambda row: row.used_at, _("最近使用"), "used_at"),
        column(lambda row: row.ended_at, _("退出于"), "ended_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("key", "address").order_by("-used_at")


class Factors(Reading):
    title = _("第二种验证方式")
    search_fields = ("account__username",)
    list_filter = ("kind",)
    list_select_related = ("account",)
    list_display = (
        column(lambda row: row.account.username, _("用户名"), "account__username"),
        column(lambda row: row.kind, _("种类"), "kind"),
        column(lambda row: row.name, _("名称"), "name"),
        column(lambda row: row.created_at, _("登记于"), "created_at"),
        column(lambda row: row.used_at, _("最近使用"), "used_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("sealed", "credential")


class Tokens(Reading):
    title = _("接口令牌")
    search_fields = ("account__username", "prefix")
    list_select_related = ("account",)
    list_display = (
        column(lambda row: row.account.username, _("用户名"), "account__username"),
        column(lambda row: row.name, _("用途"), "name"),
        column(lambda row: row.prefix, _("前缀"), "prefix"),
        column(lambda row: row.expires_at, _("有效期至"), "expires_at"),
        column(lambda row: row.revoked_at, _("撤销于"), "revoked_at"),
    )


class Portals(Reading):
    title = _("门户")
    about_persons = False
    list_filter = ("direction",)
    list_display = (
        column(lambda row: row.name, _("名称"), "name"),
        column(lambda row: row.direction, _("方向"), "direction"),
        column(lambda row: row.issuer, _("签发地址"), "issuer"),
        column(lambda row: "\n".join(row.redirect_uris), _("返回地址")),
        column(lambda row: row.closed_at, _("停用于"), "closed_at"),
    )


TABLES: tuple[tuple[type[Model], type[Reading]], ...] = (
    (Account, Accounts),
    (Duty, Duties),
    (SignedSession, Sessions),
    (SecondFactor, Factors),
    (ApiToken, Tokens),
    (Portal, Portals),
)
