"""A phone in the village: its context with a worker, what it holds, and what the server got."""

import json
import re
import threading
import time
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import Error, Page

from .browser import HOME, PASSWORD

PHONE = {"viewport": {"width": 360, "height": 780}}
READY = "html[data-away=ready]"
# A page on its way to another, or whose scripts have not come yet.
PASSING = re.compile(r"navigation|away is not defined|away\.\w+ is not a function")
# What the browser says of a network that is not there, or of an answer that refuses.
EXPECTED = re.compile(r"net::ERR_|status of (401|409|410|422)|Failed to load resource")
DUMP = """async () => {
  const found = [];
  const plain = (value) => value instanceof ArrayBuffer ? new TextDecoder().decode(value)
    : ArrayBuffer.isView(value) ? new TextDecoder().decode(value)
    : value instanceof CryptoKey ? `key ${value.extractable}`
    : value && typeof value === "object" ? Object.entries(value).map(([k, v]) => `${k}=${plain(v)}`).join(";")
    : String(value);
  for (const { name } of await indexedDB.databases()) {
    const wait = (ask) => new Promise((done) => { ask.onsuccess = () => done(ask.result); });
    const db = await wait(indexedDB.open(name));
    for (const store of db.objectStoreNames) {
      const all = await wait(db.transaction(store).objectStore(store).getAll());
      for (const one of all) found.push(`${name}/${store}: ${plain(one)}`);
    }
  }
  for (const name of await caches.keys()) {
    const store = await caches.open(name);
    for (const request of await store.keys())
      found.push(`${request.url} ${await (await store.match(request)).text()}`);
  }
  for (const held of [localStorage, sessionStorage]) found.push(JSON.stringify(held));
  return found;
}"""


@contextmanager
def phone(chromium, address: str, **options):
    """A page, and what it complained of; fails when it breaks its own policy."""
    context = chromium.new_context(base_url=address, locale="zh-CN", **PHONE, **options)
    page, complaints = context.new_page(), []
    context.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.blockedURI))"
    )
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else 0)
    page.on("pageerror", lambda broken: complaints.append(f"broken: {broken}"))
    page.set_default_timeout(15_000)
    yield page
    context.close()
    assert not [one for one in complaints if not EXPECTED.search(one)]


def enter(page: Page, who: str) -> None:
    page.goto(f"{HOME}sign-in/")
    page.fill("#username", who)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda now: "sign-in" not in now)  # which is ready itself
    page.wait_for_selector(READY)


def until(page: Page, condition: str, seconds: float = 20) -> None:
    """An asynchronous condition: `wait_for_function` would take the promise itself for a yes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if page.evaluate(f"async () => Boolean({condition})"):
                return
        except Error as gone:  # the page went on to another
            if not PASSING.search(str(gone)):
                raise
        page.wait_for_timeout(100)
    raise AssertionError(f"never: {condition}")


def packed(page: Page) -> None:
    """The forms are on the device, and the worker is there to show them."""
    until(page, "(await away.all('kept')).some((one) => one.kind === 'packet')")
    until(page, "navigator.serviceWorker.controller", 40)


def drafts(page: Page, any_left: bool) -> None:
    """Until there are some on the device, or none."""
    sign = "" if any_left else "!"
    until(page, f"{sign}(await away.all('kept')).some((one) => one.kind === 'draft')", 30)


def states(page: Page) -> list[str]:
    """Of the drafts on the device."""
    found = page.evaluate("away.all('kept')")
    return sorted(one["state"] for one in found if one["kind"] == "draft")


def filing(page: Page, form: str, period: str) -> list[dict]:
    """What the server has, asked as the page's own account."""
    told = page.request.get(f"/api/v1/reporting/filings?form={form}").json()
    return [one for one in told if one["period"] == period]


# What this browser asks its maker on its own account, whatever page is open.
BROWSERS_OWN = {
    "accounts.google.com",
    "android.clients.google.com",
    "clients2.google.com",
    "content-autofill.googleapis.com",
    "optimizationguide-pa.googleapis.com",
    "redirector.gvt1.com",
    "update.googleapis.com",
}


class Proxy:
    """Passes nothing on and writes down whom it was asked for; a browser asks its own machine itself."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def refuse(self) -> None:
                asked = self.headers.get("Host", self.path).partition(":")[0]
                if asked not in BROWSERS_OWN:
                    outer.asked.add(asked)
                self.send_error(403)

            do_GET = do_POST = do_CONNECT = do_HEAD = refuse  # noqa: N815 - the library's names

            def log_message(self, *said: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def violations(address: str) -> float:
    """How many reports of broken policy the server has counted."""
    with urllib.request.urlopen(f"{address}/metrics", timeout=10) as told:
        text = told.read().decode()
    return sum(float(n) for n in re.findall(r"lingnan_csp_reports_total\{[^}]*\} ([\d.]+)", text))


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
