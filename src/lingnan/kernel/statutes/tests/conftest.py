from datetime import UTC, datetime

import pytest

from lingnan.base.actors import system_actor

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 8, tzinfo=UTC)
BY = system_actor("clerk", "cli")


@pytest.fixture
def library(db):
    """The content that comes with the software."""
    from lingnan.kernel.statutes import services

    return services.load_content(by=BY, at=AT)
