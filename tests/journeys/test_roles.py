"""Five roles before a real browser, by what stands on the page; clerk and town again in other words."""

import io
import re

import openpyxl
import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from .stage import FORM, PERIOD

pytestmark = pytest.mark.browser
HAN = re.compile(r"[\u4e00-\u9fff]")
WRITTEN = (
    "main h1, main h2, main button, main th, main legend, nav a, footer a, .skip, label[for=q]"
)


def words(lang: str, sentence: str, **given: object) -> str:
    with override(lang):
        return gettext(sentence).format(**given)


def fill_everything(page: Page, number: str) -> None:
    for control in page.locator("[name^=f_]").all():
        if control.evaluate("n => n.tagName") == "SELECT":
            control.select_option(index=1)
        else:
            control.fill(number)


def chinese_left(page: Page) -> list[str]:
    """Words of ours that nobody translated; what a department wrote stays as it is."""
    texts = page.locator(WRITTEN).evaluate_all(
        "all => all.map(n => [...n.childNodes].filter(c => c.nodeType === 3).map(c => c.data).join(' '))"
    )
    departments = page.locator("main").inner_text()
    return [t.strip() for t in texts if HAN.search(t) and f"{t.strip()}（" not in departments]


@pytest.mark.parametrize(
    "lang, clerk, village, town",
    [
        ("zh-hans", "clerk_hans", "440112002203", "west_town"),
        ("zh-hant", "clerk_hant", "440112001203", "town"),
        ("en", "clerk_en", "440112001201", "town"),
    ],
)
def test_a_clerk_reports_and_a_town_passes_it(window, lang, clerk, village, town):
    with window(clerk) as page:
        page.goto(f"/{lang}/")
        expect(page.locator("html")).to_have_attribute("lang", lang)
        page.locator("ul.desk a").first.click()
        page.locator("main tbody a").first.click()
        page.wait_for_url(f"**/{lang}/reporting/fill/{FORM}/{village}/{PERIOD}/")
        fill_everything(page, "4")
        page.click("button[value=check]")
        expect(page.locator("h1")).to_contain_text(words(lang, "提交前核对"))
        if lang == "en":
            assert not [t for t in chinese_left(page) if "情况" not in t and "村" not in t]
        page.get_by_role("button", name=words(lang, "提交审核")).click()
        expect(page.locator(".notes")).to_contain_text(words(lang, "已提交，等待上级审核。"))
    with window(town) as page:
        page.goto(f"/{lang}/reporting/review/")
        expect(page.locator("h1")).to_contain_text(words(lang, "待审核"))
        page.locator(".plain-list a").first.click()
        page.keyboard.press("j")
        expect(page.locator("tbody tr").first).to_be_visible()
        page.click("button[value=approve]")
        # Other journeys may have left a report there too.
        told = re.compile(words(lang, "已通过 {n} 份。", n=r"[1-9]"))
        expect(page.locator(".notes")).to_contain_text(told)


def test_a_county_a_department_and_the_bureau_look_at_it(window):
    with window("county") as page:
        page.goto("/zh-hans/reporting/")
        page.locator("main tbody a").first.click()
        expect(page.locator("main")).to_contain_text("应报 6 份")
        page.get_by_role("link", name="填报负担").click()
        expect(page.locator("h1")).to_contain_text("填报负担")
        page.goto("/zh-hans/reporting/explore/")
        page.get_by_role("button", name="查看").click()
        expect(page.locator("main")).to_contain_text("东岸镇")
    with window("department") as page:
        page.goto("/zh-hans/reporting/produce/")
        with page.expect_download() as download:
            page.locator("main button").first.click()
        book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
        assert "村表" in book.sheetnames
    with window("bureau") as page:
        page.goto("/zh-hans/reporting/overlap/")
        expect(page.locator("h1")).to_have_text(re.compile("哪些表问得一样"))
        page.goto("/zh-hans/")
        page.keyboard.press("/")
        page.keyboard.type("heyan")
        page.keyboard.press("Escape")
        page.goto("/zh-hans/search/?q=da")
        expect(page.locator("main")).to_contain_text("东岸镇")
        page.goto("/zh-hans/reporting/admission/")
        expect(page.locator("h1")).to_contain_text("报表准入")
