"""Whatever goes wrong: words for people, problem+json for programs, never a bare 500."""

import pickle

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from lingnan.base.errors import Clash, Invalid, Problem, Refused, Sentence
from lingnan.web import errors, paging
from lingnan.web.errors import refusal_of

SHAPE = {"type", "title", "status", "detail", "code", "basis", "instance", "problems"}


class Late(Refused):
    code = "test.late"
    tell = "已过 {days} 天。"


def problem(response):
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert set(body) == SHAPE
    assert body["status"] == response.status_code
    return body


def test_a_refusal_tells_its_law_and_every_place(rf: RequestFactory):
    wrong = Invalid(
        basis="《统计法》第七条", problems=[Problem("rows.3", "应为 {n}。", (("n", 5),))]
    )
    body = errors.problem(rf.get("/api/v1/x"), wrong)
    assert body["basis"] == "《统计法》第七条"
    assert body["problems"] == [{"where": "rows.3", "detail": "应为 5。"}]
    assert body["type"] == "urn:lingnan:problem:invalid"


def test_a_sentence_is_filled_after_translation(rf: RequestFactory):
    assert errors.words_of(Late(days=3)) == "已过 3 天。"
    assert errors.words_of(Problem("x", "{nothing}")) == "{nothing}"


def test_what_is_filled_in_is_translated_too():
    many = Sentence("列数 {columns} 超过 {most}。", (("columns", 9), ("most", 4)))
    with translation.override("en"):
        assert errors.words_of(Late("{why}", why=many)) == "9 columns; at most 4 are read."
        assert errors.words_of(Late("{why}", why="文件是空的。")) == "The file is empty."
        assert errors.words_of(Late("{name}", name="文件是空的。")) == "文件是空的。"
    assert Late("{why}", why=many).words() == "列数 9 超过 4。"


def test_a_sentence_is_its_chinese_words_and_every_door_has_it_in_its_own():
    held = Sentence("{source} {day} 报 {value}，请核对").filled(
        source=Sentence("报表 {code}").filled(code="NY-1"), day="2026-10-31", value="62 人"
    )
    again = pickle.loads(pickle.dumps(held))
    assert held == again == "报表 NY-1 2026-10-31 报 62 人，请核对"
    with translation.override("en"):
        there = "Form NY-1 reported 62 人 on 2026-10-31; please check"
        assert errors.in_words(held) == errors.in_words(again) == there
        page = Template("{% load ui %}{{ held|said }}|{{ name|said }}")
        assert page.render(Context({"held": held, "name": "缺<"})) == f"{there}|缺&lt;"
        refused = Late(Sentence("{place}不在您的管辖范围内。").filled(place="Shimen"))
        assert errors.words_of(refused) == "Shimen is outside your area."


def test_an_unknown_address_is_a_problem_for_programs_and_a_page_for_people(client, db):
    body = problem(client.get("/api/v1/platform/nothing"))
    assert (body["status"], body["code"]) == (404, "no_such_page")
    page = client.get("/zh-hans/nothing/")
    assert page.status_code == 404
    assert "没有这个页面" in page.content.decode()


def test_a_wrong_method_is_405(client, db):
    body = problem(client.delete("/api/v1/platform/places/roots"))
    assert body["code"] == "method_not_allowed"


def test_a_wrong_parameter_is_named(client, province):
    body = problem(client.get("/api/v1/platform/places?q=x&level=9&on=never"))
    assert body["status"] == 422
    assert {p["where"]: p["detail"] for p in body["problems"]} == {
        "level": "不能大于 5。",
        "on": "应为日期，例如 2026-10-31。",
    }


def test_a_missing_parameter_is_named(client, province):
    body = problem(client.get("/api/v1/platform/places"))
    assert body["problems"] == [{"where": "q", "detail": "必须填写。"}]


@pytest.mark.parametrize("day", ["2026-13-01", "soon"])
def test_a_wrong_day_in_a_page_is_told_where_it_was_typed(client, province, day):
    page = client.get(f"/zh-hans/platform/places/?on={day}")
    assert page.status_code == 422
    assert 'href="#on"' in page.content.decode()


def test_the_unforeseen_is_logged_under_the_number_the_person_gets(client, db, monkeypatch, caplog):
    from lingnan.systems.platform.pages import places

    def broken(**kwargs):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(places.places, "roots", broken)
    client.raise_request_exception = False
    page = client.get("/zh-hans/platform/places/")
    number = page["X-Request-Id"]
    assert page.status_code == 500
    assert number in page.content.decode()
    assert "secret detail" not in page.content.decode()
    assert any(number in str(record.msg) for record in caplog.records)


def test_the_unforeseen_in_an_operation_is_a_problem_too(client, db, monkeypatch):
    from lingnan.systems.platform.api import places

    monkeypatch.setattr(places.places, "roots", lambda **kwargs: 1 / 0)
    client.raise_request_exception = False
    body = problem(client.get("/api/v1/platform/places/roots"))
    assert body["code"] == "unexpected"


def test_a_token_that_is_not_valid_is_401(client, db):
    answer = client.get(
        "/api/v1/platform/me", headers={"Authorization": "Bearer nobody-has-this-token"}
    )
    assert problem(answer)["status"] == 401


def test_a_session_without_its_csrf_token_cannot_post_to_the_api(auditor):
    strict = type(auditor)(enforce_csrf_checks=True)
    strict.cookies = auditor.cookies
    answer = strict.post("/api/v1/platform/evidence", "{}", content_type="application/json")
    assert problem(answer)["code"] == "csrf_failed"


def test_a_page_form_without_its_token_gets_words(client, db):
    strict = type(client)(enforce_csrf_checks=True)
    page = strict.post("/zh-hans/sign-in/", {"username": "a"})
    assert page.status_code == 403
    assert "请返回上一页刷新后重新提交" in page.content.decode()


def test_a_text_no_database_can_hold_is_the_callers_fault(client, province):
    answer = client.get("/api/v1/platform/organisations?q=%00")
    assert answer.status_code in {200, 400}
    assert client.get("/zh-hans/platform/organisations/?q=%00").status_code in {200, 400}


def test_every_refusal_keeps_its_own_status(rf: RequestFactory):
    assert refusal_of(rf.get("/"), Clash()).status == 409


@pytest.mark.parametrize("cursor", ["!!!", "bm90LWpzb24", "é", "A"])
def test_a_cursor_of_somebody_else_is_invalid(cursor):
    with pytest.raises(Invalid):
        paging.decode(cursor)


def test_pages_hold_every_row_once():
    rows = list(range(1, 24))
    seen, cursor = [], ""
    while True:
        page = paging.page(
            lambda after, most: [n for n in rows if n > (after or 0)][:most],
            key=lambda n: n,
            cursor=cursor,
            size=5,
        )
        seen += page.rows
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == rows


@pytest.mark.parametrize(
    ("lang", "title"), [("zh-hans", "不能这样使用"), ("en", "Method not allowed")]
)
def test_title_and_detail_speak_one_language(client, db, lang, title):
    body = problem(client.delete("/api/v1/platform/places/roots", HTTP_ACCEPT_LANGUAGE=lang))
    assert body["title"] == title
    assert body["detail"].isascii() is (lang == "en")


def test_a_figure_that_is_no_number_chooses_no_hat(province, client):
    """`²` is a digit to Python and no number."""
    answer = client.get(
        "/api/v1/platform/evidence", headers={"X-Duty": "²", "Authorization": "Bearer x"}
    )
    assert answer.status_code == 401
