"""The clock chip: the day while there is time, the days beyond when there is none, said once."""

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from lingnan.web.components import Clock


@pytest.mark.parametrize(
    ("clock", "lang", "words"),
    [
        (Clock(3, 20), "zh-hans", "按时 第 3 天，共 20 天"),
        (Clock(9, 9), "zh-hans", "即将到期 第 9 天，共 9 天"),
        (Clock(26, 9), "zh-hans", "超期 17 天"),
        (Clock(26, 9), "zh-hant", "超期 17 天"),
        (Clock(26, 9), "en", "17 days overdue"),
        (Clock(10, 9), "en", "1 day overdue"),
        (Clock(26, 9), "pt", "17 dias de atraso"),
        (Clock(10, 9), "pt", "1 dia de atraso"),
        (Clock(26, 9, reason="等补正"), "zh-hans", "暂停计时 第 26 天，共 9 天"),
    ],
)
def test_it_says(clock, lang, words):
    with override(lang):
        drawn = render_to_string("ui/clock_chip.html", {"clock": clock})
    told = drawn.replace('<span class="words">', "").replace("</span>", "")
    assert f">{words}<" in told
