"""Who holds which role, where, from when until when; and who stands in."""

from datetime import date, datetime
from typing import ClassVar

from django.db import transaction
from django.db.models import F, Q

from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, NotFound, Problem, Refused
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.places import queries as places

from .. import queries, rules
from ..models import AbsenceCover, Duty, Party
from ..terms import (
    AbsenceCovered,
    CoverEnded,
    DutyEnded,
    DutyGiven,
    DutyRefused,
    PartyKind,
    duty_subject,
    new_uuid,
    party_subject,
)

SEPARATION = "GB/T 22239-2019 8.1.5"


class DutyAlreadyHeld(Refused):
    code: ClassVar[str] = "parties.duty_already_held"
    tell: ClassVar[str] = "该人员在这段时间已经担任这个岗位。"


class DutyOver(Refused):
    code: ClassVar[str] = "parties.duty_over"
    tell: ClassVar[str] = "该岗位在这段时间不在任。"


class AlreadyCovered(Refused):
    code: ClassVar[str] = "parties.already_covered"
    tell: ClassVar[str] = "这段时间已经有人代理该岗位。"


class AdministratorsMustDiffer(Refused):
    code: ClassVar[str] = "parties.administrators_must_differ"
    tell: ClassVar[str] = "系统管理员、安全管理员、审计管理员须由不同的人担任；此人已任{held}。"


def give_duty(  # noqa: PLR0913 - what a duty is made of
    party: int,
    role: str,
    *,
    place: int | None = None,
    department: int | None = None,
    valid_from: date,
    valid_to: date | None = None,
    by: Actor,
    at: datetime,
) -> int:
    """The duty's id. `valid_to` is the first day without it. No `place`: the role reaches no place.

    Invalid, DutyAlreadyHeld, AdministratorsMustDiffer (the refusal is evidence too).
    """
    _check_duty(role, place, department, valid_from, valid_to)
    with transaction.atomic():
        root = _locked_root(party)
        held = rules.clashing_role(role, roles_held(root.pk, valid_from, valid_to))
        if held:
            _record_refusal(root, role, held, by=by, at=at)
        else:
            duty = _give(party, role, place, department, (valid_from, valid_to), at)
            evidence.record(
                DutyGiven(
                    subject=duty_subject(duty.uuid),
                    place=place,
                    party=str(duty.party.uuid),
                    role=role,
                    valid_from=valid_from,
                    valid_to=valid_to,
                ),
                by=by,
                at=at,
            )
    if held:
        raise AdministratorsMustDiffer(held=queries.role_title(held), basis=SEPARATION)
    return duty.pk


@transaction.atomic
def end_duty(duty_id: int, *, on: date, by: Actor, at: datetime) -> None:
    """`on` is the first day without it; covers of that duty end with it."""
    duty = Duty.objects.select_for_update().filter(pk=duty_id).first()
    if duty is None:
        raise NotFound
    if on < duty.valid_from or (duty.valid_to is not None and duty.valid_to <= on):
        raise DutyOver("该岗位在 {on} 已不在任或尚未开始。", on=on)
    duty.valid_to = on
    duty.save(update_fields=["valid_to"])
    AbsenceCover.objects.filter(duty=duty, valid_to__gt=on, valid_from__lt=on).update(valid_to=on)
    evidence.record(
        DutyEnded(subject=duty_subject(duty.uuid), place=duty.place_id, valid_to=on), by=by, at=at
    )


def cover_absence(
    duty_id: int,
    stand_in: int,
    *,
    valid_from: date,
    valid_to: date,
    reason: str,
    by: Actor,
    at: datetime,
) -> int:
    """Another person wears the duty's hat from `valid_from` until the day before `valid_to`.

    Invalid, DutyOver, AlreadyCovered, AdministratorsMustDiffer.
    """
    if valid_to <= valid_from or not reason.strip():
        raise Invalid(problems=[Problem("valid_to", "请填写代理起止日期和事由。")])
    with transaction.atomic():
        duty = _coverable(duty_id, valid_from, valid_to)
        root = _locked_root(stand_in)
        _check_stand_in(duty, root)
        held = rules.clashing_role(duty.role, roles_held(root.pk, valid_from, valid_to))
        if held:
            _record_refusal(root, duty.role, held, by=by, at=at)
        else:
            cover = AbsenceCover.objects.create(
                uuid=new_uuid(at),
                duty=duty,
                stand_in_id=stand_in,
                valid_from=valid_from,
                valid_to=valid_to,
                reason=reason.strip(),
            )
            event = AbsenceCovered(
                subject=duty_subject(duty.uuid),
                place=duty.place_id,
                stand_in=str(root.uuid),
                valid_from=valid_from,
                valid_to=valid_to,
            )
            evidence.record(event, by=by, at=at)
    if held:
        raise AdministratorsMustDiffer(held=queries.role_title(held), basis=SEPARATION)
    return cover.pk


