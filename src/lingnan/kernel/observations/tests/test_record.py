from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingnan.base.tests.rounds import rounds
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.observations import services
from lingnan.kernel.observations.models import Batch, Contender, CurrentValue, PendingValue
from lingnan.kernel.observations.terms import ElementDefinition, NewValue, Quality, ValueType

from .samples import NOON, NOVEMBER, OCTOBER, SYSTEM, define, number, record

pytestmark = pytest.mark.django_db


def current(place, element, period=OCTOBER):
    return CurrentValue.objects.get(place=place, subject=0, element=element, period=period)


def test_a_value_is_kept_shown_and_proved():
    e = define("population")["population"]
    info = record("filing:1", [number(7, e, 120), number(8, e, "3.25")])
    assert (info.rows, info.superseded, info.repeated) == (2, 0, False)
    assert current(8, e).value == Decimal("3.25")
    assert list(PendingValue.objects.order_by("n").values_list("place", "value", "prior")) == [
        (7, Decimal(120), None),
        (8, Decimal("3.25"), None),
    ]
    event = Event.objects.get(pk=info.event)
    assert event.kind == "observations.values_recorded"
    assert Batch.objects.get(pk=info.id).row_root in event.facts


def test_the_same_upload_twice_is_one_batch():
    e = define("population")["population"]
    rows = [number(7, e, 1), number(8, e, 2)]
    first = record("filing:1", rows)
    again = record("filing:1", reversed(rows))
    assert again.repeated
    assert (again.id, again.event, again.rows) == (first.id, first.event, first.rows)
    assert PendingValue.objects.count() == 2
    assert Event.objects.filter(kind="observations.values_recorded").count() == 1


def test_a_key_is_not_reused_for_other_content():
    e = define("population")["population"]
    record("filing:1", [number(7, e, 1)])
    with pytest.raises(services.KeyReused):
        record("filing:1", [number(7, e, 2)])
    with pytest.raises(services.KeyReused):
        record("filing:1", [number(7, e, 1)], source="form_b")


def test_a_newer_value_carries_what_it_replaced():
    e = define("population")["population"]
    record("1", [number(7, e, 5)])
    record("2", [number(7, e, 8)])
    row = PendingValue.objects.get(batch=Batch.objects.get(key="2"))
    assert (row.value, row.prior, row.prior_present) == (8, 5, True)


def test_saying_the_same_again_is_counted_not_written():
    e = define("population")["population"]
    record("1", [number(7, e, 5), number(8, e, 6)])
    info = record("2", [number(7, e, "5.000000"), number(8, e, 7)])
    assert (info.rows, info.unchanged, info.superseded) == (1, 1, 1)


def test_a_new_quality_of_the_same_value_is_written():
    e = define("population")["population"]
    record("1", [number(7, e, 5)])
    info = record("2", [number(7, e, 5, quality=Quality.CORRECTED)])
    assert (info.rows, current(7, e).quality) == (1, Quality.CORRECTED)


def test_a_worse_source_disputes_and_changes_nothing():
    e = define("population", precedence=("police", "form_a"))["population"]
    record("1", [number(7, e, 5)], source="police")
    info = record("2", [number(7, e, 6)], source="form_a")
    assert (info.rows, info.contenders, info.superseded) == (1, 1, 0)
    assert (current(7, e).value, current(7, e).disputed) == (5, True)
    assert Contender.objects.get().value == 6
    assert Event.objects.filter(kind="observations.contender_found").count() == 1


def test_a_dispute_is_raised_once_against_one_winner():
    e = define("population", precedence=("police", "form_a"))["population"]
    record("1", [number(7, e, 5)], source="police")
    record("2", [number(7, e, 6)])
    assert record("3", [number(7, e, 6)]).unchanged == 1
    record("4", [number(7, e, 9)], source="police", at=NOON + timedelta(days=1))
    assert record("5", [number(7, e, 6)], at=NOON + timedelta(days=2)).contenders == 1


def test_a_better_source_that_agrees_takes_the_value_over():
    e = define("population", precedence=("police", "form_a"))["population"]
    record("1", [number(7, e, 5)])
    record("2", [number(7, e, 5)], source="police")
    assert record("3", [number(7, e, 6)]).contenders == 1


def test_missing_never_displaces_what_another_source_knows():
    e = define("population", precedence=("police", "form_a"))["population"]
    record("1", [number(7, e, 5)])
    assert record("2", [number(7, e, None)], source="police").unchanged == 1
    record("3", [number(7, e, None)])
    assert (current(7, e).value, current(7, e).quality) == (None, Quality.MISSING)
    record("4", [number(7, e, 0)], source="other")
    assert current(7, e).value == 0


