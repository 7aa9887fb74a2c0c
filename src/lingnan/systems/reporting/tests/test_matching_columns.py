"""Columns of registers: names cut short, other spelling, values that overlap or only look alike."""

import csv
import io
import random
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingnan.systems.reporting.content import reading_words, vocabulary
from lingnan.systems.reporting.rules.labels import simplified
from lingnan.systems.reporting.rules.matching import match_fields
from lingnan.systems.reporting.rules.matching.names import name_likeness, name_of
from lingnan.systems.reporting.rules.matching.values import closeness, profile_of
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.rules.vocabulary import build_vocabulary, canonical, written_alike
from lingnan.systems.reporting.terms import FormDraft, Relation

WORDS = vocabulary()


def register(name: str, **columns: list[str]) -> FormDraft:
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(columns)
    out.writerows(zip(*columns.values(), strict=True))
    return read_workbook(text.getvalue().encode(), f"{name}.csv", reading_words())[0]


def firsts(a: FormDraft, b: FormDraft) -> dict[str, str]:
    return {
        m.source.field.code: m.candidates[0].target.field.code
        for m in match_fields(a, b, WORDS)
        if m.candidates
    }


def alike(a: str, b: str) -> float:
    one, other = name_of(a, WORDS), name_of(b, WORDS)
    assert one is not None and other is not None
    return float(name_likeness([one], [other])[0, 0])


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("dob", "birth_date"),
        ("addr", "Address"),
        ("tel_no", "phoneNumber"),
        ("qty", "quantity"),
        ("zip", "post_code"),
        ("fmlyNm", "FamilyName"),
        ("tbl_cust_id", "customerID"),
        ("cntry", "country"),
        ("aid", "agency_id"),
    ],
)
def test_names_cut_short_are_read(a: str, b: str) -> None:
    assert alike(a, b) > 0.6
    assert alike(a, b) == pytest.approx(alike(b, a), abs=1e-5)


@pytest.mark.parametrize(("a", "b"), [("height", "weight"), ("city", "quantity"), ("t1", "t2")])
def test_names_of_other_things_are_not(a: str, b: str) -> None:
    assert alike(a, b) < 0.6


def test_values_decide_where_names_say_nothing() -> None:
    chance = random.Random(3)
    people = [f"{chance.choice('ABCDE')}{n:03}" for n in range(40)]
    ages = [str(chance.randint(20, 70)) for _ in people]
    days = [f"{chance.randint(1990, 2020)}-0{chance.randint(1, 9)}-11" for _ in people]
    a = register("a", c1=people, c2=ages, c3=days)
    b = register("b", x=days[::-1], y=people[5:] + people[:5], z=ages[::-1])
    assert firsts(a, b) == {"c1": "y", "c2": "z", "c3": "x"}


def test_disjoint_values_of_like_distribution() -> None:
    chance = random.Random(5)
    small, large = ([str(chance.gauss(m, m / 9)) for _ in range(60)] for m in (50, 9000))
    small2, large2 = ([str(chance.gauss(m, m / 9)) for _ in range(60)] for m in (50, 9000))
    a, b = register("a", m1=small, m2=large), register("b", p=large2, q=small2)
    assert firsts(a, b) == {"m1": "q", "m2": "p"}


def test_a_profile_says_what_the_values_are() -> None:
    assert profile_of(("1,200", "35%", "￥7")).kind == "number"  # type: ignore[union-attr]
    assert profile_of(("2024-01-02", "2024年3月5日")).kind == "day"  # type: ignore[union-attr]
    assert profile_of(("甲", "乙")).kind == "text"  # type: ignore[union-attr]
    assert profile_of(("1",)) is None
    mixed = profile_of(("A-01", "B-77"))
    assert mixed is not None and set(mixed.pattern) == {"A-9"}


@given(st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=5))
def test_a_distribution_is_closest_to_itself(values: list[float]) -> None:
    row = np.sort(np.array([values]))
    other = np.sort(np.array([values])) + 1e7
    assert closeness(row, row)[0] == pytest.approx(1)
    assert closeness(row, other)[0] == pytest.approx(closeness(other, row)[0])
    assert closeness(row, other)[0] <= 1


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=4), min_size=1, max_size=4))
def test_any_register_is_matched_within_bounds(rows: list[list[str]]) -> None:
    columns = {
        f"列{n}": [text.replace("\x00", "") or "1" for text in r] for n, r in enumerate(rows)
    }
    size = min(map(len, columns.values()))
    form = register("a", **{name: some[:size] for name, some in columns.items()})
    for match in match_fields(form, form, WORDS):
        assert match.chosen is None or match.chosen.target.field.code == match.source.field.code
        assert all(0 <= one.score <= 1 for one in match.candidates)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("六十周岁及以上", "60岁以上"),
        ("16—59岁", "16至59周岁"),
        ("农村戶籍總人口數", "农村户籍人口"),
        ("（女）", "女性"),
        ("臺帳", "台账"),
        ("残疾等級（一级）", "残疾等级(1级)"),
    ],
)
def test_writing_does_not_matter(a: str, b: str) -> None:
    assert canonical(a, WORDS) == canonical(b, WORDS)


