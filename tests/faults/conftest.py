"""One warm process a worker and one finished story for all of them; a copy of it for each test."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .stores import Store, Zygote, new_store


@pytest.fixture(scope="session")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    found = Zygote(tmp_path_factory.mktemp("zygote"))
    yield found
    found.close()


@contextmanager
def shared(
    name: str, factory: pytest.TempPathFactory, make: Callable[[Path], Store]
) -> Iterator[Store]:
    """Made by the worker that needs it first; dropped by the last that used it."""
    base = factory.getbasetemp()
    base = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    note, lock = base / f"{name}.json", base / f"{name}.lock"
    with _alone(lock):
        kept = json.loads(note.read_text()) if note.exists() else None
        store = Store(Path(kept["data"]), kept["url"]) if kept else make(factory.mktemp(name))
        users = kept["users"] + 1 if kept else 1
        note.write_text(json.dumps(store.told | {"users": users}))
    yield store
    with _alone(lock):
        kept = json.loads(note.read_text())
        note.write_text(json.dumps(kept | {"users": kept["users"] - 1}))
        if kept["users"] == 1:
            note.unlink()
            store.drop()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def world(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Places, offices, forms, an open round; nothing reported yet but households submitted."""

    def make(folder: Path) -> Store:
        store = new_store(folder)
        zygote.run(store, "world:build")
        return store

    with shared("world", tmp_path_factory, make) as store:
        yield store


@pytest.fixture(scope="session")
def told(zygote: Zygote, world: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The whole story: imported, approved, sealed, compacted, corrected, disputed, produced."""
    with shared("told", tmp_path_factory, _after(zygote, world, "world:tell")) as store:
        yield store


@pytest.fixture(scope="session")
def half_told(
    zygote: Zygote, world: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """Something to be numbered, sealed, merged, approved and produced."""
    with shared("half", tmp_path_factory, _after(zygote, world, "world:tell_half")) as store:
        yield store


def _after(zygote: Zygote, world: Store, story: str) -> Callable[[Path], Store]:
    def make(folder: Path) -> Store:
        store = world.clone(folder)
        zygote.run(store, story)
        return store

    return make


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
