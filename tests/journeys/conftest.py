"""The small county of reporting's own tests, its officials, and a reader of pages."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from lingnan.systems.reporting.tests.conftest import (  # noqa: F401 - fixtures
    county,
    official,
    program,
)
from tests.journeys.browser import chromium, server, sessions, site, window  # noqa: F401 - fixtures
from tests.journeys.pages import Visitor


@pytest.fixture
def visit(official):  # noqa: F811
    """Signed in: `visit("village_clerk", "440112001202")`; each time the same person."""
    known: dict[tuple[str, str], Visitor] = {}

    def sign_in(role: str, code: str) -> Visitor:
        if (role, code) not in known:
            client = Client()
            client.force_login(get_user_model()._default_manager.get(pk=official(role, code)))
            known[role, code] = Visitor(client)
        return known[role, code]

    return sign_in
