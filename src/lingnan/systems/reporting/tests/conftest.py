"""A small county: two towns, three villages each, and the departments' real files."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from lingnan.base.actors import Actor, system_actor
from lingnan.kernel.places import queries as places
from lingnan.systems.reporting import content

FORMS = Path(content.__file__).parent / "forms"
AT = datetime(2026, 11, 22, 2, tzinfo=UTC)
DAY = date(2026, 11, 22)
YEAR = 2026_000
SYSTEM = system_actor("operator")
DIVISIONS = """code,name,level,parent_code,urban_rural_code
440000000000,广东省,1,,
440100000000,广州市,2,440000000000,
440112000000,黄埔区,3,440100000000,
440112001000,东岸镇,4,440112000000,
440112001201,荔湾村,5,440112001000,
440112001202,石门村,5,440112001000,
440112001203,水口村,5,440112001000,
440112002000,西岸镇,4,440112000000,
440112002201,白沙村,5,440112002000,
440112002202,龙潭村,5,440112002000,
440112002203,新桥村,5,440112002000,
"""
EMPTY = '{"type":"FeatureCollection","features":[]}'
FILES = {
    "divisions_2023.csv": DIVISIONS,
    "towns_mca_2026.csv": "code9,name,county_code,city_code\n",
    "hk_mo_districts.csv": "adcode_datav,name,level,parent_code,area,name_full\n",
    "changes.csv": "kind,effective,old,new,old_name,new_name,level,tree,children,document,"
    "source,verified\n",
    "guangdong_counties_2017.geojson": EMPTY,
    "guangdong_cities_2017.geojson": EMPTY,
}
FILL = frozenset({"reporting.read", "reporting.fill", "reporting.submit", "reporting.produce"})
REVIEW = FILL - {"reporting.fill", "reporting.submit"} | {"reporting.approve"}


@pytest.fixture
def county(db, tmp_path):
    """Place ids by name."""
    from lingnan.kernel.places import services

    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    services.load_divisions(tmp_path, by=SYSTEM, at=AT)
    top = places.by_code("440112", on=DAY)
    below = places.descendants(top.id, on=DAY)
    return {place.name: place.id for place in [*places.ancestors(top.id, on=DAY), top, *below]}


def wearing(party, role, place, permissions):
    """An official of one place; the labels a village's own staff hold."""
    return Actor(
        party=party,
        role=role,
        scopes=places.scopes(place),
        permissions=permissions,
        labels=frozenset({"public", "internal", "personal"}),
        channel="cli",
    )


@pytest.fixture
def clerk(county):
    """The village clerk of a village."""
    return lambda village: wearing(100 + county[village], "village_clerk", county[village], FILL)


@pytest.fixture
def reviewer(county):
    return wearing(900, "town_reviewer", county["黄埔区"], REVIEW)


BUREAU = frozenset({"reporting.read", "reporting.admit", "reporting.administer"})


def bureau(number, place):
    """One of the persons of the data bureau."""
    return wearing(800 + number, "data_bureau", place, BUREAU)


def let_in(*forms, place, at=AT):
    """What was there is taken into the first catalogue; what came later is offered; two persons
    approve. Where no rules are loaded yet, for a hundred years: doors ask the clock."""
    from lingnan.base.errors import Invalid
    from lingnan.kernel.statutes.terms import NoRuleInForce
    from lingnan.systems.reporting import queries, services

    try:
        queries.limits(DAY)
    except NoRuleInForce:
        _load_long_rules(at)
    for number in (1, 2):
        try:
            services.admit_existing(place=place, by=bureau(number, place), at=at)
        except Invalid:
            break
    held = queries.of_forms([form.id for form in forms], DAY, place)
    for form in forms:
        if form.id not in held:
            offered = services.offer_form(
                form.id, services.Offer("试用"), place=place, by=SYSTEM, at=at
            )
            for number in (1, 2):
                services.approve_admission(offered.uuid, by=bureau(number, place), at=at)


