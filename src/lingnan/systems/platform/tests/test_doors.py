"""Pages and API of values may not go round the guards."""

from pathlib import Path

RAW = tuple(f"observations.{gate}(" for gate in ("rollup", "current", "trend", "history", "values"))
PACKAGE = Path(__file__).parent.parent


def test_every_page_and_api_asks_the_guards():
    doors = [path for kind in ("pages", "api") for path in (PACKAGE / kind).glob("*.py")]
    assert len(doors) > 6
    assert not [p.name for p in doors if any(word in p.read_text("utf-8") for word in RAW)]
    gates = (PACKAGE / "queries.py").read_text("utf-8")
    assert gates.count("observations.told(") >= 4
