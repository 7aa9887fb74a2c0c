# ruff: noqa: E501
"""Chinese sets: forms of the province in next year's wording, public forms with judged concepts,
registers of persons, households and plots with synthetic values."""

import csv
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import resources
from itertools import combinations

from stdnum.cn import ric

from bench.matching.sets import Labelled, labelled
from bench.matching.tables import Maker, _date, _digits, _number, _one_of
from lingnan.systems.reporting.content import reading_words
from lingnan.systems.reporting.rules.labels import read_label
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.rules.reading.types import type_of
from lingnan.systems.reporting.terms import FieldDraft, FormDraft, Layout

FORMS = ("survey_1_village_2012", "survey_2_household_2012", "stat_table_1_households", "village_party_organisation")  # fmt: skip
REWORDED = (
    ("新型农村合作医疗", "新农合"), ("新型农村养老保险", "新农保"), ("贫困户", "建档立卡贫困户"), ("当年", "本年度"),
    ("个数", "数量"), ("60岁及以上", "60周岁以上"), ("危房改造", "农村危房改造"), ("人数", "总人数"),
    ("党员", "中共党员"), ("务工", "打工"), ("累计完成", "已完成"), ("情况", "基本情况"),
    ("发文", "印发文件"), ("村干部", "村社区干部"), ("资金", "专项资金"), ("其他", "其它"), ("参加", "参与"),
)  # fmt: skip


def versions(seed: int) -> Iterator[Labelled]:
    """Next year's form: a third reworded, some dropped, new codes, sections moved."""
    for name in FORMS:
        data = resources.files("lingnan.systems.reporting.content.forms").joinpath(f"{name}.xls")
        for form in read_workbook(data.read_bytes(), f"{name}.xls", reading_words()):
            if len(form.fields) > 4:
                yield _next_year(form, random.Random(f"{form.form}/{seed}"))


def _next_year(form: FormDraft, chance: random.Random) -> Labelled:
    kept = [found for found in form.fields if chance.random() > 0.12]
    turn = chance.randrange(len(kept))
    moved = kept[turn:] + kept[:turn]
    new = {found.code: f"n{n:03}" for n, found in enumerate(moved, start=301)}
    fields = tuple(
        replace(
            found,
            code=new[found.code],
            parent=new.get(found.parent, ""),
            label=_reworded(found.label, chance),
            path=tuple(_reworded(part, chance) for part in found.path),
        )
        for found in moved
    )
    truth = frozenset((old, code) for old, code in new.items())
    later = replace(form, form=f"{form.form}_next", fields=fields)
    return Labelled(f"next year {form.form}", form, later, truth)


def _reworded(text: str, chance: random.Random) -> str:
    for old, new in REWORDED:
        if old in text and new not in text and chance.random() < 0.3:
            text = text.replace(old, new)
    return text


def concepts() -> Iterator[Labelled]:
    """Public forms in pairs that share at least two judged concepts."""
    home = resources.files("bench.matching").joinpath("data")
    concept = dict(_rows(home.joinpath("public_form_concepts.csv").read_text()))
    forms: defaultdict[str, list[FieldDraft]] = defaultdict(list)
    for row in csv.DictReader(home.joinpath("public_form_fields.csv").read_text().splitlines()):
        label = row["item"] + (f"：{row['unit_or_options']}" if row["unit_or_options"] else "")
        forms[row["form_id"]].append(_drafted(row["field_id"], label, len(forms[row["form_id"]])))
    for a, b in combinations(forms, 2):
        truth = frozenset(
            (x.code, y.code)
            for x in forms[a]
            for y in forms[b]
            if concept.get(x.code) and concept.get(x.code) == concept.get(y.code)
        )
        if len(truth) >= 2:
            yield Labelled(f"concepts {a} {b}", _form(a, forms[a]), _form(b, forms[b]), truth)


def _rows(text: str) -> Iterator[tuple[str, str]]:
    for row in list(csv.reader(text.splitlines()))[1:]:
        yield row[0], row[1]


def _drafted(code: str, label: str, n: int) -> FieldDraft:
    read = read_label(label)
    kind = type_of(read.clean, None, read.options, reading_words())
    at = f"B{n + 1}"
    return FieldDraft(code, read.clean, (), "", n + 1, 2, at, at, kind, options=read.options)


def _form(name: str, fields: Sequence[FieldDraft]) -> FormDraft:
    return FormDraft(name, name, "", Layout.LIST, tuple(fields), subject="person")


