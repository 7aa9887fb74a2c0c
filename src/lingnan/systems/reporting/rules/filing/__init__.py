"""Decisions about answers: what was typed, what it means, what may follow from what."""

from .answers import (
    NUMERIC,
    VALUELESS,
    below_zero,
    day_of,
    problem_of,
    problems_of,
    retyped,
    same_answer,
    shown,
    stored,
    typed,
)
from .deriving import is_rate, worth
from .elements import ESTIMATE, LEDGER, code_apart, definition_of, element_code, is_kept, source_of
from .figures import Figure, cell_of, footnotes, guessed_rows, kept_back
from .merging import differing, merged
from .profiles import (
    AnswerTexts,
    Seen,
    answers_of,
    answers_to_json,
    asked_of,
    draft_of,
    profile_of,
    ref_of,
)
from .rounding import rounding_notes

__all__ = [
    "AnswerTexts",
    "ESTIMATE",
    "LEDGER",
    "Figure",
    "NUMERIC",
    "VALUELESS",
    "Seen",
    "kept_back",
    "merged",
    "answers_of",
    "answers_to_json",
    "asked_of",
    "below_zero",
    "cell_of",
    "code_apart",
    "day_of",
    "definition_of",
    "differing",
    "draft_of",
    "element_code",
    "footnotes",
    "guessed_rows",
    "is_kept",
    "is_rate",
    "problem_of",
    "problems_of",
    "profile_of",
    "ref_of",
    "retyped",
    "rounding_notes",
    "same_answer",
    "shown",
    "source_of",
    "stored",
    "typed",
    "worth",
]
