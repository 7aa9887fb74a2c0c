"""Synthetic answers: seeded, consistent with each other, about nobody.

Codes are the item codes of the two surveys of 2012 (调查表一, 调查表二).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from random import Random

from lingnan.systems.reporting.terms import FieldInfo, FieldType
from lingnan.systems.reporting.terms.checking import Plan

Answers = dict[str, str]


def household(chance: Random) -> Answers:
    """One poor household: survey 2, items 201–247."""
    kind = chance.choices("1234", (4, 3, 5, 2))[0]
    able = kind in "13"
    members = chance.choices(range(1, 8), (6, 12, 16, 14, 7, 3, 1))[0]
    old = chance.randint(0, min(2, members))
    labour = chance.randint(1, members) if able else chance.randint(0, min(1, members - 1))
    sick = chance.choices((0, 1), (4, 1))[0] if labour else 0
    farm = chance.randint(0, labour - sick)
    away = labour - sick - farm
    pupils = chance.randint(0, max(0, members - labour - old))
    students = chance.choices((0, 1, 2), (6, 3, 1))[0]
    return {
        "201": kind,
        "202": str(members),
        "203": str(old),
        **_income(chance, members, farm, away),
        **_home(chance),
        "233": str(chance.randint(0, labour)),
        "234": str(chance.randint(0, labour)),
        "235": str(pupils),
        "236": str(pupils),
        "237": "0",
        "238": str(students),
        "239": str(students),
        "240": "0",
        "241": str(labour),
        "242": str(farm),
        "243": str(away),
        "244": str(sick),
        "245": str(members),
        "246": str(min(members, labour + old)),
        "247": str(old),
    }


def _income(chance: Random, members: int, farm: int, away: int) -> Answers:
    wage = away * chance.randrange(6000, 16000, 100)
    business = [farm * chance.randrange(1500, 5200, 50), 0, chance.choice((0, 0, 0, 1800))]
    cost = [business[0] // 4 // 10 * 10, 0, business[2] // 3]
    property_ = [chance.choice((0, 0, 120)), 0, chance.choice((0, 0, 600)), 0]
    pension = chance.choice((0, 0, 660, 1320))
    given = [chance.choice((0, 200, 500)), 300, 0, chance.choice((0, 2400, 3600)), 180, 0]
    net = wage + sum(business) + sum(property_) + pension + sum(given) - sum(cost)
    amounts = {
        "205": wage,
        "206": sum(business),
        **dict(zip(("207", "208", "209"), business, strict=True)),
        "210": sum(property_) + pension,
        "211": sum(property_),
        **dict(zip(("212", "213", "214", "215"), property_, strict=True)),
        "216": pension,
        "217": sum(given),
        **dict(zip(("218", "219", "220", "221", "222", "223"), given, strict=True)),
        "224": sum(cost),
        **dict(zip(("225", "226", "227"), cost, strict=True)),
        "204": net // members,
    }
    return {code: str(amount) for code, amount in amounts.items()}


def _home(chance: Random) -> Answers:
    area = chance.randrange(40, 130, 5)
    structure = chance.choices("1234", (4, 5, 2, 1))[0]
    planned = area if structure in "34" else 0
    done = planned if planned and chance.random() < 0.6 else 0
    started = planned - done if chance.random() < 0.5 else 0
    return {
        "228": str(area),
        "229": structure,
        "230": str(planned),
        "231": str(done),
        "232": str(started),
    }


def village(chance: Random, households: Sequence[Mapping[str, str]]) -> Answers:
    """Survey 1, items 101–204, agreeing with the village's households."""
    answers = {code: str(chance.randint(0, 9)) for code in _COUNTS}
    answers |= {code: chance.choices("12", (5, 1))[0] for code in _YES_NO}
    answers |= {code: str(chance.randrange(0, 90_000, 500)) for code in _MONEY}
    natural = chance.randint(3, 18)
    answers["114"] = str(natural)
    answers |= {code: str(chance.randint(natural // 2, natural)) for code in _OF_NATURAL}
    answers["122"] = str(sum(int(answers[c]) for c in ("123", "124", "125", "126")))
    answers["130"] = str(sum(int(answers[c]) for c in _FUNDS))
    received = chance.randrange(20_000, 400_000, 1000)
    spent = received * chance.randint(40, 100) // 100
    answers |= {"138": str(received), "139": str(spent), "140": _share(spent, received)}
    answers["195"] = str(sum(int(answers[c]) for c in ("196", "197", "198", "199", "200")))
    answers["186"] = str(sum(int(answers[str(c)]) for c in range(187, 194)))
    for planned, done in (("174", "175"), ("177", "178"), ("183", "184")):
        answers[done] = str(min(int(answers[planned]), int(answers[done])))
    return answers | _of_households(chance, households)


def _of_households(chance: Random, households: Sequence[Mapping[str, str]]) -> Answers:
    def total(code: str, kinds: str = "1234") -> int:
        return sum(int(h[code]) for h in households if h["201"] in kinds)

    def count(kinds: str) -> int:
        return sum(h["201"] in kinds for h in households)

    able, unable = count("13"), count("24")
    risen = chance.randint(0, able)
    trained = min(total("241"), total("233") + total("234"))
    working = total("242") + total("243")
    people, labour, old = total("202"), total("241"), total("203")
    planned = sum(h["230"] != "0" for h in households)
    finished = sum(h["231"] != "0" for h in households)
    return {
        "141": str(len(households)),
        "142": str(people),
        "143": str(old),
        "144": str(able),
        "145": str(total("202", "13")),
        "146": str(unable),
        "147": str(total("202", "24")),
        "148": str(total("204", "13") // max(1, able)),
        "149": str(risen),
        "150": _share(risen, able),
        "152": str(chance.randint(0, unable)),
        "153": str(labour),
        "154": str(total("244")),
        "155": str(trained),
        "156": _share(trained, labour),
        "157": str(working),
        "158": _share(working, labour),
        "159": str(total("235")),
        "160": str(total("236")),
        "161": "0",
        "162": str(total("238")),
        "163": str(total("239")),
        "164": "0",
        "165": str(total("245")),
        "166": _share(total("245"), people),
        "167": str(total("246")),
        "168": str(total("247")),
        "169": _share(total("247"), old),
        "170": str(planned),
        "171": str(finished),
        "172": str(planned - finished),
    }


def _share(part: int, whole: int) -> str:
    """Per cent with two decimals; nothing divided by nothing is not applicable."""
    return f"{100 * part / whole:.2f}" if whole else "不适用"


def any_answers(chance: Random, fields: Iterable[FieldInfo]) -> Answers:
    """Something of the right kind for each question of any form."""
    found = {}
    for field in fields:
        match field.type:
            case FieldType.CODE:
                found[field.code] = chance.choice(field.options).code if field.options else "1"
            case FieldType.MONEY:
                found[field.code] = str(chance.randrange(0, 40, 1))
            case FieldType.PERCENT:
                found[field.code] = str(chance.randint(0, 100))
            case FieldType.INTEGER | FieldType.NUMBER:
                found[field.code] = str(chance.randint(0, 12))
            case _:
                found[field.code] = "不适用"
    return found


def agreed(answers: Answers, plan: Plan, fixed: Collection[str]) -> Answers:
    """The same, so that parts add up to their sums and none is greater than its whole. `fixed`: what is
    known already and stays."""
    found = dict(answers)
    for _ in plan.pairs:
        before = dict(found)
        for pair in plan.pairs:
            part, whole = found.get(pair.part, ""), found.get(pair.whole, "")
            if part.isdigit() and whole.isdigit() and int(part) > int(whole):
                low, high = (pair.part, whole), (pair.whole, part)
                code, text = high if pair.part in fixed else low
                found[code] = text
        for one in plan.identities:
            parts = [found.get(code, "") for code in one.parts]
            if one.total not in fixed and all(text.isdigit() for text in parts):
                found[one.total] = str(sum(map(int, parts)))
        if found == before:
            break
    return found


def move(chance: Random, fields: Iterable[FieldInfo], answers: Answers, share: float) -> None:
    """A month later: a few numbers have moved by one."""
    for field in fields:
        text = answers[field.code]
        if text.isdigit() and not field.options and chance.random() < share:
            answers[field.code] = str(max(0, int(text) + chance.choice((-1, 1))))


_YES_NO = ["102", "103", *map(str, range(106, 114)), "129", "151", "180", "181"]
_YES_NO += ["201", "202", "203", "204"]
_OF_NATURAL = [str(code) for code in range(115, 121)]
_FUNDS = [str(code) for code in range(131, 138)]
_MONEY = ["121", "127", *_FUNDS, "173", "176", "179", "182", "185", "194"]
_COUNTS = ["101", "104", "105", "123", "124", "125", "126", "128", "174", "175", "177", "178"]
_COUNTS += ["183", "184", *map(str, range(187, 194)), *map(str, range(196, 201))]
