"""The dictionary through its doors: pages without scripts, the API, the command line."""

import json

import pytest
from click.testing import CliRunner

from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.cli import commands
from lingnan.systems.reporting.models import Decision, Repeat
from lingnan.systems.reporting.terms import Verdict

from .conftest import AT, DAY, SYSTEM
from .paper import paper

HOME, API = "/zh-hans/reporting/", "/api/v1/reporting"
PROVINCE, STONE = "440000000000", "440112001202"
TO = {"to": SYSTEM, "on": DAY}
QUESTIONS = [("户籍人口", "人"), ("总户数", "户"), ("耕地面积", "亩")]


@pytest.fixture
def two(county):
    return [
        services.register_form(
            paper(code, QUESTIONS), f"{code}.xlsx", codes=[code], by=SYSTEM, at=AT
        )[0]
        for code in ("MZ-1", "WJ-1")
    ]


@pytest.fixture
def bureau(browser, two):
    return browser("data_bureau", PROVINCE)


def text(response):
    return response.content.decode()


def element(form, label):
    found = queries.form(form, **TO)
    return next(one for one in found.fields if one.label == label).element_code


def test_one_doubt_fills_the_screen_and_is_worked_without_scripts(bureau):
    page = text(bureau.get(f"{HOME}repeats/"))
    assert "待确认 3" in page and "2026年度MZ-1村基本情况统计表" in page and "村表!D3" in page
    assert page.count('name="relation"') == 5 and "按 1–5 选择" in page
    first = queries.doubts(**TO)[0].id
    done = bureau.post(f"{HOME}repeats/{first}/", {"relation": "broader"})
    assert "act=" in done["Location"]
    after = text(bureau.get(done["Location"]))
    assert "已记下：乙的范围更大。" in after and "撤销刚才这一步" in after and "待确认 2" in after
    act = Decision.objects.get().act
    back = text(bureau.post(f"{HOME}acts/{act}/undo/", follow=True))
    assert "已撤销" in back and "待确认 3" in back
    again = bureau.post(f"{HOME}acts/{act}/undo/")
    assert again.status_code == 409 and "已经撤销" in text(again)


def test_later_and_chosen_pairs(bureau):
    ids = [one.id for one in queries.doubts(**TO)]
    assert f"repeats/{ids[1]}/" in text(bureau.get(f"{HOME}repeats/?skip={ids[0]}"))
    assert f"repeats/{ids[2]}/" in text(bureau.get(f"{HOME}repeats/?pair={ids[2]}"))
    everything = ",".join(map(str, ids))
    assert "只剩下您放到稍后的" in text(bureau.get(f"{HOME}repeats/?skip={everything}"))
    kept = bureau.post(f"{HOME}repeats/{ids[1]}/", {"relation": "alike", "skip": str(ids[0])})
    assert f"skip={ids[0]}" in kept["Location"]


def test_wrong_words_are_told_and_nothing_is_decided(bureau):
    first = queries.doubts(**TO)[0].id
    wrong = bureau.post(f"{HOME}repeats/{first}/", {"relation": "maybe"})
    assert wrong.status_code == 422 and "请选择两项是什么关系" in text(wrong)
    assert bureau.post(f"{HOME}repeats/all/", {"score": "0.1"}).status_code == 422
    assert bureau.post(f"{HOME}repeats/987654/", {"relation": "same"}).status_code == 404
    assert not Decision.objects.exists()


def test_all_above_a_confidence_and_what_was_decided(bureau):
    done = bureau.post(f"{HOME}repeats/all/", {"score": "0.9"}, follow=True)
    assert "已把 3 对认定为同一件事" in text(done) and "都认定完了" in text(done)
    told = text(bureau.get(f"{HOME}repeats/?state=accepted"))
    assert "数据主管部门" in told and "户籍人口" in told


