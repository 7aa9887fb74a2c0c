# ruff: noqa: E501
"""Pairs of tables whose columns other people named: invented, values of the same kind, disjoint."""

import random
from collections.abc import Iterator, Sequence

from bench.matching import tables as t
from bench.matching.sets import Labelled, labelled

Line = tuple[str, str, t.Maker]
"""Name here, name there ("" where the table has no such column), values."""

_N = t._number
TRAINED = ("customers", "sales", "staff")
"""The weights have seen these; the others are measured."""
PAIRS: dict[str, Sequence[Line]] = {
    "customers": (
        ("cust_id", "customerNumber", t._digits(5)), ("fname", "given_name", t.PERSON),
        ("lname", "surname", t.PERSON), ("dob", "birth_date", t._date(1940, 2004)),
        ("sex", "gender", t._one_of("F", "M")), ("addr", "street_address", t.STREET), ("zip", "postcode", t._digits(5)),
        ("city", "town", t.CITY), ("tel", "phone_number", t.PHONE), ("mail", "email_address", t.MAIL),
        ("mobile", "", t.PHONE), ("since", "registration_date", t._date(2005, 2020)), ("seg", "customer_segment", t._one_of("gold", "basic", "plus")),
        ("", "loyalty_points", _N(500, 200)), ("bal", "account_balance", _N(1200, 700, 2)), ("notes", "remarks", t._sentence(3, 8)),
    ),
    "sales": (
        ("ord_no", "order_number", t._digits(7)), ("ord_dt", "order_date", t._date(2021, 2024)), ("prod_desc", "product_description", t.THING),
        ("qty", "quantity", _N(4, 2)), ("unit_prc", "unit_price", _N(40, 20, 2)), ("amt", "total_amount", _N(160, 80, 2)),
        ("disc_pct", "discount_rate", _N(8, 4, 1)), ("curr", "currency", t._one_of("EUR", "USD", "GBP")), ("whse", "warehouse", t._one_of("A1", "B2", "C3")),
        ("ship_dt", "delivery_date", t._date(2021, 2024)), ("slsmn", "salesman", t.PERSON), ("cntry", "country", t.COUNTRY), ("", "tax_rate", _N(17, 2)),
        ("inv_no", "invoice_id", t.CODE), ("pmt_type", "payment_method", t._one_of("card", "cash", "transfer")),
    ),
    "staff": (
        ("emp_no", "employee_id", t._digits(5)), ("name", "full_name", lambda c: f"{t.PERSON(c)} {t.PERSON(c)}"), ("dept", "department", t._one_of("finance", "legal", "works")),
        ("title", "job_title", t._one_of("clerk", "engineer", "head", "driver")), ("hired", "start_date", t._date(2000, 2023)), ("left", "end_date", t._date(2010, 2024)),
        ("sal", "monthly_salary", _N(7000, 2500)), ("mgr", "manager", t._digits(5)), ("loc", "office_location", t.CITY), ("bday", "date_of_birth", t._date(1960, 2002)),
        ("ssn", "social_security_number", t._digits(9)), ("educ", "education_level", t._one_of("bachelor", "master", "school")), ("marital", "marital_status", t._one_of("single", "married")),
        ("kids", "number_of_children", _N(1, 1)), ("", "photo", t._digits(4)), ("ext", "", t._digits(4)),
    ),
    "books": (
        ("isbn", "isbn13", t._digits(13)), ("title", "book_title", t._sentence(3, 7)), ("author", "written_by", lambda c: f"{t.PERSON(c)} {t.PERSON(c)}"),
        ("publisher", "publishing_house", lambda c: f"{t.PERSON(c)} Press"), ("year", "pub_year", lambda c: str(c.randint(1960, 2024))), ("pages", "num_pages", _N(300, 100)),
        ("lang", "language", t._one_of("en", "zh", "pt")), ("price", "list_price", _N(25, 12, 2)), ("rating", "avg_score", _N(4, 0.5, 1)), ("genre", "category", t._one_of("crime", "poetry", "history")),
        ("", "weight_grams", _N(400, 120)), ("format", "binding", t._one_of("paper", "hard", "audio")),
    ),
    "villages": (
        ("vill_cd", "village_code", t._digits(12)), ("vill_nm", "village_name", lambda c: f"{t.PERSON(c)} Village"), ("hh_cnt", "number_of_households", _N(420, 150)),
        ("pop_tot", "total_population", _N(1900, 600)), ("pop_m", "male_population", _N(960, 300)), ("pop_f", "female_population", _N(940, 300)),
        ("area_ha", "land_area", _N(310, 90, 1)), ("farm_ha", "cultivated_land_area", _N(120, 40, 1)), ("avg_inc", "average_income", _N(21000, 4000)),
        ("sch_cnt", "number_of_schools", _N(1, 1)), ("lat", "latitude", _N(23, 0.5, 5)), ("lon", "longitude", _N(113, 1, 5)), ("twn", "township", t.CITY), ("elev_m", "elevation", _N(140, 80)),
        ("", "secretary_name", t.PERSON), ("rd_km", "paved_road_length", _N(9, 4, 1)),
    ),
    "restaurants": (
        ("name", "title", lambda c: f"{t.PERSON(c)} {c.choice(['cafe', 'grill', 'deli'])}"), ("addr", "street", t.STREET), ("city", "municipality", t.CITY), ("phone", "telephone", t.PHONE),
        ("type", "cuisine", t._one_of("french", "thai", "italian", "bbq")), ("stars", "rating", _N(3.5, 0.8, 1)), ("seats", "capacity", _N(50, 20)), ("opened", "opening_date", t._date(1980, 2023)),
        ("url", "website", lambda c: f"http://{t.PERSON(c).lower()}.example"), ("", "chef", t.PERSON), ("price_rng", "price_range", t._one_of("$", "$$", "$$$")), ("lng", "longitude", _N(-73, 1, 5)),
    ),
    "accounts": (
        ("acct_nbr", "account_number", t._digits(10)), ("acct_typ_cd", "account_type", t._one_of("savings", "current")), ("open_dt", "opened_on", t._date(2001, 2022)), ("cls_dt", "closed_on", t._date(2015, 2024)),
        ("cur_bal", "current_balance", _N(9000, 4000, 2)), ("avl_bal", "available_balance", _N(8000, 4000, 2)), ("brnch_id", "branch", t._digits(3)), ("ownr_nm", "account_holder", lambda c: f"{t.PERSON(c)} {t.PERSON(c)}"),
        ("int_rt", "interest_rate", _N(2, 1, 2)), ("ovd_lmt", "overdraft_limit", _N(500, 200)), ("sts", "status", t._one_of("active", "frozen", "closed")), ("lst_txn_dt", "last_transaction_date", t._date(2023, 2024)),
    ),
}  # fmt: skip


def renamed(seed: int, rows: int = 60) -> Iterator[Labelled]:
    for name, lines in PAIRS.items():
        chance = random.Random(f"{name}/{seed}")
        a = {one: [make(chance) for _ in range(rows)] for one, _, make in lines if one}
        mixed = list(lines)
        chance.shuffle(mixed)
        b = {other: [make(chance) for _ in range(rows)] for _, other, make in mixed if other}
        truth = {(one, other) for one, other, _ in lines if one and other}
        yield labelled(f"{name} renamed", a, b, truth, (f"{name}_old", f"{name}_new"))
