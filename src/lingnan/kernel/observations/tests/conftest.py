import shutil

import pytest

from lingnan.kernel.observations.models import segments_folder

from . import province


@pytest.fixture(autouse=True)
def empty_segments():
    """The database forgets after each test; so do the files."""
    yield
    shutil.rmtree(segments_folder(), ignore_errors=True)


@pytest.fixture
def ids(db, tmp_path):
    """Places of the small province, by code."""
    return province.load(tmp_path)
