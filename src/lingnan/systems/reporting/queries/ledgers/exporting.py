"""A ledger as a table: by right, numbers masked."""

from collections.abc import Iterator, Sequence
from datetime import date

from lingnan.base.actors import Actor
from lingnan.base.words import say
from lingnan.kernel.places import queries as places

from ...content import ledgers
from ...terms.ledgers import EntryOf, LedgerKind
from .entries import ledger_of, name_of


def heads_of(kind: LedgerKind) -> list[str]:
    return ["村代码", "村", "对象", *(one.title for one in kind.attributes.values()), "自"]


def export_rows(
    kind: str, place: int, day: date, *, to: Actor, on: date
) -> Iterator[Sequence[str]]:
    """The head and a row an entry; options in words; links by number."""
    told = ledgers()[kind]
    found = ledger_of(kind, place, day, to=to, on=on)
    infos = {one.id: one for one in places.infos(sorted({e.place for e in found}), on=day)}
    linked = _linked(told, place, day, to, on)
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


def _linked(kind: LedgerKind, place: int, day: date, to: Actor, on: date) -> dict[str, str]:
    targets = {one.link for one in kind.attributes.values() if one.link}
    return {
        e.uuid: e.data.get("number") or name_of(e)
        for target in sorted(targets)
        for e in ledger_of(target, place, day, to=to, on=on)
    }


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
