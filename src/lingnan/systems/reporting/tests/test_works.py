"""Long work: kept before it is promised, done part by part, cancelled, taken up, for nobody else."""

import io
import json
from dataclasses import replace

import openpyxl
import pytest
from django.db import connection

from lingnan.base import clock
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.parties import services as party_services
from lingnan.kernel.parties.terms import AccountState
from lingnan.systems.reporting import content, queries, services
from lingnan.systems.reporting.jobs import BY, work
from lingnan.systems.reporting.models import Filing, HistoryFile, LedgerAct, Plan, Work, WorkPart
from lingnan.systems.reporting.services import uploads
from lingnan.systems.reporting.services.works import doing, tracking, working
from lingnan.systems.reporting.terms.refusals import RoundIsClosed, WrongFile
from lingnan.systems.reporting.terms.works import (
    NoSuchWork,
    Order,
    Step,
    WorkKind,
    WorkOver,
)
from lingnan.web.live import reading

from .conftest import YEAR, form_file, full

CODES = ("440112001201", "440112001202", "440112002201")
PARTY = "village_party_organisation.xls"
HERE = "/zh-hans/reporting/"


@pytest.fixture
def asked(party_form, opened):
    return opened(party_form)


@pytest.fixture
def filler(official):
    """Fills for the whole county; as the doors see her now."""
    account = official("village_clerk", "440112")
    return parties.actor_of(account, at=clock.now())


def table(form, codes=CODES, wrong=("2",)):
    """A row a village; the first village has an answer that is none."""
    known = [field.code for field in form.asked]
    lines = [",".join(["地区代码", *known])]
    for n, code in enumerate(codes):
        said = full(form, n + 3) | (dict.fromkeys(wrong, "两百") if n == 0 else {})
        lines.append(",".join([code, *(said[one] for one in known)]))
    return "\n".join(lines).encode()


def order(form, county, by, data=None):
    about = {"form": form.id, "place": None, "household": ""}
    files = [("各村.csv", data or table(form))]
    found = Order(WorkKind.UPLOAD, county["黄埔区"], YEAR, about, files, "personal")
    return services.order_work(found, by=by, at=clock.now())


def go_on():
    return services.work_next(by=BY, at=clock.now())


def seen(made, by):
    return queries.work(made.uuid, to=by, on=clock.today())


@pytest.fixture
def one_by_one(monkeypatch):
    monkeypatch.setattr(uploads, "TOGETHER", 1)


@pytest.fixture
def short(monkeypatch):
    """Everything is long."""
    small = replace(content.limits_at_once(), text=1, xml=1, cells=0)
    monkeypatch.setattr(services.works.ordering, "limits_at_once", lambda: small)


@pytest.fixture
def after(monkeypatch):
    """Something happens once the second village is about to be kept."""

    def put(act):
        kept, count = uploads._save_group, []

        def meanwhile(*args, **more):
            count.append(1)
            if len(count) == 2:
                act()
            return kept(*args, **more)

        monkeypatch.setattr(uploads, "_save_group", meanwhile)
        return lambda: monkeypatch.setattr(uploads, "_save_group", kept)

    return put


def test_an_upload_is_kept_done_and_told(party_form, asked, county, filler):
    made = order(party_form, county, filler)
    assert (made.state, made.done, made.files) == (Step.WAITING, 0, ("各村.csv",))
    assert not Filing.objects.exists()
    assert order(party_form, county, filler).uuid == made.uuid, "pressed twice is one"
    assert go_on() == made.uuid
    done = seen(made, filler)
    assert (done.state, done.done, done.total) == (Step.DONE, 3, 3)
    assert (done.kept, done.faults) == ({"reports": 3}, 1)
    assert done.problems[0][0] == "1.2"
    name, path = services.take_back(made.uuid, by=filler, at=clock.now())
    lines = path.read_text("utf-8-sig").splitlines()
    assert name == "各村.csv" and "应为" in lines[1] and lines[2].endswith(",")
    kinds = Event.objects.filter(kind__startswith="reporting.work").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        "reporting.work_ordered",
        "reporting.work_ended",
    ]
    by_her = Event.objects.filter(kind="reporting.draft_saved").first()
    assert f"duty:{filler.duty}" in by_her.by and "via:job" in by_her.by
    assert go_on() == ""


