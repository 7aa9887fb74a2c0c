"""The small language of derivations: `count(201 in {1,3})`, `sum(202 where 201 in {2,4})`,
`count(230>0)`, `count(age<18)`, `sum(233)+sum(234)`, `155/153*100`; as text, as a tree and as checked SQL.

A code is written bare when it is letters, digits, `.`, `_`, `#`; otherwise in double quotes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

Code = str
_WORDS = {"count", "sum", "where", "and", "in"}
_HUNDREDS = re.compile(r"10+")


@dataclass(frozen=True, slots=True)
class In:
    code: Code
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Above:
    code: Code
    limit: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Below:
    code: Code
    limit: Decimal


Test = In | Above | Below
Where = tuple[Test, ...]
"""All must hold; () is no condition."""


@dataclass(frozen=True, slots=True)
class Count:
    where: Where = ()


@dataclass(frozen=True, slots=True)
class Sum:
    """Sum of the product of `codes` (one or two)."""

    codes: tuple[Code, ...]
    where: Where = ()


@dataclass(frozen=True, slots=True)
class Ref:
    """An item of the same village form."""

    code: Code


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal


@dataclass(frozen=True, slots=True)
class Op:
    sign: str
    left: "Expression"
    right: "Expression"


Expression = Count | Sum | Ref | Number | Op


class BadFormula(ValueError):
    """The text is not of this language; the message says where."""


def codes_of(found: Expression) -> tuple[Code, ...]:
    """Codes in order of appearance, each once."""
    match found:
        case Count(where):
            codes = [test.code for test in where]
        case Sum(summed, where):
            codes = [*summed, *(test.code for test in where)]
        case Ref(code):
            codes = [code]
        case Op(_, left, right):
            codes = [*codes_of(left), *codes_of(right)]
        case _:
            codes = []
    return tuple(dict.fromkeys(codes))


def text_of(found: Expression) -> str:
    match found:
        case Count(where):
            return f"count({_tests(where) or '*'})"
        case Sum(codes, where):
            product = "*".join(map(_bare, codes))
            return f"sum({product} where {_tests(where)})" if where else f"sum({product})"
        case Ref(code):
            return f'"{code}"' if _HUNDREDS.fullmatch(code) else _bare(code)
        case Number(value):
            return f"{value.normalize():f}"
        case Op(sign, left, right):
            return f"{_side(left, sign, first=True)}{sign}{_side(right, sign, first=False)}"


def sql_of(found: Expression, columns: Mapping[Code, str] | None = None) -> str:
    """A select expression; `columns` renames codes (element codes), else a code is its column."""
    built = _sql(found, columns or {})
    return built[1:-1] if isinstance(found, Op) else built


def _sql(found: Expression, names: Mapping[Code, str]) -> str:
    match found:
        case Count(where):
            return f"count(*){_filter(where, names)}"
        case Sum(codes, where):
            product = " * ".join(_column(code, names) for code in codes)
            return f"sum({product}){_filter(where, names)}"
        case Ref(code):
            return _column(code, names)
        case Number(value):
            return f"{value:f}"
        case Op("/", left, right):  # 1.0: whole numbers must not be divided as such
            return f"(1.0 * {_sql(left, names)} / nullif({_sql(right, names)}, 0))"
        case Op(sign, left, right):
            return f"({_sql(left, names)} {sign} {_sql(right, names)})"


def _column(code: Code, names: Mapping[Code, str]) -> str:
    return '"' + names.get(code, code).replace('"', '""') + '"'


def _filter(where: Where, names: Mapping[Code, str]) -> str:
    tests = [
        f"{_column(t.code, names)} in ({', '.join(map(_quoted, t.values))})"
        if isinstance(t, In)
        else f"{_column(t.code, names)} {'>' if isinstance(t, Above) else '<'} {t.limit}"
        for t in where
    ]
    return f" filter (where {' and '.join(tests)})" if tests else ""


def _bare(code: Code) -> str:
    plain = re.fullmatch(r"[\w.#]+", code) and code not in _WORDS
    return code if plain else '"' + code.replace('"', '""') + '"'


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _tests(where: Where) -> str:
    return " and ".join(
        f"{_bare(t.code)} in {{{','.join(map(_bare, t.values))}}}"
        if isinstance(t, In)
        else f"{_bare(t.code)}{'>' if isinstance(t, Above) else '<'}{t.limit}"
        for t in where
    )


def _side(part: Expression, sign: str, *, first: bool) -> str:
    text = text_of(part)
    if not isinstance(part, Op):
        return text
    weak = sign in "*/" and part.sign in "+-"
    regroups = not first and (part.sign in "*/") == (sign in "*/")
    return f"({text})" if weak or regroups else text


_TOKEN = re.compile(r'\s*(?:(count|sum|where|and|in)\b|"((?:[^"]|"")+)"|([\w.#]+)|([-+*/(){},<>]))')


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """The tree of a formula. BadFormula when the text is none."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if not found:
                raise BadFormula(f"at {at}: {text[at : at + 10]!r}")
            kinds = ("word", "quoted", "name", "sign")
            kind, value = next((k, v) for k, v in zip(kinds, found.groups(), strict=True) if v)
            self._tokens.append((kind, value.replace('""', '"') if kind == "quoted" else value))
            at = found.end()
        self._at = 0

    def whole(self) -> Expression:
        found = self._sum()
        if self._at < len(self._tokens):
            raise BadFormula(f"after the end: {self._tokens[self._at][1]!r}")
        return found

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self, wanted: str = "") -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise BadFormula(f"ends where {wanted or 'more'!r} is wanted")
        kind, value = self._tokens[self._at]
        if wanted and value != wanted:
            raise BadFormula(f"{value!r} where {wanted!r} is wanted")
        self._at += 1
        return kind, value

    def _sum(self) -> Expression:
        left = self._product()
        while self._peek() in ("+", "-"):
            left = Op(self._next()[1], left, self._product())
        return left

    def _product(self) -> Expression:
        left = self._atom()
        while self._peek() in ("*", "/"):
            left = Op(self._next()[1], left, self._atom(divisor=True))
        return left

    def _atom(self, *, divisor: bool = False) -> Expression:
        kind, value = self._next()
        if value == "(" and kind == "sign":
            found = self._sum()
            self._next(")")
            return found
        if kind == "word" and value in ("count", "sum"):
            return self._aggregate(value)
        if kind in ("name", "quoted"):
            # Bare digits are item codes, but a factor of a hundred or a thousand is a number.
            if divisor and kind == "name" and _HUNDREDS.fullmatch(value):
                return Number(Decimal(value))
            return Ref(value)
        raise BadFormula(f"unexpected {value!r}")

    def _aggregate(self, word: str) -> Expression:
        self._next("(")
        found = self._counted() if word == "count" else self._summed()
        self._next(")")
        return found

    def _counted(self) -> Expression:
        if self._peek() == "*":
            self._next()
            return Count()
        return Count(self._where())

    def _summed(self) -> Expression:
        codes = [self._code()]
        while self._peek() == "*":
            self._next()
            codes.append(self._code())
        if self._peek() != "where":
            return Sum(tuple(codes))
        self._next()
        return Sum(tuple(codes), self._where())

    def _where(self) -> Where:
        tests = [self._test()]
        while self._peek() == "and":
            self._next()
            tests.append(self._test())
        return tuple(tests)

    def _test(self) -> Test:
        code = self._code()
        if self._peek() in ("<", ">"):
            made = Above if self._next()[1] == ">" else Below
            kind, limit = self._next()
            if kind != "name" or not re.fullmatch(r"\d+(\.\d+)?", limit):
                raise BadFormula(f"{limit!r} is no number")
            return made(code, Decimal(limit))
        self._next("in")
        self._next("{")
        values = [self._code()]
        while self._peek() == ",":
            self._next()
            values.append(self._code())
        self._next("}")
        return In(code, tuple(values))

    def _code(self) -> Code:
        kind, value = self._next()
        if kind not in ("name", "quoted"):
            raise BadFormula(f"{value!r} where a code is wanted")
        return value