def test_a_cluster_becomes_a_named_element(bureau):
    page = text(bureau.get(f"{HOME}dictionary/proposed/"))
    assert "3 组项目像是同一件事" in page and "Registered population" in page
    codes = [element("MZ-1", "户籍人口"), element("WJ-1", "户籍人口")]
    body = {"code": codes, "title_zh-hans": "户籍总人口", "truth": "form:WJ-1"}
    done = text(bureau.post(f"{HOME}dictionary/join/", body, follow=True))
    assert "已合并为一个数据元" in done and "2 组项目" in done
    page = text(bureau.get(f"{HOME}dictionary/{codes[0]}/"))
    assert "户籍总人口" in page and "Registered population" in page and "WJ-1:1（D3）" in page
    assert page.index("报表 WJ-1") < page.index("报表 MZ-1")
    gone = text(bureau.get(f"{HOME}dictionary/{codes[1]}/"))
    assert "已并入" in gone and codes[0] in gone
    assert bureau.post(f"{HOME}dictionary/join/", {"code": codes[:1]}).status_code == 422


def test_an_element_is_named_split_and_joined_on_its_page(bureau):
    bureau.post(f"{HOME}repeats/all/", {"score": "0.9"})
    code = element("MZ-1", "总户数")
    body = {"title_zh-hans": "常住总户数", "title_en": "Households", "owner": "", "label": "public"}
    done = bureau.post(f"{HOME}dictionary/{code}/describe/", body | {"truth": "form:WJ-1"})
    assert done.status_code == 302
    page = text(bureau.get(f"{HOME}dictionary/{code}/"))
    assert "常住总户数" in page and "公开" in page and "改名或改权责" in page
    wrong = bureau.post(f"{HOME}dictionary/{code}/describe/", body | {"truth": "form:NO"})
    assert wrong.status_code == 422 and "不是这个数据元的来源" in text(wrong)
    other = {"field": "WJ-1|2", "title_zh-hans": "户籍总户数"}
    bureau.post(f"{HOME}dictionary/{code}/split/", other)
    new = element("WJ-1", "总户数")
    assert new != code and "户籍总户数" in text(bureau.get(f"{HOME}dictionary/{new}/"))
    refused = bureau.post(f"{HOME}dictionary/{code}/join/", {"other": new})
    assert refused.status_code == 409 and "已有人认定不是同一件事" in text(refused)
    assert bureau.post(f"{HOME}dictionary/{code}/join/", {"other": "nothing"}).status_code == 404


def test_the_list_is_searched_and_the_grid_has_its_table(bureau):
    bureau.post(f"{HOME}repeats/all/", {"score": "0.9"})
    page = text(bureau.get(f"{HOME}dictionary/?q=户籍&asked=2"))
    assert "共 1 个" in page and "已核" in page
    assert "没有这样的数据元" in text(bureau.get(f"{HOME}dictionary/?q=没有的"))
    page = text(bureau.get(f"{HOME}dictionary/grid/"))
    assert page.count('class="met"') == 6 and 'role="img"' in page
    assert f"dictionary/{element('MZ-1', '耕地面积')}/" in page.split("看数据表")[1]


def test_others_may_look_and_not_decide(browser, two):
    clerk = browser("village_clerk", STONE)
    page = text(clerk.get(f"{HOME}repeats/"))
    assert "待确认 3" in page and 'name="relation"' not in page
    code = element("MZ-1", "总户数")
    assert "名称和权责" not in text(clerk.get(f"{HOME}dictionary/{code}/"))
    for address in ("repeats/1/", "repeats/all/", "dictionary/join/", f"dictionary/{code}/split/"):
        assert clerk.post(HOME + address).status_code == 403


PAGES = [
    "repeats/",
    "repeats/?state=accepted",
    "dictionary/",
    "dictionary/proposed/",
    "dictionary/grid/",
]


