"""Every kind of page, met by following links as each role: every pair of page, language and look."""

from collections.abc import Iterator
from itertools import product
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from django.urls import reverse

from .browser import HOME, LEVELS
from .pages import Reader
from .test_gallery import SMALL
from .walking import bare, kind_of

pytestmark = pytest.mark.browser
LANGUAGES = ("zh-hans", "zh-hant", "en", "pt")
LOOKS = ("light", "dark", "elder", "phone")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
ROLES = (
    "",
    "clerk",
    "town",
    "county",
    "department",
    "bureau",
    "phone",
    "audit",
    "system",
    "security",
)
RULES = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}
RULES |= {"preload": False, "iframes": False}  # no rule of these levels asks for either
JUDGE = """options => axe.run(document, options).then((told) => told.violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => `${one.id} ${one.nodes[0].html.slice(0, 200)}`))"""


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


def dress(page, site: str, look: str) -> None:
    kind = {"elder": "light-elder", "phone": "light"}.get(look, look)
    page.context.add_cookies([{"name": "look", "value": kind, "url": site}])
    page.set_viewport_size(PHONE if look == "phone" else WIDE)


def judged(page, look: str) -> list[str]:
    found = page.evaluate(JUDGE, RULES)
    if look == "phone":
        found += [f"small {one}" for one in page.evaluate(SMALL)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{wide} wide"] if wide > PHONE["width"] else []
    return found


def walked(page, kinds: set[str]) -> Iterator[str]:
    """Addresses of pages of kinds not met yet; `kinds` grows. The first page leads each on its way."""
    queue, asked = [HOME, *(reverse(name) for name in bare())], set()
    while queue:
        path = queue.pop(0)
        kind = kind_of(path)
        if not path.startswith(HOME) or not kind or kind in asked:
            continue
        if kind in kinds and path != HOME:
            continue
        asked.add(kind)
        answer = page.request.get(path)
        if answer.status != 200 or "html" not in answer.headers["content-type"]:
            continue
        if not (text := answer.text()).lstrip().lower().startswith("<!doctype"):
            continue  # a part of a page
        queue += [urljoin(path, link) for link in Reader(text).links]
        led = urlsplit(answer.url)
        if kind_of(led.path) not in kinds:
            kinds.add(kind_of(led.path))
            yield f"{led.path}?{led.query}".rstrip("?")


@pytest.mark.timeout(900)
def test_nobody_is_shut_out_of_any_page(window, site):
    found, kinds, number = [], set(), 0
    for who in ROLES:
        with window(who, bypass_csp=True) as page:
            page.context.unroute("**/*")  # what is asked elsewhere is seen by the other journeys
            page.context.add_init_script(path=AXE_FILE_PATH)
            for path in walked(page, kinds):
                for language, look in rows(number):
                    dress(page, site, look)
                    page.goto(
                        path.replace("/zh-hans/", f"/{language}/", 1), wait_until="domcontentloaded"
                    )
                    where = f"{who} {page.url.removeprefix(site)} {look}"
                    found += [f"{where}: {one}" for one in judged(page, look)]
                number += 1
    assert not found, "\n".join(found)
    assert number > 50, sorted(kinds)


def test_the_judge_is_awake(window):
    with window(bypass_csp=True, viewport=PHONE) as page:
        page.context.add_init_script(path=AXE_FILE_PATH)
        page.goto(f"{HOME}sign-in/")
        page.evaluate("document.querySelector('main label').remove()")
        page.evaluate("document.querySelector('main').style.minWidth = '500px'")
        told = judged(page, "phone")
        assert [one.split()[0] for one in told][:1] == ["label"]
        assert [one for one in told if one.endswith("wide")]
