"""Labelled sets cut from one table, as the Valentine benchmark does it: the rows or the columns are
split, names and values are made noisy."""

import random
from collections.abc import Iterator, Mapping, Sequence

from bench.matching.sets import Columns, Labelled, labelled

SHAPES = ("unionable", "view_unionable", "joinable", "semantically_joinable")


def fabricate(
    name: str, table: Columns, shape: str, *, noisy_names: bool, noisy_values: bool, seed: int
) -> Labelled:
    chance = random.Random(f"{name}/{shape}/{noisy_names}/{noisy_values}/{seed}")
    columns = list(table)
    rows = len(table[columns[0]])
    shared, left, right = _columns(columns, shape, chance)
    halves = _rows(rows, shape, chance)
    a = {c: [table[c][n] for n in halves[0]] for c in left}
    b = {c: [table[c][n] for n in halves[1]] for c in right}
    if noisy_values or shape == "semantically_joinable":
        b = {c: noisy(values, chance) for c, values in b.items()}
    called = {c: noisy_name(c, name, chance) if noisy_names else c for c in b}
    if len(set(called.values())) < len(called):
        called = {c: f"{called[c]}{n}" for n, c in enumerate(called)}
    order = list(b)
    chance.shuffle(order)
    noise = ("names " if noisy_names else "") + ("values" if noisy_values else "")
    return labelled(
        f"{name} {shape} {noise}".strip(),
        a,
        {called[c]: b[c] for c in order},
        {(c, called[c]) for c in shared},
        (f"{name}_source", f"{name}_target"),
    )


def _columns(
    columns: list[str], shape: str, chance: random.Random
) -> tuple[list[str], list[str], list[str]]:
    if shape == "unionable":
        return columns, columns, columns
    mixed = columns[:]
    chance.shuffle(mixed)
    count = max(2, len(mixed) // (2 if shape == "view_unionable" else 3))
    shared, rest = mixed[:count], mixed[count:]
    half = len(rest) // 2
    left, right = shared + rest[:half], shared + rest[half:]
    return shared, sorted(left, key=columns.index), right


def _rows(rows: int, shape: str, chance: random.Random) -> tuple[list[int], list[int]]:
    """Joinable tables speak of the same rows, a union of other ones, with some in both."""
    order = list(range(rows))
    chance.shuffle(order)
    half = rows // 2
    if shape in ("joinable", "semantically_joinable"):
        again = order[:half]
        chance.shuffle(again)
        return order[:half], again
    shared = 0 if shape == "view_unionable" else chance.choice((0, half // 2))
    return order[:half], order[half - shared :]


def noisy_name(name: str, table: str, chance: random.Random) -> str:
    """Prefixed, cut short, or without vowels, or several of these."""
    for _ in range(chance.randint(1, 2)):
        way = chance.randrange(4)
        if way == 0:
            name = f"{chance.choice((table, 'tbl', 'col', table[:3]))}_{name}"
        elif way == 1:
            name = "".join(c for n, c in enumerate(name) if n == 0 or c.lower() not in "aeiou")
        elif way == 2:
            name = name[: max(4, round(len(name) * 0.6))]
        else:
            name = name.replace("_", "").lower() if "_" in name else name.upper()
    return name


def noisy(values: Sequence[str], chance: random.Random) -> list[str]:
    """Numbers drift by a few parts in a hundred, texts get a typing mistake."""
    return [_typo(value, chance) if chance.random() < 0.7 else value for value in values]


def _typo(value: str, chance: random.Random) -> str:
    try:
        number = float(value)
    except ValueError:
        if len(value) < 3:
            return value
        at = chance.randrange(1, len(value) - 1)
        return chance.choice(
            (
                value[:at] + value[at + 1 :],
                value[:at] + chance.choice("aeirst") + value[at:],
                value[: at - 1] + value[at] + value[at - 1] + value[at + 1 :],
            )
        )
    moved = number * chance.gauss(1, 0.06)
    return f"{moved:.2f}" if "." in value else str(round(moved))


def fabricated(tables: Mapping[str, Columns], seed: int) -> Iterator[Labelled]:
    """Every table in every shape, with and without noise."""
    for name, table in tables.items():
        for shape in SHAPES:
            for names in (False, True):
                for values in (False, True):
                    if shape in ("joinable", "semantically_joinable") and values:
                        continue
                    yield fabricate(
                        name, table, shape, noisy_names=names, noisy_values=values, seed=seed
                    )
