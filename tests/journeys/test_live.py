"""New work appears on an open desk; the small door stands beside a server at work."""

import http.client
import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from .browser import HOME, Server
from .stage import FORM, PERIOD, WEST

pytestmark = pytest.mark.browser


def submitted(window, form: str, place: str, who: str) -> None:
    """The whole form filled with one number, by the fill page."""
    with window(who) as page:
        page.goto(f"{HOME}reporting/fill/{form}/{place}/{PERIOD}/")
        for control in page.locator("[name^=f_]").all():
            if control.evaluate("n => n.tagName") == "SELECT":
                control.select_option(index=1)
            else:
                control.fill("2")
        page.click("button[value=submit]")
        expect(page.locator(".notes")).to_contain_text("已提交")


def a_stream(site: str, cookie: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=60)
    connection.request("GET", "/live/?lang=en", headers={"Cookie": cookie} | headers)
    return connection.getresponse()


def cookie_of(page) -> str:
    return "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())


def test_what_is_submitted_appears_on_an_open_desk(window):
    with window("west_town") as desk:
        with desk.expect_response(re.compile("/live/")) as answered:
            desk.goto(HOME)
        assert answered.value.headers["content-type"].startswith("text/event-stream")
        desk.evaluate("window.same = true")
        expect(desk.locator(".board")).not_to_contain_text("审核")
        submitted(window, FORM, WEST, "west")
        expect(desk.locator(".board")).to_contain_text("审核", timeout=20_000)
        expect(desk.locator("#live-said")).to_have_text("有新的待办。")
        assert desk.evaluate("window.same"), "the page was loaded again"


def test_a_desk_that_cannot_listen_asks(window):
    with window("west_town") as desk:
        desk.add_init_script("delete window.EventSource")
        with desk.expect_response(re.compile("/api/v1/platform/.*counts"), timeout=30_000):
            desk.goto(HOME)


def test_streams_hold_no_thread_of_the_pages_and_end_with_the_session(window, site):
    with window("leaver") as page, ExitStack() as held:
        cookie = cookie_of(page)
        streams = [a_stream(site, cookie) for _ in range(8)]
        for stream in streams:
            held.callback(stream.close)
            assert stream.status == 200
        began = time.monotonic()
        page.goto(HOME)
        assert time.monotonic() - began < 5
        assert a_stream(site, cookie, Origin="https://elsewhere.example").status == 403
        assert a_stream(site, "lingnan=nobody").status == 401
        newest = a_stream(site, cookie)
        with page.expect_navigation():
            page.evaluate("document.querySelector('form[data-sign-out]').submit()")
        told = newest.read().decode()  # until the server ends it
        assert "event: end" in told


def test_nobody_answers_for_a_parent_killed_outright(tmp_path):
    """The port is shared: one left behind would answer beside the next."""
    one = Server(tmp_path / "data")
    lingnan = str(Path(sys.executable).parent / "lingnan")
    subprocess.run([lingnan, "migrate"], env=one.env, check=True, timeout=120)
    one.start()
    one.process.kill()
    one.process.wait(10)
    host, _, port = one.address.rpartition("//")[2].partition(":")
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))):
                return
        time.sleep(0.2)
    raise AssertionError("somebody still answers")