_NAMES = [f"{a}{b}{c}" for a in "陈李黄张梁" for b in "志伟秀家文" for c in "强英明芳华"]
_ROADS = ["沿江路", "人民路", "新村", "大街"]
_VILLAGES = ["石下村", "河东村", "白沙村", "莲塘村", "沙头村"]


def _id_number(chance: random.Random) -> str:
    """Of the unassigned area 4499, with its check digit."""
    day = f"{chance.randint(1940, 2015)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    body = f"4499{chance.randint(10, 99)}{day}{chance.randint(100, 999)}"
    return body + ric.calc_check_digit(body)


_PHONE: Maker = lambda c: f"1{c.choice('35789')}{_digits(9)(c)}"  # noqa: E731
_HOME: Maker = lambda c: f"{c.choice(_VILLAGES)}{c.choice(_ROADS)}{c.randint(1, 200)}号"  # noqa: E731
REGISTERS: dict[str, Sequence[tuple[str, str, Maker]]] = {
    "persons": (
        ("姓名", "人员姓名", _one_of(*_NAMES)), ("公民身份号码", "身份证号", _id_number), ("性别", "男女", _one_of("男", "女")),
        ("出生年月", "出生日期", _date(1940, 2015)), ("民族", "族别", _one_of("汉族", "壮族", "瑶族")), ("文化程度", "学历", _one_of("小学", "初中", "高中", "大专")),
        ("户籍所在地", "户口地址", _HOME), ("现住址", "居住地", _HOME), ("联系电话", "手机号码", _PHONE), ("婚姻状况", "婚姻", _one_of("未婚", "已婚", "离异")),
        ("与户主关系", "家庭关系", _one_of("户主", "配偶", "子", "女")), ("政治面貌", "", _one_of("群众", "党员", "团员")), ("", "银行账号", _digits(19)), ("月收入", "每月收入（元）", _number(3200, 900)),
    ),
    "households": (
        ("户编号", "户号", _digits(6)), ("户主姓名", "户主", _one_of(*_NAMES)), ("家庭人口", "家庭人口数", _number(4, 1)), ("劳动力人数", "劳动力", _number(2, 1)),
        ("住房面积", "房屋建筑面积", _number(110, 40)), ("住房结构", "房屋结构", _one_of("砖混", "砖木", "框架")), ("耕地面积（亩）", "承包耕地（亩）", _number(3, 1, 1)), ("人均年收入", "家庭人均收入（元）", _number(15000, 5000)),
        ("致贫原因", "主要致贫原因", _one_of("因病", "因残", "缺劳力", "因学")), ("是否低保户", "是否享受低保", _one_of("是", "否")), ("是否通自来水", "有无自来水", _one_of("是", "否")), ("", "帮扶人", _one_of(*_NAMES)), ("所在村", "行政村", _one_of(*_VILLAGES)),
    ),
    "plots": (
        ("地块编码", "地块编号", _digits(19)), ("地块名称", "小地名", _one_of("门口田", "长垄", "牛角塘")), ("实测面积（亩）", "面积", _number(1.2, 0.6, 2)), ("土地用途", "用途", _one_of("种植业", "林业", "渔业")),
        ("承包方姓名", "承包人", _one_of(*_NAMES)), ("承包方证件号", "承包人身份证号码", _id_number), ("地力等级", "等级", _one_of("一等", "二等", "三等")), ("是否基本农田", "是否永久基本农田", _one_of("是", "否")), ("", "四至", _HOME), ("流转面积", "已流转亩数", _number(0.4, 0.3, 2)),
    ),
}  # fmt: skip


def registers(seed: int, rows: int = 40) -> Iterator[Labelled]:
    for name, lines in REGISTERS.items():
        chance = random.Random(f"{name}/{seed}")
        a = {one: [make(chance) for _ in range(rows)] for one, _, make in lines if one}
        mixed = list(lines)
        chance.shuffle(mixed)
        b = {other: [make(chance) for _ in range(rows)] for _, other, make in mixed if other}
        truth = {(one, other) for one, other, _ in lines if one and other}
        yield labelled(f"register {name}", a, b, truth, (f"{name}_here", f"{name}_there"))


def pairs() -> Iterator[Labelled]:
    """Single columns as a person pairs them or keeps them apart: `data/pairs.csv`."""
    text = resources.files("bench.matching").joinpath("data", "pairs.csv").read_text()
    for row in csv.DictReader(text.splitlines()):
        a, b = ({row[side]: []} for side in ("a", "b"))
        truth = {(row["a"], row["b"])} if row["same"] == "1" else set()
        yield labelled(f"pair {row['a']} {row['b']}", a, b, truth)
