"""Who may open a route: every page view and API operation declares it; a test walks them all.

    @permission("reporting.submit")
    def submit_page(request: HttpRequest, form: str) -> HttpResponse: ...

    @router.post("/filings")
    @permission("reporting.submit")
    def submit(request: HttpRequest, body: FilingIn) -> FilingOut: ...

    @public
    def home(request: HttpRequest) -> HttpResponse: ...

`@permission` stands nearest to the function, under `@router.get` and the like.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.http import HttpRequest

from lingnan.base.actors import Actor
from lingnan.base.errors import Forbidden, SignInNeeded
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.places import queries as places

from .actors import actor_of


class PasswordMustChange(Forbidden):
    code = "password_must_change"
    tell = "请先更换口令，再办理业务。"


class SecondFactorDue(Forbidden):
    code = "factor_due"
    tell = "请先登记第二种验证方式，再办理业务。"


class SecondFactorNeeded(Forbidden):
    code = "factor_needed"
    tell = "这里须用第二种验证方式登录。请先登记，再重新登录。"


P = ParamSpec("P")
R = TypeVar("R")
View = Callable[Concatenate[HttpRequest, P], R]

MARK = "lingnan_permission"
OPEN = "*public"  # what `declared` answers for a public route
SIGNED_IN = "*signed_in"
SAFE = {"GET", "HEAD"}


def permission(code: str) -> Callable[[View[P, R]], View[P, R]]:
    """For actors who may `code` (`system.verb`); SignInNeeded or Forbidden otherwise."""

    def declare(view: View[P, R]) -> View[P, R]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R:
            with _steady(request):
                demand(actor_of(request), code)
                return view(request, *args, **kwargs)

        setattr(guarded, MARK, code)
        return guarded

    return declare


def signed_in(view: View[P, R]) -> View[P, R]:
    """For any account, whatever its hat: choosing a hat, signing out."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with _steady(request):
            if actor_of(request).account is None:
                raise SignInNeeded
            return view(request, *args, **kwargs)

    setattr(guarded, MARK, SIGNED_IN)
    return guarded


def public(view: View[P, R]) -> View[P, R]:
    """Open to a stranger. The view itself still passes the actor to every gate."""
    setattr(view, MARK, OPEN)
    return view


def _steady(request: HttpRequest) -> AbstractContextManager[None]:
    """What only reads is read on one tree."""
    return places.steady() if request.method in SAFE else nullcontext()


def declared(view: object) -> str:
    """What the route asks for; empty when it forgot to say."""
    return str(getattr(view, MARK, ""))


def demand(actor: Actor, code: str) -> None:
    """SignInNeeded, PasswordMustChange, or Forbidden with the words of the one decision."""
    if actor.may(code):
        return
    if actor.account is None:
        raise SignInNeeded
    demand_whole(actor)
    raise Forbidden(parties.decide(actor, code).why_words)


def demand_whole(actor: Actor) -> None:
    """PasswordMustChange or SecondFactorDue for who has not finished signing in."""
    if actor.assurance == "none":
        raise PasswordMustChange
    if actor.assurance == "partial":
        raise SecondFactorDue
