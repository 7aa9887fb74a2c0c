"""Read-aloud: through a real synthesiser's door, kept only where nobody is told of."""

import io
import json
import threading
import wave
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lingnan.base import clock
from lingnan.web.speech import HttpSpeech, NoSpeech, port, services, spoken, use_speech
from lingnan.web.speech.models import Heard

FIXED = "不靠颜色传话：每个颜色旁边都有字，每张图、每幅地图都有数据表。"
PERSONAL = "甲某某家有三口人。"


def a_second_of_nothing() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * 800)
    return out.getvalue()


@pytest.fixture
def synthesiser(settings, tmp_path, monkeypatch):
    """A server on this machine that answers WAV and remembers what it was asked."""
    asked = []
    sound = a_second_of_nothing()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(body)
            broken = "坏" in body["text"]
            data, media = (b"<p>", "text/html") if broken else (sound, "audio/x-wav")
            self.send_response(200)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(port, "_folder", lambda: tmp_path / "speech")
    use_speech(HttpSpeech(f"http://127.0.0.1:{server.server_port}/say"))
    yield asked, sound, tmp_path / "speech"
    use_speech(None)
    server.shutdown()
    server.server_close()


def files(folder):
    return [one for one in folder.rglob("*") if one.is_file()]


def test_a_fixed_sentence_is_said_once_and_kept(synthesiser):
    asked, sound, folder = synthesiser
    assert [spoken(FIXED, "zh-hans").data for _ in range(3)] == [sound] * 3
    assert asked == [{"text": FIXED, "lang": "zh-CN"}]
    assert len(files(folder)) == 1


def test_what_tells_of_people_is_never_kept(synthesiser):
    asked, _, folder = synthesiser
    for _ in range(2):
        spoken(PERSONAL, "zh-hans")
    assert len(asked) == 2
    assert files(folder) == []


def test_each_language_has_its_own_fixed_words(synthesiser, db):
    _, _, folder = synthesiser
    spoken("Accessibility statement", "en")
    assert len(files(folder)) == 1
    spoken("Accessibility statement", "zh-hans")
    assert len(files(folder)) == 1


def test_what_is_no_sound_is_refused(synthesiser):
    with pytest.raises(NoSpeech):
        spoken("坏", "zh-hans")


def test_the_page_asks_through_our_own_door(synthesiser, client, db):
    _, sound, _ = synthesiser
    got = client.post("/zh-hans/read-aloud/", {"text": FIXED})
    assert (got.status_code, got.content, got["Content-Type"]) == (200, sound, "audio/wav")
    assert got["Cache-Control"] == "no-store"
    assert client.post("/zh-hans/read-aloud/", {"text": "长" * 601}).status_code == 422
    assert client.post("/zh-hans/read-aloud/", {"text": " "}).status_code == 422
    client.cookies["look"] = "elder"
    page = client.get("/zh-hans/").content.decode()
    assert "data-aloud" in page and "ui/aloud.js" in page
    assert "大字版可以朗读本页" in client.get("/zh-hans/accessibility/").content.decode()


def test_the_door_has_a_limit_by_the_minute(synthesiser, client, monkeypatch, db):
    """Of its own for everybody who signed in and for every address; the next minute begins anew."""
    asked, _, _ = synthesiser
    monkeypatch.setattr(services, "PIECES", 3)
    now = datetime(2026, 11, 1, 8, 0, 5, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)

    def say(n, **where):
        text = {"text": f"第 {n} 句"}
        return client.post("/zh-hans/read-aloud/", text, HTTP_ACCEPT="application/json", **where)

    assert [say(n).status_code for n in range(4)] == [200, 200, 200, 429]
    assert "1 分钟后" in say(5).json()["detail"] and len(asked) == 3
    assert say(6, REMOTE_ADDR="192.0.2.7").status_code == 200
    now += timedelta(minutes=1)
    assert say(7).status_code == 200
    assert {len(one.who) for one in Heard.objects.all()} == {64}  # no address is kept
    services.collect(at=now + timedelta(hours=2))
    assert not Heard.objects.exists()


def test_without_a_voice_it_is_said_so(client, db):
    use_speech(None)
    assert client.post("/zh-hans/read-aloud/", {"text": FIXED}).status_code == 503
    assert "朗读本页" not in client.get("/zh-hans/").content.decode()
    client.cookies["look"] = "elder"
    page = client.get("/zh-hans/").content.decode()
    assert "没有配置朗读服务" in page and "data-aloud" not in page
    assert "没有配置朗读服务" in client.get("/zh-hans/accessibility/").content.decode()
