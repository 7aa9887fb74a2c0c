"""Who listens in this process, and the one turn a second that looks for all of them."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import structlog

from .reading import Reader
from .terms import Listener, Told

TURN = 1.0  # seconds
RENEW = 20.0  # and whatever happened: sessions end and days begin without evidence
ROOM = 2000  # streams of a process
EACH = 8  # of an account: the oldest makes room
HELD = 16  # lines a stream may be behind

log = structlog.get_logger("lingnan.live")
Stream = asyncio.Queue[Told]


class Hub:
    def __init__(self) -> None:
        self.reader = Reader()
        self.streams: dict[int, tuple[Listener, Stream]] = {}
        self.thread = ThreadPoolExecutor(1, "live")  # one connection to the database
        self.turning: asyncio.Task[None] | None = None
        self.count = 0

    async def enter(self, one: Listener) -> tuple[int, Stream] | None:
        """None for a stranger, or when there is no room: the page then asks from time to time."""
        loop = asyncio.get_running_loop()
        if not await loop.run_in_executor(self.thread, self.reader.admit, one):
            return None
        own = [k for k, (other, _) in self.streams.items() if other.account == one.account]
        for key in own[: max(0, len(own) - EACH + 1)]:
            self._put(key, Told("end", end=True))
        if len(self.streams) >= ROOM:
            return None
        self.count += 1
        self.streams[self.count] = one, asyncio.Queue(HELD)
        if self.turning is None or self.turning.done():
            self.turning = asyncio.create_task(self._turn())
        return self.count, self.streams[self.count][1]

    def leave(self, key: int) -> None:
        self.streams.pop(key, None)

    def close(self) -> None:
        """The server stops: every page asks again when it is back."""
        for key in list(self.streams):
            self._put(key, Told("", end=True))

    async def _turn(self) -> None:
        """Ends with the last listener."""
        loop, renewed = asyncio.get_running_loop(), time.monotonic()
        while self.streams:
            again = time.monotonic() - renewed > RENEW
            renewed = time.monotonic() if again else renewed
            held = {id(one): key for key, (one, _) in self.streams.items()}
            listeners = [one for one, _ in self.streams.values()]
            try:
                found = await loop.run_in_executor(self.thread, self.reader.turn, listeners, again)
            except Exception:  # a locked or restarting database: the next turn tries again
                log.exception("live_turn_failed")
                found = []
            for one, line in found:
                self._put(held[id(one)], line)
            await asyncio.sleep(TURN)

    def _put(self, key: int, line: Told) -> None:
        """A reader that is too far behind is let go: it comes back and is told how things stand."""
        if key not in self.streams:
            return
        stream = self.streams[key][1]
        if stream.full():
            while not stream.empty():
                stream.get_nowait()
            line = Told("", end=True)
        stream.put_nowait(line)
        if line.end:
            self.leave(key)
