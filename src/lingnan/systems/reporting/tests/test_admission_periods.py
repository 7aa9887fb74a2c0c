"""A form beside those asked more often: what their periods make together it need not ask."""

from datetime import date

from lingnan.base.periods import Kind
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Admission, Field, Form
from lingnan.systems.reporting.terms.admission import Conditions, Held

from .conftest import DAY, SYSTEM, YEAR, bureau, later, let_in
from .planned import made, say
from .test_admission import kinds, offered, office, place  # noqa: F401 - two are fixtures


def test_what_a_monthly_form_asks_is_not_asked_again_at_the_end_of_the_year(county, place, office):  # noqa: F811
    """What stands at the end of December stands at the year's; twelve months of births make a year's,
    but not when nobody was asked the first ten."""
    monthly = made("M1", ["persons", "births"], flows=["births"])
    Form.objects.filter(pk=monthly.id).update(period_kind=Kind.MONTH)
    let_in(monthly, place=place)
    one = offered(made("Y1", ["persons", "births", "pond"]), place, office)
    assert kinds(one) == {"persons": Held.HELD, "births": Held.NEW, "pond": Held.NEW}
    persons = one.verdict.rows[0]
    assert persons.askers == ("M1:A1",) and "《M1表》" in persons.why
    assert persons.known == 0  # nobody has said anything yet
    Admission.objects.filter(form=monthly.id).update(begins_on=date(2025, 12, 1))
    again = services.assess_again(one.uuid, by=office, at=later(2))
    assert again.verdict.new == ("A3",)
    assert again.verdict.count(Held.HELD) == 2
    only = Conditions(DAY, date(2027, 6, 30), 5, again.verdict.new)
    for number in (1, 2):
        services.approve_admission(one.uuid, conditions=only, by=bureau(number, place), at=later(3))
    spared = Field.objects.filter(form=one.form, is_spared=True).values_list("code", flat=True)
    assert set(spared) == {"A1", "A2"}  # what others ask is not asked here
    found = services.open_round(
        "年报", [one.form], place=county["广东省"], period=YEAR, days=(DAY, date(2027, 2, 1)),
        by=SYSTEM, at=later(4),
    )  # fmt: skip
    services.plan_round(found, by=SYSTEM, at=later(5))
    say(county, "石门村", "persons", 12, period=2026_312)
    asks = queries.asks_of_form(
        queries.form_by_id(one.form), county["石门村"], YEAR, to=SYSTEM, on=DAY
    )
    assert (asks["A1"].spared, asks["A1"].value, asks["A2"].held) == (True, 12, False)
