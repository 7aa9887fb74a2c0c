"""Titles in several languages: `{"zh-hans": …, "en": …}` with an honest fallback."""

from collections.abc import Mapping

LANGUAGES = ("zh-hans", "zh-hant", "en", "pt")


def say(titles: Mapping[str, str] | str, lang: str) -> str:
    """The title in that language, else in Chinese, else the first there is."""
    if isinstance(titles, str):
        return titles
    if not titles:
        return ""
    for wanted in (lang, *(("zh-hans",) if lang == "zh-hant" else ("en", "zh-hans"))):
        if titles.get(wanted):
            return titles[wanted]
    return titles.get("zh-hans") or next(iter(titles.values()))
