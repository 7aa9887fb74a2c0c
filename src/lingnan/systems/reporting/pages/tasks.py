"""Tasks of reporting on the desk: what they are called and where the work is done."""

from django.urls import reverse

from lingnan.base.ids import parse_subject
from lingnan.kernel.cases.terms import Kind, TaskInfo

from ..terms.tasks import AMEND, FILL, REVIEW


def _round(task: TaskInfo) -> str:
    """To one's own place in the round."""
    return reverse("reporting:round", args=[parse_subject(task.subject)[2]])


def _filing(task: TaskInfo) -> str:
    return reverse("reporting:filing", args=[parse_subject(task.subject)[2]])


def _queue(task: TaskInfo) -> str:
    return reverse("reporting:review")


KINDS = (
    Kind(
        FILL,
        {"zh-hans": "填报", "zh-hant": "填報", "en": "Fill in", "pt": "Preencher"},
        "reporting.fill",
        _round,
    ),
    Kind(
        AMEND,
        {"zh-hans": "改正重报", "zh-hant": "改正重報", "en": "Put right", "pt": "Corrigir"},
        "reporting.fill",
        _filing,
    ),
    Kind(
        REVIEW,
        {"zh-hans": "审核", "zh-hant": "審核", "en": "Review", "pt": "Rever"},
        "reporting.approve",
        _queue,
    ),
)
