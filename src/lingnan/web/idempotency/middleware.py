"""Stands nearest to the views, so that what it keeps is what the view said."""

import time
from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from lingnan.base import clock
from lingnan.base.canonical import sha256
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.web.actors import actor_of
from lingnan.web.errors import answer
from lingnan.web.requests import is_api

from . import services
from .models import Call

PATIENCE = 2.0  # seconds a duplicate waits for the first
STEP = 0.02
LOST = timedelta(minutes=10)  # no request of ours runs that long
NOT_DONE = {401, 429, 503}  # nothing happened: the key stays free


class KeyReused(Refused):
    code = "idempotency_key_reused"
    tell = "同一个 Idempotency-Key 已用于另一个请求，请换一个新的。"


class StillRunning(Refused):
    code = "still_running"
    tell = "同一个请求正在处理，请稍后用同一个 Idempotency-Key 再试。"


class AlreadyDone(Refused):
    code = "already_done"
    tell = "这个请求已经办完，但结果没有留存，请查询后再决定。"


class OutcomeUnknown(Refused):
    """The process died between the work and the note about it: never do it again blindly."""

    code = "outcome_unknown"
    tell = "同一个请求曾中断，是否办成无法断定，请查询后换新的 Idempotency-Key 再办。"


class Idempotency:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key or request.method != "POST" or not is_api(request):
            return self.get_response(request)
        try:
            return self._once(request, key)
        except Refused as no:
            response = answer(request, no)
            if isinstance(no, StillRunning):
                response["Retry-After"] = "1"
            return response

    def _once(self, request: HttpRequest, key: str) -> HttpResponse:
        if len(key) > 128 or not key.isprintable():
            raise Invalid(problems=[Problem("Idempotency-Key", "应为 1 至 128 个可见字符。")])
        actor = actor_of(request)
        if actor.account is None:  # strangers share no memory: nothing is kept, nothing replayed
            return self.get_response(request)
        owner = f"{actor.account}/{actor.duty or 0}"
        claim = services.claim(owner, key, fingerprint(request), at=clock.now())
        if claim.mine:
            return self._work(request, claim.call)
        if claim.call.fingerprint != fingerprint(request):
            raise KeyReused
        return replay(wait_for(claim.call))

    def _work(self, request: HttpRequest, call: Call) -> HttpResponse:
        try:
            response = self.get_response(request)
        except BaseException:
            services.let_go(call)
            raise
        if response.status_code in NOT_DONE:
            services.let_go(call)
        else:
            services.keep_answer(call, response)
        return response


def fingerprint(request: HttpRequest) -> str:
    return sha256([request.get_full_path(), request.content_type or "", sha256(request.body)])


def wait_for(call: Call) -> Call:
    """The same call with its answer; StillRunning when patience ends first."""
    waited = 0.0
    if call.status is None and clock.now() - call.started_at >= LOST:
        raise OutcomeUnknown
    while call.status is None:
        if waited >= PATIENCE:
            raise StillRunning
        time.sleep(STEP)
        waited += STEP
        try:
            call.refresh_from_db()
        except Call.DoesNotExist:
            raise StillRunning from None
    return call


def replay(call: Call) -> HttpResponse:
    if call.body is None or call.status is None:
        raise AlreadyDone
    response = HttpResponse(bytes(call.body), status=call.status, content_type=call.content_type)
    for name, value in call.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response
