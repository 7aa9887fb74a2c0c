"""Looking at pages: a browser that asks nobody else, each kind of page once, pictures, axe's judgement."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import click
import pyotp
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, Playwright, Route
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "screenshots"
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LANGUAGES = ("zh-hans", "zh-hant", "en", "pt")  # the first is walked
LOOKS = {"light": WIDE, "dark": WIDE, "elder": WIDE, "phone": PHONE}
AGAIN = ("light", "phone")  # a kind of page another role has met
TALLEST = 5000  # pixels of a picture
TYPE = "kind => { document.documentElement.dataset.type = kind; }"
ARGS = [
    "--lang=zh-CN",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
JUDGING = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}
JUDGING |= {"preload": False, "iframes": False}  # no rule of these levels asks for either
JUDGE = """options => axe.run(document, options).then((told) => told.violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => `${one.impact} ${one.id} ${one.nodes[0].html.slice(0, 200)}`))"""
TELL = "addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.blockedURI))"
# The browser's own line about an answer that refuses.
FORESEEN = re.compile(r"status of (401|422)")


@dataclass
class Site:
    base: str
    password: str
    roles: tuple[str, ...]
    first: dict[str, str] = field(default_factory=dict)  # where a role looks before all else
    seen: dict[str, set[str]] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    led: set[str] = field(default_factory=set)  # what some link leads to, pages or not
    judged: int = 0
    findings: list[str] = field(default_factory=list)

    def find(self, words: str) -> None:
        """Told at once: the whole takes long."""
        self.findings.append(words)
        click.echo(words)


def launch(play: Playwright) -> Browser:
    return play.chromium.launch(
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        args=ARGS,
        env=os.environ | {"LANG": "zh_CN.UTF-8", "LANGUAGE": "zh_CN"},
    )


def open_as(browser: Browser, site: Site, role: str) -> Page:
    """A page signed in as the role, under the site's own policy; what it complains of is a finding."""
    context = browser.new_context(
        viewport=WIDE, locale="zh-CN", timezone_id="Asia/Shanghai", service_workers="block"
    )  # else a slow answer is shown from what is kept for where there is no signal
    context.route("**/*", lambda route: _ours_only(route, site, role))
    context.add_init_script(TELL)
    context.add_init_script(path=AXE_FILE_PATH)
    page = context.new_page()
    page.on("console", lambda said: _complaint(site, role, page, said.text, said.type == "error"))
    page.on("pageerror", lambda broken: _complaint(site, role, page, str(broken), True))
    if role != "visitor":
        _sign_in(page, site, role)
    return page


def _sign_in(page: Page, site: Site, role: str) -> None:
    page.goto(f"{site.base}/zh-hans/sign-in/")
    page.fill("#username", role)
    page.fill("#password", site.password)
    page.click("main form:not(.passkey) button")


def _ours_only(route: Route, site: Site, role: str) -> None:
    if urlsplit(route.request.url).hostname == "127.0.0.1":
        return route.continue_()
    site.find(f"{role}: asked for {route.request.url}")
    return route.abort()


def _complaint(site: Site, role: str, page: Page, said: str, wrong: bool) -> None:
    if wrong and not FORESEEN.search(said):
        site.find(f"{role} {page.url}: {said}")


def walk(browser: Browser, site: Site, role: str) -> None:
    """Each kind of page once: the first address that leads there."""
    page = open_as(browser, site, role)
    kinds = site.seen.setdefault(role, set())
    with _two_factors(page, site) if role == "security" else nullcontext():
        home = f"{site.base}/zh-hans/"
        queue, asked = [site.first.get(role, home), home, f"{home}sign-in/"], set[str]()
        while queue:
            address = queue.pop(0)
            if not (kind := _kind(address)) or kind in asked:
                continue
            asked.add(kind)
            if not _visit(page, site, role, address):
                continue
            queue += page.eval_on_selector_all(LINKS, HREFS)
            if (kind := _kind(page.url)) and kind not in kinds:
                kinds.add(kind)
                _see(page, site, role, kind)
    click.echo(f"{role}: {len(kinds)} kinds of pages")
    site.led |= asked | kinds
    site.kinds |= kinds
    page.context.close()


def _visit(page: Page, site: Site, role: str, address: str) -> bool:
    """Whether a page is there; a file is none, a refusal is a finding."""
    try:
        answer = page.goto(address)
    except PlaywrightError as no:
        if "Download is starting" not in str(no):
            raise
        return False
    if answer is None or answer.status >= 400:
        site.find(f"{role} {address}: {answer and answer.status}")
        return False
    return "html" in answer.headers["content-type"]


LINKS = ":is(main, header, nav, footer) :is(a[href], form:not([method=post]))"
HREFS = """all => all.filter((one) => !one.download)
  .map((one) => new URL(one.getAttribute("href") ?? one.getAttribute("action") ?? "", location).href)
  .filter((one) => one.startsWith(location.origin))"""


def _kind(address: str) -> str:
    """The name of the view, of a ledger with what it is of; nothing for other languages."""
    from django.urls import Resolver404, resolve

    path = urlsplit(address).path
    if not path.startswith("/zh-hans/"):
        return ""
    try:
        found = resolve(path)
    except Resolver404:
        return ""
    return ".".join([found.view_name.replace(":", "."), *filter(None, [found.kwargs.get("kind")])])


def _see(page: Page, site: Site, role: str, kind: str) -> None:
    if kind in site.kinds:
        return shoot(page, site, role, kind, looks=AGAIN)
    here = page.url
    for language in LANGUAGES:
        if language != LANGUAGES[0]:
            page.goto(here.replace(f"/{LANGUAGES[0]}/", f"/{language}/", 1))
        shoot(page, site, role, kind, language)
    return None


def shoot(
    page: Page,
    site: Site,
    role: str,
    name: str,
    language: str = LANGUAGES[0],
    looks: Iterable[str] = tuple(LOOKS),
) -> None:
    """In one look after the other; afterwards as it was."""
    for look in looks:
        page.emulate_media(color_scheme="dark" if look == "dark" else "light")
        page.set_viewport_size(LOOKS[look])
        page.evaluate(TYPE, look)
        target = OUT / language / look / f"{role}-{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        tall = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, "width": LOOKS[look]["width"], "height": tall}
        page.screenshot(path=target, full_page=True, clip=clip)
        _judge(page, site, f"{role} {name} {language} {look}", LOOKS[look]["width"])
    page.evaluate(TYPE, "")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)


def _judge(page: Page, site: Site, where: str, width: int) -> None:
    site.judged += 1
    for one in page.evaluate(JUDGE, JUDGING):
        site.find(f"{where}: {one}")
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        site.find(f"{where}: {wide} pixels wide")


@contextmanager
def _two_factors(page: Page, site: Site) -> Iterator[None]:
    """An authenticator is set up, a recovery code used; afterwards there is none, as before."""
    page.goto(f"{site.base}/zh-hans/security/authenticator/")
    secret = (page.locator("code.key").text_content() or "").replace(" ", "")
    page.fill("#code", pyotp.TOTP(secret).now())
    page.click("main .btn-primary")
    codes = page.locator("ol.codes code").all_inner_texts()
    shoot(page, site, "security", "web.recovery_codes")
    page.context.clear_cookies()
    _sign_in(page, site, "security")
    shoot(page, site, "security", "web.second_factor")
    page.fill("#code", codes[0])
    page.click("main .btn-primary")
    yield
    page.goto(f"{site.base}/zh-hans/security/")
    page.click("form[action*=factors] button")
