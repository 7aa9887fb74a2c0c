"""The key files of this machine: what a database writer cannot reach."""

from pathlib import Path

from django.conf import settings

from ..rules import signing


def folder() -> Path:
    home: Path = settings.ENV.folder
    return home / "keys"


def private_file(key_id: str) -> Path:
    return folder() / f"evidence-{key_id}.pem"


def public_file(key_id: str) -> Path:
    return folder() / f"evidence-{key_id}.pub"


def local_keys() -> set[str]:
    """The ids of every key this machine signed with; a file unlike its name is left out."""
    return {
        file.stem.removeprefix("evidence-")
        for file in folder().glob("evidence-*.pub")
        if _matches(file)
    }


def _matches(file: Path) -> bool:
    try:
        raw = bytes.fromhex(file.read_text().strip())
    except (OSError, ValueError):
        return False
    return signing.key_id(raw) == file.stem.removeprefix("evidence-")
