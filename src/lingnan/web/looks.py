"""How a person wants her pages: by day or by night, larger and simpler. Kept in one cookie.

A form post, so that it works without scripts; it names nobody and outlives signing out.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from .access import public
from .requests import safe_next

COOKIE, YEAR = "look", 365 * 24 * 3600
MODES = ("light", "dark")
ELDER = "elder"


@dataclass(frozen=True)
class Look:
    mode: str = ""  # light or dark; otherwise as the system says
    elder: bool = False

    @property
    def text(self) -> str:
        return "-".join(part for part in (self.mode, ELDER if self.elder else "") if part)


def look_of(request: HttpRequest) -> Look:
    said = request.COOKIES.get(COOKIE, "").split("-")
    return Look(next((mode for mode in MODES if mode in said), ""), ELDER in said)


@require_POST
@public
def choose_look(request: HttpRequest) -> HttpResponse:
    """`mode` and `type` are switched each by itself; what is not said stays."""
    now = look_of(request)
    mode = request.POST.get("mode", now.mode)
    kind = request.POST.get("type", ELDER if now.elder else "")
    chosen = Look(mode if mode in MODES else "", kind == ELDER)
    answer = redirect(safe_next(request))
    answer.set_cookie(
        COOKIE, chosen.text, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
    )
    return answer
