"""Every part in every state: nobody is shut out, whatever the language, the light and the size."""

import gzip
import io
import re
import wave
from pathlib import Path

import pytest
from playwright.sync_api import expect

import lingnan.web

from .browser import CONTRAST, HOME, REPORTS, RULES, findings, focused, tab_to
from .stage import FORM, VILLAGE

pytestmark = pytest.mark.browser
GALLERY = f"{HOME}ui/"
BLANK = f"{REPORTS}fill/{FORM}/{VILLAGE}/2027/"  # no journey fills it
# Every pair of language × light, language × size and light × size; what is said by words only once.
PAIRS = [
    ("zh-hans", "light", "", RULES), ("zh-hans", "dark", "elder", CONTRAST),
    ("zh-hant", "dark", "", RULES), ("zh-hant", "light", "elder", CONTRAST),
    ("en", "light", "elder", RULES), ("en", "dark", "", CONTRAST),
    ("pt", "dark", "elder", RULES), ("pt", "light", "", CONTRAST),
]  # fmt: skip
SMALL = """() => [...document.querySelectorAll("a, button, input, select, summary")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("p:not(.samples), svg"))
  .map((one) => [one.labels && one.labels.length && one.type.match(/radio|checkbox/)
    ? (one.closest("p, td") ?? one.labels[0]).getBoundingClientRect() : one.getBoundingClientRect(), one])
  .filter(([box, one]) => (box.width < 24 || box.height < 24) && !one.matches(".skip"))
  .map(([box, one]) => `${Math.round(box.width)}×${Math.round(box.height)} ${one.outerHTML.slice(0, 90)}`)"""


def test_no_part_shuts_anybody_out(window, site):
    found = []
    with window(bypass_csp=True) as page:
        for language, mode, kind, rules in PAIRS:
            look = {"name": "look", "value": f"{mode}-{kind}".strip("-"), "url": site}
            page.context.add_cookies([look])
            page.goto(f"/{language}/ui/")
            assert page.locator("html").get_attribute("data-mode") == mode
            found += [f"{language} {mode} {kind}: {one}" for one in findings(page, rules)]
    assert found == []


def test_a_resident_is_asked_one_thing_a_page(window, site):
    """Bootstrap instead of Tabler, the same parts; what is missing is told and nothing is lost."""
    found = []
    with window(bypass_csp=True, viewport={"width": 360, "height": 780}) as page:
        for language, mode, kind, rules in PAIRS[::2]:
            look = {"name": "look", "value": f"{mode}-{kind}".strip("-"), "url": site}
            page.context.add_cookies([look])
            for said in ("", "?step=2", "?step=2&years=some", "?step=3&years=some"):
                page.goto(f"/{language}/ui/resident/{said}")
                found += [f"{language}{said}: {one}" for one in findings(page, rules)]
                assert page.locator("main h1").count() == 1
                assert page.locator("main .btn-primary").count() == (0 if "3" in said else 1)
                assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.goto(f"{HOME}ui/resident/")
        sheets = page.locator("link[rel=stylesheet]").evaluate_all("all => all.map((o) => o.href)")
        assert any("bootstrap" in one for one in sheets)
        assert not any("tabler" in one or "work." in one for one in sheets)
        page.click("main .btn-primary")
        page.click("#error-summary a")
        assert focused(page) == "years"
        page.keyboard.press("Space")
        page.click("main .btn-primary")
        expect(page.locator(".answers")).to_contain_text("不满半年")
        page.click(".answers .change a")
        expect(page.locator("#years")).to_be_checked()
        page.click("main .btn-primary")
        page.click("main .btn-primary")
        expect(page.locator(".timeline .now")).to_contain_text("第 1 天，共 3 天")
    assert found == []


VOICE = """([start, stop]) => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: "/zh-hans/read-aloud/" });
  Object.assign(form.dataset, { aloud: "", start, stop, failed: "坏了" });
  form.innerHTML = `<button disabled aria-pressed="false">${start}</button> <output></output>
    <noscript>要脚本</noscript>`;
  document.querySelector("main").prepend(form);
}"""
ALOUD = Path(lingnan.web.__file__).parent / "static/ui/aloud.js"


def test_a_page_is_read_line_by_line_and_says_why_when_it_stops(window):
    """With a voice of ours in place of a synthesiser's."""
    said, out = [], io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\0\0" * 400)

    def speak(route):
        text = re.search(r'name="text"\r\n\r\n(.*?)\r\n', route.request.post_data)[1]
        said.append(text)
        if len(said) < 5:
            return route.fulfill(body=out.getvalue(), content_type="audio/wav")
        return route.fulfill(status=422, json={"detail": "请求太多"})

    with window(bypass_csp=True) as page:
        page.route("**/read-aloud/", speak)
        page.goto(f"{HOME}ui/resident/?step=3&years=some")
        page.evaluate(VOICE, ["朗读本页", "停止朗读"])
        page.add_script_tag(path=ALOUD)
        page.click("[data-aloud] button")
        expect(page.locator("[data-aloud] output")).to_have_text("请求太多")
        expect(page.locator("[data-aloud] button")).to_have_text("朗读本页")
        expect(page.locator(".read-now")).to_have_count(0)
    assert said == [
        "开居住证明（样张） · 第 3 步，共 3 步",
        "已收到您的申请",
        "三个工作日内办好。",
        "办好后发短信告诉您，不用来回跑。",
        "已提交 您 2026-10-31",
    ]


