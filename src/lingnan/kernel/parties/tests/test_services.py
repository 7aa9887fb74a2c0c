"""People, organisations, numbers, and imports of accounts."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lingnan.base.actors import PUBLIC, Actor
from lingnan.base.errors import Invalid, NotFound
from lingnan.kernel.evidence.models import EventBody
from lingnan.kernel.parties import queries, rules, services
from lingnan.kernel.parties.models import Account, Duty, Party, PartyIdentifier
from lingnan.kernel.parties.queries import vault
from lingnan.kernel.parties.terms import Scheme

from .conftest import AT, BY, DAY, PASSWORD, TODAY, events

pytestmark = pytest.mark.django_db
USCC = "9144030071526726XG"
TOWN, VILLAGE = "440117103000", "440117103201"


def demo_number(sequence):
    first = f"44990019900101{sequence:03}"
    return first + rules.check_character(first)


def person(name="甲某", **more):
    return services.create_person(name, by=BY, at=AT, **more)


def test_an_organisation_is_found_by_its_uuid_and_its_code():
    made = services.create_organisation(
        "某区统计局", kind="department", uscc=USCC, names={"en": "Statistics Office"}, by=BY, at=AT
    )
    assert queries.party(made.uuid) == made
    checked = queries.check_identifier(USCC, on=TODAY)
    assert queries.holder_of(checked, on=TODAY) == made
    assert [p.id for p in queries.organisations(text="某区", kind="department")] == [made.id]
    assert len(events("parties.party_created")) == 1
    assert "统计" not in events("parties.party_created")[0].facts


def test_what_cannot_be_made_is_refused():
    with pytest.raises(Invalid):
        services.create_organisation("某协会", kind="guild", by=BY, at=AT)
    with pytest.raises(Invalid):
        person("  ")
    with pytest.raises(Invalid):
        person(identifier=(Scheme.USCC, USCC))
    with pytest.raises(NotFound):
        queries.party("00000000-0000-7000-8000-000000000000")


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "person", "organisation": "department"}, {"kind": "organisation"}, {"name": ""}],
)
def test_the_database_refuses_a_party_that_cannot_be(wrong):
    row = {"kind": "person", "name": "甲", "uuid": person().uuid.hex[::-1], "created_at": AT}
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.create(**{**row, **wrong})


def test_a_new_name_keeps_the_old_one():
    made = services.create_organisation("某县统计局", by=BY, at=AT)
    for name, on in (("某区统计局", TODAY + DAY), ("某市统计局", TODAY + 9 * DAY)):
        services.rename_party(made.id, name, on=on, by=BY, at=AT)
    assert queries.party(made.uuid).name == "某市统计局"
    row = Party.objects.get(pk=made.id)
    spans = row.names.order_by("valid_from").values_list("name", "valid_from", "valid_to")
    assert list(spans) == [
        ("某县统计局", TODAY, TODAY + DAY),
        ("某区统计局", TODAY + DAY, TODAY + 9 * DAY),
        ("某市统计局", TODAY + 9 * DAY, None),
    ]
    with pytest.raises(Invalid):
        services.rename_party(made.id, "又名", on=TODAY, by=BY, at=AT)


def test_a_number_is_sealed_masked_and_found_again():
    number = demo_number(1)
    made = person(identifier=(Scheme.CITIZEN, number))
    row = PartyIdentifier.objects.get()
    assert number.encode() not in bytes(row.sealed)
    assert (row.masked, number in row.blind) == ("4499**********" + number[-4:], False)
    checked = queries.check_identifier(number, on=TODAY)
    assert queries.holder_of(checked, on=TODAY) == made
    shown = queries.identifiers(made.id, to=BY, on=TODAY)
    assert number not in repr(shown)
    assert queries.identifiers(made.id, to=Actor(party=made.id), on=TODAY) == shown
    with pytest.raises(NotFound):
        queries.identifiers(made.id, to=PUBLIC, on=TODAY)


def test_one_number_names_one_party():
    number = demo_number(2)
    first = person(identifier=(Scheme.CITIZEN, number))
    row = PartyIdentifier.objects.get()
    again = services.add_identifier(first.id, Scheme.CITIZEN, number, by=BY, at=AT)
    assert again == row.pk
    with pytest.raises(services.IdentifierTaken):
        person("乙某", identifier=(Scheme.CITIZEN, number))
    assert Party.objects.count() == 1  # the second person was not made either


def test_a_number_that_ended_may_be_registered_again():
    number = demo_number(3)
    person(identifier=(Scheme.CITIZEN, number))
    row = PartyIdentifier.objects.get()
    services.end_identifier(row.pk, on=TODAY + DAY, by=BY, at=AT)
    other = person("乙某")
    later = AT + DAY
    services.add_identifier(other.id, Scheme.CITIZEN, number, by=BY, at=later)
    checked = queries.check_identifier(number, on=TODAY)
    assert queries.holder_of(checked, on=TODAY + DAY) == other
    with pytest.raises(NotFound):
        services.end_identifier(row.pk, on=TODAY + 9 * DAY, by=BY, at=AT)


def test_a_passport_names_its_state():
    made = person()
    with pytest.raises(Invalid):
        services.add_identifier(made.id, Scheme.PASSPORT, "E12345678", by=BY, at=AT)
    one = {"issuer": "CHN", "by": BY, "at": AT}
    other = {"issuer": "PRT", "by": BY, "at": AT}
    services.add_identifier(made.id, Scheme.PASSPORT, "E12345678", **one)
    services.add_identifier(person("乙某").id, Scheme.PASSPORT, "E12345678", **other)
    assert PartyIdentifier.objects.count() == 2


def test_seeing_a_number_needs_a_permission_and_a_reason_and_is_evidence():
    number = demo_number(4)
    made = person(identifier=(Scheme.CITIZEN, number))
    row = PartyIdentifier.objects.get()
    stranger = Actor(party=made.id, role="clerk")
    with pytest.raises(services.UnmaskForbidden):
        services.unmask(row.pk, reason="核对材料", by=stranger, at=AT)
    with pytest.raises(Invalid):
        services.unmask(row.pk, reason="看", by=BY, at=AT)
    assert services.unmask(row.pk, reason="核对申请材料", by=BY, at=AT) == number
    assert len(events("parties.unmask_refused")) == 1
    (seen,) = events("parties.identifier_unmasked")
    assert "核对" not in seen.facts
    assert "核对申请材料" in EventBody.objects.get(event=seen.pk).body


def test_a_sealed_number_copied_to_another_row_is_found_out():
    person(identifier=(Scheme.CITIZEN, demo_number(5)))
    person("乙某", identifier=(Scheme.CITIZEN, demo_number(6)))
    first, second = PartyIdentifier.objects.order_by("pk")
    PartyIdentifier.objects.filter(pk=first.pk).update(sealed=bytes(second.sealed))
    with pytest.raises(rules.SealBroken):
        services.unmask(first.pk, reason="核对申请材料", by=BY, at=AT)


def test_the_key_is_private_made_once_and_never_replaced_when_lost(settings, tmp_path):
    person(identifier=(Scheme.CITIZEN, demo_number(7)))
    assert vault.key_path().stat().st_mode & 0o777 == 0o600
    settings.ENV = replace(settings.ENV, data=str(tmp_path / "elsewhere"))
    with pytest.raises(vault.IdentifierKeyMissing):
        vault.blind(Scheme.CITIZEN, "", "1")
    PartyIdentifier.objects.all().delete()
    assert vault.blind(Scheme.CITIZEN, "", "1") == vault.blind(Scheme.CITIZEN, "", "1")


def test_two_persons_with_different_numbers_are_not_merged():
    first = person(identifier=(Scheme.CITIZEN, demo_number(8)))
    second = person("乙某", identifier=(Scheme.CITIZEN, demo_number(9)))
    third = person("丙某")
    office = services.create_organisation("某站", by=BY, at=AT)
    for other in (first, second, office):
        with pytest.raises((services.NotTheSame, NotFound)):
            services.merge_parties(first.id, other.id, on=TODAY, by=BY, at=AT)
    services.merge_parties(third.id, first.id, on=TODAY, by=BY, at=AT)
    with pytest.raises(services.NotTheSame):  # back into itself
        services.merge_parties(first.id, third.id, on=TODAY, by=BY, at=AT)
    checked = queries.check_identifier(demo_number(8), on=TODAY)
    assert queries.holder_of(checked, on=TODAY).id == first.id


def lines(count, start=1):
    return [
        {
            "username": f"village.{n:05}",
            "name": f"填报员{n}",
            "role": "village_clerk",
            "place": VILLAGE,
            "department": f"第{n}村民委员会",
            "department_kind": "village_committee",
            "id_number": demo_number(n),
        }
        for n in range(start, start + count)
    ]


def test_an_import_makes_accounts_people_offices_and_duties(policy, tree):
    done = services.import_accounts(lines(3), by=BY, at=AT)
    assert (done.rows, done.accounts, done.parties) == (3, 3, 3)
    assert (done.organisations, done.duties, done.unchanged) == (3, 3, 0)
    username, code = done.codes[0]
    account = services.authenticate(username, code, address="a", at=AT)
    assert account.must_change
    services.set_password(account.pk, PASSWORD, by=queries.actor_of(account.pk, at=AT), at=AT)
    actor = queries.actor_of(account.pk, at=AT)
    assert actor.may("reporting.fill")
    assert actor.reaches(tree[VILLAGE], TODAY)
    assert queries.hats(account.pk, on=TODAY)[0].department_name == "第1村民委员会"
    assert len(events("parties.accounts_imported")) == 1


def test_importing_again_changes_nothing_and_more_duties_are_added(policy, tree):
    services.import_accounts(lines(3), by=BY, at=AT)
    before = list(Account.objects.order_by("pk").values())
    again = services.import_accounts(lines(3), by=BY, at=AT + DAY)
    assert (again.accounts, again.parties, again.organisations, again.duties) == (0, 0, 0, 0)
    assert (again.unchanged, again.codes) == (3, ())
    assert list(Account.objects.order_by("pk").values()) == before
    more = [{**line, "role": "county_reviewer"} for line in lines(3)]
    assert services.import_accounts(more, by=BY, at=AT).duties == 3


def test_nothing_is_half_imported_and_every_fault_names_its_line(policy, tree):
    services.import_accounts(lines(1), by=BY, at=AT)
    wrong = [
        *lines(2),
        {**lines(1, 3)[0], "place": "990000000000"},
        {**lines(1, 4)[0], "id_number": demo_number(4)[:17] + "5"},
        {**lines(1, 5)[0], "role": "king"},
    ]
    counts = (Account.objects.count(), Party.objects.count(), Duty.objects.count())
    with pytest.raises(Invalid) as no:
        services.import_accounts(wrong, by=BY, at=AT)
    named = {p.where for p in no.value.problems}
    assert {"4.place", "5.id_number", "6.role"} <= named
    assert "3 处" in no.value.words()
    assert counts == (Account.objects.count(), Party.objects.count(), Duty.objects.count())


def test_faults_only_the_database_knows_name_their_line_too(policy, tree):
    services.import_accounts(lines(1), by=BY, at=AT)
    for change, where in (
        ({"name": "另一人"}, "2.username"),
        ({"username": "village.x", "department": "没有的", "department_kind": ""}, "2.department"),
    ):
        with pytest.raises(Invalid) as no:
            services.import_accounts([{**lines(1)[0], **change}], by=BY, at=AT)
        assert [p.where for p in no.value.problems] == [where]


def test_a_person_known_by_number_is_not_made_twice(policy, tree):
    known = person("填报员1", identifier=(Scheme.CITIZEN, demo_number(1)))
    done = services.import_accounts(lines(1), by=BY, at=AT)
    assert (done.accounts, done.parties) == (1, 0)
    assert Account.objects.get().party_id == known.id


def test_an_import_makes_no_second_administrator(policy, tree):
    base = {"username": "boss", "name": "甲某"}
    both = [{**base, "role": role} for role in ("system_admin", "security_admin")]
    with pytest.raises(Invalid) as no:
        services.import_accounts(both, by=BY, at=AT)
    assert [p.where for p in no.value.problems] == ["3.role"]
    assert Account.objects.count() == 0
    assert len(events("parties.duty_refused")) == 1


def test_an_import_asks_no_query_a_row(policy, tree):
    def counted(count, start):
        with CaptureQueriesContext(connection) as asked:
            services.import_accounts(lines(count, start), by=BY, at=AT)
        return sum(not q["sql"].startswith(("SAVEPOINT", "RELEASE")) for q in asked)

    counted(1, 900)  # what is remembered between imports
    assert counted(40, 1) == counted(10, 500)


def test_the_import_keeps_no_name_and_no_number_in_the_tree(policy, tree):
    services.import_accounts(lines(2), by=BY, at=AT)
    facts = events("parties.accounts_imported")[0].facts
    assert "填报员" not in facts
    assert demo_number(1) not in facts
