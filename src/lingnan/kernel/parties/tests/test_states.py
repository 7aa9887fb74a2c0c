"""A database writer changes an account, a duty, a name, a number; verification names it."""

from datetime import date, timedelta

import pytest

from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.evidence.services import adopt_states
from lingnan.kernel.parties import rules, services
from lingnan.kernel.parties.models import Account, ApiToken, Duty, Party, PartyIdentifier
from lingnan.kernel.parties.terms import AccountState, Scheme

from .conftest import AT, BY, DAY, PASSWORD, TODAY

FIRST = "44990019900101001"
NUMBER = FIRST + rules.check_character(FIRST)


def found():
    return [(f.noun, f.row) for f in evidence.verify() if f.noun.startswith("parties")]


@pytest.fixture
def world(clerk, tree):
    """Everything the use cases do, with nothing found in between."""
    place = tree["440117103000"]
    duty = services.give_duty(
        clerk.party, "village_clerk", place=place, valid_from=TODAY, by=BY, at=AT
    )
    other = services.create_person("乙某", by=BY, at=AT)
    third = services.create_person("乙某某", names={"en": "B"}, by=BY, at=AT)
    cover = services.cover_absence(
        duty, other.id, valid_from=TODAY, valid_to=TODAY + 9 * DAY, reason="学习", by=BY, at=AT
    )
    services.end_cover(cover, on=TODAY + DAY, by=BY, at=AT)
    office = services.create_organisation("某局", uscc="9144030071526726XG", by=BY, at=AT)
    services.rename_party(office.id, "某某局", on=TODAY + DAY, by=BY, at=AT)
    merge = services.merge_parties(third.id, other.id, on=TODAY, by=BY, at=AT)
    services.undo_merge(merge, by=BY, at=AT)
    services.issue_token(clerk.account, name="程序", by=BY, at=AT)
    services.authenticate(clerk.username, PASSWORD, address="10.0.0.1", at=AT)
    services.end_duty(duty, on=TODAY + 2 * DAY, by=BY, at=AT)
    assert found() == []
    return clerk


@pytest.mark.parametrize(
    ("model", "change", "noun"),
    [
        (Duty, {"role": "county_reviewer"}, "parties.duty"),
        (Duty, {"place": None}, "parties.duty"),
        (Duty, {"valid_to": date(2030, 1, 1)}, "parties.duty"),
        (Account, {"state": AccountState.CLOSED.value}, "parties.account"),
        (Account, {"must_change": True}, "parties.account"),
        (Account, {"password": "x"}, "parties.account"),
        (ApiToken, {"expires_at": AT + timedelta(days=9999)}, "parties.account"),
        (Party, {"name": "别人"}, "parties.party"),
        (PartyIdentifier, {"masked": "9"}, "parties.party"),
    ],
)
def test_a_changed_row_is_named(world, model, change, noun):
    model.objects.filter(pk=model.objects.earliest("pk").pk).update(**change)
    assert [kind for kind, _ in found()] == [noun]


def test_a_password_too_old_is_told(world, settings):
    later = AT + timedelta(days=4000)
    services.authenticate(world.username, PASSWORD, address="10.0.0.1", at=later)
    assert found() == []


def test_an_import_tells_every_row(policy, tree):
    row = {"username": "v.one", "name": "丙某", "role": "village_clerk", "place": "440117103201"}
    services.import_accounts([row], by=BY, at=AT)
    assert found() == []
    Duty.objects.update(role="county_reviewer")
    assert [noun for noun, _ in found()] == ["parties.duty"]


def test_a_row_put_in_is_named_until_somebody_answers_for_it(clerk):
    Duty.objects.create(
        uuid="00000000-0000-4000-8000-000000000001",
        party_id=clerk.party,
        role="village_clerk",
        valid_from=TODAY,
    )
    assert [noun for noun, _ in found()] == ["parties.duty"]
    assert adopt_states(basis="旧库核对", by=BY, at=AT) >= 1
    assert found() == []


def test_a_person_with_a_number_is_told_without_it(policy):
    services.create_person("丁某", identifier=(Scheme.CITIZEN, NUMBER), by=BY, at=AT)
    assert found() == []
