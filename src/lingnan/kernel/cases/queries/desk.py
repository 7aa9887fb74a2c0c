"""The desk of one actor: what waits for the hat it wears, and what it gave away."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from lingnan.base.actors import Actor
from lingnan.base.clock import LEGAL_ZONE
from lingnan.base.errors import Invalid, NotFound, Problem
from lingnan.base.ids import parse_uuid
from lingnan.kernel.parties import queries as parties

from ..models import Task
from ..terms import RECENT_DAYS, Counts, Stand, State, TaskInfo, View
from .registry import kinds_of

LIMIT = 50


def desk(
    to: Actor,
    on: date,
    view: View = View.WAITING,
    *,
    after: Any = None,
    limit: int = LIMIT,
) -> list[TaskInfo]:
    """By due date, then by effect; what is done the latest first. One query.

    `after`: the `key_of` of the last row seen. Invalid when it is none.
    """
    if not kinds_of(to) or to.duty is None:
        return []
    rows = Task.objects.filter(_kinds(to), _views(to, on)[view])
    if after is not None:
        rows = rows.filter(_after(after, view))
    order = ("-closed_at", "-pk") if view is View.DONE else ("due_on", "-effect", "pk")
    return [task_info(row) for row in rows.order_by(*order)[:limit]]


def counts(to: Actor, on: date) -> Counts:
    """Of every view, in one query; none for a stranger."""
    if not kinds_of(to) or to.duty is None:
        return Counts()
    views = _views(to, on)
    rows = Task.objects.filter(_kinds(to), _near(to), _recent(on) | Q(closed_at=None))
    asked: dict[str, Any] = {view.value: Count("pk", filter=q) for view, q in views.items()}
    found = rows.aggregate(**asked, newest=Max("pk"), moves=Sum("version"))
    newest, moves = found.pop("newest") or 0, found.pop("moves") or 0
    stamp = "-".join(map(str, [to.duty, on, newest, moves, *found.values()]))
    return Counts(**found, stamp=stamp)


def task(uuid: str, *, to: Actor, on: date) -> TaskInfo:
    """NotFound too when it is not for the hat worn, nor for who oversees the place."""
    return task_info(_seen(Task.objects.all(), uuid, to, on))


def own_row(uuid: str, *, to: Actor) -> Task:
    """Locked, for a service that moves it; NotFound unless it is addressed or delegated to it."""
    rows = Task.objects.select_for_update(of=("self",)).select_related("holder")
    found = rows.filter(_kinds(to), _near(to), uuid=parse_uuid(uuid)).first()
    if found is None or to.duty is None:
        raise NotFound
    return found


def key_of(found: TaskInfo, view: View) -> list[Any]:
    """Where a page ends; fit for JSON."""
    if view is View.DONE:
        return [found.closed_at.isoformat() if found.closed_at else "", found.id]
    return [found.due_on.isoformat(), found.effect, found.id]


def gone(row: Task, on: date) -> bool:
    """Whether the duty that holds it is over."""
    holder = row.holder
    return holder is not None and holder.valid_to is not None and holder.valid_to <= on


def stand_of(row: Task) -> Stand:
    return Stand(State(row.state), row.holder_id, row.delegate_id)


def task_info(row: Task) -> TaskInfo:
    return TaskInfo(
        id=row.pk,
        uuid=str(row.uuid),
        key=row.key,
        kind=row.kind,
        role=row.role,
        place=row.place_id,
        department=row.department_id,
        subject=row.subject,
        title=row.title,
        effect=row.effect,
        opened_at=row.opened_at,
        opened_on=row.opened_on,
        due_on=row.due_on,
        basis=row.basis,
        provisional=row.provisional,
        stand=stand_of(row),
        reason=row.reason,
        reminded=row.reminded,
        reminded_at=row.reminded_at,
        closed_at=row.closed_at,
        version=row.version,
    )


def _kinds(to: Actor) -> Q:
    return Q(kind__in=kinds_of(to))


def _addressed(to: Actor) -> Q:
    """To the post worn. A department named in the task must be that of the duty."""
    mine = Q(department=None) | Q(department__in=parties.department_of(to.duty or 0))
    at = {scope.place for scope in to.scopes}
    return Q(role=to.role, place__in=sorted(at)) & mine


def _near(to: Actor) -> Q:
    return _addressed(to) | Q(delegate=to.duty or 0)


def _views(to: Actor, on: date) -> dict[View, Q]:
    """What a peer holds, or a delegate, waits for them and not for me, while they are in office."""
    me, addressed = to.duty or 0, _addressed(to)
    here = (
        Q(state=State.OPEN)
        | Q(state=State.CLAIMED, holder=me)
        | Q(state=State.CLAIMED, holder__valid_to__lte=on)
        | Q(state=State.DELEGATED, delegate__valid_to__lte=on)
    )
    waiting = Q(closed_at=None) & ((addressed & here) | Q(state=State.DELEGATED, delegate=me))
    busy = (Q(state=State.CLAIMED) & ~Q(holder=me) & _in_office("holder", on)) | (
        Q(state=State.DELEGATED) & ~Q(delegate=me) & _in_office("delegate", on)
    )
    return {
        View.WAITING: waiting,
        View.OVERDUE: waiting & Q(due_on__lt=on),
        View.DONE: _near(to) & Q(state=State.DONE) & _recent(on),
        View.DELEGATED: Q(closed_at=None) & addressed & busy,
    }


def _in_office(duty: str, on: date) -> Q:
    return Q(**{f"{duty}__valid_to": None}) | Q(**{f"{duty}__valid_to__gt": on})


def _recent(on: date) -> Q:
    since = on - timedelta(days=RECENT_DAYS)
    return Q(closed_at__gte=datetime(since.year, since.month, since.day, tzinfo=LEGAL_ZONE))


def _seen(rows: QuerySet[Task], uuid: str, to: Actor, on: date) -> Task:
    found = rows.filter(_kinds(to), uuid=parse_uuid(uuid)).first()
    if found is None:
        raise NotFound
    mine = to.duty is not None and rows.filter(_near(to), pk=found.pk).exists()
    if not mine and not to.reaches(found.place_id, on):
        raise NotFound
    return found


def _after(after: Any, view: View) -> Q:
    try:
        if view is View.DONE:
            at, pk = datetime.fromisoformat(after[0]), int(after[1])
            return Q(closed_at__lt=at) | Q(closed_at=at, pk__lt=pk)
        due, effect, pk = date.fromisoformat(after[0]), int(after[1]), int(after[2])
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        problem = Problem("after", "翻页标记无效，请从第一页看起。")
        raise Invalid(problems=[problem]) from None
    same_day = Q(effect__lt=effect) | Q(effect=effect, pk__gt=pk)
    return Q(due_on__gt=due) | (Q(due_on=due) & same_day)
