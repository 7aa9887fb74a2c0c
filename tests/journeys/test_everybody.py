"""Every kind of page, met by following links as each role: every pair of page, language and look."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from urllib.parse import urljoin, urlsplit

import pyotp
import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from django.urls import reverse
from playwright.sync_api import expect

from .browser import HOME, LEVELS, REPORTS, Server, press, tab_to
from .everything import MONTH, TOLD
from .pages import Reader
from .stage import FORM, PASSWORD, PERIOD, VILLAGE
from .test_browser import type_everything
from .test_gallery import SMALL
from .walking import acts, bare, kind_of, names

pytestmark = pytest.mark.browser
LANGUAGES = ("zh-hans", "zh-hant", "en", "pt")
LOOKS = ("light", "dark", "elder", "phone")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
WEST = "440112002201"  # a village whose clerk has a draft
# Who meets most comes first; beside each what no link of a first page of its kind leads to.
ROLES = {
    "county": [f"{HOME}platform/places/code/{TOLD}/", f"{REPORTS}ledgers/person/{VILLAGE}/"],
    "phone": [f"{HOME}platform/places/code/{VILLAGE}/"],
    "west": [f"{REPORTS}fill/{FORM}/{WEST}/{PERIOD}/check/"],
    "clerk": [f"{REPORTS}works/"],
    "town": [],
    "department": [f"{REPORTS}forms/{FORM}/sheet/"],
    "bureau": [],
    "audit": [],
    "system": [],
    "security": [f"{HOME}admin/kernel_parties/"],
    "": [],
}
RULES = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}
RULES |= {"preload": False, "iframes": False}  # no rule of these levels asks for either
JUDGE = """options => axe.run(document, options).then((told) => told.violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => `${one.id} ${one.nodes[0].html.slice(0, 200)}`))"""
# What Tab reaches: in the order of the eyes, none out of turn, none that keeps the key to itself.
KEYS = """() => {
  const html = (one) => one.outerHTML.slice(0, 120);
  const moves = (one) => one && one !== document.body
    && (["sticky", "fixed"].includes(getComputedStyle(one).position) || moves(one.parentElement));
  const all = [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")]
    .filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true }));
  const seen = all.filter((one) => !moves(one) && !one.closest("svg") && one.getClientRects().length)
    .map((one) => [one.getClientRects()[0], one]);
  const back = seen.slice(1).filter(([box, one], i) => {
    const [before, other] = seen[i];
    if (other.contains(one)) return false;
    const above = box.bottom <= before.top + 1 && box.left < before.right;
    const beside = box.right <= before.left + 1 && box.top < before.bottom - 1 && before.top < box.bottom - 1;
    return above || beside;
  });
  const held = all.filter((one) => {
    one.focus();
    return !one.dispatchEvent(new KeyboardEvent("keydown", { key: "Tab", bubbles: true, cancelable: true }));
  });
  return [
    ...all.filter((one) => one.tabIndex > 0).map((one) => `out of turn ${html(one)}`),
    ...back.map(([, one]) => `backwards ${html(one)}`),
    ...held.map((one) => `held ${html(one)}`),
  ];
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One of its own: what stands here is on no desk of the other journeys."""
    one = Server(tmp_path_factory.mktemp("everybody"))
    one.stage()
    one.stage("everything")
    one.start()
    yield one
    one.stop()


@pytest.fixture(scope="module")
def site(server):
    return server.address


@pytest.fixture(scope="module")
def sessions():
    return {}


@dataclass
class Met:
    """Kinds of pages; what is a file or leads on to a page; what was wrong."""

    kinds: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    found: list[str] = field(default_factory=list)
    number: int = 0


def rows(number: int) -> list[tuple[str, str]]:
    """Language and look for the page of this number: each language once, each look once."""
    return [(one, LOOKS[(i + number) % 4]) for i, one in enumerate(LANGUAGES)]


def test_the_rows_hold_every_pair():
    """Whatever the page; and over any four pages every language in every look."""
    for number in range(8):
        assert {one for one, _ in rows(number)} == set(LANGUAGES)
        assert {look for _, look in rows(number)} == set(LOOKS)
    met = {pair for number in range(4) for pair in rows(number)}
    assert met == set(product(LANGUAGES, LOOKS))


def press_on(page, words: str) -> None:
    """Tab until a link or button says so, then Enter."""
    says = """words => document.activeElement.matches("a, button, summary")
      && document.activeElement.innerText.includes(words)"""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate(says, words):
            return page.keyboard.press("Enter")
    raise AssertionError(f"Tab never reaches {words} on {page.url}")


def test_a_month_by_keyboard_filled_returned_and_approved(window):
    with window("clerk") as page:
        page.goto(HOME)
        press_on(page, f"{MONTH} 村级月报")
        page.wait_for_url("**/rounds/**")
        press_on(page, "村党组织和党员队伍情况表")
        page.wait_for_url("**/fill/**")
        type_everything(page, "3")
        assert page.evaluate("document.activeElement.value") == "submit"
        page.keyboard.press("Enter")
        expect(page.locator(".notes")).to_contain_text("已提交")
    with window("town") as page:
        page.goto(f"{REPORTS}review/")
        press(page, "main tbody a")
        page.wait_for_url("**/filings/**")
        press_on(page, "退回…")
        tab_to(page, "#reason")
        page.keyboard.type("女干部比上月少了一半，请核对")
        press(page, "button[value=return]")
        expect(page.locator(".notes")).to_contain_text("已退回")
        page.goto(f"{REPORTS}review/")
        press(page, "main button[value=approve]")
        expect(page.locator(".notes")).to_contain_text("已通过 1 份")


def dress(page, site: str, look: str) -> None:
    kind = {"elder": "light-elder", "phone": "light"}.get(look, look)
    page.context.add_cookies([{"name": "look", "value": kind, "url": site}])
    page.set_viewport_size(PHONE if look == "phone" else WIDE)


def judged(page, look: str) -> list[str]:
    found = page.evaluate(JUDGE, RULES)
    found += [f"small {one}" for one in page.evaluate(SMALL)]
    if look in {"light", "phone"}:
        found += page.evaluate(KEYS)
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [*found, f"{wide} wide"] if wide > page.viewport_size["width"] else found


def walked(page, met: Met, more: list[str]) -> Iterator[str]:
    """Addresses of pages of kinds not met yet. The first page leads each on its way."""
    queue, asked = [HOME, *more, *(reverse(name) for name in bare())], set()
    while queue:
        path = queue.pop(0)
        kind = kind_of(path)
        if not path.startswith(HOME) or not kind or kind in asked:
            continue
        if kind in met.kinds and path not in (HOME, *more):
            continue
        asked.add(kind)
        answer = page.request.get(path)
        if answer.status != 200:
            continue
        text = answer.text() if "html" in answer.headers["content-type"] else ""
        led = urlsplit(answer.url)
        if not text.lstrip().lower().startswith("<!doctype") or kind_of(led.path) != kind:
            met.others.add(kind)  # a file, a part of a page, a way to another
        if not text:
            continue
        queue += [urljoin(path, link) for link in Reader(text).links]
        if kind_of(led.path) not in met.kinds and kind_of(led.path) not in met.others:
            met.kinds.add(kind_of(led.path))
            yield f"{led.path}?{led.query}".rstrip("?")


def look_at(page, site: str, path: str, who: str, met: Met) -> None:
    """In every language and in every look, though not each in each."""
    for language, look in rows(met.number):
        dress(page, site, look)
        page.goto(path.replace("/zh-hans/", f"/{language}/", 1), wait_until="domcontentloaded")
        where = f"{who} {page.url.removeprefix(site)} {look}"
        met.found += [f"{where}: {one}" for one in judged(page, look)]
    met.number += 1


def with_two_factors(page, site: str, met: Met) -> None:
    """What is seen only on the way: the codes once, the second step."""
    page.goto(f"{HOME}security/authenticator/")
    secret = page.locator("code.key").text_content().replace(" ", "")
    page.fill("#code", pyotp.TOTP(secret).now())
    page.click("main .btn-primary")
    codes = page.locator("ol.codes code").all_inner_texts()
    met.found += [f"codes: {one}" for one in judged(page, "light")]
    page.context.clear_cookies()
    page.goto(f"{HOME}sign-in/")
    page.fill("#username", "security")
    page.fill("#password", PASSWORD)
    page.click("main form:not(.passkey) button.btn-primary")
    look_at(page, site, f"{HOME}sign-in/code/", "security", met)
    page.goto(f"{HOME}sign-in/code/")
    page.fill("#code", codes[0])
    page.click("main .btn-primary")
    met.kinds |= {"web:recovery_codes", "web:second_factor"}


@pytest.mark.timeout(1200)
def test_nobody_is_shut_out_of_any_page(window, site):
    """Nor is anything asked elsewhere; what breaks the policy or complains `window` hears."""
    met, strays = Met(), []
    for who, more in ROLES.items():
        try:
            with window(who) as page:
                page.context.unroute("**/*")  # a way there and back each: only listened to
                page.on("request", lambda asked: strays.append(asked.url))
                page.context.add_init_script(path=AXE_FILE_PATH)
                if who == "security":
                    with_two_factors(page, site, met)
                for path in walked(page, met, more):
                    look_at(page, site, path, who, met)
                if not who:
                    only_sent = acts(lambda path: page.request.get(path, max_redirects=0).status)
        except AssertionError as complaints:
            met.found.append(f"{who}: {complaints}"[:2000])
    assert not met.found, "\n".join(met.found)
    assert {one for one in strays if not one.startswith((site, "data:", "blob:"))} == set()
    assert {*names()} - met.kinds - met.others - only_sent == set()


def test_the_judge_is_awake(window):
    with window(viewport=PHONE) as page:
        page.context.add_init_script(path=AXE_FILE_PATH)
        page.goto(f"{HOME}sign-in/")
        page.evaluate("document.querySelector('main label').remove()")
        page.evaluate("document.querySelector('main').style.minWidth = '500px'")
        page.evaluate("document.querySelector('#username').tabIndex = 3")
        page.evaluate("""() => {
          document.querySelector("#password").onkeydown = (pressed) => pressed.preventDefault();
          document.querySelector(".top").before(document.querySelector("main"));
          document.querySelector(".top").style.order = -1;
        }""")
        told = judged(page, "phone")
        assert {"label", "held", "out", "backwards"} <= {one.split()[0] for one in told}
        assert [one for one in told if one.endswith("wide")]
