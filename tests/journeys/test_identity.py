"""Signing in with what one holds, in a real browser: authenticator, recovery code, passkey."""

import os
from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.sync_api import expect

from .browser import RULES, findings
from .stage import PASSWORD

pytestmark = pytest.mark.browser
CLERK = "phone"


@pytest.fixture
def page(site, chromium):
    """Passkeys are bound to names, not to numbers: the site is `localhost` here."""
    context = chromium.new_context(
        base_url=f"http://localhost:{urlsplit(site).port}", locale="zh-CN", reduced_motion="reduce"
    )
    page = context.new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if "CSP" in said.text else 0)
    page.on("pageerror", lambda broken: complaints.append(str(broken)))
    page.set_default_timeout(10_000)
    yield page
    context.close()
    assert not complaints


def authenticator(page):
    """A passkey device as part of the browser, that always says yes to its owner."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return device, made["authenticatorId"]


def with_password(page, who):
    page.goto("/zh-hans/sign-in/")
    page.fill("#username", who)
    page.fill("#password", PASSWORD)
    page.click("main form:not(.passkey) button.btn-primary")


def sign_out(page):
    page.click(".who details:last-of-type summary")
    page.click("text=退出登录")
    expect(page.locator("h1")).to_have_text("登录")


def seen(page, name):
    """Kept for eyes when a folder is named."""
    if folder := os.environ.get("IDENTITY_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_phone_then_its_code_then_a_recovery_code(page):
    with_password(page, CLERK)
    page.goto("/zh-hans/security/")
    seen(page, "security-empty")
    page.click("text=登记手机验证器")
    assert page.locator("svg.qr path").count() > 0
    assert findings(page, RULES) == []
    seen(page, "authenticator")
    page.click("summary:has-text('手写密钥')")
    secret = page.locator("code.key").inner_text().replace(" ", "")
    clock = pyotp.TOTP(secret)
    page.fill("#code", "000000")
    page.click("main button.btn-primary")
    expect(page.locator("#error-summary")).to_be_focused()
    page.fill("#code", clock.now())
    page.fill("#name", "工作手机")
    page.click("main button.btn-primary")
    codes = page.locator("ol.codes code").all_inner_texts()
    assert len(set(codes)) == 10
    assert findings(page, RULES) == []
    seen(page, "recovery-codes")
    page.click("text=已经存好")
    expect(page.locator(".holdings").first).to_contain_text("工作手机")
    expect(page.locator("section[aria-labelledby=sessions]")).to_contain_text("Chrome · Linux")
    assert findings(page, RULES) == []
    seen(page, "security")
    page.reload()
    assert codes[0] not in page.content()
    sign_out(page)
    with_password(page, CLERK)
    expect(page.locator("h1")).to_have_text("第二步验证")
    page.goto("/zh-hans/platform/mine/")  # half way in is not in
    assert "/sign-in/" in page.url
    page.goto("/zh-hans/sign-in/code/")
    assert findings(page, RULES) == []
    seen(page, "second-factor")
    page.fill("#code", codes[3])
    page.click("main button.btn-primary")
    expect(page.locator("a.to-desk")).to_be_visible()


def test_a_passkey_signs_in_alone_and_a_foreign_one_does_not(page):
    device, number = authenticator(page)
    with_password(page, "passkey")
    page.goto("/zh-hans/security/")
    page.click("text=登记通行密钥")
    expect(page.locator("h1")).to_have_text("恢复码")
    page.click("text=已经存好")
    expect(page.locator(".holdings").first).to_contain_text("通行密钥")
    [kept] = device.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]
    assert kept["isResidentCredential"]
    sign_out(page)
    seen(page, "sign-in")
    page.click("text=用通行密钥登录")
    expect(page.locator("a.to-desk")).to_be_visible()
    sign_out(page)
    with_password(page, "passkey")  # and as the second step
    expect(page.locator("h1")).to_have_text("第二步验证")
    page.click("text=用通行密钥登录")
    expect(page.locator("a.to-desk")).to_be_visible()
    sign_out(page)
    # A copy of the key whose counter lags behind is refused, and so is a key nobody registered.
    device.send("WebAuthn.clearCredentials", {"authenticatorId": number})
    copied = kept | {"signCount": 0}
    device.send("WebAuthn.addCredential", {"authenticatorId": number, "credential": copied})
    page.click("text=用通行密钥登录")
    expect(page.locator(".passkey .wrong")).to_contain_text("没有通过验证")
    seen(page, "passkey-refused")
