"""Every kind of page, met by following links as each role, asks no more queries than are pinned.

`UPDATE_SNAPSHOT=1` writes queries.json anew: look at what grew before it is kept.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lingnan.kernel.observations import queries as observations
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.places import queries as places
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.rules.profiles import correction_at, grid_in
from lingnan.systems.reporting.terms.profiles import Say, Told
from lingnan.systems.reporting.tests.conftest import (  # noqa: F401 - fixtures
    AT,
    DAY,
    SYSTEM,
    YEAR,
    browser,
    clerk,
    form_file,
    full,
    later,
    official,
    opened,
    party_form,
    reviewer,
)

from .everything import KINDS, furnish, hold
from .pages import Reader
from .walking import acts, bare, kind_of, names

PINNED = Path(__file__).with_name("queries.json")
HOME = "/zh-hans/"
FORM, CLERK = "ZZ-DZZ", "440112001203"
REPORTING = f"{HOME}reporting/"
# Who meets most comes first: a page is counted where it has something to show. Beside each hat what
# no link of a first page of its kind leads to.
HATS = [
    ("county_reviewer", "440112000000", f"{REPORTING}ledgers/person/440112001202/"),
    ("statistician", "440112000000", f"{HOME}platform/places/code/{CLERK}/"),
    ("village_clerk", CLERK, f"{REPORTING}fill/{FORM}/{CLERK}/2026/check/"),
    ("village_clerk", "440112001202", f"{REPORTING}works/"), ("town_reviewer", "440112001000"),
    ("department", "440112000000"), ("data_bureau", "440000000000"),
    ("audit_admin", "440000000000"), ("system_admin", "440000000000"),
]  # fmt: skip


def slack(budget: int) -> int:
    """What a page may ask more than is pinned: a cache that was warm, a row more."""
    return 2 + budget // 20


@dataclass(frozen=True)
class Known:
    """Whose account has a second factor, and where a value stands that no link leads to at once."""

    holder: int
    value: str


@pytest.fixture
def year(party_form, opened, county, clerk, reviewer, official):  # noqa: F811
    """One village of six has reported and is counted, one waits for its town, one has a draft."""
    name = party_form.file_name
    read, grid = queries.read_draft(party_form.id), grid_in(form_file(name), name, party_form.sheet)
    unit = correction_at(grid, read, read.asked()[0].cell, Say.FIELD, Told(unit="个"))
    services.correct_form(party_form.id, [unit], by=SYSTEM, at=AT)
    opened(party_form)
    kept = [
        services.save_draft(
            party_form.id, YEAR, services.Draft(county[village], full(party_form, 20)),
            by=clerk(village), at=later(1),
        )
        for village in ("荔湾村", "石门村", "水口村")
    ]  # fmt: skip
    sent = [
        services.submit_report(one.uuid, by=clerk(village), at=later(1))
        for one, village in zip(kept[:2], ("荔湾村", "石门村"), strict=True)
    ]
    services.approve_report(sent[0].uuid, by=reviewer, at=later(2))
    hats = {name: official(*hat) for name, hat in KINDS.items()}
    furnish(
        lambda name: parties.actor_of(hats[name], at=later(3)),
        form=party_form.code, period=YEAR, at=later(3),
    )  # fmt: skip
    holder = official("statistician", "440112000000", "2")
    hold(holder, at=later(3))
    return Known(holder, reverse("platform:value", args=[
        places.place(county["荔湾村"], on=DAY).uuid,
        observations.elements([party_form.asked[0].element], to=SYSTEM)[0].code, "2026",
    ]))  # fmt: skip


@dataclass
class Met:
    """Queries of each kind of page; files; what only leads on to a page."""

    queries: dict[str, int] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    leading: set[str] = field(default_factory=set)


def walk(client, met: Met, *more: str) -> None:
    """Each kind not met yet, at the addresses in `more` and from link to link."""
    queue, asked = [HOME, *more, *(reverse(name) for name in bare())], set()
    while queue:
        path = queue.pop(0)
        kind = kind_of(path)
        if not path.startswith(HOME) or not kind or kind in asked:
            continue
        if kind in met.queries and path not in (HOME, *more):  # what leads on there differs by hat
            continue
        asked.add(kind)
        first = client.get(path, follow=True)
        led = first.request["PATH_INFO"]
        if first.status_code != 200:
            continue
        if "html" not in first["Content-Type"]:
            met.files.add(kind)
            continue
        if kind_of(led) != kind:
            met.leading.add(kind)
        if kind_of(led) not in met.queries:
            count(client, f"{led}?{first.request['QUERY_STRING']}", met)
        queue += [urljoin(led, link) for link in Reader(first.content.decode()).links]


def count(client, path: str, met: Met) -> None:
    """Caches are warm, as they are in service."""
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    met.queries[kind_of(path)] = len(queries)


def with_two_factors(client):
    """As after a second factor; what an account of its own has in each table is looked at too."""
    session = client.session
    session["assurance"] = "two_factor"
    session.save()
    return client


def on_the_way_in(client, holder: int, met: Met) -> None:
    """Pages that show once what the session holds."""
    for name, held in (
        ("recovery_codes", ["a", "b"]),
        ("second_factor", {"account": holder, "next": HOME, "until": 9_999_999_999}),
    ):
        session = client.session
        session["half" if name == "second_factor" else name] = held
        session.save()
        count(client, reverse(f"web:{name}"), met)


def test_every_page_asks_no_more_than_is_pinned(year, browser):  # noqa: F811
    met = Met()
    for role, code, *more in HATS:
        walk(browser(role, code), met, *more, *([year.value] if role == "statistician" else []))
    guard = with_two_factors(browser("security_admin", "440000000000"))
    walk(guard, met, f"{HOME}admin/kernel_parties/")
    on_the_way_in(guard, year.holder, met)
    walk(Client(), met)
    left = {*names()} - {*met.queries} - met.files - acts()
    told = {
        "queries": dict(sorted(met.queries.items())),
        "files": sorted(met.files),
        "lead on": sorted(left & met.leading),
        "not met": sorted(left - met.leading),
    }
    if os.environ.get("UPDATE_SNAPSHOT"):
        PINNED.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    pinned = json.loads(PINNED.read_text(encoding="utf-8"))
    assert told["not met"] == []
    assert told["lead on"] == pinned["lead on"]
    budgets = pinned["queries"]
    assert {*met.queries} == {*budgets}
    over = {
        k: (n, budgets[k]) for k, n in met.queries.items() if n > budgets[k] + slack(budgets[k])
    }
    assert over == {}