def test_what_would_be_refused_whole_is_refused_at_once(party_form, county, filler, monkeypatch):
    with pytest.raises(RoundIsClosed):
        order(party_form, county, filler)
    monkeypatch.setattr(doing, "BIG", 10)
    with pytest.raises(WrongFile):
        order(party_form, county, filler)
    assert not Work.objects.exists()


def test_cancelled_what_was_kept_stays_and_nothing_more_comes(
    party_form, asked, county, filler, one_by_one, after
):
    made = order(party_form, county, filler)
    after(lambda: services.cancel_work(made.uuid, by=filler, at=clock.now()))
    go_on()
    done = seen(made, filler)
    assert (done.state, done.done, done.total) == (Step.CANCELLED, 1, 3)
    assert list(Filing.objects.values_list("place", flat=True)) == [county["荔湾村"]]
    ended = json.loads(Event.objects.get(kind="reporting.work_ended").facts)
    assert (ended["state"], ended["done"], ended["total"]) == ("cancelled", 1, 3)
    with pytest.raises(WorkOver):
        services.cancel_work(made.uuid, by=filler, at=clock.now())
    assert go_on() == ""


class Killed(BaseException):
    pass


def killed():
    raise Killed


def test_broken_off_it_goes_on_and_leaves_alone_what_it_kept(
    party_form, asked, county, filler, one_by_one, after
):
    made = order(party_form, county, filler)
    alive = after(killed)
    with pytest.raises(Killed):
        go_on()
    alive()
    mine = services.Draft(county["荔湾村"], {"1": "77"})
    services.save_draft(party_form.id, YEAR, mine, by=filler, at=clock.now())
    assert go_on() == made.uuid
    done = seen(made, filler)
    assert (done.state, done.kept, done.faults) == (Step.DONE, {"reports": 3}, 1)
    held = Filing.objects.get(place=county["荔湾村"]).answers
    assert held["1"]["text"] == "77", "what was said meanwhile is not overwritten"


def test_a_run_that_was_taken_over_keeps_nothing_more(
    party_form, asked, county, filler, one_by_one, after
):
    made = order(party_form, county, filler)
    after(lambda: Work.objects.filter(uuid=made.uuid).update(runner="another"))
    go_on()
    assert (seen(made, filler).state, WorkPart.objects.count()) == (Step.RUNNING, 1)


def test_what_kills_the_worker_does_not_hold_up_the_others(
    party_form, asked, county, filler, monkeypatch
):
    made = order(party_form, county, filler)
    monkeypatch.setattr(uploads, "kept_drafts", lambda *_, **__: killed())
    for _ in range(working.TRIES):
        with pytest.raises(Killed):
            go_on()
    go_on()
    done = seen(made, filler)
    assert done.state is Step.FAILED and "中断" in done.why
    assert go_on() == ""


def test_who_may_no_longer_act_has_it_not_done(party_form, asked, county, filler):
    made = order(party_form, county, filler)
    party_services.change_state(filler.account, AccountState.CLOSED, by=BY, at=clock.now())
    go_on()
    row = Work.objects.get(uuid=made.uuid)
    assert row.state == Step.FAILED and row.why and not Filing.objects.exists()


def test_a_file_that_is_none_fails_plainly(party_form, asked, county, filler):
    about = {"form": party_form.id, "place": None, "household": ""}
    files = [("各村.xlsx", b"PK nothing")]
    found = Order(WorkKind.UPLOAD, county["黄埔区"], YEAR, about, files, "personal")
    made = services.order_work(found, by=filler, at=clock.now())
    go_on()
    done = seen(made, filler)
    assert done.state is Step.FAILED and "损坏" in done.why