def test_texts_win_and_lose_like_numbers():
    e = define("kind", type=ValueType.CODE, precedence=("police",))["kind"]
    value = {"place": 7, "element": e, "period": OCTOBER}
    record("1", [NewValue(**value, text="甲")], source="police")
    assert record("2", [NewValue(**value, text="乙")]).contenders == 1
    assert record("3", [NewValue(**value, text="丙")], source="police").superseded == 1
    row = PendingValue.objects.get(batch=Batch.objects.get(key="3"))
    assert (row.prior, row.prior_present) == (None, True)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"element": 999_999}, "没有这个数据项"),
        ({"place": 0}, "没有写明地点"),
        ({"period": 2026313}, "没有这个报告期"),
        ({"text": "多"}, "不能填文字"),
        ({"value": None}, "没有值的"),
        ({"quality": Quality.MISSING}, "不能有值"),
        ({"value": Decimal("0.0000001")}, "超出可保存的范围"),
        ({"value": Decimal(10) ** 18}, "超出可保存的范围"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_row(row, words):
    e = define("population")["population"]
    good = {"place": 7, "element": e, "period": OCTOBER, "value": Decimal(1)}
    with pytest.raises(services.WrongValues) as wrong:
        record("1", [NewValue(**good), NewValue(**(good | {"place": 8} | row))])
    assert any(words in p.words() for p in wrong.value.problems)
    assert not Batch.objects.exists()


def test_a_value_must_speak_of_what_its_element_is_about():
    place = define("population")["population"]
    home = define("members", subject_kind="household")["members"]
    with pytest.raises(services.WrongValues) as wrong:
        record("1", [number(7, place, 1, subject=3), number(7, home, 1, subject=3)])
    assert [p.where for p in wrong.value.problems] == ["1"]
    with pytest.raises(services.WrongValues) as wrong:
        record("2", [number(7, place, 1), number(7, home, 1)])
    assert [p.where for p in wrong.value.problems] == ["2"]
    assert not Batch.objects.exists()


def test_one_key_twice_in_one_batch_is_refused():
    e = define("population")["population"]
    with pytest.raises(services.WrongValues) as wrong:
        record("1", [number(7, e, 1), number(8, e, 1), number(7, e, 2)])
    assert [p.where for p in wrong.value.problems] == ["3"]


def test_the_largest_numbers_are_kept_exactly():
    e = define("population")["population"]
    huge = Decimal("-999999999999999999.999999")
    record("1", [number(7, e, huge)])
    record("2", [number(7, e, "0.000001")])
    assert current(7, e).value == Decimal("0.000001")
    assert PendingValue.objects.get(batch=Batch.objects.get(key="2")).prior == huge


def test_an_element_is_redefined_but_never_changes_its_meaning():
    first = define("population", unit="人")
    assert define("population", unit="人") == first
    define("population", unit="人", titles={"zh-hans": "常住人口"})
    with pytest.raises(services.WrongDefinition):
        define("population", unit="户")
    assert Event.objects.filter(kind="observations.elements_defined").count() == 2


@pytest.mark.parametrize("code", ["1a", "A", "a-b", "人口", ""])
def test_a_code_is_small_letters_digits_and_underscores(code):
    with pytest.raises(services.WrongDefinition):
        define(code)


def test_two_definitions_of_one_code_are_refused():
    titles = {"zh-hans": "人口"}
    with pytest.raises(services.WrongDefinition):
        services.define_elements(
            [
                ElementDefinition(code="a", titles=titles, type=ValueType.NUMBER),
                ElementDefinition(code="a", titles=titles, type=ValueType.TEXT),
            ],
            by=SYSTEM,
            at=NOON,
        )


CLAIMS = st.lists(
    st.lists(
        st.tuples(
            st.integers(1, 3),
            st.sampled_from([OCTOBER, NOVEMBER]),
            st.one_of(st.none(), st.integers(-3, 3)),
        ),
        min_size=1,
        max_size=6,
        unique_by=lambda row: row[:2],
    ).flatmap(lambda rows: st.tuples(st.just(rows), st.sampled_from(["best", "good", "other"]))),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=rounds(20))
@given(CLAIMS)
def test_sums_of_new_minus_prior_telescope_after_every_batch(batches):
    from django.db import transaction

    with transaction.atomic():
        e = define("population", precedence=("best", "good"))["population"]
        for i, (rows, source) in enumerate(batches):
            record(str(i), [number(p, e, v, t) for p, t, v in rows], source=source)
            won = PendingValue.objects.filter(effect=0)
            total = sum((r.value or 0) - (r.prior or 0) for r in won)
            count = sum((r.value is not None) - r.prior_present for r in won)
            held = [c.value for c in CurrentValue.objects.all() if c.value is not None]
            assert (total, count) == (sum(held), len(held))
        transaction.set_rollback(True)
