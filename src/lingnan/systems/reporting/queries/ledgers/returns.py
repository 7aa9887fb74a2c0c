"""What came back from above: the village's queue, and what the department hears of its data."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import NotFound
from lingnan.base.ids import parse_uuid

from ...content import ledgers
from ...models import ReturnBatch, ReturnRow
from ...terms.ledgers import Proposed, Reply, ReturnedRow, ReturnInfo
from ...terms.masking import Personal
from ..gate import need
from ..masking import is_its_own
from .veiling import KEEP, personal_of, sensitive_of
from .veiling import hidden as veil

SEE_SENT = "reporting.send_back"


def returned_rows(
    *,
    to: Actor,
    on: date,
    place: int | None = None,
    kind: str = "",
    reply: str = Reply.WAITING,
    after: int = 0,
    limit: int = 50,
) -> list[ReturnedRow]:
    """Rows for places within reach, oldest first; of one place or ledger when it is named."""
    need(to, "reporting.read", [place] if place else (), on=on)
    from lingnan.kernel.observations.queries.visible import within

    reach = to.ranges_on(on)
    if not reach:
        return []
    rows = ReturnRow.objects.filter(within(reach), reply=reply, id__gt=after)
    if place is not None:
        rows = rows.filter(place=place)
    if kind:
        rows = rows.filter(batch__kind=kind)
    return _told(rows.select_related("batch").order_by("id")[:limit], to, on)


def _told(rows: Iterable[ReturnRow], to: Actor, on: date) -> list[ReturnedRow]:
    return [_row(row, to, on) for row in rows]


def _row(row: ReturnRow, to: Actor, on: date) -> ReturnedRow:
    kind = ledgers().get(row.batch.kind)
    hidden: set[str] = set()
    if kind is not None and "personal" not in to.labels:
        hidden = {key for key, one in kind.attributes.items() if one.personal}
    veils: dict[str, Personal] = {}
    secret: frozenset[str] = frozenset()
    if kind is not None and not is_its_own(to, row.place or 0, KEEP):
        veils, secret = personal_of(kind.code, on), sensitive_of(kind.code)
    given = veil(row.given, veils, secret)
    name = given.get(kind.name, "") if kind else given.get("title", "")
    return ReturnedRow(
        id=row.pk,
        batch=str(row.batch.uuid),
        source=f"return:{row.batch.code}",
        title=row.batch.title,
        row=row.row,
        kind=row.batch.kind,
        day=row.batch.day,
        proposed=Proposed(row.proposed),
        reply=Reply(row.reply),
        place=row.place,
        entry=str(row.entry or ""),
        name="***" if kind and kind.name in hidden else name,
        masked=row.masked,
        changes={
            key: ("***", "***") if key in hidden else _pair(key, pair, veils, secret)
            for key, pair in row.changes.items()
        },
        doubt=row.doubt,
        reason=row.reason,
        sent_at=row.batch.sent_at,
        days=(on - legal_day(row.batch.sent_at)).days,
    )


def _pair(
    key: str, pair: Sequence[str], veils: Mapping[str, Personal], secret: frozenset[str]
) -> tuple[str, str]:
    old, new = (veil({key: text}, veils, secret)[key] for text in pair)
    return old, new


def returns(*, to: Actor, on: date) -> list[ReturnInfo]:
    """Sent by this party; all for the bureau."""
    need(to, SEE_SENT, on=on)
    rows = ReturnBatch.objects.order_by("-pk")
    if not to.may("reporting.administer"):
        rows = rows.filter(sent_by=to.party)
    found = list(rows[:200])
    counts = _counts([one.pk for one in found])
    return [return_info(one, counts.get(one.pk, {})) for one in found]


def returned(uuid: str, *, to: Actor, on: date) -> tuple[ReturnInfo, list[ReturnedRow]]:
    """One batch and its rows that were refused, are doubtful or wait."""
    need(to, SEE_SENT, on=on)
    row = ReturnBatch.objects.filter(uuid=parse_uuid(uuid)).first()
    if row is None or not (to.may("reporting.administer") or row.sent_by == to.party):
        raise NotFound
    info = return_info(row, _counts([row.pk]).get(row.pk, {}))
    open_rows = row.items.exclude(reply__in=[Reply.SAME, Reply.ACCEPTED]).select_related("batch")
    return info, _told(open_rows.order_by("row")[:500], to, on)


def _counts(ids: list[int]) -> dict[int, dict[str, int]]:
    found: dict[int, Counter[str]] = {}
    for pk, reply, proposed in ReturnRow.objects.filter(batch__in=ids).values_list(
        "batch", "reply", "proposed"
    ):
        name = "doubt" if proposed == Proposed.DOUBT and reply == Reply.WAITING else reply
        found.setdefault(pk, Counter())[name] += 1
    return {pk: dict(counter) for pk, counter in found.items()}


def return_info(row: ReturnBatch, counts: dict[str, int], *, repeated: bool = False) -> ReturnInfo:
    return ReturnInfo(
        uuid=str(row.uuid),
        code=row.code,
        title=row.title,
        kind=row.kind,
        day=row.day,
        rows=row.rows,
        counts={**counts, "faults": len(row.faults)},
        sent_at=row.sent_at,
        repeated=repeated,
    )


def faults_of(uuid: str, *, to: Actor, on: date) -> list[tuple[str, str]]:
    """Cell and words of the rows that went back to the sender."""
    returned(uuid, to=to, on=on)
    row = ReturnBatch.objects.get(uuid=parse_uuid(uuid))
    return [(cell, words) for cell, words in row.faults]
