"""A verdict is of the moment: other forms, a renewal, ledgers."""

import pytest

from lingnan.kernel.evidence.queries import verify
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Field, LedgerItem
from lingnan.systems.reporting.terms.admission import Held
from lingnan.systems.reporting.terms.refusals import ConditionsChanged, VerdictChanged

from .conftest import AT, DAY, SYSTEM, bureau, later, let_in
from .ledgered import load
from .planned import made, say
from .test_admission import in_use, offered, office, place  # noqa: F401 - fixtures


def test_nobody_approves_a_verdict_that_another_form_made_old(in_use, place, office):  # noqa: F811
    one, two = made("N1", ["pond", "herd"]), made("N2", ["pond", "goats"])
    first, second = offered(one, place, office), offered(two, place, office)
    assert second.verdict.new == ("A1", "A2")
    services.approve_admission(second.uuid, by=bureau(1, place), at=later(2))
    for number in (1, 2):
        services.approve_admission(first.uuid, by=bureau(number, place), at=later(3))
    with pytest.raises(VerdictChanged) as no:
        services.approve_admission(second.uuid, by=bureau(2, place), at=later(4))
    assert no.value.words() == (
        "有 1 项的评估结论变了：此前 0 项已掌握、0 项可得出、2 项要新填；"
        "现在 1 项已掌握、0 项可得出、1 项要新填。请看过新的评估再批准。"
    )
    shown = queries.admission(second.uuid, to=SYSTEM, on=DAY)
    # The yes that was given to the verdict before stands for nothing any more.
    assert shown.verdict.new == ("A2",) and shown.approvals == 0
    with pytest.raises(ConditionsChanged):
        services.approve_admission(
            second.uuid, seen=second.version, by=bureau(2, place), at=later(4)
        )
    for number in (1, 2):
        done = services.approve_admission(second.uuid, by=bureau(number, place), at=later(5))
    assert done.number and done.verdict.new == ("A2",)
    assert not [f for f in verify() if f.noun.startswith("reporting")]


def test_what_a_form_said_before_its_renewal_makes_nothing_look_new(in_use, county, place, office):  # noqa: F811
    """Births are asked by F2 all the same, and its villages answered some of them."""
    form = made("N1", ["births", "pond"])
    let_in(form, place=place)
    say(county, "石门村", "births", 3, source="form:N1")
    again = offered(form, place, office).verdict
    assert {row.label: row.kind for row in again.rows} == {"births": Held.HELD, "pond": Held.NEW}


def test_what_a_complete_ledger_counts_is_derivable_by_itself(in_use, county, place, office):  # noqa: F811
    """A sure wording counts at once; one that a heading limits, or that may mean something else, waits."""
    form = made("N1", ["elders", "some_elders", "everybody", "pond"])
    words = {"elders": "80岁以上老人", "some_elders": "80岁以上老人", "everybody": "总人口"}
    for fact, label in words.items():
        path = ["二、低保对象", label] if fact == "some_elders" else ["一、基本情况", label]
        Field.objects.filter(form=form.id, label=fact).update(label=label, path=path)
    load(county["黄埔区"], SYSTEM, AT)
    rows = {row.field: row for row in offered(form, place, office).verdict.rows}
    assert (rows["A1"].kind, rows["A1"].asked) == (Held.NEW, 4)  # two villages keep a ledger
    assert rows["A1"].known == 2 and "采纳" not in rows["A1"].why
    for code in ("A2", "A3"):
        assert (rows[code].known, rows[code].asked) == (0, 6)
        assert "采纳计数办法后可由台账得出" in rows[code].why
    assert "台账" not in rows["A4"].why
    [item] = LedgerItem.objects.filter(state="accepted")
    assert item.element == "elders" and not [f for f in verify() if "ledger_item" in f.noun]
