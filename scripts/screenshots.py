"""Every page as each role sees it: light, dark, in large type and on a phone, into build/screenshots.

Makes a demonstration folder in build/demo when there is none, serves it on a free port, follows
the links of each role until every kind of page has been seen once, and refreshes the pictures of
docs/images. `--only county` looks through the eyes of one role.

axe judges each page in each look, and each kind of page in the other languages too; what it finds
lies in build/screenshots/axe.txt, and a serious or critical finding ends the command with 1.
"""

import argparse
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import click
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, Route, sync_playwright
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "screenshots"
IMAGES = ROOT / "docs" / "images"
ROLES = ("clerk", "town", "county", "department", "bureau", "system", "security", "audit")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LANGUAGES = ("zh-hant", "en", "pt")  # beside the one that is walked
LOOKS = (("light", WIDE), ("dark", WIDE), ("elder", WIDE), ("phone", PHONE))
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
REASON = "“驻村天数”比上年少了一半，请核对后重新报送。"


@dataclass
class Site:
    base: str
    password: str
    seen: dict[str, set[str]] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    judged: int = 0
    findings: list[str] = field(default_factory=list)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=ROOT / "build" / "demo")
    options.add_argument("--only", choices=("visitor", *ROLES))
    chosen = options.parse_args()
    if not (chosen.data / "lingnan.sqlite3").exists():
        subprocess.run([*_lingnan(), "demo", "--no-serve", "--folder", chosen.data], check=True)
    os.environ |= {"LINGNAN_DATA": str(chosen.data), "LINGNAN_DEMO": "on"}
    from lingnan.site.setup import prepare

    prepare()
    from lingnan.site.demo.cast import PASSWORD

    with _served() as base, sync_playwright() as play:
        browser = _launch(play)
        site = Site(base, PASSWORD)
        if not chosen.only:
            play_the_cycle(browser, site)
        for role in (chosen.only,) if chosen.only else ("visitor", *ROLES):
            walk(browser, site, role)
        if not chosen.only:
            pictures(browser, site)
        browser.close()
    _tell(site)
    if site.findings:
        raise SystemExit(f"{len(site.findings)} serious or critical findings of axe")


def _lingnan() -> list[str]:
    return [str(Path(sys.executable).parent / "lingnan")]


@contextmanager
def _served() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    subprocess.run([*_lingnan(), "migrate"], check=True, stdout=subprocess.DEVNULL)
    server = subprocess.Popen(
        [*_lingnan(), "serve"],
        env=os.environ | {"LINGNAN_LISTEN": listen, "LINGNAN_LOG_LEVEL": "ERROR"},
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://{listen}/healthz")
        yield f"http://{listen}"
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(url: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.25)
    raise SystemExit(f"{url} does not answer")


def _launch(play: Playwright) -> Browser:
    return play.chromium.launch(
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        args=ARGS,
        env=os.environ | {"LANG": "zh_CN.UTF-8", "LANGUAGE": "zh_CN"},
    )


def _open(browser: Browser, site: Site, role: str) -> Page:
    """A page signed in as the role; nothing but the site itself is ever asked."""
    context = browser.new_context(
        viewport=WIDE, locale="zh-CN", timezone_id="Asia/Shanghai", bypass_csp=True
    )  # the policy would keep axe out
    context.route("**/*", _ours_only)
    page = context.new_page()
    if role != "visitor":
        page.goto(f"{site.base}/zh-hans/sign-in/")
        page.fill("#username", role)
        page.fill("#password", site.password)
        page.click("main form:not(.passkey) button")
    return page


def _ours_only(route: Route) -> None:
    ours = urlsplit(route.request.url).hostname == "127.0.0.1"
    route.continue_() if ours else route.abort()


def walk(browser: Browser, site: Site, role: str) -> None:
    """Each kind of page once: the first address that leads there."""
    page = _open(browser, site, role)
    queue = [f"{site.base}/zh-hans/"]
    if role == "visitor":
        queue.append(f"{site.base}/zh-hans/sign-in/")
    kinds = site.seen.setdefault(role, set())
    while queue:
        address = queue.pop(0)
        kind = _kind(address)
        if not kind or kind in kinds:
            continue
        kinds.add(kind)
        try:
            answer = page.goto(address)
        except PlaywrightError as no:
            if "Download is starting" not in str(no):
                raise
            continue  # a file, no page
        _shoot(page, site, role, kind)
        if answer is None or answer.status >= 500:
            raise SystemExit(f"{address}: {answer and answer.status}")
        queue += page.eval_on_selector_all(LINKS, HREFS)
        if kind not in site.kinds:
            _judge_languages(page, site, role, kind, address)
    site.kinds |= kinds
    page.context.close()


LINKS = "main a[href], header a[href], nav a[href], footer a[href]"
HREFS = "all => all.filter(a => !a.download && a.origin === location.origin).map(a => a.href)"


def _kind(address: str) -> str:
    """The name of the view; nothing for files, programs' addresses and other languages."""
    from django.urls import Resolver404, resolve

    path = urlsplit(address).path
    if not path.startswith("/zh-hans/"):
        return ""
    try:
        name = resolve(path).view_name
    except Resolver404:
        return ""
    return "" if name.split(":")[-1].startswith(("proof_", "head_file")) else name.replace(":", ".")


def _shoot(page: Page, site: Site, role: str, name: str) -> None:
    for look in _looks(page):
        target = OUT / look / f"{role}-{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target)
        _judge(page, site, f"{role} {name} zh-hans {look}")


def _judge_languages(page: Page, site: Site, role: str, kind: str, address: str) -> None:
    for language in LANGUAGES:
        page.goto(address.replace("/zh-hans/", f"/{language}/", 1))
        for look in _looks(page):
            _judge(page, site, f"{role} {kind} {language} {look}")


def _looks(page: Page) -> Iterator[str]:
    """The page in one look after the other; afterwards as it was."""
    for look, size in LOOKS:
        page.emulate_media(color_scheme="dark" if look == "dark" else "light")
        page.set_viewport_size(size)
        page.evaluate(TYPE, look)
        yield look
    page.evaluate(TYPE, "")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)


