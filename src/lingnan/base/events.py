"""Something that happened. Written by `kernel.evidence`, heard through `site.wiring`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

KIND = re.compile(r"^[a-z]+\.[a-z][a-z0-9_]*$")
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

_kinds: dict[str, type["Event"]] = {}


@dataclass(frozen=True, kw_only=True)
class Event:
    """Subclass it in a `terms.py` with `kind = "system.noun_past"`.

    Fields are facts: no names, no identity numbers. `subject` is `noun.kind:uuid`; `place` the
    id of the place whose gate guards the event; `label` its secrecy.
    `upcasters[n]` turns the facts of version n into version n + 1. `tells_state`: the event also
    keeps a digest of what its subject became (evidence adds the fact `states`).
    """

    kind: ClassVar[str] = ""
    version: ClassVar[int] = 1
    upcasters: ClassVar[Mapping[int, Upcaster]] = {}
    tells_state: ClassVar[bool] = False

    subject: str
    place: int | None = None
    label: str = "internal"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.kind:
            return
        if not KIND.match(cls.kind):
            raise ValueError(f"{cls.__name__}.kind must look like system.noun_past")
        known = _kinds.setdefault(cls.kind, cls)
        if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise ValueError(f"two events are called {cls.kind}")
        _kinds[cls.kind] = cls

    def facts(self) -> dict[str, Any]:
        """What is hashed: every field but the envelope (subject, place, label)."""
        return {
            f.name: getattr(self, f.name)
            for f in fields(self)
            if f.name not in {"subject", "place", "label"}
        }

    @classmethod
    def read(
        cls, facts: Mapping[str, Any], *, version: int, subject: str, place: int | None, label: str
    ) -> Self:
        """The event again, from stored facts of any earlier version."""
        body = {name: fact for name, fact in facts.items() if name != "states"}
        for number in range(version, cls.version):
            body = cls.upcasters[number](body)
        return cls(subject=subject, place=place, label=label, **body)


def event_type(kind: str) -> type[Event] | None:
    return _kinds.get(kind)


def event_types() -> dict[str, type[Event]]:
    """Every kind declared so far; documentation and wiring are checked against it."""
    return dict(_kinds)
