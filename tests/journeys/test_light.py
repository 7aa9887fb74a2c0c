"""What a page weighs, how soon it can be used on a poor line, and that it asks nobody else."""

import os
import time
from urllib.parse import urlsplit

import pytest

from .away import READY, Proxy, enter, phone, violations
from .browser import ARGS, FILL, HOME, REPORTS
from .stage import FORM, OFFICIALS, PERIOD, VILLAGE

pytestmark = pytest.mark.browser
LINE = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
PAGES = ["", "desk/", "reporting/", "reporting/forms/", "away/", FILL.removeprefix(HOME)]
PAGES += [f"reporting/ledgers/household/{VILLAGE}/", "platform/places/", "accessibility/"]
KILO = 1000
# Nobody submits it, so that it stays a sheet to fill.
CLERK = "poor_line"
MINE = f"{REPORTS}fill/{FORM}/{OFFICIALS[CLERK][1]}/{PERIOD}/"


def weighed(page, address: str) -> dict[str, int]:
    """Bytes on the line by kind, headers and all, of everything the page asks for."""
    line, kinds, sizes = page.context.new_cdp_session(page), {}, {}
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    line.on("Network.responseReceived", lambda one: kinds.update({one["requestId"]: one["type"]}))
    line.on(
        "Network.loadingFinished",
        lambda one: sizes.update({one["requestId"]: one["encodedDataLength"]}),
    )
    page.goto(address)
    page.wait_for_selector(READY)
    page.wait_for_timeout(300)
    found: dict[str, int] = {}
    for number, size in sizes.items():
        kind = kinds.get(number, "Other")
        found[kind] = found.get(kind, 0) + int(size)
    return found


@pytest.mark.parametrize("address", ["desk/", MINE.removeprefix(HOME)])
def test_a_clerks_page_is_light(chromium, site, address):
    with phone(chromium, site, service_workers="block") as page:
        enter(page, CLERK)
        sizes = weighed(page, HOME + address)
        print(f"\n{address}: {sizes}")
        assert 1000 < sizes["Document"] + sizes["Stylesheet"] <= 60 * KILO
        assert 1000 < sizes["Script"] <= 150 * KILO


def test_it_can_be_used_within_three_seconds_on_a_poor_line(chromium, site):
    """Cold: nothing kept, no worker; from the address to a field one can type in. The best of
    three: other tests share the processors."""
    took = []
    while not took or (min(took) >= 3 and len(took) < 3):
        took.append(_until_usable(chromium, site))
    print(f"\nusable after {min(took):.2f} s at 400 kbit/s and 400 ms, cold")
    assert min(took) < 3, took


def _until_usable(chromium, site) -> float:
    with phone(chromium, site, service_workers="block") as page:
        enter(page, CLERK)
        line = page.context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.clearBrowserCache")
        line.send("Network.emulateNetworkConditions", LINE)
        began = time.monotonic()
        page.goto(MINE, wait_until="domcontentloaded")
        page.locator("[data-code]").first.fill("1")
        styled = "getComputedStyle(document.querySelector('.masthead')).display"
        assert page.evaluate(styled) == "flex"
        return time.monotonic() - began


def test_nobody_else_is_asked_and_no_policy_is_broken(chromium, site):
    """Behind a proxy that passes nothing on, so that only our own machine can be reached; a walk of
    pages in four languages, with the worker."""
    proxy, host = Proxy(), site.removeprefix("http://")
    walker = chromium.browser_type.launch(
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        args=ARGS,
        proxy={"server": proxy.address, "bypass": "127.0.0.1"},
    )
    try:
        with phone(walker, site) as page:
            before, asked = violations(site), set()
            page.context.on("request", lambda one: asked.add(urlsplit(one.url).netloc))
            enter(page, "clerk")
            for lang in ("zh-hans", "zh-hant", "en", "pt"):
                for address in PAGES[: 9 if lang == "zh-hans" else 3]:
                    page.goto(f"/{lang}/{address}")
                    page.wait_for_selector(READY)
            assert asked == {host}
            assert proxy.asked == set()
            assert violations(site) == before
        # The judges are awake: both would have told.
        other = walker.new_page()
        other.goto(f"{site}{HOME}sign-in/")
        other.evaluate("document.body.append(Object.assign(new Image(), {src: '//a.invalid/b'}))")
        for _ in range(50):
            if violations(site) > before:
                break
            other.wait_for_timeout(100)
        assert violations(site) > before
        other.goto("http://example.invalid/")
        assert proxy.asked == {"example.invalid"}
    finally:
        walker.close()
        proxy.close()
