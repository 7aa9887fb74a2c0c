"""A data folder with a small county, its officials and one round: `python -m tests.journeys.stage`.

Run as a program with LINGNAN_DATA set: a server is a process of its own, with a database of its own.
"""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

PASSWORD = "Nanling-Shan-1478"
FORM, PERIOD = "ZZ-DZZ", "2026"
VILLAGE, TOWN, COUNTY = "440112001202", "440112001000", "440112000000"
WEST = "440112002201"
OFFICIALS = {
    "clerk": ("village_clerk", VILLAGE),
    "second": ("village_clerk", VILLAGE),
    "county": ("county_reviewer", COUNTY),
    "town": ("town_reviewer", TOWN),
    "west": ("village_clerk", WEST),
    "west_town": ("town_reviewer", "440112002000"),
    "clerk_hans": ("village_clerk", "440112002203"),
    "clerk_hant": ("village_clerk", "440112001203"),
    "clerk_en": ("village_clerk", "440112001201"),
    "department": ("department", COUNTY),
    "poor_line": ("village_clerk", "440112002202"),
    "leaver": ("county_reviewer", COUNTY),
    "bureau": ("data_bureau", "440000000000"),
    "audit": ("audit_admin", "440000000000"),
    "system": ("system_admin", "440000000000"),
    "security": ("security_admin", "440000000000"),
    "phone": ("statistician", COUNTY),
    "passkey": ("statistician", COUNTY),
}


def main() -> None:
    from lingnan.site.setup import prepare

    prepare()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from lingnan.base import clock
    from lingnan.kernel.evidence import services as evidence

    with TemporaryDirectory() as folder:
        _divisions(Path(folder))
    _people()
    _round()
    _repeats()
    evidence.drain(at=clock.now())


def _divisions(folder: Path) -> None:
    from lingnan.kernel.parties import services as parties
    from lingnan.kernel.places import services as places
    from lingnan.kernel.statutes import services as statutes
    from lingnan.systems.reporting.tests.conftest import AT, FILES, SYSTEM

    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    places.load_divisions(folder, by=SYSTEM, at=AT)
    parties.load_content(by=SYSTEM, at=AT)
    statutes.load_content(by=SYSTEM, at=AT)


def _people() -> None:
    from lingnan.kernel.parties import services
    from lingnan.kernel.parties.models import Account
    from lingnan.systems.reporting.tests.conftest import AT, SYSTEM

    rows = [
        {"username": name, "name": "岗位", "role": role, "place": code, "valid_from": "2020-01-01"}
        for name, (role, code) in OFFICIALS.items()
    ]
    services.import_accounts(rows, by=SYSTEM, at=AT)
    for account in Account.objects.all():
        services.set_password(account.pk, PASSWORD, must_change=False, by=SYSTEM, at=AT)


def _round() -> None:
    from lingnan.base.periods import Period
    from lingnan.kernel.places import queries as places
    from lingnan.systems.reporting import services
    from lingnan.systems.reporting.tests.conftest import AT, DAY, SYSTEM, form_file, let_in

    name = "village_party_organisation.xls"
    made = services.register_form(form_file(name), name, codes=[FORM], by=SYSTEM, at=AT)
    let_in(*made, place=places.by_code("440000", on=DAY).id)
    services.open_round(
        "2026年度党组织和党员情况",
        [made[0].id],
        place=places.by_code(COUNTY, on=DAY).id,
        period=Period.parse(PERIOD).code,
        days=(date(2020, 1, 1), date(2099, 12, 31)),
        by=SYSTEM,
        at=AT,
    )


def _repeats() -> None:
    """Two departments ask the same four facts; one of them is known to be one."""
    from lingnan.systems.reporting import services
    from lingnan.systems.reporting.models import Repeat
    from lingnan.systems.reporting.tests.conftest import AT, SYSTEM
    from lingnan.systems.reporting.tests.paper import paper

    asked = [("户籍人口", "人"), ("总户数", "户"), ("耕地面积", "亩"), ("自然村数", "个")]
    for code in ("MZ-1", "WJ-1"):
        services.register_form(paper(code, asked), f"{code}.xlsx", codes=[code], by=SYSTEM, at=AT)
    known = Repeat.objects.get(source__form__code="WJ-1", source__label="耕地面积")
    services.confirm_match(known.pk, by=SYSTEM, at=AT)


if __name__ == "__main__":
    main()
