"""A village as it truly is, month by month: figures that hang together, about nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from .sample import Answers


@dataclass
class Village:
    """What a village would find if it counted itself today."""

    households: int
    people: int
    living: int  # of those registered
    incomers: int  # living here, registered elsewhere
    old: int
    young_members: int
    middle_members: int
    old_members: int
    women_members: int
    floating: int
    joined: int  # members taken in this year
    veterans: int
    cadres: int
    women_cadres: int
    poor: int  # households with minimum living guarantee
    poor_people: int
    destitute: int
    income: int  # 万元
    pay: int  # 元 a year
    branches: int
    one_head: bool

    @property
    def members(self) -> int:
        return self.young_members + self.middle_members + self.old_members


def founded(chance: Random) -> Village:
    households = chance.randint(320, 900)
    people = round(households * chance.uniform(2.9, 3.6))
    young, middle, old = chance.randint(8, 20), chance.randint(16, 34), chance.randint(12, 26)
    members, poor = young + middle + old, chance.randint(4, 18)
    return Village(
        households, people, living=round(people * chance.uniform(0.7, 0.9)),
        incomers=chance.randint(20, 180), old=round(people * chance.uniform(0.17, 0.24)),
        young_members=young, middle_members=middle, old_members=old,
        women_members=members * chance.randint(22, 34) // 100, floating=chance.randint(2, 9),
        joined=0, veterans=chance.randint(2, 8), cadres=chance.randint(5, 9),
        women_cadres=chance.randint(1, 3), poor=poor,
        poor_people=poor * 2 + chance.randint(0, poor), destitute=chance.randint(0, 5),
        income=chance.randint(4, 16), pay=chance.randrange(36_000, 60_000, 1200),
        branches=1 + members // 40, one_head=chance.random() < 0.85,
    )  # fmt: skip


def registered(one: Village, homes: int, people: int, poor: Sequence[int]) -> Village:
    """A village as small as its register, which says how many households and persons it has. `poor`:
    persons of each household with an allowance."""
    return replace(
        one, households=homes, people=people, living=people * 4 // 5, incomers=people // 10,
        old=people // 5, young_members=1, middle_members=3, old_members=2, women_members=2,
        floating=1, veterans=1, cadres=4, women_cadres=1, poor=len(poor), poor_people=sum(poor),
        destitute=0, branches=1,
    )  # fmt: skip


def month_passes(chance: Random, one: Village, *, january: bool, july: bool) -> None:
    """Little changes in a month: somebody is born, moves, joins; income is another every month."""
    if january:
        one.joined = 0
    if july:  # new members are taken in about the first of July
        one.joined += 1
        one.young_members += 1
    one.income = max(2, one.income + chance.choice((-1, 0, 0, 1)))
    if chance.random() < 0.25:
        change = chance.choice((-2, -1, 1, 1, 2))
        one.people, one.living = one.people + change, one.living + change
    if chance.random() < 0.15:
        one.poor_people = max(one.poor, one.poor_people + chance.choice((-1, 1)))
    if chance.random() < 0.1:
        one.floating = max(0, one.floating + chance.choice((-1, 1)))


def monthly(one: Village) -> Answers:
    """Items 1 to 18 of `village_monthly.xlsx`."""
    counted = (
        one.branches, one.branches * 3, one.cadres, one.women_cadres, 1 if one.one_head else 2,
        one.members, one.women_members, one.young_members, one.middle_members, one.old_members,
        one.floating, one.joined, one.veterans, one.households, one.people, one.living,
        one.living + one.incomers, one.income, one.pay, one.poor,
    )  # fmt: skip
    codes = (*range(1, 16), 19, 20, 16, 17, 18)
    return {str(code): str(number) for code, number in zip(codes, counted, strict=True)}


def yearly(chance: Random, one: Village) -> Answers:
    """Items 01 to 20 of `assistance_yearly.xlsx`."""
    alone = one.destitute
    housed = chance.randint(0, alone)
    near = chance.randint(0, 6)
    found = {
        "01": one.households, "02": one.people, "02-1": one.living + one.incomers, "03": one.old,
        "04": one.poor, "05": one.poor_people, "06": one.poor_people * 45 // 100,
        "07": one.poor_people * 40 // 100, "08": one.poor_people * 15 // 100,
        "09": one.poor_people * 12 // 100, "10": min(one.poor_people, chance.randint(0, 2)),
        "11": one.poor_people * 84 // 100, "12": alone, "13": housed, "14": alone - housed,
        "15": near, "16": near * 3, "17": chance.randint(0, 9), "19": 0, "20": 0,
    }  # fmt: skip
    return {code: str(number) for code, number in found.items()}
