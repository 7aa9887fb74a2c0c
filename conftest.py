"""Options of the whole suite."""

import os

import pytest
from hypothesis import settings

from lingnan.base.tests.rounds import rounds

# The same examples on every run; `HYPOTHESIS_PROFILE=explore` looks for new ones.
settings.register_profile(
    "repeatable", derandomize=True, database=None, deadline=None, max_examples=rounds(100)
)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

DATABASE = {"db", "transactional_db", "django_db_setup", "file_database"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database", action="store_true", help="run only the tests that touch a database"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--only-database"):
        return
    keep, drop = [], []
    for item in items:
        touches = item.get_closest_marker("django_db") or DATABASE & set(
            getattr(item, "fixturenames", ())
        )
        once = any(item.get_closest_marker(mark) for mark in ("browser", "one_database"))
        (keep if touches and not once else drop).append(item)
    config.hook.pytest_deselected(items=drop)
    items[:] = keep
