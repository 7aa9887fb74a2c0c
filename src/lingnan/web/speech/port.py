"""Text to sound. Fixed sentences of the pages are kept by their hash; what tells of people never is."""

import hashlib
import json
import os
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.translation.trans_real import translation

from lingnan.base.errors import Refused

LONGEST = 600  # characters of one piece
MOST = 8 * 2**20  # bytes of sound for one piece
TIMEOUT = 20.0
MEDIA = {"audio/wav": "wav", "audio/mpeg": "mp3", "audio/ogg": "ogg"}
LANGUAGES = {"zh-hans": "zh-CN", "zh-hant": "zh-HK", "en": "en", "pt": "pt-PT"}


class NoSpeech(Refused):
    code = "web.no_speech"
    status = 503
    tell = "朗读服务暂时不可用，请稍后再试，或使用读屏软件。"


@dataclass(frozen=True)
class Spoken:
    data: bytes
    media: str


class Speech(Protocol):
    """`say` answers sound of one of MEDIA; raises NoSpeech."""

    @property
    def name(self) -> str: ...
    def say(self, text: str, lang: str) -> Spoken: ...


@dataclass(frozen=True)
class HttpSpeech:
    """A synthesiser in the house: POST `{"text", "lang"}` as JSON, the answer is the sound."""

    url: str

    @property
    def name(self) -> str:
        return self.url

    def say(self, text: str, lang: str) -> Spoken:
        body = json.dumps({"text": text, "lang": LANGUAGES.get(lang, lang)}, ensure_ascii=False)
        asked = urllib.request.Request(
            self.url, data=body.encode(), headers={"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(asked, timeout=TIMEOUT) as answer:
                media = answer.headers.get_content_type().replace("x-wav", "wav")
                data = answer.read(MOST + 1)
        except (urllib.error.URLError, OSError, ValueError) as no:
            raise NoSpeech from no
        if media not in MEDIA or not data or len(data) > MOST:
            raise NoSpeech
        return Spoken(data, media)


_port: list[Speech] = []


def use_speech(port: Speech | None) -> None:
    """The wiring calls it once; None: there is no voice."""
    _port[:] = [port] if port else []


def speech() -> Speech | None:
    return _port[0] if _port else None


def spoken(text: str, lang: str) -> Spoken:
    """From what is kept if the sentence is a fixed one of our pages, else said anew. NoSpeech."""
    port = speech()
    if port is None:
        raise NoSpeech
    if not is_fixed(text, lang):
        return port.say(text, lang)
    kept = _place(port, text, lang)
    for media, suffix in MEDIA.items():
        file = kept.with_suffix(f".{suffix}")
        if file.is_file():
            return Spoken(file.read_bytes(), media)
    made = port.say(text, lang)
    _keep(kept.with_suffix(f".{MEDIA[made.media]}"), made.data)
    return made


def is_fixed(text: str, lang: str) -> bool:
    """A whole sentence of the catalogues: the same for everybody, so nobody is told of in it."""
    return text in _sentences(lang)


def _sentences(lang: str) -> frozenset[str]:
    if lang not in _known:
        source = translation("en")._catalog  # type: ignore[attr-defined]
        held = {key for part in source._catalogs for key in part if isinstance(key, str)}
        if not lang.startswith("zh-hans"):
            told = translation(lang)
            held = {told.gettext(key) for key in held}
        _known[lang] = frozenset(one for one in held if "{" not in one and "%(" not in one)
    return _known[lang]


_known: dict[str, frozenset[str]] = {}


def _folder() -> Path:
    folder: Path = settings.ENV.folder / "speech"
    return folder


def _place(port: Speech, text: str, lang: str) -> Path:
    digest = hashlib.sha256(f"{port.name}\n{lang}\n{text}".encode()).hexdigest()
    return _folder() / digest[:2] / digest


def _keep(file: Path, data: bytes) -> None:
    """Whole or not at all: another process may be reading."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
    Path(name).replace(file)
