"""Options from what the answer's cell itself offers: a drop-down list, or boxes to tick."""

from ...terms import Option
from ..grid import Grid
from ..labels import split_options, squeeze


def listed(grid: Grid, row: int, col: int) -> tuple[Option, ...]:
    for span, words in grid.choices:
        if span.covers(row, col):
            joined = [split_options(f"1.{word}")[0] for word in words]
            return tuple(
                Option(*_coded(word, number))
                for number, word in enumerate(words, start=1)
                if joined
            )
    return split_options(squeeze(grid.texts.get((row, col), "")))[1]


def _coded(word: str, number: int) -> tuple[str, str]:
    """`1.男` keeps its own code."""
    head, dot, rest = word.replace("．", ".").replace("、", ".").partition(".")
    if dot and head.isdigit() and rest.strip():
        return head, rest.strip()
    return str(number), word
