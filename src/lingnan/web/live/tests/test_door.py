"""Who gets a stream, what it carries, when it ends."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from lingnan.web.live import door as doors
from lingnan.web.live import hub as hubs
from lingnan.web.live.door import Door
from lingnan.web.live.terms import Told

pytestmark = pytest.mark.usefixtures("quick")
COOKIE = {"cookie": "lingnan=abc", "host": "here"}


class Reader:
    """Answers what it was given; the real one is tested with a database."""

    def __init__(self, *lines, account=1):
        self.lines, self.account, self.turns = list(lines), account, 0

    def admit(self, one):
        one.account = self.account if isinstance(self.account, int) else self.account.pop()
        return bool(one.account)

    def turn(self, listeners, again):
        self.turns += 1
        told, self.lines = self.lines, []
        return [(one, line) for line in told for one in listeners]


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(hubs, "TURN", 0.01)
    monkeypatch.setattr(doors, "BEAT", 0.02)


def door(reader):
    found = Door(lambda environ, start: [b""])
    found.hub.reader = reader
    return found


class Page:
    """One open stream: what was sent to it; leaves when told to."""

    def __init__(self, door, query="lang=en", method="GET", **headers):
        self.sent, self.left = [], asyncio.Event()
        given = COOKIE | headers if "cookie" not in headers else headers
        self.scope = {
            "type": "http",
            "path": "/live/",
            "method": method,
            "query_string": query.encode(),
            "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in given.items()],
        }
        self.door = door

    async def receive(self):
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.sent.append(message)

    def open(self):
        return asyncio.create_task(self.door(self.scope, self.receive, self.send))

    @property
    def status(self):
        return self.sent[0]["status"] if self.sent else None

    @property
    def text(self):
        return b"".join(m.get("body", b"") for m in self.sent[1:]).decode()


def run(story):
    """In a thread of its own: the browser of other tests keeps a loop running in this one."""

    async def within():
        return await asyncio.wait_for(story, 10)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, within()).result()


async def until(true):
    while not true():
        await asyncio.sleep(0.005)


def answered(page):
    async def story():
        await page.open()

    run(story())
    return page.status


def test_a_stranger_another_site_and_another_verb_are_refused():
    assert answered(Page(door(Reader(account=0)))) == 401
    assert answered(Page(door(Reader()), cookie="")) == 401
    assert answered(Page(door(Reader()), cookie="a=b; =;")) == 401
    assert answered(Page(door(Reader()), origin="https://elsewhere")) == 403
    assert answered(Page(door(Reader()), sec_fetch_site="cross-site")) == 403
    assert answered(Page(door(Reader()), method="POST")) == 405


def test_what_is_told_arrives_with_its_number_and_signs_of_life_between():
    async def story():
        reader = Reader(Told("desk", {"waiting": 2, "words": "两件"}, id="7-2"))
        page = Page(door(reader), origin="https://here")
        task = page.open()
        await until(lambda: page.text.count(": \n\n") > 1)
        page.left.set()
        await task
        return page, reader

    page, reader = run(story())
    assert page.status == 200
    assert 'id: 7-2\nevent: desk\ndata: {"waiting": 2, "words": "两件"}\n\n' in page.text
    assert reader.turns > 1


def test_the_end_of_a_session_ends_its_stream():
    page = Page(door(Reader(Told("end", end=True))))
    assert answered(page) == 200
    assert page.text.endswith("event: end\ndata: {}\n\n")
    assert page.sent[-1]["more_body"] is False
    assert not page.door.hub.streams


def test_who_left_is_forgotten_and_the_looking_stops():
    async def story():
        reader = Reader()
        page = Page(door(reader))
        task = page.open()
        await until(lambda: reader.turns)
        page.left.set()
        await task
        await until(page.door.hub.turning.done)
        return page.door.hub.streams

    assert not run(story())


def test_an_account_has_so_many_and_the_process_so_many(monkeypatch):
    monkeypatch.setattr(hubs, "EACH", 2)
    monkeypatch.setattr(hubs, "ROOM", 3)

    async def story():
        here = door(Reader(account=[9, 8, 1, 1, 1]))  # taken from the end
        pages = [Page(here) for _ in range(5)]
        tasks = []
        for page in pages:
            tasks.append(page.open())
            await until(lambda page=page: page.status)
        await tasks[0]
        statuses = [page.status for page in pages]
        for task in tasks[1:]:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        return statuses, len(here.hub.streams)

    # The first of account 1 made room for its third; for account 9 there was none.
    assert run(story()) == ([200, 200, 200, 200, 503], 0)


def test_who_is_too_far_behind_is_let_go():
    async def story():
        here = door(Reader())
        one = doors._listener(COOKIE, "")
        key, stream = await here.hub.enter(one)
        for n in range(hubs.HELD + 1):
            here.hub._put(key, Told("desk", {"n": n}))
        return [stream.get_nowait() for _ in range(stream.qsize())], here.hub.streams

    assert run(story()) == ([Told("", end=True)], {})


def test_streams_end_when_the_server_stops(tmp_path, monkeypatch):
    flag = tmp_path / "closing"
    monkeypatch.setattr(hubs, "closing", lambda: flag)

    async def story():
        page = Page(door(Reader()))
        task = page.open()
        await until(lambda: page.door.hub.reader.turns)
        flag.touch()
        await task
        return page

    page = run(story())
    assert page.sent[-1]["more_body"] is False and not page.door.hub.streams


def test_a_reader_that_fails_is_asked_again():
    class Failing(Reader):
        def turn(self, listeners, again):
            if self.turns < 2:
                self.turns += 1
                raise OSError("locked")
            return super().turn(listeners, again)

    page = Page(door(Failing(Told("end", end=True))))
    assert answered(page) == 200


def test_django_hears_no_header_that_passes_for_another_and_an_ascii_query():
    told = doors._plain(
        {
            "type": "http",
            "headers": [(b"x-forwarded-for", b"1.1.1.1"), (b"x_forwarded_for", b"6.6.6.6")],
            "query_string": "q=岭&a=1%20+b[]".encode(),
        }
    )
    assert told["headers"] == [(b"x-forwarded-for", b"1.1.1.1")]
    assert told["query_string"] == b"q=%E5%B2%AD&a=1%20+b[]"


def test_a_body_that_was_cut_off_is_not_taken_for_a_whole_one():
    async def story():
        messages = [
            {"type": "http.request", "body": b"half", "more_body": True},
            {"type": "http.disconnect"},
        ]

        async def receive():
            return messages.pop(0)

        hear = doors._whole(receive)
        assert (await hear())["body"] == b"half"
        with pytest.raises(ConnectionResetError):
            await hear()

    run(story())
