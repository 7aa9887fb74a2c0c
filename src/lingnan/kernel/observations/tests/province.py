"""A province of eight villages: two cities, one of which has its towns straight under it."""

from datetime import UTC, date, datetime

from lingnan.base.actors import Actor, system_actor
from lingnan.kernel.places import queries as places
from lingnan.kernel.places import services as divisions
from lingnan.kernel.places.terms import Part, Why

DIVISIONS = """code,name,level,parent_code,urban_rural_code
440000000000,广东省,1,,
440100000000,广州市,2,440000000000,
440112000000,黄埔区,3,440100000000,
440112001000,黄埔街道,4,440112000000,
440112001001,港湾社区居委会,5,440112001000,
440112001002,怡港社区居委会,5,440112001000,
440112012000,萝岗街道,4,440112000000,
440112012001,萝岗社区居委会,5,440112012000,
440112012002,石桥村委会,5,440112012000,
440117000000,从化区,3,440100000000,
440117001000,街口街道,4,440117000000,
440117001001,新城社区居委会,5,440117001000,
440117001002,旺城社区居委会,5,440117001000,
441900000000,东莞市,2,440000000000,
441900003000,东城街道,4,441900000000,
441900003001,岗贝社区居委会,5,441900003000,
441900003002,花园社区居委会,5,441900003000,
"""
FILES = {
    "divisions_2023.csv": DIVISIONS,
    "towns_mca_2026.csv": "code9,name,county_code,city_code\n",
    "hk_mo_districts.csv": "adcode_datav,name,level,parent_code,area,name_full\n",
    "changes.csv": "kind,effective,old,new,old_name,new_name,level,tree,children,document,source,"
    "verified\n",
    "guangdong_counties_2017.geojson": '{"features": []}',
    "guangdong_cities_2017.geojson": '{"features": []}',
}
AT = datetime(2026, 11, 2, 4, tzinfo=UTC)
SYSTEM = system_actor()
JULY = date(2026, 7, 1)


def load(folder) -> dict[str, int]:
    """Place ids by the digits of their codes that mean something."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    divisions.load_divisions(folder, by=SYSTEM, at=AT)
    codes = [line.split(",")[0] for line in DIVISIONS.splitlines()[1:]]
    found = places.by_codes(codes, on=date(2026, 1, 1))
    return {short(code): found[code] for code in codes}


def short(code: str) -> str:
    for digits in (12, 9, 6, 4, 2):
        if set(code[digits:]) <= {"0"} and not code[:digits].endswith("000"):
            kept = code[:digits]
    return kept


def split_huangpu(ids: dict[str, int]) -> int:
    """On 1 July 2026 the second town of 黄埔区 becomes a county of its own; the id of the new one."""
    new = divisions.split_place(
        ids["440112"],
        [Part(name="知识区", code="440199", children=(ids["440112012"],))],
        on=JULY,
        keep=True,
        why=Why(document="粤府函〔2026〕1号"),
        by=SYSTEM,
        at=AT,
    )
    return new[0]


def official(place: int, *labels: str) -> Actor:
    """Who answers for a place and holds these labels."""
    return Actor(
        party=1,
        role="official",
        scopes=places.scopes(place),
        labels=frozenset({"public", "internal", *labels}),
    )