@pytest.mark.parametrize("address", PAGES)
def test_a_list_page_costs_the_same_however_long(bureau, address, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    if address not in {"repeats/", "dictionary/proposed/"}:
        bureau.post(f"{HOME}repeats/all/", {"score": "0.9"})
    register = services.register_form
    register(paper("NY-1", QUESTIONS[:2]), "n.xlsx", codes=["NY-1"], by=SYSTEM, at=AT)
    bureau.get(HOME + address)
    with CaptureQueriesContext(connection) as few:
        bureau.get(HOME + address)
    for n in range(3):
        more = [*QUESTIONS, ("自然村数", "个"), ("水库座数", "座")]
        register(paper(f"S-{n}", more), f"{n}.xlsx", codes=[f"S-{n}"], by=SYSTEM, at=AT)
    with django_assert_num_queries(len(few)):
        bureau.get(HOME + address)


def test_a_program_works_with_the_dictionary(program, two):
    client = program("data_bureau", PROVINCE)

    def send(path, body, status=201):
        keys = {"HTTP_IDEMPOTENCY_KEY": f"k{path}{json.dumps(body)}"[:80]}
        answer = client.post(f"{API}/{path}", json.dumps(body), "application/json", **keys)
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None

    clusters = client.get(f"{API}/clusters").json()
    assert [len(one["elements"]) for one in clusters] == [2, 2, 2]
    act = send("elements/join", {"codes": clusters[0]["elements"], "titles": {"en": "One"}})["act"]
    code = clusters[0]["elements"][0]
    shown = client.get(f"{API}/elements/{code}").json()
    assert shown["element"]["titles"]["en"] == "One" and len(shown["askers"]) == 2
    assert shown["changes"][0]["act"] == act and shown["changes"][0]["moves"][0]["to"] == code
    assert client.get(f"{API}/grid?least=2").json()["asks"] == [[0, 1]]
    told = client.get(f"{API}/decisions").json()
    assert told[0]["relation"] == "same" and told[0]["source"]["form"] == "MZ-1"
    send(f"elements/{code}", {"truth": ["form:WJ-1"]})
    moved = send(f"elements/{code}/split", {"fields": ["WJ-1:1"], "titles": {"zh-hans": "另一"}})
    assert send(f"acts/{moved['act']}/undo", {})["undone"] == 2
    assert send("repeats/confirm", {"score": "0.9"})["confirmed"] == 2
    listed = client.get(f"{API}/elements?limit=2").json()
    assert len(listed["items"]) == 2 and listed["next"]
    again = client.get(f"{API}/elements?limit=2&after={listed['next']}").json()["items"]
    assert {one["code"] for one in again}.isdisjoint(one["code"] for one in listed["items"])
    assert client.get(f"{API}/elements/nothing").status_code == 404


def test_a_program_says_the_relation(program, two):
    client = program("data_bureau", PROVINCE)
    row = Repeat.objects.order_by("pk").first()
    body = json.dumps({"accept": False, "relation": "narrower"})
    answer = client.post(
        f"{API}/repeats/{row.pk}", body, "application/json", HTTP_IDEMPOTENCY_KEY="k1"
    )
    row.refresh_from_db()
    assert (answer.status_code, row.state, row.said) == (204, Verdict.REFUSED, "narrower")


def run(*words):
    done = CliRunner().invoke(commands, ["dictionary", *words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


@pytest.mark.django_db(transaction=True)
def test_the_command_line_does_it_all(two):
    groups = run("propose")
    assert len(groups) == 3
    codes = [f["element_code"] for f in groups[0]["fields"]]
    act = run("join", *codes, "--title", "zh-hans=户籍总人口")["act"]
    assert run("show", codes[0])["element"]["titles"]["zh-hans"] == "户籍总人口"
    run("name", codes[0], "--title", "en=People", "--truth", "form:WJ-1", "--label", "public")
    assert run("list", "People")[0]["precedence"][0] == "form:WJ-1"
    new = run("split", codes[0], "WJ-1:1", "--title", "zh-hans=另一")["act"]
    assert run("undo", new)["undone"] == 2
    assert run("confirm", "--above", "0.9")["confirmed"] == 2
    assert run("propose") == [] and act
    wrong = CliRunner().invoke(commands, ["dictionary", "join", *codes, "--title", "fr=x"])
    assert wrong.exit_code == 2 and "语言应为" in wrong.output
    plain = CliRunner().invoke(commands, ["dictionary", "list"])
    assert "责任部门" in plain.output
