"""A real Chromium, as a clerk with only a keyboard, without scripts, in the dark."""

import io
import time

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from .browser import (
    CONTRAST,
    FILL,
    HOME,
    REPORTS,
    RULES,
    findings,
    focused,
    press,
    tab_to,
)
from .stage import COUNTY, FORM, PASSWORD, PERIOD, VILLAGE

pytestmark = pytest.mark.browser


# Before anybody fills the form: what is answered already cannot be put right any more.
def test_a_cell_is_put_right_by_keyboard_beside_the_sheet(window):
    with window("bureau") as page:
        page.goto(f"{REPORTS}forms/{FORM}/sheet/")
        tab_to(page, "[data-sheet] a")
        assert focused(page) == "c-A1"  # one stop in the order of tabs, not three hundred
        page.locator("#c-E8").click()
        title = page.locator("#beside-title")
        expect(title).to_contain_text("E8")
        page.keyboard.press("ArrowDown")
        expect(title).to_contain_text("E9")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        expect(title).to_contain_text("B8")  # merged over four rows and two columns
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        expect(title).to_contain_text("E9")
        assert page.url.endswith("?cell=E9")
        page.keyboard.press("Enter")
        assert focused(page) == "say-field"
        page.keyboard.press("Escape")
        assert focused(page) == "c-E9"
        page.keyboard.press("Enter")
        tab_to(page, "#unit")
        page.keyboard.press("Control+a")
        page.keyboard.type("户")
        page.keyboard.press("Enter")
        expect(page.locator(".notes")).to_contain_text("已记下")
        expect(page.locator("#unit")).to_have_value("户")
        expect(page.locator("td.s-said #c-E9")).to_be_visible()


def test_a_cell_is_put_right_without_scripts(window):
    with window("bureau", java_script_enabled=False) as page:
        page.goto(f"{REPORTS}forms/{FORM}/sheet/")
        page.click("#c-B17")
        expect(page.locator("#beside-title")).to_contain_text("B17")
        page.check("#say-nothing")
        page.click("#beside button")
        expect(page.locator("td.s-nothing #c-B17")).to_be_visible()
        page.check("#say-read")
        page.click("#beside button")
        expect(page.locator("td.s-label #c-B17")).to_be_visible()


def test_what_was_read_from_a_file_is_told(window):
    with window("clerk") as page:
        page.goto(FILL)
        page.locator("details.drawer summary").first.click()
        link = page.locator("details.drawer a").first
        blank = page.request.get(link.get_attribute("href")).body()
        page.set_input_files("#file", {"name": link.inner_text(), "mimeType": "", "buffer": blank})
        page.get_by_role("button", name="读入").click()
        expect(page.locator(".notes")).to_contain_text("已读入文件")
        page.wait_for_url(f"**{FILL}")


def type_everything(page: Page, number: str) -> None:
    """One control after another, in reading order."""
    count = page.locator("[name^=f_]").count()
    tab_to(page, "[name^=f_]")
    for _ in range(count):
        is_list = page.evaluate("document.activeElement.tagName == 'SELECT'")
        if not is_list:
            page.keyboard.press("Control+a")
        page.keyboard.type("1" if is_list else number)
        page.keyboard.press("Tab")


def test_a_report_by_keyboard_from_sign_in_to_workbook(window):
    with window("clerk") as page:
        page.goto(HOME)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        with page.expect_navigation():
            press(page, "ul.desk a")
        press(page, "tbody a")
        page.wait_for_url(f"**{FILL}")
        tab_to(page, "[name^=f_]")
        first = focused(page)
        page.keyboard.type("三")
        press(page, "button[value=submit]")
        expect(page.locator("#error-summary")).to_be_focused()
        expect(page.locator("#error-summary")).to_contain_text("村表!E5")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert focused(page) == first
        expect(page.locator(f"#{first}")).to_have_value("三")
        page.reload()
        page.goto(FILL)
        type_everything(page, "3")
        assert page.evaluate("document.activeElement.value") == "submit"
        page.keyboard.press("Enter")
        expect(page.locator(".notes")).to_contain_text("已提交")
        press(page, "#evidence summary")
        expect(page.locator("#evidence")).to_contain_text("提交报表")
    with window("county") as page:
        page.goto(HOME)
        expect(page.locator(".board")).to_contain_text("1 份报表")
        press(page, "ul.desk a")
        expect(page.locator("tbody tr")).to_contain_text("石门村")
        press(page, "button[value=approve]")
        expect(page.locator(".notes")).to_contain_text("已通过 1 份")
        wait_until_counted(page)
        page.goto(f"{REPORTS}produce/")
        with page.expect_download() as download:
            press(page, "main button")
        sheet = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))["村表"]
        assert sheet["E5"].value == 3


def wait_until_counted(page: Page) -> None:
    """The worker numbers what was approved within a second or two."""
    for _ in range(40):
        page.goto(f"{REPORTS}rollup/{FORM}/440112000000/{PERIOD}/")
        if page.get_by_text("1/6 村").count():
            return
        time.sleep(0.25)
    raise AssertionError("what was approved is not counted")


def test_a_language_is_chosen_by_keyboard(window):
    with window() as page:
        page.goto(f"{HOME}sign-in/")
        press(page, "summary[aria-label]")
        press(page, "a[hreflang=en]")
        expect(page.locator("h1")).to_have_text("Sign in")
        assert page.locator("html").get_attribute("lang") == "en"


