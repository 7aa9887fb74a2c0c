"""What is wrong with a number, gathered; and its normal form."""

import unicodedata
from datetime import date
from typing import Any

from lingnan.base.errors import Problem

from ..terms import Checked, Scheme

WHERE = "value"


class Faults:
    def __init__(self) -> None:
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []

    def deny(self, tell: str, **params: Any) -> None:
        self.errors.append(Problem(WHERE, tell, tuple(params.items())))

    def warn(self, tell: str, **params: Any) -> None:
        self.warnings.append(Problem(WHERE, tell, tuple(params.items())))

    def result(
        self,
        scheme: Scheme,
        value: str,
        error: str = "",
        *,
        birth: date | None = None,
        sex: str = "",
        area: str = "",
    ) -> Checked:
        """With one more error, when there is one that ends the examination."""
        if error:
            self.deny(error)
        return Checked(scheme, value, tuple(self.errors), tuple(self.warnings), birth, sex, area)


def tidy(text: str) -> str:
    """Full-width forms folded, blanks and hyphens dropped, letters upper case."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(ch for ch in folded if not ch.isspace() and ch != "-")