def test_sheets_are_kept_one_by_one(party_form, asked, county, filler, monkeypatch):
    from lingnan.systems.reporting.rules import workbook as book
    from lingnan.systems.reporting.services import returning

    filled = book.opened(form_file(PARTY))
    for title in ("荔湾村", "别的", "石门村"):
        filled.copy_worksheet(filled[party_form.sheet]).title = title
        for field in party_form.asked:
            filled[title][field.cell] = 3
    del filled[party_form.sheet]
    out = io.BytesIO()
    filled.save(out)
    about = {"form": party_form.id, "place": None, "household": ""}
    files = [("各村.xlsx", out.getvalue())]
    found = Order(WorkKind.UPLOAD, county["黄埔区"], YEAR, about, files, "personal")
    made = services.order_work(found, by=filler, at=clock.now())
    kept, count = returning.upload_sheet, []

    def broken(*args, **more):
        count.append(1)
        return killed() if len(count) == 2 else kept(*args, **more)

    monkeypatch.setattr(returning, "upload_sheet", broken)
    with pytest.raises(Killed):
        go_on()
    assert seen(made, filler).done == 2  # one sheet is nobody's
    go_on()
    done = seen(made, filler)
    assert (done.state, done.kept, len(count)) == (Step.DONE, {"reports": 2}, 3)
    assert [where for where, _ in done.problems] == ["别的"]


def test_a_plan_replaces_the_old_one_whole_or_not(party_form, asked, county, official, monkeypatch):
    bureau = parties.actor_of(official("data_bureau", "440000"), at=clock.now())
    first = services.plan_round(asked, by=BY, at=clock.now())
    found = Order(WorkKind.PLAN, asked.place, YEAR, {"round": asked.uuid})
    made = services.order_work(found, by=bureau, at=clock.now())
    services.cancel_work(made.uuid, by=bureau, at=clock.now())
    go_on()
    assert str(Plan.objects.get().uuid) == first.uuid
    made = services.order_work(found, by=bureau, at=clock.now())
    from lingnan.systems.reporting.services import planning

    whole = planning.parts_of

    def cancelled(*args, **more):
        parts = whole(*args, **more)
        services.cancel_work(made.uuid, by=bureau, at=clock.now())
        return parts

    monkeypatch.setattr(planning, "parts_of", cancelled)
    go_on()
    assert str(Plan.objects.get().uuid) == first.uuid, "cancelled before the last word"
    monkeypatch.setattr(planning, "parts_of", whole)
    made = services.order_work(found, by=bureau, at=clock.now())
    go_on()
    done = seen(made, bureau)
    assert (done.state, done.done) == (Step.DONE, done.total)
    assert done.kept["places"] == 6 and str(Plan.objects.get().uuid) != first.uuid


def sent(browser, path, data, **more):
    file = io.BytesIO(data)
    file.name = more.pop("called", "名册.csv")
    return browser.post(f"{HERE}{path}/", {"file": file, **more})


def test_the_page_answers_small_files_at_once_and_orders_large_ones(
    party_form, asked, county, browser, short, monkeypatch
):
    her, other = browser("village_clerk", "440112"), browser("village_clerk", "440112", ".2")
    chosen = f"{party_form.code}|2026"
    answer = sent(her, "import", table(party_form), form=chosen, called="各村.csv")
    page = answer["Location"]
    assert answer.status_code == 302 and page.startswith("/zh-hans/reporting/works/")
    told = her.get(page).content.decode()
    assert "等待办理" in told and 'http-equiv="refresh"' in told and "data-watch" in told
    for one in (page, f"{page}file/"):
        assert other.get(one).status_code == 404
    assert other.post(f"{page}cancel/").status_code == 404
    assert "各村.csv" not in other.get(f"{HERE}works/").content.decode()
    work(at=clock.now())
    told = her.get(page).content.decode()
    assert "已完成" in told and "有 1 处问题" in told and "data-watch" not in told
    back = her.get(f"{page}file/")
    assert "attachment" in back["Content-Disposition"]
    assert "应为" in b"".join(back.streaming_content).decode("utf-8-sig")
    assert other.get(f"{page}file/").status_code == 404
    assert her.post(f"{page}cancel/").status_code == 302
    assert "不能取消" in her.get(page).content.decode()
    monkeypatch.undo()
    refused = sent(her, "import", table(party_form), form="", called="各村.csv")
    assert refused.status_code == 422 and "请选一张报表" in refused.content.decode()
    answer = sent(her, "import", table(party_form, wrong=()), form=chosen, called="各村.csv")
    assert answer["Location"] == f"{HERE}import/" and Work.objects.count() == 1


