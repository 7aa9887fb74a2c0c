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


def text(story: Story, *, seconds: float) -> str:
    figures = {**story.figures, "reproduced": "是" if story.figures["reproduced"] else "否"}
    county = story.cast.rungs["county"]
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
            "可以看：",
            "  /zh-hans/reporting/            填报任务；clerk 所在的村可以填；十二轮村级月报各有计划和负担",
            "  /zh-hans/reporting/repeats/    问了两遍的项目",
            "  /zh-hans/platform/places/      任何一天的区划",
            f"  LINGNAN_DATA={story.folder} LINGNAN_DEMO=on .venv/bin/lingnan evidence verify",
            "",
        ]
    )
