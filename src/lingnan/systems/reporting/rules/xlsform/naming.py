"""Names that XML, XPath and every ODK client accept, the same on every day for the same code."""

import re

_LEGAL = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
# Nodes that every instance has already.
_TAKEN = {"meta", "instanceid", "instancename", "start", "end", "data"}
LONGEST = 48


class Names:
    """Hands out names; two are never equal, not even in another case."""

    def __init__(self) -> None:
        self.taken = set(_TAKEN)

    def take(self, said: str, prefix: str) -> str:
        base = said if _LEGAL.match(said) else f"{prefix}{slug(said)}".rstrip("_")
        name, number = base, 2
        while name.casefold() in self.taken:
            name, number = f"{base}_{number}", number + 1
        self.taken.add(name.casefold())
        return name


def slug(said: str) -> str:
    """`其中：五保户` → `qizhong_wubaohu`; `4.1` → `4_1`."""
    from pypinyin import lazy_pinyin  # a dictionary that takes a third of a second to load

    spelled = "".join(lazy_pinyin(said, errors=lambda other: f"_{other}_"))
    return re.sub(r"[^a-z0-9]+", "_", spelled.lower()).strip("_")[:LONGEST].strip("_") or "x"
