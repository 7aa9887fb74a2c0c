"""Two items of one name are never shown alike."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from lingnan.systems.reporting.rules.naming import told_apart


@dataclass(frozen=True)
class Item:
    label: str
    path: tuple[str, ...]
    cell: str


def test_a_name_used_twice_says_where_it_stands():
    men = Item("合计", ("人口", "男"), "C5")
    women = Item("合计", ("人口", "女"), "D5")
    alone = Item(" 户数 ", ("人口",), "B5")
    assert told_apart([men, women, alone]) == ["合计（男）", "合计（女）", "户数"]


def test_the_cell_decides_where_the_headings_do_not():
    pair = [Item("其他", ("收入",), "C5"), Item("其他", ("收入",), "C9")]
    assert told_apart(pair) == ["其他（C5）", "其他（C9）"]


@given(
    st.lists(st.tuples(st.sampled_from("甲乙"), st.lists(st.sampled_from("丙丁戊"), max_size=3)))
)
def test_no_two_names_are_alike(drawn):
    items = [Item(label, tuple(path), f"A{n}") for n, (label, path) in enumerate(drawn)]
    found = told_apart(items)
    assert len(set(found)) == len(items)
