"""How hard a password is to guess (zxcvbn), told in Chinese."""

import re

from zxcvbn import zxcvbn

from lingnan.base.errors import Problem

LONGEST_MEASURED = 72  # what comes after adds nothing that matters
HERE = ("lingnan", "guangdong", "guangzhou", "shenzhen", "dongguan", "foshan", "zhengwu", "shuju")
# zxcvbn knows English words; syllables make it see that xiaomei is two of them, not seven letters.
INITIALS = """b p m f d t n l g k h j q x zh ch sh r z c s y w"""
FINALS = (
    """a o e ai ei ao ou an en ang eng ong i ia ie iao iu ian in iang ing iong u ua uo ui un uan"""
)
SYLLABLES = tuple(first + rest for first in INITIALS.split() for rest in FINALS.split())
# By the first words of the library's English sentence.
WARNINGS = {
    "Straight rows": Problem("password", "口令是键盘上的一整行，容易被猜中。"),
    "Short keyboard": Problem("password", "口令是键盘上相邻的几个键，容易被猜中。"),
    "Repeats like": Problem("password", "口令里有重复的字符，容易被猜中。"),
    "Sequences like": Problem("password", "口令里有 abc、6543 这样的顺序，容易被猜中。"),
    "Recent years": Problem("password", "口令里的年份容易被猜中。"),
    "Dates are": Problem("password", "口令里的日期容易被猜中。"),
    "This is": Problem("password", "口令太常见，或与常见口令相近。"),
    "A word": Problem("password", "只用一个单词，容易被猜中。"),
    "Names and": Problem("password", "只用姓名，容易被猜中。"),
    "Common names": Problem("password", "常见姓名容易被猜中。"),
}
OTHERWISE = Problem("password", "口令不够强：再加一两个不相干的词会好得多。")


def strength(password: str, own_words: tuple[str, ...] = ()) -> tuple[int, Problem]:
    """From 0 to 4, and what would be wrong with it.

    `own_words`: what who knows the person tries first, such as the username and its parts.
    """
    parts = [part for word in own_words for part in re.split(r"[^a-z0-9]+", word) if len(part) > 2]
    found = zxcvbn(password[:LONGEST_MEASURED], user_inputs=[*own_words, *parts, *HERE, *SYLLABLES])
    warning = found["feedback"]["warning"]
    said = next((words for lead, words in WARNINGS.items() if warning.startswith(lead)), OTHERWISE)
    return int(found["score"]), said


def strength_faults(password: str, username: str, least: int) -> tuple[Problem, ...]:
    score, said = strength(password, (username,))
    return () if score >= least else (said,)
