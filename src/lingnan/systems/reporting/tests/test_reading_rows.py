"""Rows taken out by their pattern say what the XML parser alone would have read."""

import io
from xml.parsers.expat import ExpatError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingnan.systems.reporting.rules.opening.limits import Refusal
from lingnan.systems.reporting.rules.opening.parts import stream
from lingnan.systems.reporting.rules.opening.rows import _Scan
from lingnan.systems.reporting.rules.opening.sheets import Styles
from lingnan.systems.reporting.rules.opening.sieve import Sieve

HEAD = '<?xml version="1.0" encoding="UTF-8"?><worksheet><cols><col min="1"/></cols><sheetData>'
TAIL = "</sheetData><extLst><ext><row r='9'/></ext></extLst></worksheet>"
STRINGS, STYLES = ["甲村", "", "七"], Styles(dated=[False, True])
CELLS = (
    '<c r="A{r}" t="s"><v>0</v></c>', '<c r="B{r}" t="n"><v>{r}.50</v></c>', '<c r="C{r}" s="1"/>',
    '<c r="C{r}" s="1"><v>45000</v></c>', '<c r="D{r}" t="inlineStr"><is><t>两百_x000a_</t></is></c>',
    '<c r="E{r}" t="str"><f>A1&amp;B1</f><v>和</v></c>', '<c r="F{r}"><f>1+1</f><v>2</v></c>',
    '<c t="b" r="G{r}"><v>1</v></c>', '<c r="H{r}" t="b"><v>0</v></c>', "<c><v>7</v></c>",
    '<c r="I{r}" t="inlineStr"><is><t xml:space="preserve"> a &lt; b </t></is></c>',
    '<c r="J{r}" t="inlineStr"><is><r><t>富</t></r><rPh><t>x</t></rPh><r><t>文</t></r></is></c>',
    "<c r='K{r}'><v>8</v></c>", '<c r="L{r}" t="s"><v>1</v></c>', '<c r="M{r}"><v> 12 </v></c>\n',
    '<c r="N{r}" t="e"><v>#N/A</v></c>', '<c r="O{r}"><v><![CDATA[3]]></v></c>', '<c r="P{r}"></c>',
)  # fmt: skip
ROWS = (
    '<row r="{r}">{cells}</row>', '<row r="{r}" spans="1:9" ht="15.0">{cells}</row>\n',
    "<row>{cells}</row>", '<row r="{r}"/>', "<!-- <row r=\"3\"><c r='A3'><v>1</v></c></row> -->",
    "<row r='{r}'>{cells}</row>",
)  # fmt: skip


class Slowly:
    """The head whole, then a few bytes a piece."""

    def __init__(self, text: str, piece: int) -> None:
        self._part, self._piece = io.BytesIO(text.encode()), piece
        self._next = len(HEAD)

    def read(self, size: int) -> bytes:
        told, self._next = self._part.read(min(size, self._next)), self._piece
        return told


def read(part: io.BytesIO | Slowly, *, sieved: bool) -> list[tuple[int, dict[int, str | bool]]]:
    scan = _Scan(STRINGS, STYLES)
    for _ in stream(Sieve(part, scan.take) if sieved else part, scan.start, scan.end):
        pass
    return scan.done


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(ROWS), st.lists(st.sampled_from(CELLS), max_size=5)), max_size=8
    ),
    st.integers(1, 400),
)
def test_any_sheet_reads_as_the_parser_reads_it(rows, piece: int) -> None:
    told = "".join(
        shape.format(r=r, cells="".join(cells).replace("{r}", str(r)))
        for r, (shape, cells) in enumerate(rows, 2)
    )
    text = HEAD + told + TAIL
    assert read(Slowly(text, piece), sieved=True) == read(io.BytesIO(text.encode()), sieved=False)


def test_plain_rows_never_reach_the_parser() -> None:
    """Else this is no faster than without."""
    left = io.BytesIO(f'{HEAD}<row r="1">{CELLS[0]}{CELLS[6]}</row>{TAIL}'.format(r=1).encode())
    sieve, rest = Sieve(left, lambda number, cells: None), b""
    while piece := sieve.read(4096):
        rest += piece
    assert rest.replace(b"\n", b"").decode() == HEAD + TAIL


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (HEAD.replace("?><", '?><!DOCTYPE w [<!ENTITY a "b">]><') + TAIL, Refusal),
        (f'{HEAD}<row r="1"><c r="A1"><v>1</v></c></row></sheetData>', ExpatError),
        (f'{HEAD}<row r="1"><c r="A1"><v>\x01</v></c></row>{TAIL}', ExpatError),
        (f'{HEAD}<row r="1"><c r="A1"><v>1</v></row>{TAIL}', ExpatError),
        (f'{HEAD}<row r="1"><c r="XFE1"><v>1</v></c></row>{TAIL}', Refusal),
        (f'{HEAD}<row r="1048577"><c r="A1"><v>1</v></c></row>{TAIL}', Refusal),
        (f'{HEAD}<row r="1">' + "<c r='A1'/>" * 100_000 + f"{' ' * 1_000_000}<row", ExpatError),
    ],
)
def test_what_the_parser_refuses_stays_refused(text: str, wrong: type[Exception]) -> None:
    with pytest.raises(wrong):
        read(io.BytesIO(text.encode()), sieved=True)
