"""The shape of the source, as rules that fail with a file name."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from lingnan.site.settings.base import KERNEL
from lingnan.site.systems import NAMES

ROOT = Path(__file__).parents[2] / "src" / "lingnan"
CODE = sorted(p for p in ROOT.rglob("*.py") if "migrations" not in p.parts)
PLAIN = [p for p in CODE if "tests" not in p.parts]
NOUNS = [ROOT / "kernel" / name for name in KERNEL]
SYSTEMS = [ROOT / "systems" / name for name in NAMES]
INSIDE = {"__init__", "README", "apps", "terms", "rules", "models", "queries", "services", "jobs"}
INSIDE |= {"cli", "content", "migrations", "tests"}
DOORS = {"system", "api", "pages", "adapters", "templates"}
WRITES = {"save", "create", "bulk_create", "update", "delete", "get_or_create"}
WRITES |= {"update_or_create", "bulk_update"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_file_fits_in_the_head(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = [f.name for f in functions(path) if (f.end_lineno or 0) - f.lineno >= 50]
    assert not long


@pytest.mark.parametrize("noun", NOUNS, ids=name)
def test_a_kernel_noun_has_no_doors_to_the_web(noun: Path) -> None:
    assert {p.stem for p in noun.iterdir() if p.name != "__pycache__"} <= INSIDE
    assert (noun / "README.md").exists()


@pytest.mark.parametrize("system", SYSTEMS, ids=name)
def test_every_system_has_the_same_shape(system: Path) -> None:
    assert {p.stem for p in system.iterdir() if p.name != "__pycache__"} <= INSIDE | DOORS
    assert (system / "README.md").exists()
    assert (system / "system.py").exists()


def test_every_folder_of_a_system_is_listed() -> None:
    folders = {p.name for p in (ROOT / "systems").iterdir() if (p / "apps.py").exists()}
    assert folders == set(NAMES)


def writes_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            target = ast.unparse(node.func.value)
            if node.func.attr in WRITES and (".objects" in target or node.func.attr == "save"):
                yield f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("path", PLAIN, ids=name)
def test_only_services_write(path: Path) -> None:
    if path.stem == "services" or "services" in path.parts:
        return
    assert not list(writes_in(path))


@pytest.mark.parametrize("path", PLAIN, ids=name)
def test_only_doors_ask_the_clock(path: Path) -> None:
    doors = {"api", "pages", "jobs", "cli", "adapters"}
    if "web" in path.parts or "site" in path.parts or doors & {path.stem, *path.parts}:
        return
    if path.name == "clock.py":
        return
    text = path.read_text()
    assert "clock.now(" not in text
    assert "clock.today(" not in text


def silent(path: Path) -> list[str]:
    """Use cases that open a transaction and leave no evidence, themselves or by a helper of the
    same folder."""
    tree = ast.parse(path.read_text())
    beside = path.parent.glob("*.py") if path.parent.parent.name == "services" else ()
    calls = {f.name: ast.unparse(f) for one in (*beside, path)
             for f in ast.parse(one.read_text()).body if isinstance(f, ast.FunctionDef)}  # fmt: skip

    def leaves(function: str, seen: frozenset[str] = frozenset()) -> bool:
        text = calls[function]
        if "evidence.record" in text or "record_many(" in text or "event=event" in text:
            return True
        return any(
            f"{other}(" in text and other not in seen and leaves(other, seen | {function})
            for other in calls
            if other != function
        )

    return [
        f.name
        for f in tree.body
        if isinstance(f, ast.FunctionDef)
        and not f.name.startswith("_")
        and any("atomic" in ast.unparse(d) for d in f.decorator_list)
        and not leaves(f.name)
    ]


USE_CASES = [
    p for p in PLAIN if "systems" in p.parts and (p.stem == "services" or "services" in p.parts)
]


@pytest.mark.parametrize("path", USE_CASES, ids=name)
def test_every_use_case_leaves_evidence(path: Path) -> None:
    assert not silent(path)


RANK = ["evidence", "places", "statutes", "parties", "observations", "records", "agreements"]
RANK += ["cases"]


def rank(label: str) -> int:
    if label in {"auth", "contenttypes", "sessions"}:
        return -1
    if label.startswith("kernel_"):
        return RANK.index(label.removeprefix("kernel_"))
    return len(RANK) + (label != "web")


OURS = [m for m in apps.get_models() if m.__module__.startswith("lingnan.")]


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_a_foreign_key_points_home_or_down(model: type[models.Model]) -> None:
    home = model._meta.app_label
    abroad = [
        field.name
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model
        if (there := field.related_model._meta.app_label) != home and rank(there) >= rank(home)
    ]
    assert not abroad


@pytest.mark.parametrize("path", PLAIN, ids=name)
def test_an_interface_word_is_translatable(path: Path) -> None:
    """Pages and templates never print Chinese outside a translation call."""
    if path.stem not in {"pages", "api"} and "pages" not in path.parts:
        return
    bare = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant):
            text = node.value.value
            if isinstance(text, str) and any("\u4e00" <= c <= "\u9fff" for c in text):
                bare.append(node.lineno)
    assert not bare


def test_migrations_of_the_kernel_are_linear() -> None:
    for noun in NOUNS:
        numbers = sorted(p.name[:4] for p in (noun / "migrations").glob("0*.py"))
        assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)], noun.name
