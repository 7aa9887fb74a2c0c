"""Offices and accounts of the demonstration: roles, never people."""

from dataclasses import dataclass, field
from datetime import datetime

from lingnan.base import clock
from lingnan.base.actors import Actor, system_actor
from lingnan.kernel.parties import queries, services
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo

# whose forms they are: username, what the office is called after its city
OFFICES = {
    "department": "农村扶贫开发工作办公室",
    "organisation": "委组织部",
    "civil": "民政局",
    "women": "妇女联合会",
}
PASSWORD = "Kapok-over-Pearl-River-2026"
INSTALLER = system_actor("installer", "cli")

# username, what it is called, role, at which rung of the county's ladder
HATS = (
    ("clerk", "村报表员", "village_clerk", "village"),
    ("town", "镇级审核员", "town_reviewer", "town"),
    ("collector", "县级汇集员", "village_clerk", "county"),
    ("county", "县级审核员", "county_reviewer", "county"),
    ("department", "市扶贫部门报表管理员", "department", "city"),
    ("organisation", "市组织部门报表管理员", "department", "city"),
    ("civil", "市民政部门报表管理员", "department", "city"),
    ("women", "市妇联报表管理员", "department", "city"),
    ("bureau", "省数据主管部门", "data_bureau", "province"),
    ("second", "省数据主管部门复核员", "data_bureau", "province"),
    ("system", "系统管理员", "system_admin", "province"),
    ("security", "安全管理员", "security_admin", "province"),
    ("audit", "审计管理员", "audit_admin", "province"),
)


@dataclass(frozen=True)
class Cast:
    """The county's ladder, an actor for each username, and the offices whose forms they are."""

    rungs: dict[str, PlaceInfo]
    accounts: dict[str, int]
    offices: dict[str, int]
    known: dict[str, Actor] = field(default_factory=dict, compare=False)

    def actor(self, username: str, at: datetime) -> Actor:
        """Nobody's duty changes while the story is told."""
        if username not in self.known:
            self.known[username] = queries.actor_of(self.accounts[username], at=at, channel="cli")
        return self.known[username]


def engage(county: PlaceInfo, *, at: datetime) -> Cast:
    day = clock.legal_day(at)
    top = places.ancestors(county.id, on=day)
    town = places.children(county.id, on=day)[0]
    village = places.children(town.id, on=day)[0]
    rungs = {"province": top[0], "city": top[1], "county": county, "town": town, "village": village}
    city = rungs["city"]
    offices = {
        username: services.create_organisation(
            f"{city.name}{name}", place=city.id, by=INSTALLER, at=at
        ).id
        for username, name in OFFICES.items()
    }
    accounts = {}
    for name, title, role, rung in HATS:
        person = services.create_person(title, by=INSTALLER, at=at)
        services.give_duty(
            person.id,
            role,
            place=rungs[rung].id,
            department=offices.get(name),
            valid_from=day,
            by=INSTALLER,
            at=at,
        )
        made = services.create_account(name, party=person.id, by=INSTALLER, at=at)
        accounts[name] = made.id
    found = Cast(rungs, accounts, offices)
    open_accounts(found, at=at)
    return found


def open_accounts(cast: Cast, *, at: datetime) -> None:
    """Again at the end of the story: a password of its first day would have to be changed by now."""
    for account in cast.accounts.values():
        services.set_password(account, PASSWORD, must_change=False, by=INSTALLER, at=at)


def invite_villages(county: PlaceInfo, *, at: datetime) -> int:
    """An account for every village and town of the county, to be opened with a one-time code."""
    day = clock.legal_day(at)
    rows = [
        {
            "username": f"{kind}-{place.codes['nbs'][:length]}",
            "name": f"{place.name}{title}",
            "role": role,
            "place": place.codes["nbs"],
        }
        for level, kind, length, title, role in (
            (4, "town", 9, "审核员", "town_reviewer"),
            (5, "village", 12, "报表员", "village_clerk"),
        )
        for place in places.descendants(county.id, on=day, level=level)
    ]
    return services.import_accounts(rows, by=INSTALLER, at=at).accounts
