"""The API of all systems: one schema, one way to say no."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Router, Schema
from ninja.errors import HttpError, ValidationError
from ninja.openapi.docs import DocsBase
from ninja.openapi.schema import OpenAPISchema

from lingnan.base.errors import Invalid, Problem, Refused

from .errors import NoSuchPage, NotThatWay, Unclear, answer, refusal_of
from .systems import System

# What pydantic found, in our words; `{…}` comes from its own context.
SAID = {
    "missing": "必须填写。",
    "int_parsing": "应为整数。",
    "int_type": "应为整数。",
    "int_from_float": "应为整数。",
    "decimal_parsing": "应为数字。",
    "decimal_type": "应为数字。",
    "float_parsing": "应为数字。",
    "bool_parsing": "应为“是”或“否”。",
    "date_parsing": "应为日期，例如 2026-10-31。",
    "date_from_datetime_parsing": "应为日期，例如 2026-10-31。",
    "datetime_parsing": "应为时间，例如 2026-10-31T08:00:00Z。",
    "datetime_from_date_parsing": "应为时间，例如 2026-10-31T08:00:00Z。",
    "uuid_parsing": "应为 UUID。",
    "string_type": "应为文字。",
    "list_type": "应为列表。",
    "dict_type": "应为对象。",
    "model_type": "应为对象。",
    "model_attributes_type": "应为对象。",
    "json_invalid": "不是有效的 JSON。",
    "string_too_long": "最多 {max_length} 个字符。",
    "string_too_short": "至少 {min_length} 个字符。",
    "greater_than_equal": "不能小于 {ge}。",
    "less_than_equal": "不能大于 {le}。",
    "greater_than": "应大于 {gt}。",
    "less_than": "应小于 {lt}。",
    "too_long": "最多 {max_length} 项。",
    "enum": "不在可选范围内。",
    "literal_error": "不在可选范围内。",
    "extra_forbidden": "没有这个字段。",
}


class ProblemPlace(Schema):
    where: str
    detail: str


class ProblemOut(Schema):
    """RFC 9457 problem+json."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    basis: str
    instance: str
    problems: list[ProblemPlace]


PROBLEMS = dict.fromkeys((400, 401, 403, 404, 409, 422), ProblemOut)


class NoDocs(DocsBase):
    """The interactive documents load scripts from elsewhere; the schema is at openapi.json."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        raise Http404


class Api(NinjaAPI):
    """Says in its own description that every refusal is problem+json."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._described: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Made once for each prefix: it takes two seconds. Nobody changes it."""
        key = repr(sorted(kwargs.items()))
        if key not in self._described:
            schema = super().get_openapi_schema(**kwargs)
            for operations in schema["paths"].values():
                for operation in operations.values():
                    _tell_problems(operation["responses"])
            self._described[key] = schema
        return self._described[key]


def _tell_problems(responses: dict[Any, Any]) -> None:
    for status, said in responses.items():
        if str(status)[0] in "45" and "application/json" in said.get("content", {}):
            said["content"] = {"application/problem+json": said["content"]["application/json"]}


def build_api(systems: Sequence[System], more: Sequence[Router] = ()) -> NinjaAPI:
    """`more`: what belongs to no system."""
    api = Api(
        title="Lingnan",
        version="1",
        description="岭南：一数一源，一次填报，依法共用。",
        urls_namespace="api",
        docs_url=None,
        docs=NoDocs(),
        openapi_url="openapi.json",
    )
    for router in more:
        api.add_router("", router)
    for system in systems:
        if system.api is not None:
            api.add_router(f"/{system.slug}", system.api, tags=[system.name])
    handle_errors(api)
    return api


def handle_errors(api: NinjaAPI) -> None:
    @api.exception_handler(Refused)
    def refused(request: HttpRequest, no: Refused) -> HttpResponse:
        return answer(request, no)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, wrong: ValidationError) -> HttpResponse:
        return answer(request, Invalid(problems=[problem_of(e) for e in wrong.errors]))

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, wrong: Http404) -> HttpResponse:
        return answer(request, NoSuchPage())

    @api.exception_handler(HttpError)
    def http(request: HttpRequest, wrong: HttpError) -> HttpResponse:
        return answer(request, NotThatWay() if wrong.status_code == 405 else Unclear())

    @api.exception_handler(Exception)
    def broken(request: HttpRequest, wrong: Exception) -> HttpResponse:
        return answer(request, refusal_of(request, wrong))


def problem_of(found: dict[str, Any]) -> Problem:
    """`("body", "payload", "rows", 3, "value")` missing becomes `rows.3.value: 必须填写。`"""
    place = [str(part) for part in found.get("loc", ())]
    where = ".".join(place[2:] if place[:1] == ["body"] and len(place) > 2 else place[1:])
    template = SAID.get(str(found.get("type")), "填写有误。")
    params = tuple((str(k), str(v)) for k, v in (found.get("ctx") or {}).items())
    try:
        template.format(**dict(params))
    except (KeyError, IndexError):
        template = "填写有误。"
    return Problem(where or "body", template, params)