def test_who_listens_hears_how_far_it_is_and_a_stranger_nothing(
    party_form, asked, county, filler, official
):
    made = order(party_form, county, filler)
    watch = {k: v for s in reading.installed() for k, v in s.watches.items()}["reporting.work"]
    assert watch(made.uuid, filler).done == 0
    go_on()
    progress = watch(made.uuid, filler)
    assert (progress.done, progress.total, progress.over) == (3, 3, True)
    stranger = parties.actor_of(official("village_clerk", "440112", ".3"), at=clock.now())
    with pytest.raises(NoSuchWork):
        watch(made.uuid, stranger)


def test_a_plan_that_is_long_is_ordered_and_its_page_is_everybody_s_who_may_plan(
    party_form, asked, county, browser, short
):
    bureau, clerk = browser("data_bureau", "440000"), browser("village_clerk", "440112001201")
    answer = bureau.post(f"{HERE}rounds/{asked.uuid}/plan/")
    assert "/works/" in answer["Location"] and not Plan.objects.exists()
    work(at=clock.now())
    assert Plan.objects.count() == 1
    told = browser("county_reviewer", "440112").get(answer["Location"]).content.decode()
    assert "已完成" in told and "看填报负担" in told
    assert clerk.get(answer["Location"]).status_code == 404


def test_registers_data_sent_down_and_old_forms_too(county, browser, short):
    her, office = browser("village_clerk", "440112"), browser("department", "440112")
    data = "村代码,户编号,地址\n440112001201,1,一巷\n440112001202,1,二巷\n".encode()
    first = sent(her, "ledgers/household/440112/import", data)
    assert not LedgerAct.objects.exists()
    told = {"kind": "household", "code": "mca", "title": "低保", "place": "440112"}
    second = sent(office, "returns/sent", data, **told)
    old = openpyxl.Workbook()
    old.active.append(["说明", "没有表"])
    out = io.BytesIO()
    old.save(out)
    third = sent(office, "history", out.getvalue(), called="旧表.xlsx")
    for _ in range(3):
        work(at=clock.now())
    for browser_, answer, words in (
        (her, first, "看台账"),
        (office, second, "看各村的答复"),
        (office, third, "看读出的数值"),
    ):
        page = browser_.get(answer["Location"]).content.decode()
        assert "已完成" in page and words in page
    assert (LedgerAct.objects.count(), HistoryFile.objects.count()) == (1, 1)


def test_the_list_asks_as_much_for_many_as_for_one(
    party_form, asked, county, filler, django_assert_num_queries
):
    for number in range(3):
        order(party_form, county, filler, table(party_form, CODES[: number + 1]))
    with django_assert_num_queries(2):
        assert len(queries.works(to=filler, on=clock.today())) == 3


def test_cancelled_on_the_page_while_the_worker_is_at_it(
    party_form, asked, county, browser, short, one_by_one, after
):
    her = browser("village_clerk", "440112")
    chosen = f"{party_form.code}|2026"
    answer = sent(her, "import", table(party_form), form=chosen, called="各村.csv")
    page = answer["Location"]
    after(lambda: her.post(f"{page}cancel/"))
    work(at=clock.now())
    told = her.get(page).content.decode()
    assert "已取消" in told and "3 行中已办好 1 行" in told and "已收下的村都在" in told
    assert Filing.objects.count() == 1


def test_others_write_between_two_villages(
    party_form, asked, county, filler, one_by_one, monkeypatch
):
    rests = []
    monkeypatch.setattr(tracking, "WRITING", 0)
    monkeypatch.setattr(tracking.time, "sleep", rests.append)
    order(party_form, county, filler)
    go_on()
    assert len(rests) == (3 if connection.vendor == "sqlite" else 0)
