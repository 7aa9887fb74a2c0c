"""One warm process and one finished story for the whole session; a copy of it for each test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .stores import Store, Zygote, new_store


@pytest.fixture(scope="session")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    found = Zygote(tmp_path_factory.mktemp("zygote"))
    yield found
    found.close()


@pytest.fixture(scope="session")
def world(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Places, offices, forms, an open round; nothing reported yet but households submitted."""
    store = new_store(tmp_path_factory.mktemp("world"))
    zygote.run(store, "world:build")
    yield store
    store.drop()


@pytest.fixture(scope="session")
def told(zygote: Zygote, world: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The whole story: imported, approved, sealed, compacted, corrected, disputed, produced."""
    store = world.clone(tmp_path_factory.mktemp("told"))
    zygote.run(store, "world:tell")
    yield store
    store.drop()


@pytest.fixture(scope="session")
def half_told(
    zygote: Zygote, world: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """Something to be numbered, sealed, merged, approved and produced."""
    store = world.clone(tmp_path_factory.mktemp("half"))
    zygote.run(store, "world:tell_half")
    yield store
    store.drop()


@pytest.fixture
def file_database(tmp_path: Path) -> Iterator[Callable[[Store], Store]]:
    """A copy of a store for this test alone, dropped afterwards."""
    made: list[Store] = []

    def copy(store: Store) -> Store:
        made.append(store.clone(tmp_path / f"store{len(made)}"))
        return made[-1]

    yield copy
    for store in made:
        store.drop()


@pytest.fixture
def empty_store(tmp_path: Path) -> Iterator[Store]:
    store = new_store(tmp_path / "world")
    yield store
    store.drop()
