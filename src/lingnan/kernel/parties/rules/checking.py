"""Any number, by its scheme; or the scheme, by the number."""

from collections.abc import Collection
from datetime import date

from ..terms import Checked, Scheme
from .abroad import check_home_return, check_hong_kong, check_macao, check_passport
from .citizen import check_citizen, check_permanent, check_residence
from .uscc import check_uscc


def check_identifier(
    scheme: Scheme,
    text: str,
    *,
    on: date,
    areas: Collection[str],
    authorities: Collection[str] = (),
    demo: bool = False,
) -> Checked:
    """By the register's own rule."""
    match scheme:
        case Scheme.CITIZEN:
            return check_citizen(text, on=on, areas=areas, demo=demo)
        case Scheme.RESIDENCE:
            return check_residence(text, on=on)
        case Scheme.PERMANENT:
            return check_permanent(text, on=on)
        case Scheme.USCC:
            return check_uscc(text, areas=areas, authorities=authorities, demo=demo)
    return FORMS[scheme](text)


FORMS = {
    Scheme.HONG_KONG: check_hong_kong,
    Scheme.MACAO: check_macao,
    Scheme.HOME_RETURN: check_home_return,
    Scheme.PASSPORT: check_passport,
}
# From the strictest rule to the loosest; a passport is anything, so it is never guessed.
GUESSES = (
    Scheme.RESIDENCE,
    Scheme.CITIZEN,
    Scheme.PERMANENT,
    Scheme.USCC,
    Scheme.HONG_KONG,
    Scheme.MACAO,
    Scheme.HOME_RETURN,
)


def guess_identifier(
    text: str,
    *,
    on: date,
    areas: Collection[str],
    authorities: Collection[str] = (),
    demo: bool = False,
) -> Checked:
    """The first scheme under which it is right; else the scheme with the fewest errors."""
    tried = [
        check_identifier(s, text, on=on, areas=areas, authorities=authorities, demo=demo)
        for s in GUESSES
    ]
    right = [checked for checked in tried if checked.ok]
    if right:
        return min(right, key=lambda checked: len(checked.warnings))
    # One that has a scheme's form but fails its check digit is a slip of that scheme.
    formed = [checked for checked in tried if checked.birth or checked.area]
    return (formed or tried[1:2])[0]
