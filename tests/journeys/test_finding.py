"""The box in the shell, the explorer and the matrix in a real browser: keyboard, large type, axe."""

import re

import pytest
from playwright.sync_api import expect

from .browser import CONTRAST, HOME, REPORTS, RULES, findings, focused
from .stage import COUNTY

pytestmark = pytest.mark.browser


def test_slash_type_arrow_enter_leads_to_a_place(window):
    with window() as page:
        page.goto(HOME)
        page.keyboard.press("/")
        assert focused(page) == "seek"
        page.keyboard.type(COUNTY[:6])
        box = page.locator("#seek")
        expect(box).to_have_attribute("aria-expanded", "true")
        expect(page.locator("#seek-told")).to_have_text(re.compile(r"\d"))
        page.keyboard.press("ArrowDown")
        chosen = box.get_attribute("aria-activedescendant")
        expect(page.locator(f"#{chosen}")).to_have_attribute("aria-selected", "true")
        assert findings(page, RULES) == []
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/platform/places/"))


def test_escape_puts_the_list_away_and_tab_leaves_it(window):
    with window() as page:
        page.goto(HOME)
        page.keyboard.press("/")
        page.keyboard.type("44")
        box = page.locator("#seek")
        expect(box).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("Escape")
        expect(box).to_have_attribute("aria-expanded", "false")
        expect(box).to_have_value("44")
        page.keyboard.press("Tab")
        assert focused(page) != "seek"


def test_without_scripts_the_box_is_a_form(window):
    with window(java_script_enabled=False) as page:
        page.goto(HOME)
        page.fill("#seek", COUNTY[:6])
        page.press("#seek", "Enter")
        expect(page.locator("#found-place")).to_be_visible()


@pytest.mark.parametrize("path", ["explore/", "overlap/"])
@pytest.mark.parametrize(("lang", "scheme"), [("zh-hans", "light"), ("en", "dark")])
def test_explorers_have_no_finding(window, path, lang, scheme):
    with window("bureau", color_scheme=scheme) as page:
        page.goto(REPORTS.replace("zh-hans", lang) + path)
        assert findings(page, RULES) == []
        assert findings(page, CONTRAST) == []


def test_the_explorer_fits_a_phone(window):
    with window("bureau", viewport={"width": 360, "height": 740}) as page:
        page.goto(f"{REPORTS}explore/")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_large_type_says_that_there_is_no_voice(window):
    with window() as page:
        page.goto(HOME)
        page.locator(".elder button").click()
        expect(page.locator(".aloud button")).to_be_disabled()
        expect(page.locator("#no-voice")).to_be_visible()