def test_all_of_it_works_without_scripts(window):
    with window(java_script_enabled=False) as page:
        page.goto(f"{HOME}sign-in/")
        page.fill("#username", "clerk")
        page.fill("#password", "wrong")
        page.click("main button")
        expect(page.locator("#error-summary")).to_contain_text("口令")
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.locator("details.pick summary").first.click()
        expect(page.locator("a[hreflang=pt]")).to_be_visible()
        page.goto(f"{REPORTS}fill/{FORM}/{VILLAGE}/2027/")
        page.locator("[name^=f_]").first.fill("8")
        page.click("button[value=save]")
        expect(page.locator("#error-summary")).to_contain_text("本轮填报尚未开始")
        expect(page.locator("[name^=f_]").first).to_have_value("8")


def test_no_page_shuts_anybody_out(window):
    """axe: nothing serious, nothing critical, in the light or in the dark."""
    pages = {
        "": ["", "sign-in/", "platform/places/", "platform/calendar/", "platform/statutes/"],
        "clerk": [
            "",
            "reporting/",
            FILL.removeprefix(HOME),
            "reporting/forms/",
            "away/",
            "away/shell/",
        ],
        "county": [
            "",
            "reporting/review/",
            "reporting/open/",
            f"reporting/rollup/{FORM}/440112000000/{PERIOD}/",
            "reporting/produce/",
        ],
        "bureau": [
            "reporting/repeats/",
            "reporting/repeats/?state=accepted",
            "reporting/dictionary/",
            "reporting/dictionary/proposed/",
            "reporting/dictionary/grid/",
            "reporting/dictionary/mz_1_3/",
            f"reporting/forms/{FORM}/",
            "reporting/register/",
            f"reporting/forms/{FORM}/sheet/",
            f"reporting/forms/{FORM}/sheet/?cell=E9",
        ],
        "audit": ["platform/evidence/", "platform/evidence/1/", "platform/evidence/head/"],
    }
    found = []
    for who, addresses in pages.items():
        with window(who, bypass_csp=True) as page:
            for address in addresses:
                page.goto(HOME + address)
                page.emulate_media(color_scheme="light")
                found += [f"{who} {address}: {one}" for one in findings(page, RULES)]
                page.emulate_media(color_scheme="dark")
                found += [f"{who} {address}, dark: {one}" for one in findings(page, CONTRAST)]
    assert not found


def test_the_judge_of_pages_is_awake(window):
    with window(bypass_csp=True) as page:
        page.goto(f"{HOME}sign-in/")
        page.evaluate("document.querySelector('main label').remove()")
        assert [one.split()[0] for one in findings(page, RULES)] == ["label"]


def test_doubts_are_worked_with_figures_and_enter(window):
    """One on the screen, 1 to 5 say what they are, Enter confirms; one step back is one button."""
    with window("bureau") as page:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{REPORTS}repeats/")
        waiting = int(page.locator(".states b").inner_text().split()[-1])
        expect(page.locator(".pair")).to_contain_text("户籍人口")
        expect(page.locator(".verdict .btn-primary")).to_be_in_viewport()
        page.keyboard.press("5")
        expect(page.locator("[name=relation]:checked")).to_have_value("alike")
        page.keyboard.press("Enter")
        expect(page.locator(".note")).to_contain_text("只是相像")
        expect(page.locator(".states b")).to_have_text(f"待确认 {waiting - 1}")
        page.wait_for_load_state()  # keys are heard once its script has come
        page.keyboard.press("Enter")  # what the machine suggests
        expect(page.locator(".note")).to_contain_text("同一件事")
        page.get_by_text("撤销刚才这一步").click()
        expect(page.locator(".states b")).to_have_text(f"待确认 {waiting - 1}")
    with window("bureau", java_script_enabled=False) as page:
        page.goto(f"{REPORTS}repeats/?state=refused")
        expect(page.locator("main tbody")).to_contain_text("户籍人口")
        page.goto(f"{REPORTS}repeats/")
        page.locator("[name=relation][value=same]").check()
        page.get_by_role("button", name="确认", exact=True).click()
        expect(page.locator(".note")).to_contain_text("同一件事")


SCROLLED = {
    "clerk": [HOME, f"{HOME}away/", REPORTS, FILL, f"{REPORTS}forms/", f"{REPORTS}repeats/"],
    "county": [f"{REPORTS}review/", f"{REPORTS}open/", f"{REPORTS}produce/"],
    "bureau": [
        f"{HOME}platform/rollup/",
        f"{HOME}platform/elements/",
        f"{REPORTS}forms/{FORM}/",
        f"{REPORTS}forms/{FORM}/sheet/?cell=E9",
        f"{REPORTS}dictionary/",
        f"{REPORTS}dictionary/proposed/",
        f"{REPORTS}dictionary/grid/",
        f"{REPORTS}dictionary/mz_1_3/",
        f"{REPORTS}rollup/{FORM}/{COUNTY}/{PERIOD}/",
    ],
    "audit": [f"{HOME}platform/evidence/", f"{HOME}platform/evidence/head/"],
}


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_no_page_scrolls_sideways(window, width):
    wide = []
    for who, addresses in SCROLLED.items():
        with window(who, viewport={"width": width, "height": 844}) as page:
            for address in addresses:
                page.goto(address)
                found = page.evaluate("document.documentElement.scrollWidth")
                wide += [(address, found)] if found > width else []
    assert wide == []
