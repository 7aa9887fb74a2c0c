# ruff: noqa: E501
"""Tables to fabricate labelled sets from: invented ones in English, real ones of the project."""

import csv
import gzip
import io
import random
from collections.abc import Callable, Mapping
from importlib import resources

Maker = Callable[[random.Random], str]
_SOUNDS = [
    "ka",
    "lo",
    "mi",
    "ren",
    "dar",
    "vel",
    "su",
    "pi",
    "tor",
    "nan",
    "gha",
    "wes",
    "bri",
    "cor",
    "din",
    "fal",
    "mar",
    "ton",
]
_STREETS = [
    "Oak",
    "Mill",
    "River",
    "Church",
    "Station",
    "Queen",
    "Harbour",
    "Park",
    "Grove",
    "Hill",
]
_THINGS = [
    "lamp",
    "chair",
    "cable",
    "router",
    "desk",
    "bottle",
    "filter",
    "valve",
    "printer",
    "kettle",
    "pump",
]
_WORDS = [
    "annual",
    "review",
    "of",
    "method",
    "system",
    "data",
    "for",
    "public",
    "water",
    "early",
    "model",
    "risk",
    "city",
]
_KINDS = ["retail", "wholesale", "online", "export", "internal"]


def _word(chance: random.Random, least: int = 2, most: int = 3) -> str:
    return "".join(chance.choice(_SOUNDS) for _ in range(chance.randint(least, most))).title()


def _digits(size: int) -> Maker:
    return lambda c: "".join(str(c.randrange(10)) for _ in range(size))


def _one_of(*some: str) -> Maker:
    return lambda c: c.choice(some)


def _number(mean: float, spread: float, places: int = 0) -> Maker:
    def make(c: random.Random) -> str:
        value = abs(c.gauss(mean, spread))
        return str(round(value)) if places == 0 else f"{value:.{places}f}"

    return make


def _date(first: int, last: int) -> Maker:
    return lambda c: f"{c.randint(first, last)}-{c.randint(1, 12):02}-{c.randint(1, 28):02}"


def _sentence(least: int, most: int) -> Maker:
    return lambda c: " ".join(c.choice(_WORDS) for _ in range(c.randint(least, most))).capitalize()


PERSON: Maker = _word
CITY = _one_of(*(f"{a}{b}" for a in ("North", "Bel", "Lang", "Os") for b in ("ford", "ham", "by")))
STREET: Maker = lambda c: f"{c.randint(1, 240)} {c.choice(_STREETS)} {c.choice(['St', 'Rd'])}"  # noqa: E731
PHONE: Maker = lambda c: f"{c.randint(200, 899)}-{c.randint(200, 999)}-{_digits(4)(c)}"  # noqa: E731
MAIL: Maker = lambda c: f"{_word(c).lower()}@{_word(c).lower()}.example"  # noqa: E731
CODE: Maker = lambda c: f"{c.choice('ABKX')}{c.choice('ABKX')}-{_digits(5)(c)}"  # noqa: E731
THING: Maker = lambda c: f"{_word(c)} {c.choice(_THINGS)}"  # noqa: E731
STATE = _one_of("QLD", "NSW", "VIC", "TAS", "WA", "SA")
COUNTRY = _one_of("Portugal", "Chile", "Norway", "Kenya", "Japan", "Brazil", "Canada")

