"""Signing in by the page, as a person does it."""

import pytest

from lingnan.kernel.parties import services as parties

from .conftest import AT, BY, PASSWORD, person

PAGE = "/zh-hans/sign-in/"


@pytest.fixture
def clerk(province):
    return person("data_bureau", province["440000000000"], "clerk.one")


def enter(client, password=PASSWORD, **more):
    return client.post(PAGE, {"username": "clerk.one", "password": password, **more})


@pytest.mark.django_db(transaction=True)
class TestSignIn:
    def test_the_right_password_leads_to_where_one_was_going(self, client, clerk):
        answer = enter(client, next="/zh-hans/platform/evidence/")
        assert answer["Location"] == "/zh-hans/platform/evidence/"
        page = client.get("/zh-hans/platform/evidence/")
        assert page.status_code == 200
        assert "数据主管部门" in page.content.decode()

    def test_never_to_somebody_elses_site(self, client, clerk):
        assert enter(client, next="https://evil.example/")["Location"] == "/zh-hans/"
        client.post("/zh-hans/sign-out/")
        assert enter(client, next="//evil.example")["Location"] == "/zh-hans/"

    def test_a_wrong_password_keeps_the_name_and_says_no_more_than_that(self, client, clerk):
        page = enter(client, "wrong-password")
        assert page.status_code == 401
        text = page.content.decode()
        assert 'value="clerk.one"' in text
        assert 'role="alert"' in text
        assert "wrong-password" not in text

    def test_empty_fields_are_named(self, client, clerk):
        page = client.post(PAGE, {"username": "", "password": ""})
        assert page.status_code == 422
        assert 'href="#username"' in page.content.decode()
        assert 'href="#password"' in page.content.decode()

    def test_too_many_tries_lock(self, client, clerk):
        seen = [enter(client, f"wrong-{n}").status_code for n in range(8)]
        assert seen[0] == 401
        assert seen[-1] == 429
        assert enter(client).status_code == 429

    def test_signing_out_ends_it(self, client, clerk):
        enter(client)
        assert client.get("/zh-hans/sign-out/").status_code == 405
        client.post("/zh-hans/sign-out/")
        assert client.get("/zh-hans/platform/evidence/").status_code == 302

    def test_two_hats_ask_which(self, client, clerk, province):
        from datetime import date

        second = parties.give_duty(
            clerk.account.party_id, "statistician", place=province["441900000000"],
            valid_from=date(2026, 1, 1), by=BY, at=AT,
        )  # fmt: skip
        assert enter(client)["Location"].startswith("/zh-hans/hats/")
        assert "统计分析员" in client.get("/zh-hans/hats/").content.decode()
        assert client.post("/zh-hans/hats/", {"duty": second}).status_code == 302
        assert client.get("/api/v1/platform/me").json()["role"] == "statistician"
        assert client.post("/zh-hans/hats/", {"duty": 999}).status_code == 404

    def test_a_new_password_ends_the_other_sessions(self, client, clerk):
        other = type(client)()
        enter(client)
        enter(other)
        new = "Xijiang-Yu-Beijiang-26"
        wrong = client.post(
            "/zh-hans/password/", {"current": PASSWORD, "password": new, "again": "x"}
        )
        assert wrong.status_code == 422
        done = client.post(
            "/zh-hans/password/", {"current": PASSWORD, "password": new, "again": new}
        )
        assert done.status_code == 302
        assert client.get("/zh-hans/platform/mine/").status_code == 200
        assert other.get("/zh-hans/platform/mine/").status_code == 302

    def test_a_token_signs_a_program_in(self, client, clerk):
        token = parties.issue_token(clerk.account.pk, name="报表程序", by=BY, at=AT).text
        answer = client.get("/api/v1/platform/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.json()["role"] == "data_bureau"
