import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, connections

from lingnan.base.actors import system_actor
from lingnan.kernel.parties import queries, services

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
BY = system_actor("clerk", "cli")
PASSWORD = "Nanling-Shan-1478"
ROLES = {
    "village_clerk": frozenset({"reporting.fill"}),
    "county_reviewer": frozenset({"reporting.review", "reporting.read"}),
}
TITLES = {
    "village_clerk": {"zh-hans": "村级填报员"},
    "county_reviewer": {"zh-hans": "县级审核员"},
}
DIVISIONS = """code,name,level,parent_code,urban_rural_code
440000000000,广东省,1,,
440100000000,广州市,2,440000000000,
440117000000,从化区,3,440100000000,
440117001000,街口街道,4,440117000000,
440117001001,新城社区居委会,5,440117001000,
440117103000,温泉镇,4,440117000000,
440117103201,石坑村委会,5,440117103000,
441900000000,东莞市,2,440000000000,
441900003000,东城街道,4,441900000000,
441900003001,岗贝社区居委会,5,441900003000,
"""
EMPTY = {
    "towns_mca_2026.csv": "code9,name,county_code,city_code\n",
    "hk_mo_districts.csv": "adcode_datav,name,level,parent_code,area,name_full\n",
    "changes.csv": "kind,effective,old,new,old_name,new_name,level,tree,children,document,source,"
    "verified\n",
    "guangdong_counties_2017.geojson": '{"type":"FeatureCollection","features":[]}',
    "guangdong_cities_2017.geojson": '{"type":"FeatureCollection","features":[]}',
}


@pytest.fixture(autouse=True)
def roles():
    services.register_roles(ROLES, titles=TITLES)


@pytest.fixture
def policy(db):
    services.load_content(by=BY, at=AT)
    return queries.security_policy(on=TODAY)


@pytest.fixture
def tree(db, tmp_path):
    """Ten places; the ids by code."""
    from lingnan.kernel.places import queries as places
    from lingnan.kernel.places import services as divisions

    folder = tmp_path / "divisions"
    folder.mkdir()
    for name, text in {"divisions_2023.csv": DIVISIONS, **EMPTY}.items():
        (folder / name).write_text(text, encoding="utf-8")
    divisions.load_divisions(folder, by=BY, at=AT)
    codes = [line.split(",")[0] for line in DIVISIONS.splitlines()[1:]]
    return places.by_codes(codes, on=TODAY)


@pytest.fixture
def clerk(policy):
    """A person with an account whose password needs no change."""
    person = services.create_person("甲某某", by=BY, at=AT)
    new = services.create_account("clerk.one", party=person.id, password=PASSWORD, by=BY, at=AT)
    services.set_password(new.id, PASSWORD, must_change=False, by=BY, at=AT)
    return Clerk(person.id, new.id, "clerk.one")


class Clerk:
    def __init__(self, party: int, account: int, username: str) -> None:
        self.party, self.account, self.username = party, account, username


def events(kind: str):
    """Evidence of that kind, oldest first."""
    from lingnan.kernel.evidence.models import Event

    return list(Event.objects.filter(kind=kind).order_by("pk"))


@pytest.fixture
def file_database(clerk, tmp_path, monkeypatch):
    """Threads of their own see a SQLite file, as processes do; PostgreSQL is shared anyway.

    The suite's SQLite is in memory with a shared cache, whose table locks no installation has.
    """
    if connection.vendor == "sqlite":
        path = tmp_path / "shared.sqlite3"
        with sqlite3.connect(path) as copy:
            connection.connection.backup(copy)
        copy.close()
        monkeypatch.setitem(connections.settings["default"], "NAME", str(path))
    return clerk


def at_once(*calls):
    """What each call returns or raises; all start at one moment, on connections of their own."""
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait()
        try:
            return call()
        except Exception as no:
            return no
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
