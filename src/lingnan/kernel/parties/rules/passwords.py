"""What makes a password or a username acceptable (GB/T 22239-2019 8.1.4.1 a: complexity)."""

import re
import unicodedata

from lingnan.base.errors import Problem

from ..terms import SecurityPolicy
from .strength import strength_faults

LONGEST = 128  # hashing longer input only costs time
USERNAME = re.compile(r"^[a-z0-9][a-z0-9._@-]{2,63}$")
IDENTITY_LIKE = re.compile(r"^\d{15}$|^\d{17}[\dx]$")
CLASSES = tuple(re.compile(kind) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[^a-zA-Z\d]"))
ROWS = "01234567890 abcdefghijklmnopqrstuvwxyz qwertyuiop asdfghjkl zxcvbnm 1qaz2wsx3edc"
RUNS = tuple(ROWS.split())

# Words that lead leaked lists; compared folded, with digits and signs trimmed from both ends.
LEAKED = """
password passw0rd p@ssword p@ssw0rd admin administrator root welcome letmein iloveyou monkey
dragon master login guest test user default changeme secret woaini wodemima mima zhongguo
guangdong lingnan shujuju qwerty abc abcd abc123 admin123 a123456 aa123456 123456 12345678
123456789 111111 000000 666666 888888 5201314 1qaz2wsx qazwsx zxcvbn asdfgh
"""
COMMON = frozenset(LEAKED.split())


def normal_username(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def username_faults(username: str) -> tuple[Problem, ...]:
    """`username` in its normal form."""
    if not USERNAME.match(username):
        return (
            Problem("username", "用户名须为 3–64 位小写字母、数字或 . _ @ -，并以字母或数字开头。"),
        )
    if IDENTITY_LIKE.match(username):
        return (Problem("username", "不得以身份证件号码作为用户名。"),)
    return ()


def password_faults(password: str, username: str, policy: SecurityPolicy) -> tuple[Problem, ...]:
    """Every reason against it, in words."""
    lower = password.casefold()
    checks = (
        (
            len(password) < policy.password_length,
            Problem("password", "口令至少 {n} 位。", (("n", policy.password_length),)),
        ),
        (len(password) > LONGEST, Problem("password", "口令最多 {n} 位。", (("n", LONGEST),))),
        (
            sum(bool(kind.search(password)) for kind in CLASSES) < policy.password_classes,
            Problem(
                "password",
                "口令须含大写字母、小写字母、数字、符号中的至少 {n} 类。",
                (("n", policy.password_classes),),
            ),
        ),
        (_is_common(lower), Problem("password", "口令过于常见，容易被猜中。")),
        (_is_run(lower), Problem("password", "口令含有连续或重复的字符，容易被猜中。")),
        (
            len(username) >= 3 and username in lower,
            Problem("password", "口令不得包含用户名。"),
        ),
    )
    found = tuple(problem for wrong, problem in checks if wrong)
    # What breaks a plain rule is told by that rule; the measure of guessing judges the rest.
    return found or strength_faults(password, username, policy.password_strength)


def _is_common(lower: str) -> bool:
    core = lower.strip("0123456789!@#$%^&*()_+-=.,?~`'\" ")
    return lower in COMMON or core in COMMON


def _is_run(lower: str) -> bool:
    """Five of the same in a row, or six in the order of the keyboard or the alphabet."""
    if re.search(r"(.)\1{4}", lower):
        return True
    pieces = {lower[i : i + 6] for i in range(len(lower) - 5)}
    return any(piece in run or piece in run[::-1] for piece in pieces for run in RUNS)
