"""What headings and other words limit keeps fields apart."""

from ..content import vocabulary
from ..rules.matching import match_fields
from ..rules.units_words import parse_unit
from ..terms import FieldDraft, FieldType, FormDraft, Layout, Relation

WORDS = vocabulary()


def asked(name: str, label: str, *path: str, unit: str = "人") -> FormDraft:
    found = FieldDraft(
        "c", label, path, "", 1, 1, "A1", "A1", FieldType.INTEGER, unit=parse_unit(unit)
    )
    return FormDraft(name, name, "", Layout.ITEMS, (found,), subject="village")


def relation(a: FormDraft, b: FormDraft) -> Relation | None:
    found = match_fields(a, b, WORDS)[0].candidates
    return found[0].relation if found else None


def test_a_heading_limits_unless_the_other_says_it_too() -> None:
    poor = asked("a", "外出务工人数", "脱贫劳动力")
    assert relation(poor, asked("b", "外出从业人员数")) is not Relation.SAME
    assert relation(poor, asked("b", "外出从业人员数", "脱贫劳动力")) is Relation.SAME


def test_persons_of_one_kind_are_not_all_persons() -> None:
    women = asked("a", "女性", "低保对象")
    assert relation(women, asked("b", "女性人数")) is not Relation.SAME
    assert relation(women, asked("b", "低保对象中女性人数")) is Relation.SAME
