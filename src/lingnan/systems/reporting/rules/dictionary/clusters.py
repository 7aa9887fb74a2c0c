"""Fields that ask one fact, by complete link: a chain of likenesses joins nothing that a pair parts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ...terms.dictionary import Node

Pair = tuple[int, int]


def clusters(
    nodes: Sequence[Node], same: Mapping[Pair, float], apart: Iterable[Pair] = ()
) -> list[list[int]]:
    """Groups of node ids that span two elements or more, largest first.

    `same`: pairs the matcher holds for one fact, with scores; `apart`: pairs a person parted. Nodes of
    one element are one already and stand together; a form asks a fact once, unless a person joined it.
    """
    known = {node.id: node for node in nodes}
    blocks = _Blocks(nodes, _parted(known, apart))
    links = _links(known, same)
    for pair in links:
        blocks.link(pair)
    for one, other in sorted(links, key=lambda pair: (-links[pair], pair)):
        blocks.join(one, other)
    found = [ids for ids in blocks.groups() if len({known[i].element for i in ids}) > 1]
    return sorted(found, key=lambda ids: (-len(ids), ids))


def _links(known: Mapping[int, Node], same: Mapping[Pair, float]) -> dict[Pair, float]:
    """Between elements, the best score of their fields: elements are what is joined."""
    best: dict[Pair, float] = {}
    for (one, other), score in same.items():
        a, b = known.get(one), known.get(other)
        if a and b and a.element != b.element and a.kind == b.kind:
            pair = (min(a.element, b.element), max(a.element, b.element))
            best[pair] = max(best.get(pair, 0.0), score)
    return best


def _parted(known: Mapping[int, Node], apart: Iterable[Pair]) -> set[Pair]:
    return {
        (min(known[a].element, known[b].element), max(known[a].element, known[b].element))
        for a, b in apart
        if a in known and b in known
    }


class _Blocks:
    """Groups of elements with the number of links between any two; a merge adds its rows."""

    def __init__(self, nodes: Sequence[Node], parted: set[Pair]) -> None:
        self.fields: dict[int, list[int]] = defaultdict(list)
        self.forms: dict[int, set[int]] = defaultdict(set)
        self.parted = parted
        for node in nodes:
            self.fields[node.element].append(node.id)
            self.forms[node.element].add(node.form)
        self.size = dict.fromkeys(self.fields, 1)
        self.root = {element: element for element in self.fields}
        self.links: dict[int, Counter[int]] = defaultdict(Counter)

    def link(self, pair: Pair) -> None:
        if pair not in self.parted:
            one, other = pair
            self.links[one][other] += 1
            self.links[other][one] += 1

    def join(self, one: int, other: int) -> None:
        """When every element of one is linked with every element of the other."""
        a, b = self._find(one), self._find(other)
        if a == b or self.links[a][b] < self.size[a] * self.size[b]:
            return
        if self.forms[a] & self.forms[b]:
            return
        if len(self.links[a]) < len(self.links[b]):
            a, b = b, a
        self._merge(a, b)

    def groups(self) -> list[list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for element, ids in self.fields.items():
            found[self._find(element)] += ids
        return [sorted(ids) for ids in found.values()]

    def _find(self, element: int) -> int:
        while self.root[element] != element:
            self.root[element] = self.root[self.root[element]]
            element = self.root[element]
        return element

    def _merge(self, kept: int, gone: int) -> None:
        self.root[gone] = kept
        self.size[kept] += self.size[gone]
        self.forms[kept] |= self.forms[gone]
        for third, count in self.links.pop(gone).items():
            self.links[third].pop(gone, None)
            if third != kept:
                self.links[kept][third] += count
                self.links[third][kept] += count
