"""The import contracts of pyproject.toml, each of which must be able to fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def lint(folder: Path) -> str:
    script = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [script, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin"},
    )
    return done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(
        REPOSITORY / "src",
        tmp_path / "src",
        ignore=shutil.ignore_patterns("__pycache__", "*.gz", "*.xls", "static", "tests"),
    )
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


BREAKS = [
    ("Five floors", "kernel/places/queries/__init__.py", "import lingnan.web.systems"),
    (
        "Kernel nouns stand in one order",
        "kernel/evidence/queries.py",
        "import lingnan.kernel.parties.models",
    ),
    (
        "Systems never import each other",
        "systems/platform/system.py",
        "import lingnan.systems.reporting.system",
    ),
    ("Inside every package", "kernel/parties/models.py", "import lingnan.kernel.parties.services"),
    ("Rules, terms and base are plain", "base/units.py", "import django.db"),
    ("Pages and API go through", "systems/platform/api.py", "import lingnan.kernel.places.models"),
]


def test_all_contracts_hold() -> None:
    said = lint(REPOSITORY)
    assert "0 broken" in said, said


@pytest.mark.parametrize(("contract", "file", "line"), BREAKS, ids=[b[0] for b in BREAKS])
def test_a_contract_can_fail(copy: Path, contract: str, file: str, line: str) -> None:
    path = copy / "src" / "lingnan" / file
    if not path.exists() and (folder := path.with_suffix("")).is_dir():
        path = folder / "__init__.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + f"\n{line}\n")
    said = lint(copy)
    broken = [row for row in said.splitlines() if row.endswith("BROKEN")]
    assert any(row.startswith(contract) for row in broken), said
