"""Numbers by their own check digits. Synthetic persons stand in the unassigned area 4499."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from lingnan.kernel.parties import rules
from lingnan.kernel.parties.terms import Scheme

ON = date(2026, 11, 22)
AREAS = frozenset({"110105", "440106", "440524", "440300"})
CITIZEN = "11010519491231002X"
USCC = "9144030071526726XG"


def citizen(text, **more):
    return rules.check_citizen(text, on=ON, areas=AREAS, **more)


def words(checked):
    return " ".join(p.words() for p in (*checked.errors, *checked.warnings))


@st.composite
def numbers(draw):
    """A right citizen number of the demo area."""
    born = draw(st.dates(date(1930, 1, 1), date(2026, 1, 1)))
    area = draw(st.sampled_from(["449900", "449901", "449999"]))
    first = f"{area}{born:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return first + rules.check_character(first)


@st.composite
def codes(draw):
    """A right unified social credit code."""
    body = draw(st.text(rules.ALPHABET, min_size=8, max_size=8))
    first = f"91440300{body}{draw(st.sampled_from(rules.ALPHABET))}"
    return first + rules.uscc_check_character(first)


@pytest.mark.parametrize("number", [CITIZEN, "440524188001010014"])
def test_published_numbers_are_right(number):
    assert citizen(number).ok


def test_what_a_number_tells():
    checked = citizen("１１０１０５ 19491231 002x")
    assert (checked.value, checked.birth, checked.sex) == (CITIZEN, date(1949, 12, 31), "2")
    assert (checked.area, checked.warnings) == ("110105", ())


@given(numbers(), st.integers(0, 17), st.integers(1, 9))
def test_any_single_wrong_digit_is_found(number, position, shift):
    old = number[position]
    new = str((int(old) + shift) % 10) if old != "X" else str(shift)
    wrong = number[:position] + new + number[position + 1 :]
    assert not citizen(wrong, demo=True).ok


@given(numbers(), st.integers(0, 16))
def test_two_neighbours_swapped_are_found(number, position):
    left, right = number[position], number[position + 1]
    if left != right:
        wrong = number[:position] + right + left + number[position + 2 :]
        assert not citizen(wrong, demo=True).ok


@given(numbers())
def test_a_right_number_is_right_and_agrees_with_another_library(number):
    assert citizen(number, demo=True).ok
    assert ric.calc_check_digit(number[:17] + "0") == number[17]


@given(numbers())
def test_fifteen_digits_become_the_same_eighteen(number):
    if number.startswith("19", 6) and int(number[14:17]) < 996:
        old = number[:6] + number[8:17]
        upgraded = citizen(old, demo=True)
        assert upgraded.value == number
        assert "15 位" in words(upgraded)


def test_a_centenarians_old_number_belongs_to_the_century_before():
    assert rules.upgrade("449900900101998").startswith("44990018900101998")


def test_demo_numbers_are_accepted_in_demo_data_only():
    number = "44990019900101001"
    number += rules.check_character(number)
    assert citizen(number, demo=True).ok
    assert "演示" in words(citizen(number))


def test_an_abolished_area_only_warns():
    first = "44012319700101002"
    checked = citizen(first + rules.check_character(first))
    assert checked.ok
    assert "440123" in words(checked)


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("11010519490230001", "出生日期"),
        ("11010520271231001", "晚于今天"),
        ("81000019800101001", "居住证"),
    ],
)
def test_what_cannot_be_is_said(first, said):
    checked = citizen(first + rules.check_character(first))
    assert not checked.ok
    assert said in words(checked)


def test_tomorrows_birth_is_wrong_and_todays_is_right():
    for born, right in ((ON, True), (ON + timedelta(days=1), False)):
        first = f"440106{born:%Y%m%d}001"
        assert citizen(first + rules.check_character(first)).ok is right


@pytest.mark.parametrize("text", ["", "1101051949123100", "A" * 18, "11010519491231002Y"])
def test_other_forms_are_no_citizens_number(text):
    assert not citizen(text).ok


@pytest.mark.parametrize("area", ["810000", "820000", "830000"])
def test_residence_permits_follow_the_same_rule(area):
    first = f"{area}19850615123"
    right = first + rules.check_character(first)
    wrong = first + ("1" if right[-1] != "1" else "2")
    assert rules.check_residence(right, on=ON).ok
    assert not rules.check_residence(wrong, on=ON).ok
    assert not rules.check_residence(CITIZEN, on=ON).ok


def test_a_foreigners_card_begins_with_nine():
    first = "91103119900101001"
    assert rules.check_permanent(first + rules.check_character(first), on=ON).sex == "1"
    assert not rules.check_permanent(CITIZEN, on=ON).ok


def test_a_published_credit_code_is_right():
    checked = rules.check_uscc(USCC.lower(), areas=AREAS, authorities={"91"})
    assert (checked.ok, checked.value, checked.area) == (True, USCC, "440300")


@given(codes(), st.integers(0, 17), st.integers(1, 30))
def test_any_single_wrong_character_of_a_credit_code_is_found(code, position, shift):
    new = rules.ALPHABET[(rules.ALPHABET.index(code[position]) + shift) % 31]
    wrong = code[:position] + new + code[position + 1 :]
    assert not rules.check_uscc(wrong, areas=AREAS).ok


@given(codes(), st.integers(0, 16))
def test_swapped_neighbours_of_a_credit_code_are_found(code, position):
    left, right = code[position], code[position + 1]
    if left != right:
        wrong = code[:position] + right + left + code[position + 2 :]
        assert not rules.check_uscc(wrong, areas=AREAS).ok


@given(codes())
def test_credit_codes_agree_with_another_library(code):
    assert rules.check_uscc(code, areas=AREAS).ok
    assert uscc.calc_check_digit(code[:17]) == code[17]


def test_every_character_can_be_the_check_character_of_a_credit_code():
    bodies = (f"{n:08}" for n in range(2_000))
    seen = {rules.uscc_check_character(f"91440300{body}0") for body in bodies}
    assert seen == set(rules.ALPHABET)


def test_an_old_body_code_is_a_hint_only():
    first = "91440300" + "00000000" + "1"
    checked = rules.check_uscc(first + rules.uscc_check_character(first), areas=AREAS)
    assert checked.ok
    assert "GB 11714" in words(checked)


@pytest.mark.parametrize("text", ["A123456(3)", "a1234563", "A123456（3）", "AB987654(3)"])
def test_hong_kong_numbers(text):
    assert rules.check_hong_kong(text).ok


@given(st.sampled_from(["A", "Z", "AB", "XE"]), st.integers(0, 999_999), st.integers(0, 6))
def test_a_wrong_digit_of_a_hong_kong_number_is_found(letters, digits, position):
    number = f"{letters}{digits:06}{rules.hkid_check_character(letters, f'{digits:06}')}"
    assert rules.check_hong_kong(number).ok
    place = len(letters) + position
    old = number[place]
    wrong = str((int(old) + 1) % 10) if old != "A" else "0"
    assert not rules.check_hong_kong(number[:place] + wrong + number[place + 1 :]).ok


def test_macao_is_checked_for_its_form_and_says_so():
    checked = rules.check_macao("51234567")
    assert (checked.ok, checked.value) == (True, "5123456(7)")
    assert "格式" in words(checked)
    assert not rules.check_macao("21234567").ok


def test_permits_to_come_and_permits_to_go():
    assert rules.check_home_return("H12345678").ok
    assert rules.check_home_return("m1234567801").value == "M12345678"
    assert rules.check_home_return("HA1234567").warnings
    assert "内地居民往来港澳" in words(rules.check_home_return("CA1234567"))


def test_passports_are_checked_for_their_form():
    assert rules.check_passport("E12345678").ok
    assert not rules.check_passport("E123").ok
    assert not rules.check_passport("PASSPORT").ok


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        (CITIZEN, Scheme.CITIZEN),
        (USCC, Scheme.USCC),
        ("A123456(3)", Scheme.HONG_KONG),
        ("H12345678", Scheme.HOME_RETURN),
        ("51234567", Scheme.MACAO),
    ],
)
def test_the_scheme_is_guessed(text, scheme):
    checked = rules.guess_identifier(text, on=ON, areas=AREAS)
    assert (checked.scheme, checked.ok) == (scheme, True)


def test_a_slip_is_blamed_on_the_scheme_it_has_the_form_of():
    assert rules.guess_identifier("110105194912310021", on=ON, areas=AREAS).scheme is Scheme.CITIZEN
    assert rules.guess_identifier("9144030071526726XH", on=ON, areas=AREAS).scheme is Scheme.USCC


@pytest.mark.parametrize(
    ("scheme", "value", "masked"),
    [
        (Scheme.CITIZEN, "44010619900101123X", "4401**********123X"),
        (Scheme.HONG_KONG, "A123456(3)", "A1********"),
        (Scheme.HOME_RETURN, "H12345678", "H1*****78"),
        (Scheme.USCC, USCC, USCC),
    ],
)
def test_masks(scheme, value, masked):
    assert rules.mask_identifier(scheme, value) == masked


@given(st.sampled_from(Scheme), st.text("0123456789AX", max_size=20))
def test_a_mask_keeps_the_length_and_never_shows_a_persons_number(scheme, value):
    masked = rules.mask_identifier(scheme, value)
    assert len(masked) == len(value)
    if scheme is not Scheme.USCC and value:
        assert "*" in masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [("陈某", "陈*"), ("欧阳某某", "欧阳**"), ("甲", "*"), ("Some One", "S*** O**"), ("", "")],
)
def test_names_are_masked(name, masked):
    assert rules.mask_name(name) == masked


KEY = b"k" * 32


def test_what_was_sealed_is_read_back_and_never_looks_the_same_twice():
    one, two = rules.seal(KEY, CITIZEN, b"row"), rules.seal(KEY, CITIZEN, b"row")
    assert one != two
    assert rules.unseal(KEY, one, b"row") == CITIZEN


@given(st.integers(0, 200))
def test_a_changed_bit_a_moved_row_or_another_key_is_found(position):
    sealed = bytearray(rules.seal(KEY, CITIZEN, b"row"))
    sealed[position % len(sealed)] ^= 1
    for key, text, row in (
        (KEY, bytes(sealed), b"row"),
        (KEY, rules.seal(KEY, CITIZEN, b"row"), b"other"),
        (b"x" * 32, rules.seal(KEY, CITIZEN, b"row"), b"row"),
    ):
        with pytest.raises(rules.SealBroken):
            rules.unseal(key, text, row)


def test_keyed_hashes_cannot_run_into_each_other():
    assert rules.keyed_hash(KEY, "ab", "c") != rules.keyed_hash(KEY, "a", "bc")


@given(st.text(rules.CODE_ALPHABET, min_size=12, max_size=12))
def test_a_code_typed_carelessly_is_the_same_code(code):
    typed = f" {code[:4].lower()}-{code[4:8]} {code[8:]}".replace("0", "o").replace("1", "l")
    assert rules.normal_code(typed) == code
