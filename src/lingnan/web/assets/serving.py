"""`/static/…` before Django sees it: from memory, compressed, kept by the browser for a year.

A name with the hash of its content never changes, so nobody need ask again; a plain name is asked
about each time and answered 304.
"""

import hashlib
import json
import mimetypes
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], START], Iterable[bytes]]
ROUTE = "/static/"
FOREVER, ASK = "public, max-age=31536000, immutable", "public, no-cache"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    whole: bytes
    small: bytes | None  # gzip
    kind: str
    stamp: str
    keep: str


class Assets:
    """Files are read once; what was not collected (`staticfiles.json` and all) is not found."""

    def __init__(self, inner: Wsgi, folder: Path) -> None:
        self.inner, self.folder = inner, folder.resolve()
        self.held: dict[str, Asset] = {}
        self.forever = self._hashed()

    def __call__(self, environ: dict[str, Any], start: START) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        if not path.startswith(ROUTE):
            return self.inner(environ, start)
        name = path.removeprefix(ROUTE)
        if name not in self.held:
            found = self._read(name)
            if found is None:  # never remembered: strangers could fill the memory with names
                return _plain(start, "404 Not Found")
            self.held[name] = found
        asset = self.held[name]
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return _plain(start, "405 Method Not Allowed", ("Allow", "GET, HEAD"))
        return _answer(asset, environ, start)

    def _hashed(self) -> frozenset[str]:
        try:
            told = json.loads((self.folder / "staticfiles.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return frozenset()
        return frozenset(told["paths"].values())

    def _read(self, name: str) -> Asset | None:
        path = (self.folder / name).resolve()
        hidden = path.suffix == ".gz" or path.name == "staticfiles.json"
        if hidden or not path.is_relative_to(self.folder) or not path.is_file():
            return None
        whole = path.read_bytes()
        small = path.with_name(f"{path.name}.gz")
        kind = KINDS.get(path.suffix) or mimetypes.guess_type(name)[0] or "text/plain"
        is_text = kind.startswith("text/") or kind == "image/svg+xml"
        return Asset(
            whole,
            small.read_bytes() if small.is_file() else None,
            f"{kind}; charset=utf-8" if is_text else kind,
            hashlib.sha256(whole).hexdigest()[:20],
            FOREVER if name in self.forever else ASK,
        )


def _answer(asset: Asset, environ: dict[str, Any], start: START) -> Iterable[bytes]:
    takes = {
        part.split(";")[0].strip()
        for part in str(environ.get("HTTP_ACCEPT_ENCODING", "")).split(",")
        if part.replace(" ", "").partition(";q=")[2] not in {"0", "0.0", "0.00", "0.000"}
    }
    small = asset.small if asset.small is not None and "gzip" in takes else None
    stamp = f'"{asset.stamp}{"-gz" if small is not None else ""}"'
    headers = [
        ("Content-Type", asset.kind),
        ("Cache-Control", asset.keep),
        ("ETag", stamp),
        ("Vary", "Accept-Encoding"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Content-Security-Policy", "default-src 'none'"),
    ]
    if stamp in str(environ.get("HTTP_IF_NONE_MATCH", "")):
        start("304 Not Modified", headers)
        return []
    body = small if small is not None else asset.whole
    if small is not None:
        headers.append(("Content-Encoding", "gzip"))
    start("200 OK", [*headers, ("Content-Length", str(len(body)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _plain(start: START, status: str, *more: tuple[str, str]) -> Iterable[bytes]:
    start(status, [("Content-Type", "text/plain"), ("Content-Length", "0"), *more])
    return []
