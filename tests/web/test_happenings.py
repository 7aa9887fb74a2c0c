"""What the list of evidence says of who did what to whom."""

from lingnan.web.happenings import HAPPENINGS, SUBJECTS, doer, subject_words


def test_a_sign_in_is_by_the_holder_of_the_account_unless_nobody_knows_who():
    assert doer("nobody party:7 via:web", "zh-hans") == "账号本人 · 网页"
    assert doer("nobody party:0 via:web", "zh-hans") == "未登录者 · 网页"


def test_a_subject_is_shown_by_what_it_is():
    shown = subject_words("parties.duty:0192f0c1-0000-7000-8000-000000abcdef", "zh-hans")
    assert shown == "任职 …abcdef"
    assert subject_words("strange.thing:1", "en") == "strange.thing:1"


def test_every_kind_of_subject_is_in_words():
    from lingnan.kernel.evidence.queries.states import loaders

    told = {kind for kind in loaders() if not kind.startswith("statutes.")}
    inner = {"household", "proposal", "repeat", "ledger_number"}  # never a subject
    inner = {f"reporting.{name}" for name in inner}
    assert told - inner <= set(SUBJECTS)
    assert "evidence.states_adopted" in HAPPENINGS
