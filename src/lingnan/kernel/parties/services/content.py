"""The thresholds of this noun, as dated parameters."""

from datetime import datetime
from pathlib import Path

from lingnan.base.actors import Actor
from lingnan.kernel.statutes import services as statutes
from lingnan.kernel.statutes.terms import Loaded

CONTENT = Path(__file__).parents[1] / "content"


def load_content(folder: Path | None = None, *, by: Actor, at: datetime) -> Loaded:
    """Hands `security.yaml` (or a folder of one's own in the same form) to the statutes."""
    return statutes.load_content(folder or CONTENT, by=by, at=at)
