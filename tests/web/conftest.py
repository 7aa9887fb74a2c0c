"""A small province, and one account for each role."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from lingnan.base.actors import system_actor
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.parties import services as parties
from lingnan.kernel.parties.models import Account
from lingnan.kernel.places import queries as places
from lingnan.kernel.places import services as divisions
from lingnan.kernel.statutes import services as statutes
from lingnan.web.systems import installed

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)
DAY = date(2026, 11, 20)
BY = system_actor("clerk", "cli")
PASSWORD = "Nanling-Shan-1478"
DIVISIONS = """code,name,level,parent_code,urban_rural_code
440000000000,广东省,1,,
440100000000,广州市,2,440000000000,
440112000000,黄埔区,3,440100000000,
440112012000,萝岗街道,4,440112000000,
440112012001,萝岗社区居委会,5,440112012000,
440117000000,从化区,3,440100000000,
440117103000,温泉镇,4,440117000000,
440117103201,石坑村委会,5,440117103000,
441900000000,东莞市,2,440000000000,
441900003000,东城街道,4,441900000000,
441900003001,岗贝社区居委会,5,441900003000,
"""
CHANGES = (
    "kind,effective,old,new,old_name,new_name,level,tree,children,document,source,verified\n"
    "rename,2014-02-12,440184,440117,从化市,从化区,3,both,,国函〔2014〕14号,,true\n"
)
SQUARE = '{"type":"Polygon","coordinates":[[[113,23],[114,23],[114,24],[113,23]]]}'
OUTLINES = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":'
    '{"code":"%s","name":"%s"},"geometry":' + SQUARE + "}]}"
)
FILES = {
    "divisions_2023.csv": DIVISIONS,
    "towns_mca_2026.csv": "code9,name,county_code,city_code\n",
    "hk_mo_districts.csv": "adcode_datav,name,level,parent_code,area,name_full\n",
    "changes.csv": CHANGES,
    "guangdong_counties_2017.geojson": OUTLINES % ("440112", "黄埔区"),
    "guangdong_cities_2017.geojson": OUTLINES % ("440100", "广州市"),
}


@dataclass(frozen=True)
class Person:
    account: Account
    duty: int
    role: str


@pytest.fixture
def province(db, tmp_path):
    """Eleven places; ids by code."""
    folder = tmp_path / "divisions"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    divisions.load_divisions(folder, by=BY, at=AT)
    statutes.load_content(by=BY, at=AT)
    parties.load_content(by=BY, at=AT)
    evidence.drain(at=AT)
    codes = [line.split(",")[0] for line in DIVISIONS.splitlines()[1:]]
    return places.by_codes(codes, on=DAY)


@pytest.fixture
def files_folder(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    return settings.FILES_ROOT


def person(role: str, place: int | None, username: str = "") -> Person:
    party = parties.create_person("甲某某", by=BY, at=AT)
    account = Account.objects.create(
        uuid=uuid4(),
        username=username or f"{role}.one",
        party_id=party.id,
        password=make_password(PASSWORD),
        password_set_at=AT,
        must_change=False,
        state="active",
        created_at=AT,
    )
    duty = parties.give_duty(party.id, role, place=place, valid_from=date(2026, 1, 1), by=BY, at=AT)
    return Person(account, duty, role)


def enter(client: Client, who: Person) -> Client:
    evidence.drain(at=AT)  # nothing waits for its number
    client.force_login(who.account, backend="lingnan.web.backend.Accounts")
    session = client.session
    session["duty"] = who.duty
    session.save()
    return client


@pytest.fixture
def auditor(province, client):
    """A client signed in as the audit administrator of the province."""
    return enter(client, person("audit_admin", province["440000000000"]))


def role_codes() -> list[str]:
    return sorted({role.code for system in installed() for role in system.roles})
