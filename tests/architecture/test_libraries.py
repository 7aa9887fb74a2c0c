"""What we link against: pinned with hashes, from no named index, under licences we may use."""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[.*\])?==", re.MULTILINE)
# GPL and AGPL, but not LGPL: we import LGPL libraries unchanged.
COPYLEFT = re.compile(
    r"(?<![L])(?<!Lesser )\b(A?GPL|GNU (Affero )?General Public License)", re.IGNORECASE
)


@pytest.mark.parametrize("name", ["base.txt", "dev.txt"])
def test_requirements_are_hashed_and_name_no_index(name: str) -> None:
    text = (REQUIREMENTS / name).read_text()
    assert "://" not in text
    assert "--index" not in text
    blocks = re.split(r"\n(?=[A-Za-z])", text)
    assert all("--hash=sha256:" in block for block in blocks if PINNED.match(block))


def test_the_product_links_no_copyleft_library() -> None:
    guilty = []
    for name in {m["name"] for m in PINNED.finditer((REQUIREMENTS / "base.txt").read_text())}:
        try:
            meta = distribution(name).metadata
        except PackageNotFoundError:  # for another platform
            continue
        words = [meta.get("License-Expression") or ""]
        words += [c for c in meta.get_all("Classifier") or [] if c.startswith("License")]
        if not any(words):
            words = [(meta.get("License") or "")[:200]]
        if any(COPYLEFT.search(w) for w in words):
            guilty.append(f"{name}: {words}")
    assert not guilty
