"""Households and persons for tests: offices' registers with numbers of the unassigned area 4499."""

from datetime import date

from lingnan.kernel.parties.rules.citizen import check_character

SINCE = date(2026, 1, 1)


def citizen(birth, serial=1):
    """A number of area 449900 with its right check digit; odd serials are men."""
    first17 = f"449900{birth.replace('-', '')}{serial:03}"
    return first17 + check_character(first17)


def lines(*rows):
    return "\n".join(",".join(map(str, row)) for row in rows).encode()


def households(*rows):
    """(village code, number, head, support)"""
    return lines(("村代码", "户编号", "户主姓名", "保障类型"), *rows)


def persons(*rows):
    """(village code, household, name, birth, serial): the number tells sex and birth."""
    told = [(code, home, name, citizen(birth, n)) for code, home, name, birth, n in rows]
    return lines(("村代码", "户编号", "姓名", "公民身份号码"), *told)


EAST = "440112001"
FAMILIES = [
    (f"{EAST}201", "1", "甲户主", "一般户"),
    (f"{EAST}201", "2", "乙户主", "低保户"),
    (f"{EAST}202", "1", "丙户主", "脱贫户"),
]
PEOPLE = [
    (f"{EAST}201", "1", "甲一", "1946-12-15", 1),
    (f"{EAST}201", "1", "甲二", "1950-02-28", 2),
    (f"{EAST}201", "1", "甲三", "2015-06-01", 3),
    (f"{EAST}201", "2", "乙一", "1940-01-01", 5),
    (f"{EAST}202", "1", "丙一", "1980-05-05", 7),
    (f"{EAST}202", "1", "丙二", "1946-12-31", 8),
]


def load(place, by, at, *, complete=True):
    """Both registers of the county, from the first of January."""
    from lingnan.systems.reporting.services import ledgers

    told = []
    for kind, data in (("household", households(*FAMILIES)), ("person", persons(*PEOPLE))):
        told.append(
            ledgers.take_in_register(
                kind, data, f"{kind}.csv", place, day=SINCE, complete=complete, by=by, at=at
            )
        )
    return told
