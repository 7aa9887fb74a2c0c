"""The look of pages is one cookie that says nothing else, and leads nowhere else."""

import pytest

LOOK = "/zh-hans/look/"


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        ("", {"mode": "dark"}, "dark"),
        ("dark", {"type": "elder"}, "dark-elder"),
        ("dark-elder", {"type": ""}, "dark"),
        ("dark", {"mode": ""}, ""),
        ("", {"mode": '"><script>', "type": "huge"}, ""),
        ("light; x", {}, ""),
    ],
)
def test_a_switch_changes_what_it_names_and_nothing_else(client, before, said, after):
    client.cookies["look"] = before
    answer = client.post(LOOK, {**said, "next": "/en/sign-in/"})
    assert answer["Location"] == "/en/sign-in/"
    assert answer.cookies["look"].value == after


def test_it_does_not_lead_away(client):
    assert client.post(LOOK, {"next": "https://elsewhere.test/"})["Location"] == "/zh-hans/"
    assert client.get(LOOK).status_code == 405


def test_the_page_wears_it(client, db):
    client.cookies["look"] = "dark-elder"
    text = client.get("/zh-hans/accessibility/").content.decode()
    assert '<html lang="zh-hans" data-mode="dark" data-type="elder">' in text


@pytest.mark.django_db
def test_the_gallery_asks_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/zh-hans/ui/").status_code == 200
