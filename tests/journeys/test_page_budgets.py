"""Every kind of page, met by following links as each role, asks no more queries than are pinned.

`UPDATE_SNAPSHOT=1` writes queries.json anew: look at what grew before it is kept.
"""

import json
import os
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lingnan.kernel.evidence import services as evidence
from lingnan.systems.reporting import services
from lingnan.systems.reporting.tests.conftest import (  # noqa: F401 - fixtures
    YEAR,
    browser,
    clerk,
    full,
    later,
    opened,
    party_form,
    reviewer,
)

from .pages import Reader
from .walking import bare, kind_of, names

PINNED = Path(__file__).with_name("queries.json")
HOME = "/zh-hans/"
HATS = [
    ("village_clerk", "440112001202"), ("town_reviewer", "440112001000"),
    ("county_reviewer", "440112000000"), ("department", "440112000000"),
    ("data_bureau", "440000000000"), ("statistician", "440112000000"),
    ("audit_admin", "440000000000"), ("system_admin", "440000000000"),
    ("security_admin", "440000000000"),
]  # fmt: skip


def slack(budget: int) -> int:
    """What a page may ask more than is pinned: a cache that was warm, a row more."""
    return 2 + budget // 20


@pytest.fixture
def year(party_form, opened, county, clerk, reviewer):  # noqa: F811
    """One village of six has reported and is counted, one waits for its town, four are at it."""
    opened(party_form)
    kept = [
        services.save_draft(
            party_form.id, YEAR, services.Draft(county[village], full(party_form, 20)),
            by=clerk(village), at=later(1),
        )
        for village in ("荔湾村", "石门村")
    ]  # fmt: skip
    sent = [
        services.submit_report(one.uuid, by=clerk(village), at=later(1))
        for one, village in zip(kept, ("荔湾村", "石门村"), strict=True)
    ]
    services.approve_report(sent[0].uuid, by=reviewer, at=later(2))
    evidence.drain(at=later(2))


def walk(client, counted: dict[str, int]) -> None:
    """Counts the queries of each kind not counted yet; caches are warm, as they are in service."""
    queue, asked = [HOME, *(reverse(name) for name in bare())], set()
    while queue:
        path = queue.pop(0)
        kind = kind_of(path)
        if not path.startswith(HOME) or not kind or kind in asked:
            continue
        if kind in counted and path != HOME:  # what leads on differs by hat on the first page
            continue
        asked.add(kind)
        first = client.get(path, follow=True)
        led = first.request["PATH_INFO"]
        if first.status_code != 200 or "html" not in first["Content-Type"]:
            continue
        if kind_of(led) not in counted:
            with CaptureQueriesContext(connection) as queries:
                client.get(f"{led}?{first.request['QUERY_STRING']}")
            counted[kind_of(led)] = len(queries)
        queue += [urljoin(led, link) for link in Reader(first.content.decode()).links]


def test_every_page_asks_no_more_than_is_pinned(year, browser):  # noqa: F811
    counted: dict[str, int] = {}
    walk(Client(), counted)
    for hat in HATS:
        walk(browser(*hat), counted)
    told = {"queries": dict(sorted(counted.items())), "not met": sorted({*names()} - {*counted})}
    if os.environ.get("UPDATE_SNAPSHOT"):
        PINNED.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    pinned = json.loads(PINNED.read_text(encoding="utf-8"))
    assert told["not met"] == pinned["not met"]
    budgets = pinned["queries"]
    assert {*counted} == {*budgets}
    over = {k: (n, budgets[k]) for k, n in counted.items() if n > budgets[k] + slack(budgets[k])}
    assert over == {}
