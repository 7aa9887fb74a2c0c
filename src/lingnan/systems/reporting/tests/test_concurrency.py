"""Two reviewers press the same button at the same moment: one wins, the other is told."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from lingnan.base.errors import Clash, Refused
from lingnan.kernel.observations.models import Batch
from lingnan.systems.reporting import services
from lingnan.systems.reporting.models import Filing

from .conftest import YEAR, full, later

Draft = services.Draft


@pytest.fixture
def file_database(party_form, opened, tmp_path, monkeypatch):
    """Threads of their own see a SQLite file, as processes do: the suite's lies in memory, with
    table locks no installation has. PostgreSQL is shared anyway."""
    opened(party_form)
    if connection.vendor == "sqlite":
        path = tmp_path / "shared.sqlite3"
        with sqlite3.connect(path) as copy:
            connection.connection.backup(copy)
        copy.close()
        monkeypatch.setitem(connections.settings["default"], "NAME", str(path))


@pytest.mark.django_db(transaction=True)
def test_one_of_two_approvers_wins(party_form, county, clerk, reviewer, file_database):
    by = clerk("白沙村")

    def submit():
        draft = Draft(county["白沙村"], full(party_form))
        kept = services.save_draft(party_form.id, YEAR, draft, by=by, at=later(1))
        try:
            return services.submit_report(kept.uuid, by=by, at=later(1))
        finally:
            connection.close()

    start = Barrier(2)

    def approve(_):
        start.wait(10)
        try:
            services.approve_report(filing.uuid, by=reviewer, at=later(2))
        except Clash as no:
            return no.code
        finally:
            connection.close()
        return "approved"

    def look():
        try:
            batches = Batch.objects.filter(key__startswith="reporting:").count()
            return Filing.objects.get().state, batches
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        filing = both.submit(submit).result()
        said = sorted(both.map(approve, range(2)))
        assert both.submit(look).result() == ("approved", 1)
    assert said == ["approved", "reporting.already_approved"]


@pytest.mark.django_db(transaction=True)
def test_one_approves_while_the_other_returns_one_cell(
    party_form, county, clerk, reviewer, file_database
):
    """Both saw the same version of the report: one wins, the other is told."""
    by = clerk("白沙村")

    def submit():
        draft = Draft(county["白沙村"], full(party_form))
        kept = services.save_draft(party_form.id, YEAR, draft, by=by, at=later(1))
        try:
            return services.submit_report(kept.uuid, by=by, at=later(1))
        finally:
            connection.close()

    start = Barrier(2)

    def review(act):
        start.wait(10)
        try:
            act()
        except Refused as no:
            return no.code
        finally:
            connection.close()
        return "done"

    def approve():
        services.approve_report(filing.uuid, version=filing.version, by=reviewer, at=later(2))

    def send_back():
        services.return_report(
            filing.uuid, "核对", cells={"1": "太大"}, version=filing.version,
            by=reviewer, at=later(2),
        )  # fmt: skip

    def look():
        try:
            return Filing.objects.get().state
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        filing = both.submit(submit).result()
        said = list(both.map(review, (approve, send_back)))
        state = both.submit(look).result()
    assert said.count("done") == 1
    loser = next(one for one in said if one != "done")
    assert loser in {"reporting.wrong_state", "reporting.already_approved", "clash"}
    assert state == ("approved" if said[0] == "done" else "returned")