def _load_long_rules(at):
    from lingnan.systems.reporting import services

    text = (services.RULES / "admission.yaml").read_text(encoding="utf-8")
    with TemporaryDirectory() as folder:
        longer = text.replace("value: 12\n", "value: 1200\n").replace(
            "value: 36\n", "value: 1200\n"
        )
        (Path(folder) / "admission.yaml").write_text(longer, encoding="utf-8")
        services.load_content(Path(folder), by=SYSTEM, at=at)


def form_file(name):
    return (FORMS / name).read_bytes()


def later(minutes):
    return AT + timedelta(minutes=minutes)


@pytest.fixture
def village_form(county):
    from lingnan.systems.reporting import services

    name = "survey_1_village_2012.xls"
    return services.register_form(form_file(name), name, codes=["GZ-S1-2012"], by=SYSTEM, at=AT)[0]


@pytest.fixture
def household_form(county):
    from lingnan.systems.reporting import services

    name = "survey_2_household_2012.xls"
    return services.register_form(form_file(name), name, codes=["GZ-S2-2012"], by=SYSTEM, at=AT)[0]


@pytest.fixture
def party_form(county):
    from lingnan.systems.reporting import services

    name = "village_party_organisation.xls"
    return services.register_form(form_file(name), name, codes=["ZZ-DZZ"], by=SYSTEM, at=AT)[0]


@pytest.fixture
def opened(county):
    from lingnan.systems.reporting import services

    def open_for(*forms):
        let_in(*forms, place=county["广东省"])
        return services.open_round(
            "2026年度报表",
            [form.id for form in forms],
            place=county["黄埔区"],
            period=YEAR,
            days=(date(2020, 1, 1), date(2099, 12, 31)),
            by=SYSTEM,
            at=AT,
        )

    return open_for


def full(form, number=1, **given):
    """An answer to every question: `number` for numbers, the first option for codes."""
    found = {}
    for field in form.asked:
        found[field.code] = field.options[0].code if field.options else str(number)
    return found | given


def counts_persons(form):
    """The first question that counts persons and that no sum and no part ties to another."""
    from lingnan.systems.reporting.queries.checks import check_plan

    plan = check_plan(form, DAY)
    tied = {code for one in plan.identities for code in (one.total, *one.parts)}
    tied |= {code for one in plan.pairs for code in (one.part, one.whole)}
    return next(
        f
        for f in form.asked
        if f.dimension == "persons" and f.type == "integer" and f.code not in tied
    )


@pytest.fixture
def official(county):
    """An account with one hat at a place; answers its id. Doors ask the clock, so hats are old."""
    from lingnan.kernel.parties import services as parties
    from lingnan.kernel.parties.models import Account

    parties.load_content(by=SYSTEM, at=AT)

    def engage(role, code, more=""):
        """`more` tells a second person of the same hat apart."""
        name = f"{role}.{code}{more}".replace("_", ".")
        row = {"username": name, "name": "岗位", "role": role, "place": code}
        parties.import_accounts([row | {"valid_from": "2020-01-01"}], by=SYSTEM, at=AT)
        account = Account.objects.get(username=name)
        parties.set_password(account.pk, "Nanling-Shan-1478", must_change=False, by=SYSTEM, at=AT)
        return account.pk

    return engage


@pytest.fixture
def browser(official):
    """A signed-in browser of an official."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    def sign_in(role, code, more=""):
        client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
        client.force_login(get_user_model()._default_manager.get(pk=official(role, code, more)))
        return client

    return sign_in


@pytest.fixture
def program(official):
    """A program that acts for an official, with a token."""
    from django.test import Client

    from lingnan.base import clock
    from lingnan.kernel.parties import services as parties

    def with_token(role, code, more=""):
        token = parties.issue_token(official(role, code, more), name="t", by=SYSTEM, at=clock.now())
        return Client(HTTP_AUTHORIZATION=f"Bearer {token.text}")

    return with_token
