"""Every page as each role sees it: light, dark, in large type and on a phone, into build/screenshots.

Makes a demonstration folder in build/demo when there is none, serves it on a free port, follows
the links of each role until every kind of page has been seen once, and refreshes the pictures of
docs/images. `--only county bureau` looks through the eyes of these roles.

The first who meets a kind of page sees it in every language and every look, whoever meets it later
in the light and on a phone. axe judges what is seen; a page must not be wider than the phone, ask
anything of another machine, or complain. What is found lies in build/screenshots/findings.txt, with
the kinds of pages no link led to, and ends the command with 1.
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
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from looking import OUT, ROOT, Site, launch, open_as, shoot, walk
from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = ROOT / "docs" / "images"
REASON = "“驻村天数”比上年少了一半，请核对后重新报送。"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=ROOT / "build" / "demo")
    options.add_argument("--only", nargs="+", metavar="ROLE", default=[])
    chosen = options.parse_args()
    if not (chosen.data / "lingnan.sqlite3").exists():
        subprocess.run([*_lingnan(), "demo", "--no-serve", "--folder", chosen.data], check=True)
    os.environ |= {"LINGNAN_DATA": str(chosen.data), "LINGNAN_DEMO": "on"}
    from lingnan.site.setup import prepare

    prepare()
    from lingnan.site.demo.cast import HATS, PASSWORD

    roles = ("visitor", *(name for name, *_ in HATS))
    if strangers := {*chosen.only} - {*roles}:
        options.error(f"{strangers}: roles are {roles}")
    with _served() as base, sync_playwright() as play:
        browser = launch(play)
        site = Site(base, PASSWORD, tuple(chosen.only) or roles)
        if not chosen.only:
            play_the_cycle(browser, site)
            leave_traces(browser, site, chosen.data)
        for role in site.roles:
            walk(browser, site, role)
        if not chosen.only:
            pictures(browser, site)
        browser.close()
    _tell(site)
    if site.findings:
        raise SystemExit(f"{len(site.findings)} findings")


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


def play_the_cycle(browser: Browser, site: Site) -> None:
    """The clerk errs, mends and submits; the town returns; both see it. Ends as it began."""
    clerk = open_as(browser, site, "clerk")
    _to_form(clerk)
    number = clerk.locator("main form[novalidate] input[inputmode=decimal]")
    number.first.fill("约三")
    clerk.click("button[value=submit]")
    shoot(clerk, site, "clerk", "fill-with-errors")
    _answer_all(clerk)
    clerk.click("button[value=submit]")
    shoot(clerk, site, "clerk", "submitted")
    town = open_as(browser, site, "town")
    town.goto(f"{site.base}/zh-hans/reporting/review/")
    shoot(town, site, "town", "review-waiting")
    town.click("main tbody a")
    shoot(town, site, "town", "filing-waiting")
    town.locator("details summary", has_text="退回").first.click()
    town.fill("#reason", REASON)
    town.click("button[value=return]")
    _to_form(clerk)
    shoot(clerk, site, "clerk", "fill-returned")
    clerk.context.close()
    town.context.close()


def leave_traces(browser: Browser, site: Site, data: Path) -> None:
    """A batch ordered, a form objected to, a filled workbook put in: each has a page of its own."""
    reporting = f"{site.base}/zh-hans/reporting"
    county = open_as(browser, site, "county")
    county.goto(f"{reporting}/productions/")
    county.locator("main [name=form]").first.check()
    county.click("main form .btn-primary")
    county.goto(f"{reporting}/history/")
    county.set_input_files("#file", sorted((data / "workbooks").glob("*.xlsx"))[0])
    county.click("main form .btn-primary")
    county.context.close()
    clerk = open_as(browser, site, "clerk")
    _to_form(clerk)
    village = urlsplit(clerk.url).path.split("/")[-3]
    site.first["bureau"] = f"{site.base}/zh-hans/platform/places/code/{village}/"
    clerk.locator("main a[href*=objections]").first.click()
    clerk.fill("main textarea", "与另一张表问的一样")
    clerk.click("main form .btn-primary")
    clerk.context.close()


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
    county = open_as(browser, site, "county")
    county.goto(f"{site.base}/zh-hans/reporting/")
    county.click("main tbody a")
    county.screenshot(path=IMAGES / "status.png")
    clerk = open_as(browser, site, "clerk")
    _to_form(clerk)
    clerk.screenshot(path=IMAGES / "fill.png")
    department = open_as(browser, site, "department")
    department.goto(f"{site.base}/zh-hans/reporting/forms/")
    department.screenshot(path=IMAGES / "forms.png")


def _tell(site: Site) -> None:
    summary = OUT / "findings.txt"
    summary.parent.mkdir(parents=True, exist_ok=True)
    told = [f"{site.judged} looks at pages, {len(site.findings)} findings", *site.findings]
    if len(site.roles) > 1:
        told += ["", "no link led to:", *sorted(_all_kinds() - site.led)]
    summary.write_text("\n".join(told) + "\n", encoding="utf-8")
    click.echo("\n  ".join(told))
    click.echo(f"{len(site.kinds)} kinds in all; pictures are in {OUT.relative_to(ROOT)}")


def _all_kinds(resolver: Any = None, prefix: str = "") -> set[str]:
    """The names of the views of pages, whatever their address asks for."""
    from django.urls import URLResolver, get_resolver

    found = set()
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            inner = f"{prefix}{one.namespace}." if one.namespace else prefix
            found |= _all_kinds(one, inner) if one.namespace != "api" else set()
        elif one.name:
            found.add(f"{prefix}{one.name}")
    return found


if __name__ == "__main__":
    main()
