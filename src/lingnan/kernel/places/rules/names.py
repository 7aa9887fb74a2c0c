"""How a name sounds. Needed when names are written, not when they are looked for: the dictionary is
large.
"""

import re
from functools import lru_cache

# Readings of Guangdong place names that the general dictionary gets wrong: 大埔 (dà bù), 涌 (a
# creek),
# 圩/墟 (a market), 陂 (a weir), 埗 (a pier).
PLACE_READINGS = {
    "涌": "chong",
    "圩": "xu",
    "墟": "xu",
    "陂": "bei",
    "埗": "bu",
    "莞": "guan",
    "冚": "kan",
}
WHOLE_NAMES = {
    "大埔": ("da", "bu"),
    "番禺": ("pan", "yu"),
    "吴川": ("wu", "chuan"),
    "六合": ("liu", "he"),
}
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
LONGEST_PHRASE = 4


def _sounds(text: str) -> list[str]:
    from pypinyin import lazy_pinyin  # a dictionary that takes a third of a second to load

    return lazy_pinyin(text)


@lru_cache(maxsize=8192)
def _alone(character: str) -> str:
    if not HAN.match(character):
        return character.lower()
    return PLACE_READINGS.get(character) or _sounds(character)[0]


@lru_cache(maxsize=8192)
def _together(phrase: str) -> tuple[str, ...]:
    if phrase in WHOLE_NAMES:
        return WHOLE_NAMES[phrase]
    sounds = _sounds(phrase)
    return tuple(PLACE_READINGS.get(c, s) for c, s in zip(phrase, sounds, strict=True))


def syllables(name: str) -> list[str]:
    """One for each character, by phrase where the dictionary knows the phrase (重庆 is not zhong
    qing).

    The longest phrase from the left wins; what is not Chinese stands for itself, in lower case.
    """
    from pypinyin.constants import PHRASES_DICT

    sounds: list[str] = []
    while len(sounds) < len(name):
        at = len(sounds)
        for size in range(min(LONGEST_PHRASE, len(name) - at), 1, -1):
            phrase = name[at : at + size]
            if phrase in WHOLE_NAMES or phrase in PHRASES_DICT:
                sounds += _together(phrase)
                break
        else:
            sounds.append(_alone(name[at]))
    return sounds


def pinyin(name: str) -> tuple[str, str]:
    """`("guangzhoushi", "gzs")` for 广州市; letters and digits only."""
    kept = [s for s in syllables(name) if s and s[0].isalnum()]
    return "".join(kept)[:240], "".join([s[0] for s in kept])[:60]
