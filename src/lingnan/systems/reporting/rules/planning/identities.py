"""Sums and formulas the bureau accepted, as ties between facts; and the numbers they give."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from lingnan.base.errors import Sentence

from ...terms.filings import FieldInfo, FormInfo, ProposalInfo
from ...terms.forms import FieldType
from ...terms.planning import Fact, Identity, Means, Way
from ...terms.plans import SumInfo

ADDED = {FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY}
TOTAL_OF = "= {parts}"
PART_OF = "= {total} − {others}"
BY_FORMULA = Sentence("按公式 {formula} 计算")


def identities_of(form: FormInfo, sums: Iterable[SumInfo]) -> list[Identity]:
    """Accepted sums over elements. Members of another unit, or twice the same fact, make it none."""
    fields = {field.code: field for field in form.asked}
    found = []
    for one in sums:
        members = [fields.get(code) for code in (one.total, *one.parts)]
        sound = [m for m in members if m is not None and m.type in ADDED]
        facts = [m.element_code for m in sound]
        if not one.is_accepted or len(sound) < len(members) or len(set(facts)) < len(facts):
            continue
        if one.parts and len({m.base_unit for m in sound}) == 1:
            found.append(Identity(facts[0], tuple(facts[1:]), _label(sound)))
    return found


def distinct(identities: Iterable[Identity]) -> list[Identity]:
    """Two forms that share all members of a sum say the same."""
    found: dict[tuple[Fact, frozenset[Fact]], Identity] = {}
    for one in identities:
        found.setdefault((one.total, frozenset(one.parts)), one)
    return list(found.values())


def ways_of_rates(form: FormInfo, rates: Iterable[ProposalInfo]) -> list[Way]:
    """A rate of the form from its own items; only forwards: no item follows from a rounded rate."""
    codes = {field.code: field.element_code for field in form.asked}
    return [
        Way(
            rate.field.element_code,
            Means.DERIVE,
            0,
            frozenset(codes[code] for code in rate.uses),
            BY_FORMULA.filled(formula=rate.formula),
        )
        for rate in rates
        if rate.uses and set(rate.uses) <= codes.keys()
    ]


def identity_of(way: Way, identities: Sequence[Identity]) -> Identity | None:
    members = way.needs | {way.fact}
    return next((one for one in identities if frozenset(one.members) == members), None)


def solved(fact: Fact, identity: Identity, values: Mapping[Fact, Decimal]) -> Decimal | None:
    """The member from all the others; None when one of them is not there."""
    if any(one not in values for one in identity.members if one != fact):
        return None
    if fact == identity.total:
        return sum((values[part] for part in identity.parts), Decimal(0))
    rest = (values[part] for part in identity.parts if part != fact)
    return values[identity.total] - sum(rest, Decimal(0))


def gap_of(identity: Identity, values: Mapping[Fact, Decimal]) -> Decimal | None:
    """How far total and parts are apart; None when a member is not there."""
    whole = solved(identity.total, identity, values)
    return None if whole is None or identity.total not in values else values[identity.total] - whole


def words_of_identity(fact: Fact, identity: Identity, labels: Mapping[Fact, str]) -> str:
    named = {one: labels.get(one, one) for one in identity.members}
    if fact == identity.total:
        return TOTAL_OF.format(parts=" + ".join(named[part] for part in identity.parts))
    others = " − ".join(named[part] for part in identity.parts if part != fact)
    if not others:
        return TOTAL_OF.format(parts=named[identity.total])
    return PART_OF.format(total=named[identity.total], others=others)


def _label(members: Sequence[FieldInfo]) -> str:
    total, *parts = (member.label.strip() for member in members)
    return f"{total} = {' + '.join(parts)}"
