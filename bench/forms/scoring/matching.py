"""How well fields were matched: recall at ground truth, MRR, next year's version, traps called same."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .truth import Key, Row, Truth

KEEP = 10  # candidates a field, for every method
Candidates = dict[
    Key, list[tuple[Key, float, str]]
]  # source → (target, score, relation), best first
Method = Callable[[str, str], Candidates]


@dataclass(frozen=True)
class Scores:
    recall: float
    mrr: float
    found: int
    wanted: int
    versions: float
    traps_same: int
    others_same: int
    dropped_same: int


def token_sort(a: str, b: str) -> float:
    from rapidfuzz.fuzz import token_sort_ratio

    return token_sort_ratio(a, b) / 100


def bigrams(text: str) -> set[str]:
    return {text[n : n + 2] for n in range(len(text) - 1)} or {text}


def jaccard(a: str, b: str) -> float:
    x, y = bigrams(a), bigrams(b)
    return len(x & y) / len(x | y)


def key(form_year: str, row: Row) -> Key:
    return form_year, row["sheet"], row["cell"]


def baseline(truth: Truth, alike: Callable[[str, str], float], words: str) -> Method:
    """Every field of A against every field of B by one column of the truth alone."""

    def candidates(a: str, b: str) -> Candidates:
        return {
            key(a, x): sorted(
                ((key(b, y), alike(x[words], y[words]), "") for y in truth.of[b]),
                key=lambda c: (-c[1], c[0]),
            )[:KEEP]
            for x in truth.of[a]
        }

    return candidates


def answers(truth: Truth, said: dict[str, Any]) -> Method:
    """A matcher's own rows, tied to the truth by their cells."""

    def candidates(a: str, b: str) -> Candidates:
        found: Candidates = defaultdict(list)
        for row in said.get(f"{a}|{b}") or []:
            source = truth.find(a, row["source"])
            if source is None:
                continue
            for one in row.get("candidates") or []:
                target = truth.find(b, one["target"])
                if target:
                    found[source].append(
                        (target, float(one["score"]), str(one.get("relation") or ""))
                    )
        return {s: sorted(c, key=lambda x: -x[1])[:KEEP] for s, c in found.items()}

    return candidates


def score(truth: Truth, method: Method) -> tuple[Scores, list[str]]:
    same: dict[tuple[str, str], set[tuple[Key, Key]]] = defaultdict(set)
    labelled: dict[tuple[Key, Key], Row] = {}
    for row in truth.pairs:
        a, b = f"{row['form_a']}-2025", f"{row['form_b']}-2025"
        pair = ((a, row["sheet_a"], row["cell_a"]), (b, row["sheet_b"], row["cell_b"]))
        labelled[pair] = row
        if row["relation"] == "same":
            same[a, b].add(pair)
    found = wanted = 0
    ranks: list[float] = []
    tally: Counter[str] = Counter()
    missed: list[str] = []
    for a, b in truth.form_pairs():
        said, true = method(a, b), same[a, b]
        every = sorted(
            ((s, t, p) for s, c in said.items() for t, p, _ in c), key=lambda x: (-x[2], x[:2])
        )
        found += sum((s, t) in true for s, t, _ in every[: len(true)])
        wanted += len(true)
        ranks += list(_ranks(said, true))
        for s, t in _called_same(said, true):
            trap = (s, t) in labelled and labelled[s, t]["trap"] == "yes"
            tally["trap" if trap else "other"] += 1
            missed.append(
                f"{'trap ' if trap else ''}called same: {_name(truth, s)} – {_name(truth, t)}"
            )
        for s, t in sorted(true):
            if not said.get(s) or said[s][0][0] != t:
                first = _name(truth, said[s][0][0]) if said.get(s) else "nothing"
                missed.append(
                    f"first is not right: {_name(truth, s)} – {_name(truth, t)}, said {first}"
                )
    versions, dropped, lost = _versions(truth, method)
    return Scores(
        found / wanted, sum(ranks) / len(ranks), found, wanted, versions,
        tally["trap"], tally["other"], dropped,
    ), missed + lost  # fmt: skip


def _called_same(said: Candidates, true: set[tuple[Key, Key]]) -> Iterator[tuple[Key, Key]]:
    for source, candidates in said.items():
        for target, _, relation in candidates:
            if relation == "same" and (source, target) not in true:
                yield source, target


def _ranks(said: Candidates, true: set[tuple[Key, Key]]) -> Iterator[float]:
    """1 / rank of the first right candidate, of each field of A that has one in B."""
    for source in {s for s, _ in true}:
        places = [n for n, (t, _, _) in enumerate(said.get(source, []), 1) if (source, t) in true]
        yield 1 / places[0] if places else 0.0


def _versions(truth: Truth, method: Method) -> tuple[float, int, list[str]]:
    """Share of last year's fields whose first candidate is next year's; dropped ones called same."""
    right = total = dropped = 0
    missed = []
    held = {(a, b): method(a, b) for a, b in truth.version_pairs()}
    for row in truth.versions:
        if row["change"] in ("new", "split"):
            continue
        a, b = f"{row['form']}-2024", f"{row['form']}-2025"
        said = held[a, b].get((a, row["sheet_2024"], row["cell_2024"]), [])
        if row["change"] == "dropped":
            dropped += any(relation == "same" for _, _, relation in said)
            continue
        total += 1
        good = bool(said) and said[0][0] == (b, row["sheet_2025"], row["cell_2025"])
        right += good
        if not good:
            first = _name(truth, said[0][0]) if said else "nothing"
            missed.append(f"version: {a} {row['label_2024']} → {row['label_2025']}, said {first}")
    return right / total, dropped, missed


def _name(truth: Truth, at: Key) -> str:
    return f"{at[0]} {at[2]} {truth.row(at)['label']}"


def report(truth: Truth, said: dict[str, dict[str, Any]], verbose: bool) -> Iterator[str]:
    methods = {name: answers(truth, one) for name, one in said.items()}
    for words, where in (("printed", "as printed"), ("label", "hand labels")):
        methods[f"RapidFuzz token_sort, {where}"] = baseline(truth, token_sort, words)
        methods[f"Jaccard of bigrams, {where}"] = baseline(truth, jaccard, words)
    traps = sum(r["trap"] == "yes" for r in truth.pairs)
    yield f"matching, {truth.half} half, {len(truth.form_pairs())} pairs of forms, {traps} traps"
    yield f"  {'':34}Recall@GT    MRR  next year  traps called same  others called same  dropped called same"
    for name, method in methods.items():
        s, missed = score(truth, method)
        own = name in said
        calls = (s.traps_same, s.others_same, s.dropped_same) if own else ("–", "–", "–")
        yield (
            f"  {name:34}{s.recall:9.3f}  {s.mrr:.3f}  {s.versions:9.3f}  {calls[0]:>17}  {calls[1]:>18}"
            f"  {calls[2]:>19}"
        )
        if own and verbose:
            yield from (f"    {line}" for line in missed)
