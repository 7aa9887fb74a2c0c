"""What travels is small, is named by its content, and is kept; asked of the server we run."""

import gzip
import json

import pytest
from django.core.management import call_command
from django.test import override_settings

from lingnan.web.assets.serving import ASK, FOREVER, Assets

STORED = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "lingnan.web.assets.storage.NamedByContent"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    there = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=there, STORAGES=STORED):
        call_command("collectstatic", interactive=False, verbosity=0)
    return there


@pytest.fixture
def ask(folder):
    """`ask("ui/ui.css", encoding="gzip")`: status, headers, body."""
    served = Assets(
        lambda environ, start: start("200 OK", [("From", "Django")]) or [b"page"], folder
    )

    def asked(name, method="GET", **headers):
        told = []
        environ = {"PATH_INFO": f"/static/{name}", "REQUEST_METHOD": method}
        environ |= {f"HTTP_{key.upper()}": value for key, value in headers.items()}
        body = b"".join(served(environ, lambda status, pairs: told.append((status, dict(pairs)))))
        return told[0][0], told[0][1], body

    asked.served = served
    return asked


@pytest.fixture
def names(folder):
    return json.loads((folder / "staticfiles.json").read_text())["paths"]


def test_a_name_with_its_hash_is_kept_for_a_year(ask, names):
    status, headers, body = ask(names["ui/ui.js"], accept_encoding="gzip, br")
    assert status == "200 OK"
    assert headers["Cache-Control"] == FOREVER
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Vary"] == "Accept-Encoding"
    assert headers["Content-Type"].startswith("text/javascript")
    _, plain, whole = ask(names["ui/ui.js"])
    assert "Content-Encoding" not in plain
    assert gzip.decompress(body) == whole
    assert len(body) < len(whole) / 2
    assert ask("ui/ui.js")[1]["Cache-Control"] == ASK


def test_nobody_gets_what_she_said_she_cannot_read(ask, names):
    assert "Content-Encoding" not in ask(names["ui/ui.css"], accept_encoding="br, gzip;q=0")[1]


def test_what_she_has_is_not_sent_again(ask):
    _, headers, _ = ask("ui/ui.css", accept_encoding="gzip")
    status, _, body = ask("ui/ui.css", accept_encoding="gzip", if_none_match=headers["ETag"])
    assert (status, body) == ("304 Not Modified", b"")


@pytest.mark.parametrize("name", ["../../etc/passwd", "staticfiles.json", "ui/none.css", "", "ui/"])
def test_only_collected_files_are_found(ask, name):
    assert ask(name)[0].startswith("404")
    assert name not in ask.served.held


def test_the_rest_is_djangos_and_a_file_is_only_read(ask):
    seen = []
    ask.served({"PATH_INFO": "/", "REQUEST_METHOD": "GET"}, lambda *said: seen.append(said[0]))
    assert seen == ["200 OK"]
    assert ask("ui/ui.css", "POST")[0].startswith("405")
    assert ask("ui/ui.css", "HEAD")[2] == b""


def test_the_same_files_give_the_same_bytes(folder, names):
    small = (folder / f"{names['ui/ui.css']}.gz").read_bytes()
    assert small[4:8] == b"\0\0\0\0"  # no time inside


def test_a_page_goes_out_compressed_and_never_twice_alike(client, db):
    """Random length and a token masked anew: nothing to guess a secret from."""
    answers = [client.get("/zh-hans/sign-in/", headers={"Accept-Encoding": "gzip"}) for _ in "1234"]
    assert all(one["Content-Encoding"] == "gzip" for one in answers)
    assert all("Accept-Encoding" in one["Vary"] for one in answers)
    assert len({len(one.content) for one in answers}) > 1
    tokens = {gzip.decompress(one.content).split(b"csrfmiddlewaretoken")[1][:90] for one in answers}
    assert len(tokens) == 4
    assert "Content-Encoding" not in client.get("/zh-hans/sign-in/")