TABLES: Mapping[str, Mapping[str, Maker]] = {
    "prospect": {
        "AgencyID": CODE, "LastName": PERSON, "FirstName": PERSON, "MiddleInitial": _one_of(*"ABCDEFGHJK"),
        "Gender": _one_of("M", "F", "U"), "AddressLine1": STREET, "PostalCode": _digits(5), "City": CITY,
        "State": STATE, "Country": COUNTRY, "Phone": PHONE, "Income": _number(90000, 40000),
        "NumberCars": _number(2, 1), "NumberChildren": _number(1, 1), "MaritalStatus": _one_of("S", "M", "D", "W"),
        "Age": _number(45, 15), "CreditRating": _number(600, 90), "OwnOrRentFlag": _one_of("O", "R"),
        "Employer": lambda c: f"{_word(c)} Ltd", "NumberCreditCards": _number(3, 2), "NetWorth": _number(400000, 200000),
    },
    "musicians": {
        "musician": lambda c: f"http://data.example/Q{_digits(6)(c)}", "musicianLabel": lambda c: f"{_word(c)} {_word(c)}",
        "genderLabel": _one_of("male", "female"), "cityOfBirthLabel": CITY, "familyNameLabel": PERSON,
        "givenNameLabel": PERSON, "fatherLabel": lambda c: f"{_word(c)} {_word(c)}", "religionLabel": _one_of("Islam", "Buddhism", "none", "Catholic"),
        "bandGenre": _one_of("rock", "jazz", "folk", "opera"), "numberOfAlbums": _number(8, 5), "birthDate": _date(1920, 1990),
        "residence": COUNTRY, "recordLabel": lambda c: f"{_word(c)} Records", "websiteUrl": lambda c: f"http://{_word(c).lower()}.example",
    },
    "assays": {
        "assay_id": _digits(6), "description": _sentence(6, 12), "assay_type": _one_of("B", "F", "A", "T"),
        "assay_organism": _one_of("Homo sapiens", "Mus musculus", "Rattus norvegicus"), "assay_tax_id": _number(9000, 900),
        "assay_strain": CODE, "assay_tissue": _one_of("liver", "brain", "plasma", "kidney"), "cell_id": _digits(4),
        "confidence_score": _number(6, 2), "curated_by": _one_of("expert", "intermediate", "auto"), "doc_id": _digits(5),
        "relationship_type": _one_of("D", "H", "M", "U"), "src_id": _number(20, 9), "variant_id": _digits(3),
    },
    "permits": {
        "permit_number": CODE, "issue_date": _date(2010, 2024), "expiry_date": _date(2011, 2030), "applicant_name": PERSON,
        "ward": _number(12, 6), "estimated_cost": _number(52000, 20000, 2), "work_description": _sentence(4, 9),
        "latitude": _number(23.1, 0.2, 5), "longitude": _number(113.3, 0.3, 5), "status": _one_of("issued", "pending", "closed"),
        "inspector": PERSON, "building_height": _number(14, 6, 1), "floor_area": _number(220, 90, 1),
    },
    "orders": {
        "order_id": _digits(8), "customer_id": _digits(5), "product_name": THING, "quantity": _number(5, 3),
        "unit_price": _number(45, 20, 2), "discount": _number(0.1, 0.05, 2), "order_date": _date(2020, 2024),
        "ship_date": _date(2020, 2024), "ship_mode": _one_of("air", "sea", "road"), "region": _one_of("north", "south", "east", "west"),
        "sales_channel": _one_of(*_KINDS), "total_amount": _number(250, 120, 2), "email": MAIL, "currency": _one_of("USD", "EUR", "CNY"),
    },
    "stations": {
        "station_code": CODE, "station_name": lambda c: f"{_word(c)} Station", "observed_at": _date(2023, 2024),
        "temperature": _number(22, 6, 1), "humidity": _number(70, 12), "wind_speed": _number(4, 2, 1), "rainfall": _number(3, 4, 1),
        "pressure": _number(1013, 6, 1), "pm25": _number(35, 15), "elevation": _number(120, 80), "operator": lambda c: f"{_word(c)} Bureau",
    },
}  # fmt: skip


def made(name: str, rows: int, seed: int) -> dict[str, list[str]]:
    chance = random.Random(f"{name}/{seed}")
    return {column: [make(chance) for _ in range(rows)] for column, make in TABLES[name].items()}


def real(name: str, rows: int, seed: int) -> dict[str, list[str]]:
    """A sample of a table the project ships: `divisions`, `towns`, `calendar`, `areas`."""
    package, file = {
        "divisions": ("lingnan.kernel.places.content", "divisions_2023.csv.gz"),
        "towns": ("lingnan.kernel.places.content", "towns_mca_2026.csv.gz"),
        "calendar": ("lingnan.kernel.statutes.content", "calendar_hk.csv"),
        "areas": ("lingnan.kernel.parties.content", "areas.csv"),
    }[name]
    data = resources.files(package).joinpath(file).read_bytes()
    text = (gzip.decompress(data) if file.endswith(".gz") else data).decode()
    all_rows = list(csv.DictReader(io.StringIO(text)))
    some = random.Random(seed).sample(all_rows, min(rows, len(all_rows)))
    return {column: [row[column] or "" for row in some] for column in some[0]}
