"""A real Chromium before a server of our own; what hands and eyes do there."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

from .stage import FORM, PASSWORD, PERIOD, VILLAGE

ROOT = Path(__file__).parents[2]
HOME, REPORTS = "/zh-hans/", "/zh-hans/reporting/"
FILL = f"{REPORTS}fill/{FORM}/{VILLAGE}/{PERIOD}/"
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
ARGS += ["--disable-background-networking", "--disable-component-update"]
# The browser's own line about an answer that refuses.
REFUSED = re.compile(r"status of (401|422)")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = {"runOnly": {"type": "tag", "values": LEVELS}}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
TELL = "addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.blockedURI))"


class Server:
    """A server of our own, with its worker, that can be stopped and started again where it was."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            listen = f"127.0.0.1:{probe.getsockname()[1]}"
        own = {k: v for k, v in os.environ.items() if not k.startswith(("LINGNAN_", "DJANGO_"))}
        own |= {"LINGNAN_DATA": str(folder), "LINGNAN_LISTEN": listen}
        own |= {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "LINGNAN_LOG_LEVEL": "ERROR"}
        own["DJANGO_SETTINGS_MODULE"] = "lingnan.site.settings.development"
        self.env, self.address = own, f"http://{listen}"
        self.process: subprocess.Popen[bytes] | None = None

    def stage(self, part: str = "stage", *said: str) -> str:
        """A program of this folder before the same data; what it printed."""
        command = [sys.executable, "-m", f"tests.journeys.{part}", *said]
        done = subprocess.run(
            command, cwd=ROOT, env=self.env, check=True, timeout=120, stdout=subprocess.PIPE
        )
        return done.stdout.decode()

    def start(self) -> None:
        command = [str(Path(sys.executable).parent / "lingnan"), "serve"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=subprocess.DEVNULL)
        wait_for(f"{self.address}/healthz")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    one = Server(tmp_path_factory.mktemp("data"))
    one.stage()
    one.start()
    yield one
    one.stop()


@pytest.fixture(scope="session")
def site(server):
    """The address of a server of our own, with its worker."""
    return server.address


def wait_for(url: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{url} does not answer")


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as play:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = play.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sessions():
    """Signed-in cookies by user name: each signs in once."""
    return {}


def told(said) -> str:
    """What a page complained of, with the address it complains of."""
    return f"{said.text} {said.location.get('url', '')}"


@pytest.fixture
def window(site, chromium, sessions):
    """`with window("clerk") as page:`; fails when a page asks elsewhere or breaks its own policy."""

    @contextmanager
    def opened(who: str = "", **options):
        context = chromium.new_context(
            base_url=site,
            locale="zh-CN",
            storage_state=sessions.get(who),
            # Else what the worker fetches is not seen here; its own journeys are in test_away.py.
            service_workers="block",
            **options,
        )
        strays, complaints = [], []

        def ours_only(route):
            if urlsplit(route.request.url).hostname == "127.0.0.1":
                return route.continue_()
            strays.append(route.request.url)
            return route.abort()

        context.route("**/*", ours_only)
        context.add_init_script(TELL)
        page = context.new_page()
        page.on(
            "console", lambda said: complaints.append(told(said)) if said.type == "error" else 0
        )
        page.on("pageerror", lambda broken: complaints.append(str(broken)))
        page.set_default_timeout(10_000)
        if who and who not in sessions:
            sign_in(page, who)
            sessions[who] = context.storage_state()
        yield page
        context.close()
        assert not strays
        unforeseen = [one for one in complaints if not REFUSED.search(one)]
        assert not unforeseen, unforeseen

    return opened


def sign_in(page: Page, who: str) -> None:
    """With the keyboard alone."""
    page.goto(f"{HOME}sign-in/")
    tab_to(page, "#username")
    page.keyboard.type(who)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".desk, .offers, .security").first).to_be_visible()
    if page.locator(".security").count():  # this duty asks for a second factor, in some days
        page.goto(HOME)
    expect(page.locator(".desk, .offers").first).to_be_visible()


def tab_to(page: Page, selector: str) -> None:
    """Tab until there; fails when it cannot be reached so."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector} on {page.url}")


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def findings(page: Page, options: dict) -> list[str]:
    told = Axe().run(page, options=options | {"resultTypes": ["violations"]}).response
    return [
        f"{one['id']} {one['nodes'][0]['html'][:200]}"
        for one in told["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