@pytest.mark.parametrize(("width", "address"), [(360, GALLERY), (1280, GALLERY), (360, BLANK)])
def test_a_thumb_finds_every_target(window, width, address):
    with window("clerk", viewport={"width": width, "height": 800}) as page:
        page.goto(address)
        assert page.evaluate(SMALL) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_goes_through_and_back(window):
    """Forwards to the end, then one step back: nothing holds the focus, nothing is met again later."""
    mark = """() => { const on = document.activeElement;
      return on === document.body ? 0 : on.n ??= ++window.n; }"""
    with window() as page:
        page.goto(GALLERY)
        page.evaluate("window.n = 0")
        seen = []
        for _ in range(200):
            page.keyboard.press("Tab")
            seen.append(page.evaluate(mark))
            if not seen[-1]:
                break
        reached = [one for i, one in enumerate(seen[:-1]) if one != seen[i - 1]]  # a date has parts
        assert seen[-1] == 0 and len(reached) > 50
        assert reached == sorted(set(reached))
        page.keyboard.press("Shift+Tab")
        assert page.evaluate(mark) == reached[-1]


def test_what_is_wrong_takes_the_focus_and_leads_to_the_field(window):
    with window() as page:
        page.goto(f"{HOME}sign-in/")
        page.fill("#username", "clerk")
        page.click("main button")
        expect(page.locator("#error-summary")).to_be_focused()
        tab_to(page, "#error-summary a")
        page.keyboard.press("Enter")
        assert focused(page) == "password"
        expect(page.locator("#username")).to_have_value("clerk")


def test_light_and_size_are_chosen_without_scripts(window):
    paper = "getComputedStyle(document.body).backgroundColor"
    with window(java_script_enabled=False, color_scheme="light") as page:
        page.goto(f"{HOME}sign-in/?next=%2Fen%2F")
        light = page.evaluate(paper)
        page.get_by_role("button", name="大字版").click()
        assert page.locator("html").get_attribute("data-type") == "elder"
        assert page.url.endswith("?next=%2Fen%2F")
        page.locator("details.pick summary").first.click()
        page.get_by_role("button", name="深色").click()
        assert page.evaluate(paper) != light
        page.goto("/en/accessibility/")
        assert page.locator("html").get_attribute("data-mode") == "dark"
        assert page.evaluate("getComputedStyle(document.body).fontSize") == "20px"


def test_a_block_from_a_spreadsheet_is_spread_and_taken_back(window):
    with window("clerk") as page:
        page.goto(BLANK)
        inputs = page.locator("table[data-grid] td.field > input")
        was = [inputs.nth(i).input_value() for i in range(3)]
        inputs.first.focus()
        page.evaluate("""() => {
          const data = new DataTransfer();
          data.setData("text/plain", "7\\n8\\n9\\n");
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""")
        assert [inputs.nth(i).input_value() for i in range(3)] == ["7", "8", "9"]
        page.keyboard.press("Control+z")
        assert [inputs.nth(i).input_value() for i in range(3)] == was
        page.keyboard.press("Enter")
        expect(inputs.nth(1)).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(inputs.first).to_be_focused()


def test_a_file_that_cannot_be_read_is_answered_on_the_page(window):
    with window("clerk") as page:
        page.goto(BLANK)
        page.locator("details.drawer summary").first.click()
        page.set_input_files(
            "#file", {"name": "空.xlsx", "mimeType": "", "buffer": b"not a workbook"}
        )
        page.get_by_role("button", name="读入").click()
        expect(page.locator("#error-summary")).to_contain_text("不是 Excel 工作簿")


def test_a_clerks_page_is_light(window):
    """Compressed: at most 60 kB of page and style, 150 kB of scripts."""
    with window("clerk") as page:
        page.goto(BLANK)
        parts = page.eval_on_selector_all(
            "link[rel=stylesheet], script[src]", "all => all.map((one) => one.href || one.src)"
        )
        weigh = {
            one: len(gzip.compress(page.request.get(one).body())) for one in [page.url, *parts]
        }
        scripts = sum(size for one, size in weigh.items() if one.endswith(".js"))
        assert 0 < sum(weigh.values()) - scripts <= 60_000, weigh
        assert 0 < scripts <= 150_000, weigh