@transaction.atomic
def end_cover(cover_id: int, *, on: date, by: Actor, at: datetime) -> None:
    """The holder is back: `on` is the first day the stand-in no longer wears the hat."""
    cover = (
        AbsenceCover.objects.select_for_update(of=("self",))
        .select_related("duty")
        .filter(pk=cover_id)
        .first()
    )
    if cover is None:
        raise NotFound
    if on >= cover.valid_to:
        raise DutyOver("代理已经结束。")
    cover.valid_to = max(on, cover.valid_from)
    cover.save(update_fields=["valid_to"])
    evidence.record(
        CoverEnded(
            subject=duty_subject(cover.duty.uuid),
            place=cover.duty.place_id,
            valid_to=cover.valid_to,
        ),
        by=by,
        at=at,
    )


def roles_held(root: int, begin: date, end: date | None) -> set[str]:
    """Roles this party (or an alias) wears on any of those days, standing in included."""
    mine = queries.same_party(root)
    days = overlapping(begin, end)
    own = set(Duty.objects.filter(days, party__in=mine).values_list("role", flat=True))
    covering = AbsenceCover.objects.filter(days, stand_in__in=mine)
    return own | set(covering.values_list("duty__role", flat=True))


def overlapping(begin: date, end: date | None) -> Q:
    """Rows that share a day with `[begin, end)`; an empty period shares none."""
    later = Q(valid_to__isnull=True) | (Q(valid_to__gt=begin) & Q(valid_to__gt=F("valid_from")))
    return later if end is None else later & Q(valid_from__lt=end)


def _check_duty(
    role: str,
    place: int | None,
    department: int | None,
    valid_from: date,
    valid_to: date | None,
) -> None:
    problems = []
    if role not in queries.roles():
        problems.append(Problem("role", "没有这个岗位：{role}。", (("role", role),)))
    if valid_to is not None and valid_to <= valid_from:
        problems.append(Problem("valid_to", "结束日期须晚于开始日期。"))
    if department is not None:
        kinds = Party.objects.filter(pk=department).values_list("kind", flat=True)
        if list(kinds) != [PartyKind.ORGANISATION]:
            problems.append(Problem("department", "部门须是已登记的机构。"))
    if problems:
        raise Invalid(problems=problems)
    if place is not None:
        places.place(place, on=valid_from)


def _locked_root(party_id: int) -> Party:
    """Two duties given to one party at once are decided one after the other."""
    party = Party.objects.filter(pk=party_id).first()
    if party is None:
        raise NotFound
    return Party.objects.select_for_update().get(pk=party.alias_of_id or party.pk)


def _give(
    party: int,
    role: str,
    place: int | None,
    department: int | None,
    days: tuple[date, date | None],
    at: datetime,
) -> Duty:
    same = Duty.objects.filter(party=party, role=role, place=place, department=department)
    if same.filter(overlapping(*days)).exists():
        raise DutyAlreadyHeld
    return Duty.objects.create(
        uuid=new_uuid(at),
        party_id=party,
        role=role,
        place_id=place,
        department_id=department,
        valid_from=days[0],
        valid_to=days[1],
    )


def _coverable(duty_id: int, begin: date, end: date) -> Duty:
    duty = Duty.objects.select_for_update().filter(pk=duty_id).first()
    if duty is None:
        raise NotFound
    if begin < duty.valid_from or (duty.valid_to is not None and end > duty.valid_to):
        raise DutyOver
    if AbsenceCover.objects.filter(overlapping(begin, end), duty=duty).exists():
        raise AlreadyCovered
    return duty


def _check_stand_in(duty: Duty, root: Party) -> None:
    holder = duty.party.alias_of_id or duty.party_id
    if root.pk == holder:
        raise Invalid(problems=[Problem("stand_in", "不能由本人代理本人。")])
    if root.kind != PartyKind.PERSON:
        raise Invalid(problems=[Problem("stand_in", "代理人须是自然人。")])


def _record_refusal(party: Party, role: str, held: str, *, by: Actor, at: datetime) -> None:
    evidence.record(
        DutyRefused(subject=party_subject(party.uuid), role=role, held=held), by=by, at=at
    )
