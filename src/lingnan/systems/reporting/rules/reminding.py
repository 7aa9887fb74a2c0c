"""When to remind, in which words, and when to try a channel again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ..terms.messaging import Late, Reminding

TITLE = "催办：{round}"
LEFT = "“{round}”还有 {count} 张报表未报送：{forms}。截止 {due}，还剩 {days} 个工作日。"
TODAY = "“{round}”还有 {count} 张报表未报送：{forms}。今天（{due}）截止。"
OVER = "“{round}”还有 {count} 张报表未报送：{forms}。已于 {due} 截止，超期 {days} 个工作日。"
NAMED = 5


def is_due(working_days: int, limits: Reminding) -> bool:
    if working_days >= 0:
        return working_days in limits.before
    return limits.after > 0 and -working_days % limits.after == 0


def words_of(round_title: str, late: Late) -> tuple[str, str]:
    """Title and text."""
    named = "、".join(late.forms[:NAMED])
    if len(late.forms) > NAMED:
        named += f"等 {len(late.forms)} 张"
    tell = LEFT if late.working_days > 0 else OVER if late.working_days < 0 else TODAY
    text = tell.format(
        round=round_title,
        count=len(late.forms),
        forms=named,
        due=late.due_on.isoformat(),
        days=abs(late.working_days),
    )
    return TITLE.format(round=round_title), text


def next_try(attempts: int, at: datetime, retries: Sequence[int]) -> datetime | None:
    """After so many tries that failed; None: given up."""
    return at + timedelta(minutes=retries[attempts - 1]) if attempts <= len(retries) else None
