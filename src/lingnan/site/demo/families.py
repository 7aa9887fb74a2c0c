"""Ledgers of three villages, what happens to their families, and what an office sends down to check."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from lingnan.kernel.parties.rules.citizen import check_character
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.systems.reporting import queries
from lingnan.systems.reporting.queries import ledgers as held
from lingnan.systems.reporting.services import ledgers
from lingnan.systems.reporting.services.ledgers import Why
from lingnan.systems.reporting.terms import FormInfo, Verdict
from lingnan.systems.reporting.terms.ledgers import EntryOf

from . import figures
from .months import Year

HOMES, UNASSIGNED = 24, "449900"
POOR = 9  # a household that has an allowance in every village
PARTS = {
    "06": "count(support in {1} and sex in {2})",
    "07": "count(support in {1} and age>59)",
    "08": "count(support in {1} and age<18)",
}
"""Of the yearly form: women, the old and the young among those with an allowance."""
HOUSEHOLD_HEAD = "村代码,户编号,户主姓名,保障类型"
PERSON_HEAD = "村代码,户编号,姓名,公民身份号码,与户主关系,保障类型"
SENT_HEAD = "村代码,户编号,姓名,公民身份号码,保障类型,去世日期"


@dataclass
class Families:
    """Of the first three villages of the town. `numbers`: what a register seals, kept here for the
    office that sends it down."""

    year: Year
    numbers: dict[tuple[int, str], str] = field(default_factory=dict)

    @property
    def villages(self) -> list[PlaceInfo]:
        return self.year.villages[:3]

    def entries(self, kind: str, village: PlaceInfo) -> list[EntryOf]:
        story, on = self.year.story, self.year.story.days.today
        return held.ledger_of(kind, village.id, on, to=story.actor("collector"), on=on)


def register(year: Year) -> Families:
    """The county's registers of three villages, entered once."""
    found, story = Families(year), year.story
    homes, people = [HOUSEHOLD_HEAD], [PERSON_HEAD]
    for village in found.villages:
        code, begun, poor = village.codes["nbs"], len(people), []
        for n in range(1, HOMES + 1):
            is_poor = n == POOR or story.chance.random() < 0.1
            kind, support = ("低保户", "低保") if is_poor else ("一般户", "无")
            homes.append(f"{code},{n:03},户主{n:03},{kind}")
            family = list(_family(story.chance, story.days.today, f"{n:03}"))
            poor += [len(family)] if is_poor else []
            for name, number, relation in family:
                found.numbers[village.id, name] = number
                people.append(f"{code},{n:03},{name},{number},{relation},{support}")
        year.true[village.id] = figures.registered(
            year.true[village.id], HOMES, len(people) - begun, poor
        )
    for ledger, lines in (("household", homes), ("person", people)):
        ledgers.take_in_register(
            ledger, "\n".join(lines).encode(), f"{ledger}.csv", story.cast.rungs["county"].id,
            day=story.days.today, complete=True, by=story.actor("collector"), at=story.days.tick(),
        )  # fmt: skip
    story.figures["persons"] = len(people) - 1
    return found


def count(of: Families, yearly: FormInfo) -> None:
    """What the registers say need not be asked of these villages: the machine proposes, the bureau
    accepts, and says itself how the parts are counted that no declared wording names."""
    story = of.year.story
    office, bureau = story.actor("civil"), story.actor("bureau")
    for form in (of.year.form, yearly):
        ledgers.propose_items(form.id, by=office, at=story.days.tick())
    proposed = held.item_rules(to=bureau, on=story.days.today, state=Verdict.PROPOSED)
    for one in proposed:
        ledgers.decide_item(one.element, accept=True, by=bureau, at=story.days.tick())
    named = {field.code: field.element_code for field in queries.form_by_id(yearly.id).asked}
    for code, formula in PARTS.items():
        ledgers.decide_item(
            named[code], accept=True, kind="person", formula=formula, by=bureau,
            at=story.days.tick(),
        )  # fmt: skip
    story.figures["counted over ledgers"] = len(proposed) + len(PARTS)


def _family(chance: Random, today: date, home: str) -> Iterator[tuple[str, str, str]]:
    """Head, perhaps a spouse, children, a parent: what it is called, its number, its relation."""
    age = chance.randint(28, 66)
    yield f"户主{home}", citizen(chance, today.year - age, male=True), "户主"
    if chance.random() < 0.85:
        yield f"配偶{home}", citizen(chance, today.year - age + 2, male=False), "配偶"
    for n in range(1, chance.choice((1, 2, 2, 3))):
        male, born = chance.random() < 0.5, today.year - max(2, age - 24 - n * 3)
        yield f"子女{home}-{n}", citizen(chance, born, male=male), "子" if male else "女"
    if age < 56 and chance.random() < 0.4:
        yield f"母亲{home}", citizen(chance, today.year - age - 24, male=False), "父母"


def citizen(chance: Random, born: int, *, male: bool) -> str:
    """A number of an area that was never assigned, with its right check digit."""
    serial = chance.randrange(1, 998, 2) + (0 if male else 1)
    first = f"{UNASSIGNED}{born}{chance.randint(1, 12):02}{chance.randint(1, 28):02}{serial:03}"
    return first + check_character(first)


def live(of: Families) -> None:
    """A family moves to the next village, a child is born, somebody old dies."""
    days, by = of.year.story.days, of.year.story.actor("collector")
    here, there = of.villages[:2]
    homes = of.entries("household", here)
    moved = Why(days.today - timedelta(days=3), reason="迁居")
    ledgers.move_entry(homes[4].uuid, there.id, moved, number="101", by=by, at=days.tick())
    child = {"name": "新生儿", "sex": "女"}
    day = days.today - timedelta(days=9)
    ledgers.born(homes[6].uuid, child, Why(day), by=by, at=days.tick())
    oldest = min(of.entries("person", here), key=lambda one: one.data["birth"])
    ledgers.die(oldest.uuid, Why(days.today - timedelta(days=6)), by=by, at=days.tick())


def send_down(of: Families) -> None:
    """What civil affairs hold of the clerk's village comes back to be checked: two allowances, one
    newcomer, one death."""
    story, village = of.year.story, of.villages[0]
    code, today = village.codes["nbs"], story.days.today
    told = {name: number for (place, name), number in of.numbers.items() if place == village.id}
    first, second, last = f"户主{HOMES - 2:03}", f"户主{HOMES - 1:03}", f"户主{HOMES:03}"
    fresh = citizen(story.chance, 1951, male=False)
    rows = [
        SENT_HEAD,
        f"{code},,{first},{told[first]},低保,",
        f"{code},,{second},{told[second]},低保,",
        f"{code},003,新入户,{fresh},低保,",
        f"{code},,{last},{told[last]},,{today - timedelta(days=20)}",
    ]
    sent = ledgers.Sent("dbs", "最低生活保障对象名册", today)
    ledgers.send_return(
        "person", "\n".join(rows).encode(), "dbs.csv", village.id, sent,
        by=story.actor("civil"), at=story.days.tick(),
    )  # fmt: skip
