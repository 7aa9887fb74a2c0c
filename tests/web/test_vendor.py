"""Style sheets of others: the fixed versions, with their licences, fetching nothing."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "src/lingnan/web/static/ui/vendor"
SHEETS = {"bootstrap": "bootstrap", "tabler": "@tabler/core"}
FETCHED = re.compile(r"@import|url\((?![\"']?(data:|#))")


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_of_the_locked_version_and_carries_its_licence(name):
    lock = json.loads((ROOT / "scripts/vendor/package-lock.json").read_text())
    version = lock["packages"][f"node_modules/{SHEETS[name]}"]["version"]
    head = (VENDOR / f"{name}.css").read_text().splitlines()[0]
    assert f"{SHEETS[name]} {version}, MIT" in head
    assert "Permission is hereby granted" in (VENDOR / f"{name}.LICENSE").read_text()


def test_the_lock_has_sums_and_no_addresses():
    text = (ROOT / "scripts/vendor/package-lock.json").read_text()
    assert "://" not in text
    packages = json.loads(text)["packages"]
    assert all(one.get("integrity") for path, one in packages.items() if path)


def test_no_style_sheet_fetches_anything():
    for sheet in VENDOR.parent.rglob("*.css"):
        assert not FETCHED.search(sheet.read_text()), sheet.name
