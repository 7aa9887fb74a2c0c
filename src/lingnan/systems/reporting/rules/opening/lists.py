"""Drop-down lists of input rules: written out, or the cells of a range of this or another sheet."""

from collections.abc import Mapping

from ..grid import Span
from .limits import span_of

_MAX_CHOICES = 200
_MAX_LISTS = 300


class Lists:
    """Of one sheet: ranges with the words they offer."""

    def __init__(
        self,
        texts: Mapping[str, Mapping[tuple[int, int], str]],
        names: Mapping[str, str],
        sheet: str,
    ) -> None:
        self._texts, self._names, self._sheet = texts, names, sheet

    def of(self, lists: list[tuple[str, str]]) -> list[tuple[Span, tuple[str, ...]]]:
        found = []
        for where, formula in lists[:_MAX_LISTS]:
            words = self._words(formula.strip())
            spans = [span_of(ref) for ref in where.split()[:_MAX_CHOICES]] if words else []
            found += [(span, words) for span in spans if span]
        return found

    def _words(self, formula: str) -> tuple[str, ...]:
        if formula.startswith('"'):
            words = formula.strip('"').replace("，", ",").split(",")
            return tuple(w.strip() for w in words if w.strip())[:_MAX_CHOICES]
        formula = self._names.get(formula, formula).lstrip("=")
        span = span_of(formula)
        if span is None or span.width * span.height > _MAX_CHOICES:
            return ()
        sheet = formula.rpartition("!")[0].strip("'") or self._sheet
        texts = self._texts.get(sheet, {})
        cells = [
            texts.get((row, col), "")
            for row in range(span.top, span.bottom + 1)
            for col in range(span.left, span.right + 1)
        ]
        return tuple(text.strip() for text in cells if text.strip())
