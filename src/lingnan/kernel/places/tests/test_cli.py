import json

import pytest
from click.testing import CliRunner

from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.places.cli import commands

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words):
    done = CliRunner().invoke(commands, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def told(*words):
    return json.loads(run(*words, "--json"))


LATER = """kind,effective,old,new,old_name,new_name,level,tree,children,document,source,verified
rename,2026-04-01,440117,440119,从化区,流溪区,3,both,,测试函2号,,false
"""


def test_a_tree_is_loaded_looked_at_and_changed(folder, tmp_path_factory):
    assert told("load", str(folder))["places"] == 24
    assert evidence.watermark() == 1  # drained before the command returned
    assert "未作改动" in run("load", str(folder))
    assert [i["name"] for i in told("find", "街口")] == ["街口街道"]
    assert "没有找到" in run("find", "街口", "--within", "4403")
    shown = told("show", "440184", "--on", "2012-12-31")
    assert (shown["name"], [a["name"] for a in shown["ancestors"]]) == (
        "从化市",
        ["广东省", "广州市"],
    )
    assert "广东省 / 广州市 / 从化区" in run("show", "440117")
    assert "441900003000  东城街道" in run("tree", "441900")
    assert len(told("tree", "44", "--depth", "2")) == 1 + 3 + 4
    assert "国函〔2014〕14号" in run("lineage", "440184")
    assert "没有后来的变更" in run("lineage", "440117")

    on = ("--on", "2026-03-01", "--document", "某函")
    split = told("split", "440112012", "--into", "石桥镇=440112105:440112012002", *on)
    assert split[0]["name"] == "石桥镇"
    merged = told("merge", "440112001", "--into", "440112012", *on)
    assert merged[0]["code"] == "440112012000"
    assert told("rename", "440306001", "--name", "西湾街道", *on)[0]["name"] == "西湾街道"
    moved = told("transfer", "440117001", "--to", "zone:z", "--tree", "governed", *on)
    assert moved[0]["name"] == "街口街道"
    assert "合作区" in run("show", "440117001", "--tree", "governed")

    path = tmp_path_factory.mktemp("later") / "later.csv"
    path.write_text(LATER, encoding="utf-8")
    assert told("changes", "--apply", str(path)) == {"made": 1, "known": 0}
    assert "先前已记" in run("changes", "--apply", str(path))
    assert len(told("changes", "--since", "2026-01-01")) == 5
    assert "测试函2号（未核实）" in run("changes")
    assert evidence.watermark() == 5 + 1  # four changes and one from the list, after the load