def test_traditional_letters_keep_their_places() -> None:
    assert simplified("鄉鎮衛生院醫護隊") == "乡镇卫生院医护队"
    assert written_alike("子女、儿女、妇女") == "子女、儿女、妇女"


def test_a_name_stands_in_one_line() -> None:
    with pytest.raises(ValueError, match="twice"):
        build_vocabulary([], [], [["a", "b"], ["c", "b"]])


def test_a_larger_dictionary_costs_in_proportion() -> None:
    """Ten times the elements, less than twenty times the time."""
    chance = random.Random(1)
    labels = [
        f"{'新旧老小大'[n % 5]}{chr(0x5000 + n)}{chr(0x6000 + n % 997)}户数" for n in range(3000)
    ]
    form = register("f", **{label: [] for label in labels[:30]})
    took = []
    for size in (300, 3000):
        big = register("d", **{label: [] for label in chance.sample(labels, size)})
        match_fields(form, big, WORDS)
        start = time.process_time()
        for _ in range(3):
            match_fields(form, big, WORDS)
        took.append(time.process_time() - start)
    assert took[1] < 20 * took[0]


def test_same_options_under_other_codes() -> None:
    a = register("a", **{"户别：1.家庭户2.集体户": []})
    b = register("b", **{"户别：1.集体户2.家庭户": []})
    found = match_fields(a, b, WORDS)[0].candidates[0]
    assert found.relation is Relation.SAME
    assert any("代码不同" in reason for reason in found.reasons)


def relations(a: FormDraft, b: FormDraft) -> dict[str, tuple[str, Relation]]:
    return {
        m.source.field.code: (m.candidates[0].target.field.code, m.candidates[0].relation)
        for m in match_fields(a, b, WORDS)
        if m.candidates
    }


def test_the_same_words_in_any_spelling_are_the_same_column_and_no_other() -> None:
    days = ["2020-01-02", "2020-03-04", "2021-05-06"]
    towns, small = ["Foshan", "Zhuhai", "Shantou"], ["1", "2", "3"]
    a = register("a", male_cnt=small, pmt_amt=small, county=towns, start_dt=days, bill_city=towns)
    b = register(
        "b", NumberOfMales=small, PaymentAmount=small, country=towns, end_date=days, ship_city=towns
    )
    found = relations(a, b)
    assert found["male_cnt"] == ("NumberOfMales", Relation.SAME)
    assert found["pmt_amt"] == ("PaymentAmount", Relation.SAME)
    for code in ("county", "start_dt", "bill_city"):
        assert found[code][1] is not Relation.SAME, code


@pytest.mark.parametrize("total", ["合计", "小计", "计", "总数"])
def test_a_total_under_a_head_is_of_what_the_head_says(total: str) -> None:
    head = f"村名,低保对象（人）,,残疾人（人）,\n,{total},女,{total},女\n甲村,,,,\n乙村,,,,\n"
    other = "村名,残疾人数（人）,低保对象人数（人）\n甲村,,\n乙村,,\n"
    a, b = (
        read_workbook(f"某镇各村表\n{text}".encode(), "f.csv", reading_words())[0]
        for text in (head, other)
    )
    found = relations(a, b)
    assert (found["B"], found["D"]) == (("C", Relation.SAME), ("B", Relation.SAME))


def test_columns_of_one_name_whose_values_share_no_word_are_left_to_a_person() -> None:
    names = ["Ana Silva", "Li Wei", "Bo Berg", "Eva Lind"] * 3
    entries = [f"http://data.example/Q{n}" for n in range(12)]
    organs, lobes = ["Colon", "Breast"] * 6, ["Frontal lobe", "Temporal lobe"] * 6
    a = register("a", musician=names, tumor_site=lobes, sex=["M", "F"] * 6)
    b = register("b", musician=entries, primary_site=organs, gender=["male", "female"] * 6)
    found = relations(a, b)
    assert found["musician"][1] is found["tumor_site"][1] is Relation.ALIKE
    assert found["sex"] == ("gender", Relation.SAME)
    same = relations(a, register("c", musician=names[::-1], tumor_site=lobes[::-1]))
    assert same["musician"][1] is same["tumor_site"][1] is Relation.SAME
