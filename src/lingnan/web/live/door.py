"""The small door beside Django: streams of events, without holding one of Django's threads.

ASGI. `GET /live/?lang=zh-hans&stamp=…&watch=reporting.production:…` answers `text/event-stream`:
`desk` when anything on the desk of the hat worn changed, `work` as long work goes on, `end` when the
session is over. 401 for a stranger, 403 from another site, 503 when there is no room: pages then ask
by themselves from time to time. Everything else goes to Django as before.
"""

import asyncio
import json
import string
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, quote_from_bytes, urlsplit

from a2wsgi import WSGIMiddleware
from django.conf import settings

from .hub import Hub
from .terms import Listener, Told

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
BEAT = 15.0  # seconds between signs of life, so that proxies keep the line
LONGEST = 200  # characters of what a page may ask to watch
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Door:
    def __init__(self, django: Any) -> None:
        # One thread, as before: its connection to the database is its own.
        self.django: Any = WSGIMiddleware(django, workers=1)
        self.hub = Hub()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["path"] == settings.LIVE_PATH:
            await self._stream(scope, receive, send)
        else:
            await self.django(_plain(scope), _whole(receive), send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.hub.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        heard = {name.decode("latin1"): value.decode("latin1") for name, value in scope["headers"]}
        if scope["method"] != "GET":
            return await _refuse(send, 405)
        if _foreign(heard):
            return await _refuse(send, 403)
        one = _listener(heard, scope["query_string"].decode("latin1"))
        if one is None:
            return await _refuse(send, 401)
        entered = await self.hub.enter(one)
        if entered is None:
            return await _refuse(send, 503 if one.account else 401)
        key, stream = entered
        gone = asyncio.create_task(_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await send(_body("retry: 5000\n\n"))
            await _pass_on(stream, gone, send)
        finally:
            gone.cancel()
            self.hub.leave(key)
        return None


async def _pass_on(stream: "asyncio.Queue[Told]", gone: "asyncio.Task[None]", send: Send) -> None:
    """Until the page is closed or nothing more will come."""
    while not gone.done():
        waiting = asyncio.create_task(stream.get())
        await asyncio.wait({waiting, gone}, timeout=BEAT, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            if not gone.done():
                await send(_body(": \n\n"))
            continue
        line = waiting.result()
        if line.event:
            await send(_body(_written(line)))
        if line.end:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return


def _written(line: Told) -> str:
    data = json.dumps(line.data, ensure_ascii=False)
    number = f"id: {line.id}\n" if line.id else ""
    return f"{number}event: {line.event}\ndata: {data}\n\n"


def _body(words: str) -> dict[str, Any]:
    return {"type": "http.response.body", "body": words.encode(), "more_body": True}


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": HEADERS[1:2]})
    await send({"type": "http.response.body", "body": b""})


def _foreign(heard: MutableMapping[str, str]) -> bool:
    """Asked by a page of another site: browsers say so in one of two ways."""
    origin = heard.get("origin", "")
    if origin and urlsplit(origin).netloc != heard.get("host", ""):
        return True
    return heard.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}


def _listener(heard: MutableMapping[str, str], query: str) -> Listener | None:
    """What came back as Last-Event-ID is the desk the page knows."""
    try:
        cookie = SimpleCookie(heard.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        cookie = None
    if cookie is None or not cookie.value:
        return None
    asked = {key: found[0][:LONGEST] for key, found in parse_qs(query).items()}
    lang = asked.get("lang", "")
    return Listener(
        session=cookie.value[:LONGEST],
        lang=lang if lang in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
        watching=asked.get("watch", ""),
        stamp=heard.get("last-event-id", asked.get("stamp", ""))[:LONGEST],
    )


def _plain(scope: Scope) -> Scope:
    """As a WSGI server would hand it on. `X_Forwarded_For` would pass for the header that only our
    own proxy writes, so names with underscores are dropped; a query is ASCII."""
    if scope["type"] != "http":
        return scope
    headers = [one for one in scope["headers"] if b"_" not in one[0]]
    query = quote_from_bytes(scope["query_string"], safe=string.punctuation).encode()
    return {**scope, "headers": headers, "query_string": query}


def _whole(receive: Receive) -> Receive:
    """A body cut off in the middle must not pass for a whole one."""
    more = True

    async def hear() -> Any:
        nonlocal more
        message = await receive()
        if message["type"] == "http.disconnect" and more:
            raise ConnectionResetError("the body was cut off")
        more = message.get("more_body", False)
        return message

    return hear
