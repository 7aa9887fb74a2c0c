"""A ledger as a table: by right, numbers masked always, names unless in full."""

from collections.abc import Iterator, Sequence
from datetime import date

from lingnan.base.actors import Actor
from lingnan.base.words import say
from lingnan.kernel.places import queries as places

from ...content import ledgers
from ...terms.ledgers import EntryOf, LedgerKind
from ...terms.masking import Seen
from .entries import ledger_of, name_of
from .veiling import veiled_for_all


def heads_of(kind: LedgerKind) -> list[str]:
    return ["村代码", "村", "对象", *(one.title for one in kind.attributes.values()), "自"]


def export_rows(
    kind: str, place: int, day: date, *, to: Actor, on: date, in_full: Seen | None = None
) -> Iterator[Sequence[str]]:
    """The head and a row an entry; options in words; links by number. Persons masked, for who keeps
    the ledger too, unless `in_full`, where they are counted."""
    told = ledgers()[kind]
    found = _rows(kind, place, day, to, on, in_full)
    infos = {one.id: one for one in places.infos(sorted({e.place for e in found}), on=day)}
    # Those linked are counted in a table of their own.
    also = None if in_full is None else Seen()
    linked = {
        e.uuid: e.data.get("number") or name_of(e)
        for target in sorted({one.link for one in told.attributes.values() if one.link})
        for e in _rows(target, place, day, to, on, also)
    }
    yield heads_of(told)
    for one in found:
        where = infos.get(one.place)
        yield [
            where.code if where else "",
            where.name if where else "",
            one.uuid,
            *(_cell(told, one, key, linked) for key in told.attributes),
            one.valid_from.isoformat(),
        ]


def _rows(
    kind: str, place: int, day: date, to: Actor, on: date, in_full: Seen | None
) -> list[EntryOf]:
    whole = ledger_of(kind, place, day, to=to, on=on, in_full=in_full or Seen())
    return whole if in_full is not None else veiled_for_all(whole, on=on)


def _cell(kind: LedgerKind, one: EntryOf, key: str, linked: dict[str, str]) -> str:
    attribute = kind.attributes[key]
    if attribute.identifier:
        return one.masked
    text = one.data.get(key, "")
    if attribute.link:
        return linked.get(text, "")
    return say_option(attribute.options.get(text, text))


def say_option(text: str) -> str:
    return say({"zh-hans": text}, "zh-hans") if text else ""
