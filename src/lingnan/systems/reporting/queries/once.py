"""What is alike for the many reports of one act, read when first needed."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from lingnan.base.actors import Range
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import ElementInfo
from lingnan.kernel.places import queries as places

from ..models import Round
from ..terms.filings import FormInfo, ProposalInfo
from .filings import open_rounds
from .forms import form_by_id
from .proposals import accepted_for

T = TypeVar("T")
Rules = Mapping[int, ProposalInfo]


class Once:
    """For one act at one moment: what others change meanwhile is not noticed."""

    def __init__(self) -> None:
        self._held: dict[tuple[Any, ...], Any] = {}

    def of(self, key: tuple[Any, ...], read: Callable[[], T]) -> T:
        if key not in self._held:
            self._held[key] = read()
        found: T = self._held[key]
        return found

    def form(self, form: int) -> FormInfo:
        return self.of(("form", form), lambda: form_by_id(form))

    def elements(self, form: FormInfo) -> Mapping[str, ElementInfo]:
        """What the form asks, by code."""
        codes = {field.element_code for field in form.asked}
        return self.of(("elements", form.id), lambda: observations.element_map(codes))

    def rules(self, form: int) -> Rules:
        """Accepted derivations by field id."""
        return self.of(("rules", form), lambda: accepted_for([form]))

    def expected(self, forms: Collection[int], period: int, on: date) -> frozenset[int]:
        """Those of the forms that some open round asks."""
        key = ("expected", frozenset(forms), period, on)
        return self.of(key, lambda: frozenset(open_rounds(forms, period, on)))

    def is_planned(self, form: int, period: int) -> bool:
        """Whether any round that asks the form has a plan."""

        def read() -> bool:
            return Round.objects.filter(forms=form, period=period, plans__isnull=False).exists()

        return self.of(("planned", form, period), read)

    def reach(self, form: int, period: int, on: date, received: datetime) -> tuple[Range, ...]:
        """Where the form may be filled that day, or might when this was `received`."""

        def read() -> tuple[Range, ...]:
            roots = open_rounds([form], period, on, received=received).get(form, [])
            return tuple(run for root in roots for run in places.ranges(root, on=on, tree="code"))

        return self.of(("reach", form, period, on, received), read)
