"""Codes that no other field of the form has."""


def free_code(code: str, taken: dict[str, int]) -> str:
    """The code itself, else `12#2`, `12#3`; `taken` counts how often each was asked for."""
    free = code
    while free in taken:
        taken[code] += 1
        free = f"{code}#{taken[code]}"
    taken[free] = 1
    return free
