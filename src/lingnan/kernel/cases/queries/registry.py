"""The kinds of tasks known to this process: fed once at start-up by `services.register_kinds`."""

from lingnan.base.actors import Actor

from ..terms import Kind

KINDS: dict[str, Kind] = {}


def kinds() -> dict[str, Kind]:
    return dict(sorted(KINDS.items()))


def kind(code: str) -> Kind:
    """ValueError when no system registered it: a fault of the program."""
    found = KINDS.get(code)
    if found is None:
        raise ValueError(f"no system registered tasks of kind {code!r}")
    return found


def kinds_of(to: Actor) -> list[str]:
    """Those the actor may work on."""
    return sorted(code for code, one in KINDS.items() if to.may(one.permission))
