"""How old somebody is. A day is reached at its beginning (民法典第一百二十四条、一百二十五条)."""

from datetime import date


def turns_on(birth: date, age: int) -> date:
    """The birthday on which that many years are full; of 29 February, 1 March in other years."""
    try:
        return birth.replace(year=birth.year + age)
    except ValueError:
        return date(birth.year + age, 3, 1)


def age_on(birth: date, day: date) -> int:
    """Full years (周岁); negative for one not born yet."""
    years = day.year - birth.year
    return years if turns_on(birth, years) <= day else years - 1
