from datetime import UTC, datetime

import pytest

from lingnan.base.actors import system_actor

DIVISIONS = """code,name,level,parent_code,urban_rural_code
440000000000,广东省,1,,
440100000000,广州市,2,440000000000,
440112000000,黄埔区,3,440100000000,
440112001000,黄埔街道,4,440112000000,
440112001001,港湾社区居委会,5,440112001000,
440112012000,萝岗街道,4,440112000000,
440112012001,萝岗社区居委会,5,440112012000,
440112012002,石桥村委会,5,440112012000,
440117000000,从化区,3,440100000000,
440117001000,街口街道,4,440117000000,
440117001001,新城社区居委会,5,440117001000,
440117103000,温泉镇,4,440117000000,
440117103201,石坑村委会,5,440117103000,
440300000000,深圳市,2,440000000000,
440306000000,宝安区,3,440300000000,
440306001000,西乡街道,4,440306000000,
440306001001,盐田社区居委会,5,440306001000,
441900000000,东莞市,2,440000000000,
441900003000,东城街道,4,441900000000,
441900003001,岗贝社区居委会,5,441900003000,
"""
TOWNS = """code9,name,county_code,city_code
440112001,黄埔街道,440112,440100
440117099,街口街道,440117,440100
441900003,东城街道,441900,441900
440117555,新设街道,440117,440100
"""
DISTRICTS = """adcode_datav,name,level,parent_code,area,name_full
810000,香港特别行政区,region,,,
810001,中西区,district,810000,香港岛,
"""
CHANGES = """kind,effective,old,new,old_name,new_name,level,tree,children,document,source,verified
rename,2014-02-12,440184,440117,从化市,从化区,3,both,,国函〔2014〕14号,,true
merge,2014-02-12,440116,440112,萝岗区,黄埔区,3,both,萝岗街道,国函〔2014〕14号,,true
establish,2021-09-17,440300,zone:z,,合作区,3,governed,,,,false
transfer,2021-09-17,440117,zone:z,,,4,governed,温泉镇,,,false
"""
SQUARE = '{"type":"Polygon","coordinates":[[[113,23],[114,23],[114,24],[113,23]]]}'
OUTLINES = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":'
    '{"code":"%s","name":"%s"},"geometry":' + SQUARE + "}]}"
)
FILES = {
    "divisions_2023.csv": DIVISIONS,
    "towns_mca_2026.csv": TOWNS,
    "hk_mo_districts.csv": DISTRICTS,
    "changes.csv": CHANGES,
    "guangdong_counties_2017.geojson": OUTLINES % ("440112", "黄埔区"),
    "guangdong_cities_2017.geojson": OUTLINES % ("442100", "东沙群岛"),
}
AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
BY = system_actor("clerk", "cli")


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def small(db, folder):
    """A province of twenty places."""
    from lingnan.kernel.places import services

    return services.load_divisions(folder, by=BY, at=AT)
