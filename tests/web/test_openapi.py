"""The API grows, it does not change under its callers; and it keeps its own description."""

import json
import os
from pathlib import Path

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS

from lingnan.site.urls import api
from lingnan.site.wsgi import application

SNAPSHOT = Path(__file__).parent / "openapi.json"
schemathesis.checks.load_all_checks()
CHECKED = [
    CHECKS.get_one("not_a_server_error"),
    CHECKS.get_one("content_type_conformance"),
    CHECKS.get_one("response_schema_conformance"),
    CHECKS.get_one("status_code_conformance"),
]


def current() -> dict:
    """Of our own systems' operations, as plain JSON in a fixed order."""
    return json.loads(json.dumps(api.get_openapi_schema(), sort_keys=True, default=str))


def lost(old: object, new: object, where: str = "") -> list[str]:
    """What a caller could rely on before and cannot now. Words for people may change."""
    if isinstance(old, dict) and isinstance(new, dict):
        gone = [f"{where}/{key}" for key in old if key not in new and key not in WORDS]
        for key in old.keys() & new.keys() - WORDS:
            gone += lost(old[key], new[key], f"{where}/{key}")
        if where.endswith(("/properties", "/components")) or "/schemas/" not in where:
            return gone
        return gone + demanded(old, new, where)
    if isinstance(old, list) and isinstance(new, list):
        if where.endswith(("/required", "/tags")):
            return []  # judged by `demanded`
        return [f"{where}: {item}" for item in old if item not in new and not _dressed(item)]
    return [] if old == new else [f"{where}: {old!r} became {new!r}"]


WORDS = {"description", "title", "summary", "operationId", "info", "example"}


def demanded(old: dict, new: dict, where: str) -> list[str]:
    """A body that was enough must stay enough."""
    if not where.split("/schemas/")[1].split("/")[0].endswith("In"):
        return []
    more = set(new.get("required", ())) - set(old.get("required", ()))
    return [f"{where}: now demands {name}" for name in sorted(more)]


def _dressed(item: object) -> bool:
    """A parameter whose words alone changed is found by its name in another place."""
    return isinstance(item, dict)


def test_the_api_only_grows():
    if os.environ.get("UPDATE_SNAPSHOT"):
        SNAPSHOT.write_text(
            json.dumps(current(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        )
    kept = json.loads(SNAPSHOT.read_text())
    assert lost(kept, current()) == []


def test_every_new_operation_is_in_the_snapshot():
    kept = json.loads(SNAPSHOT.read_text())["paths"]
    fresh = [p for p in current()["paths"] if p not in kept]
    assert not fresh, "run this test with UPDATE_SNAPSHOT=1 and look at the difference"


def test_a_lost_field_would_be_noticed():
    kept = current()
    less = json.loads(json.dumps(kept))
    del less["components"]["schemas"]["PlaceOut"]["properties"]["uuid"]
    del less["paths"]["/api/v1/platform/places/roots"]
    assert len(lost(kept, less)) == 2


schema = schemathesis.openapi.from_dict(current())
schema.app = application


FEW = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def one_connection():
    """The server closes old connections around a request; a test's transaction lives in one."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_every_operation_keeps_its_description(province, one_connection):
    """A few cases each; all in one test, because the province is loaded once a test."""
    tried = 0
    for found in schema.include(path_regex="^/api/v1/platform/").get_all_operations():

        @FEW
        @given(case=found.ok().as_strategy())
        def keeps(case):
            # Asked in-process, where nobody unpacks: as a program that takes no compression.
            case.call_and_validate(checks=CHECKED, headers={"Accept-Encoding": "identity"})

        keeps()
        tried += 1
    assert tried == sum(p.startswith("/api/v1/platform/") for p in current()["paths"])
