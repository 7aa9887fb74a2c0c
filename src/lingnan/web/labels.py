"""Secrecy labels in words."""

from django.utils.translation import gettext_lazy

LABELS = {
    "public": gettext_lazy("公开"),
    "internal": gettext_lazy("内部"),
    "personal": gettext_lazy("个人信息"),
    "secret": gettext_lazy("涉密"),
}


def label_said(label: str) -> str:
    """One that is not known as it is."""
    return str(LABELS.get(label, label))
