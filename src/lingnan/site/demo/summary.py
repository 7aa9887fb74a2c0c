"""What the demonstration did, in figures, and where to look."""

from lingnan.base.periods import Period

from . import months
from .cast import HATS, PASSWORD
from .story import PERIOD, Story

LINES = (
    ("读入真实报表 {forms} 张", "共 {fields} 项，疑似重复 {asked twice} 处"),
    ("提出推算办法 {derivations} 个", "其中准确的 {exact derivations} 个"),
    ("{villages} 个村，{households} 户", "填写 {answers typed:,} 个答案"),
    ("村表共 {in the village form} 项", "只需填 {asked per village} 项，其余已有或可推算"),
    ("生成报表 {workbooks} 份", "{folder}"),
    ("更正之后重新生成旧报表，逐字节相同", "{reproduced}"),
)

TOUR = (
    (
        "clerk",
        "上月月报（变了的才填）和还有几天的年报；/zh-hans/reporting/returns/ 民政部门的数据等她核对",
    ),
    ("town", "报来的村等着审核，影响大的在前；/zh-hans/reporting/explore/ 一年的走势"),
    (
        "county",
        "/zh-hans/reporting/ 一年的填报任务；/zh-hans/reporting/ledgers/ 搬走的一户、出生、去世",
    ),
    ("organisation", "/zh-hans/reporting/produce/ 自己的报表，{late} 有一个村先是估计数"),
    ("women", "/zh-hans/reporting/admission/ 先被退回，只问没有的 {new} 项之后批准"),
    (
        "bureau",
        "一张旧表又来申请，已有多少当场可见；/zh-hans/reporting/overlap/ 谁在问同一件事",
    ),
    ("audit", "/zh-hans/platform/evidence/ 每一步的证据"),
)


def text(story: Story, *, seconds: float) -> str:
    figures = {**story.figures, "reproduced": "是" if story.figures["reproduced"] else "否"}
    county = story.cast.rungs["county"]
    late = story.days.months[months.LATE]
    rows = [f"  {left.format(**figures)}：{right.format(**figures)}" for left, right in LINES]
    hats = [
        f"  {name:<12} {title}（{story.cast.rungs[rung].name}）" for name, title, _, rung in HATS
    ]
    return "\n".join(
        [
            "",
            f"{county.name}，报告期 {Period.from_code(PERIOD)}，用时 {seconds:.0f} 秒：",
            *rows,
            "",
            f"{story.cast.rungs['town'].name}的村级月报，{story.months[0].villages} 个村，每村平均：",
            *months.table(story),
            "",
            f"账号（口令 {PASSWORD}）：",
            *hats,
            "",
            "从 /zh-hans/ 登录，各人的桌面上有今天要办的事：",
            *(
                f"  {name:<12} {what.format(late=late, new=story.figures['let in of the new form'])}"
                for name, what in TOUR
            ),
            f"  任何人       /zh-hans/reporting/block/{story.cast.rungs['village'].codes['nbs']}/"
            "  这个村的一切",
            f"  LINGNAN_DATA={story.folder} LINGNAN_DEMO=on .venv/bin/lingnan evidence verify",
            "",
        ]
    )
