"""What the walks over all pages find beside a round: registers, an order, an objection, a return, a
filled form of an earlier year, an upload with a fault.

`python -m tests.journeys.everything` puts it into the data folder.
"""

from collections.abc import Callable
from datetime import date, datetime

import pyotp

from lingnan.base.actors import Actor

KINDS = {
    "clerk": ("village_clerk", "440112001202"),
    "county": ("county_reviewer", "440112000000"),
    "department": ("department", "440112000000"),
    "bureau": ("data_bureau", "440000000000"),
}
MONTH = "2026-10"
TOLD = "440112001203"  # a village whose report is approved
HEAD = "村代码,户编号,姓名,公民身份号码,保障类型"


def furnish(acting: Callable[[str], Actor], *, form: str, period: int, at: datetime) -> None:
    """By those who would do it, whoever wears the hats of KINDS; `form` asks villages for `period`."""
    from lingnan.kernel.evidence import services as evidence
    from lingnan.kernel.places import queries as places
    from lingnan.kernel.statutes import services as statutes
    from lingnan.systems.reporting import queries, services
    from lingnan.systems.reporting.jobs import BY
    from lingnan.systems.reporting.services import ledgers
    from lingnan.systems.reporting.terms.admission import ObjectionKind
    from lingnan.systems.reporting.terms.works import Order, WorkKind
    from lingnan.systems.reporting.tests import ledgered
    from lingnan.systems.reporting.tests.conftest import DAY, SYSTEM
    from lingnan.systems.reporting.tests.filled import filled

    statutes.load_content(by=SYSTEM, at=at)
    where = {name: places.by_code(code, on=DAY).id for name, (_, code) in KINDS.items()}
    ledgered.load(where["county"], SYSTEM, at)
    asked = queries.form(form, to=acting("bureau"), on=DAY)
    services.object_to_form(
        asked.id,
        services.Saying(ObjectionKind.REPEATS, "与上年重复", where["clerk"]),
        by=acting("clerk"), at=at,
    )  # fmt: skip
    rows = f"{HEAD}\n{KINDS['clerk'][1]},1,丙一,{ledgered.citizen('1980-05-05', 7)},低保户\n"
    ledgers.send_return(
        "person", rows.encode(), "dbs.csv", where["county"],
        ledgers.Sent("dbs", "最低生活保障对象名册", DAY), by=acting("department"), at=at,
    )  # fmt: skip
    before = filled(asked, {one.code: 3 for one in asked.asked if not one.options})
    services.take_in_workbooks([(asked.file_name, before)], by=acting("county"), at=at)
    evidence.drain(at=at)
    services.order_production(
        [asked.id], where["county"], period, level=5, by=acting("county"), at=at
    )
    services.work_all(by=SYSTEM, at=at, limit=10)
    faulty = f"地区代码,1,2\n{KINDS['clerk'][1]},3,两百\n".encode()
    about = {"form": asked.id, "place": None, "household": ""}
    services.order_work(
        Order(WorkKind.UPLOAD, where["clerk"], period, about, [("本村.csv", faulty)], "personal"),
        by=acting("clerk"), at=at,
    )  # fmt: skip
    services.work_next(by=BY, at=at)
    evidence.drain(at=at)


def hold(account: int, *, at: datetime) -> None:
    """A row in each table of the security administrator: an authenticator, a session, a token, a portal."""
    from lingnan.kernel.parties import queries, services
    from lingnan.systems.reporting.tests.conftest import SYSTEM

    owner = queries.actor_of(account, at=at)
    secret = services.begin_totp("a").secret
    services.add_totp(account, secret, pyotp.TOTP(secret).at(at), by=owner, at=at)
    services.issue_token(account, name="月报", by=SYSTEM, at=at)
    services.register_portal_out("门户", ["https://portal.example/back"], by=SYSTEM, at=at)
    services.begin_session(
        account, key="a" * 32, device="Chrome", address="10.0.0.1", assurance="password",
        by=owner, at=at,
    )  # fmt: skip


def month(acting: Callable[[str], Actor], *, at: datetime) -> None:
    """A short monthly form, asked now; one village beside the clerk's has sent it."""
    from lingnan.base.periods import Period
    from lingnan.kernel.places import queries as places
    from lingnan.site.demo.months import FORM
    from lingnan.systems.reporting import services
    from lingnan.systems.reporting.tests.conftest import DAY, SYSTEM, full, let_in

    form = services.register_form(FORM.read_bytes(), FORM.name, by=SYSTEM, at=at)[0]
    let_in(form, place=places.by_code("440000", on=DAY).id, at=at)
    county, other = (places.by_code(code, on=DAY).id for code in ("440112000000", "440112001201"))
    period = Period.parse(MONTH).code
    services.open_round(
        f"{MONTH} 村级月报", [form.id], place=county, period=period,
        days=(date(2020, 1, 1), date(2099, 12, 31)), by=SYSTEM, at=at,
    )  # fmt: skip
    kept = services.save_draft(
        form.id, period, services.Draft(other, full(form, 3)), by=acting("clerk_en"), at=at
    )
    services.submit_report(kept.uuid, by=acting("clerk_en"), at=at)


def on_the_way(acting: Callable[[str], Actor], *, form: str, period: int, at: datetime) -> None:
    """A report begun, one that waits for review and one approved; the form put right once."""
    from lingnan.kernel.evidence import services as evidence
    from lingnan.kernel.places import queries as places
    from lingnan.systems.reporting import queries, services
    from lingnan.systems.reporting.rules.profiles import correction_at, grid_in
    from lingnan.systems.reporting.terms.profiles import Say, Told
    from lingnan.systems.reporting.tests.conftest import DAY, SYSTEM, form_file, full

    asked = queries.form(form, to=SYSTEM, on=DAY)
    grid = grid_in(form_file(asked.file_name), asked.file_name, asked.sheet)
    read = queries.read_draft(asked.id)
    cell = read.fields[-1].cell
    said = correction_at(grid, read, cell, Say.FIELD, Told(label="其他情况"))
    services.correct_form(asked.id, [said], by=SYSTEM, at=at)

    def saved(name: str, code: str, answers: dict[str, str]) -> str:
        draft = services.Draft(places.by_code(code, on=DAY).id, answers)
        return services.save_draft(asked.id, period, draft, by=acting(name), at=at).uuid

    saved("west", "440112002201", {asked.asked[0].code: "3"})
    services.submit_report(
        saved("clerk_hans", "440112002203", full(asked, 6)), by=acting("clerk_hans"), at=at
    )
    told = saved("clerk_hant", TOLD, full(asked, 6))
    services.submit_report(told, by=acting("clerk_hant"), at=at)
    services.approve_report(told, by=acting("county"), at=at)
    evidence.drain(at=at)


def main() -> None:
    from lingnan.site.setup import prepare

    prepare()
    from lingnan.base import clock
    from lingnan.base.periods import Period
    from lingnan.kernel.parties import queries as parties
    from lingnan.kernel.parties.models import Account

    from .stage import FORM, PERIOD

    at = clock.now()
    accounts = dict(Account.objects.values_list("username", "pk"))

    def acting(name: str) -> Actor:
        return parties.actor_of(accounts[name], at=at)

    month(acting, at=at)
    period = Period.parse(PERIOD).code
    furnish(acting, form=FORM, period=period, at=at)
    on_the_way(acting, form=FORM, period=period, at=at)
    hold(accounts["passkey"], at=at)


if __name__ == "__main__":
    main()
