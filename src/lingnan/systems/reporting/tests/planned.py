"""Small forms made by hand: whole numbers of persons, sums as given, facts shared by their name."""

from decimal import Decimal

from lingnan.base.ids import uuid7
from lingnan.kernel.observations import queries as known
from lingnan.kernel.observations import services as observations
from lingnan.kernel.observations.terms import (
    ElementDefinition,
    NewValue,
    OverTime,
    Quality,
    ValueType,
)
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Field, Form
from lingnan.systems.reporting.queries.forms import form_by_id
from lingnan.systems.reporting.rules.filing import profile_of
from lingnan.systems.reporting.terms.forms import FormDraft, Layout, SumHint

from .conftest import AT, DAY, SYSTEM, YEAR


def made(code, facts, *, sums=(), subject="place", flows=(), department=None):
    """`facts`: element codes in the order of the form; fields are called A1, A2 …"""
    elements = _define(code, facts, subject, flows)
    names = {fact: f"A{n + 1}" for n, fact in enumerate(facts)}
    hints = tuple(SumHint(names[t], tuple(names[p] for p in parts), "其中") for t, parts in sums)
    draft = FormDraft(code, code, "S", Layout.ITEMS, (), sums=hints)
    row = Form.objects.create(
        uuid=uuid7(int(AT.timestamp() * 1000)),
        code=code,
        title=f"{code}表",
        department_id=department,
        subject=subject,
        layout=Layout.ITEMS,
        sheet="S",
        file_sha256="0" * 64,
        file_name=f"{code}.xlsx",
        profile=profile_of(draft),
        registered_at=AT,
    )
    Field.objects.bulk_create(
        [
            Field(
                form=row,
                position=n,
                code=names[fact],
                label=fact,
                sheet="S",
                row=n + 1,
                col=2,
                cell=f"B{n + 1}",
                type="integer",
                role="asked",
                unit="人",
                base_unit="人",
                dimension="persons",
                element_id=elements.get(fact) or _held(fact),
            )
            for n, fact in enumerate(facts)
        ]
    )
    return form_by_id(row.pk)


def _define(code, facts, subject, flows):
    owner = f"form:{code}"
    return observations.define_elements(
        [
            ElementDefinition(
                code=fact,
                titles={"zh-hans": fact},
                type=ValueType.INTEGER,
                unit="人",
                over_time=OverTime.SUM if fact in flows else OverTime.LAST,
                label="internal" if subject == "place" else "personal",
                subject_kind=subject,
                precedence=("ledger", "police", owner),
            )
            for fact in facts
            if not _held(fact)
        ],
        by=SYSTEM,
        at=AT,
    )


def _held(fact):
    from lingnan.kernel.observations.models import Element

    return Element.objects.filter(code=fact).values_list("pk", flat=True).first()


def say(county, village, fact, number, *, source="police", period=YEAR, quality=Quality.REPORTED):
    element = known.element_map([fact])[fact].id
    row = NewValue(
        place=county[village],
        element=element,
        period=period,
        value=None if number is None else Decimal(number),
        quality=quality,
    )
    key = f"{village}{fact}{source}{period}{number}"
    observations.record_values(key, [row], source=source, by=SYSTEM, at=AT)


def planned(found, county, village="石门村"):
    told = queries.plan_of(found, county[village], to=SYSTEM, on=DAY)
    return {one.fact: one for one in told}


def persons_and_births():
    """Persons = men + women in both; the second asks the working and the births of the year too."""
    one = made("F1", ["persons", "men", "women"], sums=[("persons", ("men", "women"))])
    two = made("F2", ["persons", "working", "births"], flows=["births"])
    services.decide_sum(one.id, "A1", accept=True, by=SYSTEM, at=AT)
    return one, two
