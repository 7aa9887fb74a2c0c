"""How elements are looked for, the same on every page that leads to them.

A title tells the way to the question (`六、基础建设 · 户籍人口 · 公里数`): its last part is the name.
"""

from collections.abc import Iterable

from lingnan.kernel.observations.terms import ElementInfo

from .index import Index, Listed

BETWEEN = " · "


def own_title(title: str) -> str:
    return title.rpartition(BETWEEN)[2]


def around(owner: str, title: str) -> list[str]:
    """Whose it is and what the name stands under."""
    return [part for part in (owner, *title.split(BETWEEN)[:-1]) if part]


def element_words(elements: Iterable[ElementInfo]) -> Index[tuple[str, str]]:
    """By (code, label); what is said in fewer words comes first, by the name before the way to it."""
    held = sorted(elements, key=lambda one: (min(map(len, one.titles.values()), default=0), one.id))
    return Index.of(
        Listed(
            (one.code, one.label),
            [*map(own_title, one.titles.values()), *one.titles.values()],
            one.code,
        )
        for one in held
    )
