"""The admin site: which pages there are, who may open them."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from lingnan.kernel.parties.services import ADMINISTER
from lingnan.web.access import MARK, SecondFactorNeeded, demand
from lingnan.web.actors import actor_of

from .tables import TABLES

View = Callable[..., HttpResponse]


def guarded(view: View) -> View:
    """SignInNeeded, Forbidden or SecondFactorNeeded, in that order; no days of grace here."""

    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = actor_of(request)
        demand(actor, ADMINISTER)
        if actor.assurance != "two_factor":
            raise SecondFactorNeeded
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    setattr(opened, MARK, ADMINISTER)
    return opened


class Console(AdminSite):
    site_header = _("安全管理")
    site_title = _("安全管理")
    index_title = _("只能查看；要改的，由各项业务功能去改，每次查看都会记入证据。")
    enable_nav_sidebar = False
    site_url = None  # the header leads home by itself

    def has_permission(self, request: HttpRequest) -> bool:
        """`guarded` has looked already."""
        return True

    def get_urls(self) -> list[URLPattern]:  # type: ignore[override]
        """Lists and single rows. No sign-in of its own, nothing that adds, changes or deletes."""
        found = [
            path("", guarded(self.index), name="index"),
            path("<str:app_label>/", guarded(self.app_index), name="app_list"),
        ]
        for model, table in self._registry.items():
            name = f"{model._meta.app_label}_{model._meta.model_name}"
            at = f"{model._meta.app_label}/{model._meta.model_name}/"
            found.append(path(at, guarded(table.changelist_view), name=f"{name}_changelist"))
            row = guarded(table.change_view)
            found.append(path(f"{at}<path:object_id>/change/", row, name=f"{name}_change"))
        return found

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The tables, by our own names, and how many rows each has."""
        tables = [
            {
                "title": getattr(table, "title", ""),
                "url": reverse(
                    f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
                ),
                "count": model._default_manager.count(),
            }
            for model, table in self._registry.items()
        ]
        context = {**self.each_context(request), "title": self.index_title, "tables": tables}
        request.current_app = self.name
        return TemplateResponse(request, "admin/index.html", context)

    def app_index(  # type: ignore[override]
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        """There is one application; its list is the index."""
        return redirect("admin:index")


console = Console(name="admin")
for model, table in TABLES:
    console.register(model, table)
