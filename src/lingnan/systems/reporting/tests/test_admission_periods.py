"""A form beside those asked more often: what their periods make together it need not ask."""

from datetime import date

from lingnan.base.periods import Kind
from lingnan.systems.reporting import services
from lingnan.systems.reporting.models import Admission, Form
from lingnan.systems.reporting.terms.admission import Held

from .conftest import later, let_in
from .planned import made
from .test_admission import kinds, offered, office, place  # noqa: F401 - two are fixtures


def test_what_a_monthly_form_asks_is_not_asked_again_at_the_end_of_the_year(place, office):  # noqa: F811
    """What stands at the end of December stands at the year's; twelve months of births make a year's,
    but not when nobody was asked the first ten."""
    monthly = made("M1", ["persons", "births"], flows=["births"])
    Form.objects.filter(pk=monthly.id).update(period_kind=Kind.MONTH)
    let_in(monthly, place=place)
    one = offered(made("Y1", ["persons", "births", "pond"]), place, office)
    assert kinds(one) == {"persons": Held.DERIVABLE, "births": Held.NEW, "pond": Held.NEW}
    persons = one.verdict.rows[0]
    assert persons.askers == ("M1:A1",) and "《M1表》" in persons.why
    Admission.objects.filter(form=monthly.id).update(begins_on=date(2025, 12, 1))
    again = services.assess_again(one.uuid, by=office, at=later(2))
    assert again.verdict.new == ("A3",)