def _judge(page: Page, site: Site, where: str) -> None:
    site.judged += 1
    for one in Axe().run(page, options=JUDGING).response["violations"]:
        if one["impact"] in {"serious", "critical"}:
            shown = one["nodes"][0]["html"][:200]
            site.findings.append(f"{where}: {one['impact']} {one['id']} {shown}")


def play_the_cycle(browser: Browser, site: Site) -> None:
    """The clerk errs, mends and submits; the town returns; both see it. Ends as it began."""
    clerk = _open(browser, site, "clerk")
    _to_form(clerk)
    number = clerk.locator("main form[novalidate] input[inputmode=decimal]")
    number.first.fill("约三")
    clerk.click("button[value=submit]")
    _shoot(clerk, site, "clerk", "fill-with-errors")
    _answer_all(clerk)
    clerk.click("button[value=submit]")
    _shoot(clerk, site, "clerk", "submitted")
    town = _open(browser, site, "town")
    town.goto(f"{site.base}/zh-hans/reporting/review/")
    _shoot(town, site, "town", "review-waiting")
    town.click("main tbody a")
    _shoot(town, site, "town", "filing-waiting")
    town.locator("details summary", has_text="退回").first.click()
    town.fill("#reason", REASON)
    town.click("button[value=return]")
    _to_form(clerk)
    _shoot(clerk, site, "clerk", "fill-returned")
    clerk.context.close()
    town.context.close()


def _to_form(page: Page) -> None:
    base = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    page.goto(f"{base}/zh-hans/reporting/")
    page.click("main tbody a")
    page.click("main tbody a")


def _answer_all(page: Page) -> None:
    """An answer to all that is asked: 1, or the first option."""
    for control in page.query_selector_all("main form[novalidate] input:not([type=hidden])"):
        control.fill("1")
    for control in page.query_selector_all("main form[novalidate] select"):
        control.select_option(index=1)


def pictures(browser: Browser, site: Site) -> None:
    """The pictures of the README and the guides."""
    county = _open(browser, site, "county")
    county.goto(f"{site.base}/zh-hans/reporting/")
    county.click("main tbody a")
    county.screenshot(path=IMAGES / "status.png")
    clerk = _open(browser, site, "clerk")
    _to_form(clerk)
    clerk.screenshot(path=IMAGES / "fill.png")
    department = _open(browser, site, "department")
    department.goto(f"{site.base}/zh-hans/reporting/forms/")
    department.screenshot(path=IMAGES / "forms.png")


def _tell(site: Site) -> None:
    for role, kinds in site.seen.items():
        click.echo(f"{role:<12}{len(kinds):>3} kinds of pages")
    summary = OUT / "axe.txt"
    summary.parent.mkdir(parents=True, exist_ok=True)
    told = [f"{site.judged} looks at pages, {len(site.findings)} findings", *site.findings]
    summary.write_text("\n".join(told) + "\n", encoding="utf-8")
    click.echo("axe: " + "\n  ".join(told))
    click.echo(f"{len(site.kinds)} kinds in all; pictures are in {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
