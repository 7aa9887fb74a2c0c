"""XML parts of a workbook, streamed: nothing outside the part is followed, nothing expanded."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol
from xml.parsers import expat

from .limits import Refusal
from .sieve import Sieve, Take

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str, str], None]


class Part(Protocol):
    def read(self, size: int, /) -> bytes: ...


_CHUNK = 65_536
_LONGEST = 1_000_000
_DEEPEST = 100


def scan(part: Part, start: Start, end: End) -> None:
    """`stream` to its end."""
    for _ in stream(part, start, end):
        pass


def stream(part: Part, start: Start, end: End) -> Iterator[None]:
    """Calls `start(tag, attributes)` and `end(tag, text)` with tags without their prefix; `text` is
    what stood since the last tag. Any encoding; a document type of whatever spelling is refused.
    Stops after every piece that was read."""
    handlers = _Handlers(start, end)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = _CHUNK
    parser.StartElementHandler = handlers.opened
    parser.EndElementHandler = handlers.closed
    parser.CharacterDataHandler = handlers.said.append
    parser.StartDoctypeDeclHandler = handlers.forbidden
    parser.EntityDeclHandler = handlers.forbidden
    fed = 0
    while chunk := part.read(_CHUNK):
        parser.Parse(chunk)
        fed += len(chunk)
        if fed - parser.CurrentByteIndex > _LONGEST:
            raise Refusal("内含过长的标记，不是正常的工作簿。")
        yield
    parser.Parse(b"", True)


class _Handlers:
    def __init__(self, start: Start, end: End) -> None:
        self.said: list[str] = []
        self._start, self._end = start, end
        self._depth = 0

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Refusal("内含层层嵌套的标记，不是正常的工作簿。")
        self.said.clear()
        self._start(tag.rpartition(":")[2], attributes)

    def closed(self, tag: str) -> None:
        self._depth -= 1
        self._end(tag.rpartition(":")[2], "".join(self.said))
        self.said.clear()

    def forbidden(self, *_: object) -> None:
        raise Refusal("内含外部实体声明，不予读取。")


def nothing(_tag: str, _said: object) -> None:
    """For scans that need only one end of the tags."""


class Package:
    """The zip with its parts by name; what a part refers to is looked up only in here."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.lstrip("/").lower(): name for name in archive.namelist()}

    def has(self, name: str) -> bool:
        return name.lstrip("/").lower() in self._names

    def scan(self, name: str, start: Start, end: End) -> None:
        """Nothing happens when there is no such part."""
        for _ in self.stream(name, start, end):
            pass

    def stream(self, name: str, start: Start, end: End, take: Take | None = None) -> Iterator[None]:
        """`take` is told the plain rows of a sheet, `start` and `end` the rest of it."""
        found = self._names.get(name.lstrip("/").lower())
        if found is not None:
            with self._archive.open(found) as part:
                yield from stream(Sieve(part, take) if take else part, start, end)
