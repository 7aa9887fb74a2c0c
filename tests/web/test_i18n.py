"""Every sentence has its English; every catalogue compiles; placeholders survive translation."""

import re
import subprocess
import sys
from functools import cache
from gettext import GNUTranslations
from string import Formatter

import pytest
from django.utils import translation

from lingnan.web import i18n

LANGUAGES = ("zh-hans", "zh-hant", "en", "pt")
PERCENT = re.compile(r"%\((\w+)\)s")


sentences = cache(i18n.sentences)


def catalogue(name):
    return i18n.read(i18n.LOCALE / name / "LC_MESSAGES" / "django.po")


@pytest.mark.parametrize("name", i18n.CATALOGUES)
def test_every_sentence_is_said_in_every_language(name):
    held = catalogue(name)
    silent = {
        sentence: files
        for sentence, files in sentences().items()
        if not (held.get(sentence) and held.get(sentence).string)
    }
    lines = [f"  {sentence}  ({files[0]})" for sentence, files in silent.items()]
    advice = f"run `lingnan messages extract`, then translate in web/locale/{name}:"
    assert not silent, "\n".join(
        [f"{len(silent)} sentences are missing in {name};", advice, *lines]
    )


def test_portuguese_falls_back_to_english(tmp_path, monkeypatch):
    for name, said in (("en", "Sign in"), ("pt", "")):
        made = i18n.Catalog(locale=name)
        made.add("登录", said)
        folder = tmp_path / name / "LC_MESSAGES"
        folder.mkdir(parents=True)
        with (folder / "django.po").open("wb") as out:
            i18n.write_po(out, made)
    monkeypatch.setattr(i18n, "LOCALE", tmp_path)
    assert i18n.compile_messages() == 2
    with (tmp_path / "pt" / "LC_MESSAGES" / "django.mo").open("rb") as compiled:
        assert GNUTranslations(compiled).gettext("登录") == "Sign in"


def test_setting_up_compiles_the_catalogues():
    """A fresh clone speaks four languages before anything else has run."""
    made = [po.with_suffix(".mo") for po in i18n.LOCALE.glob("*/LC_MESSAGES/django.po")]
    before = [file.stat().st_mtime_ns if file.exists() else 0 for file in made]
    subprocess.run([sys.executable, "-m", "lingnan.web.i18n"], check=True)
    assert made
    assert all(file.stat().st_mtime_ns > old for file, old in zip(made, before, strict=True))


def test_menus_roles_and_titles_are_said_in_four_languages():
    from lingnan.web.systems import installed

    silent = []
    for system in installed():
        titles = [system.title, *(entry.title for entry in system.menu)]
        titles += [role.title for role in system.roles]
        silent += [title for title in titles if set(LANGUAGES) - set(title)]
    assert silent == []


@pytest.mark.parametrize("name", i18n.CATALOGUES)
def test_a_translation_keeps_what_is_filled_in(name):
    for message in catalogue(name):
        if not message.id or not message.string:
            continue
        wanted, given = set(PERCENT.findall(message.id)), set(PERCENT.findall(message.string))
        wanted |= {f for _, f, _, _ in Formatter().parse(message.id) if f}
        given |= {f for _, f, _, _ in Formatter().parse(message.string) if f}
        assert wanted == given, message.id


def test_a_page_speaks_four_languages(client, db):
    i18n.compile_messages()
    translation.trans_real._translations.clear()
    words = {"zh-hans": "登录", "zh-hant": "登入", "en": "Sign in", "pt": "Entrar"}
    for lang, word in words.items():
        text = client.get(f"/{lang}/sign-in/").content.decode()
        assert f"<h1>{word}</h1>" in text
        assert f'<html lang="{lang}">' in text
