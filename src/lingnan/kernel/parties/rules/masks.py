"""How numbers and names are shown to who need not know them."""

from ..terms import Scheme

# How many characters stay readable before and after; short numbers have little to hide behind.
SHOWN: dict[Scheme, tuple[int, int]] = {
    Scheme.CITIZEN: (4, 4),
    Scheme.RESIDENCE: (4, 4),
    Scheme.PERMANENT: (3, 4),
    Scheme.HONG_KONG: (2, 0),
    Scheme.MACAO: (2, 0),
    Scheme.HOME_RETURN: (2, 2),
    Scheme.PASSPORT: (2, 2),
}
FEWEST_HIDDEN = 4
COMPOUND = """
欧阳 歐陽 太史 端木 上官 司马 司馬 东方 東方 独孤 獨孤 南宫 南宮 万俟 闻人 聞人 夏侯 诸葛 諸葛
尉迟 尉遲 公羊 赫连 赫連 澹台 皇甫 宗政 濮阳 濮陽 公冶 太叔 申屠 公孙 公孫 慕容
仲孙 钟离 鍾離 长孙 長孫 宇文 司徒 鲜于 司空 闾丘 令狐 呼延 百里 东郭 南门 西门 第五
"""
COMPOUND_SURNAMES = frozenset(COMPOUND.split())


def mask_identifier(scheme: Scheme, value: str) -> str:
    """`4401**********123X`. A credit code is public and stays readable."""
    if scheme is Scheme.USCC:
        return value
    lead, tail = SHOWN[scheme]
    hidden = len(value) - lead - tail
    if hidden < FEWEST_HIDDEN:
        return "*" * len(value)
    return value[:lead] + "*" * hidden + value[len(value) - tail :]


def mask_name(name: str) -> str:
    """The surname and stars: `陈*`, `欧阳**`, `S**** C***`."""
    name = name.strip()
    if name.isascii():
        return " ".join(word[:1] + "*" * (len(word) - 1) for word in name.split())
    if len(name) < 2:
        return "*"
    kept = 2 if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else 1
    return name[:kept] + "*" * (len(name) - kept)
